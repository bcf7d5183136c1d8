import { gcm } from '@noble/ciphers/aes.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, type Content, sealed, slice } from '../content.ts';
import { IncomingRecords, OutgoingRecords } from './record-layer.ts';
import { open, openRecords, seal, type TrafficSecret, trafficKeys } from './record-protection.ts';
import { innerLength, sealedLength } from './sealed.ts';
import { encodeHeader } from './wire/record.ts';
import { CIPHER_SUITES, type CipherSuite } from './wire/registries.ts';

const SUITES = Object.keys(CIPHER_SUITES) as CipherSuite[];
const secretOf = (suite: CipherSuite, byte = 'a7'): TrafficSecret => ({
  suite,
  label: 'CLIENT_TRAFFIC_SECRET_0',
  clientRandom: '',
  secret: byte.repeat(32),
});

function incoming(secret: TrafficSecret): IncomingRecords {
  const records = new IncomingRecords();
  records.protect(secret);
  return records;
}

/** What records bring, in pieces; the alert where one is wrong. */
function drain(records: IncomingRecords, contents: readonly Content[]): { bytes: Uint8Array; bulk: number; alert: string | null } {
  const bytes: number[] = [];
  let bulk = 0;
  for (const content of contents) {
    records.append(content);
    for (let record = records.next(); record; record = records.next()) {
      if ('alert' in record) return { bytes: Uint8Array.from(bytes), bulk, alert: record.alert };
      if (!(record.content instanceof Uint8Array)) bulk += record.content.length;
      for (const byte of bytesOf(record.content)) bytes.push(byte);
    }
  }
  return { bytes: Uint8Array.from(bytes), bulk, alert: null };
}

/** Cuts content at places that are given as shares of its length. */
function cut(content: Content, places: readonly number[]): Content[] {
  const at = [0, ...places.map((place) => Math.floor(place * content.length)).sort((a, b) => a - b), content.length];
  return at.slice(1).flatMap((end, i) => (end > at[i]! ? [slice(content, at[i]!, end)] : []));
}

describe.each(SUITES)('records protected with %s', (suite) => {
  const secret = secretOf(suite);

  test('carry bulk content that is sealed when someone asks, the same bytes as if it had been sealed at once', () => {
    for (const length of [1, 16_383, 16_384, 16_385, 40_000]) {
      const inner = { seed: 3, offset: 10, length };
      const lazy = sealed({ secret, sequence: 5, inner });
      const atOnce = new OutgoingRecords(secret);
      for (let i = 0; i < 5; i++) atOnce.protect('application_data', Uint8Array.of(i));
      const { content, sequence } = atOnce.protect('application_data', bytesOf(inner));
      expect(sequence).toBe(5);
      expect(Buffer.compare(bytesOf(lazy), bytesOf(content))).toBe(0);
      expect([lazy.length, innerLength(lazy.length), sealedLength(length)]).toEqual([content.length, length, content.length]);
      expect(Buffer.compare(openRecords(secret, 5, bytesOf(lazy))!, bytesOf(inner))).toBe(0);
    }
  });

  test('have the same bytes however they are cut', () => {
    const inner = { seed: 3, offset: 0, length: 50_000 };
    const lazy = sealed({ secret, sequence: 0, inner });
    const whole = bytesOf(lazy);
    fc.assert(
      fc.property(fc.nat(lazy.length), fc.nat(2_000), (start, length) => {
        const end = Math.min(start + length, lazy.length);
        expect(Buffer.compare(bytesOf(slice(lazy, start, end)), whole.subarray(start, end))).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  test('bring what they carry, however they arrive: bulk content stays bulk, and literal bytes are opened', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 40_000 }),
        (places, literal, length) => {
          const inner = { seed: 4, offset: 0, length };
          const { content } = new OutgoingRecords(secret).protect('application_data', inner);
          const got = drain(incoming(secret), cut(literal ? bytesOf(content) : content, places));
          expect([got.alert, got.bulk]).toEqual([null, literal ? 0 : length]);
          expect(Buffer.compare(got.bytes, bytesOf(inner))).toBe(0);
        },
      ),
      { numRuns: 25 },
    );
  });

  test('are found out when any byte is altered', () => {
    const record = seal(secret, 0, 'application_data', new TextEncoder().encode('Do you like ketchup?'));
    for (let at = 5; at < record.length; at++) {
      const altered = record.slice();
      altered[at] = altered[at]! ^ 1;
      expect(open(secret, 0, altered)).toMatchObject({ alert: 'bad_record_mac' });
    }
    // The header is protected as well.
    const header = record.slice();
    header[1] = 2;
    expect(open(secret, 0, header)).toMatchObject({ alert: 'bad_record_mac' });
  });

  test.each<[string, (content: Content) => Content[]]>([
    ['is out of its turn', (content) => [slice(content, 16_406, content.length)]],
    ['comes a second time', (content) => [slice(content, 0, 16_406), slice(content, 0, 16_406)]],
    ['is put together of two', (content) => [slice(content, 0, 100), slice(content, 16_406, content.length)]],
  ])('sealed bulk content that %s does not open', (_, arrive) => {
    const { content } = new OutgoingRecords(secret).protect('application_data', { seed: 4, offset: 0, length: 50_000 });
    expect(drain(incoming(secret), arrive(content)).alert).toBe('bad_record_mac');
  });

  test('sealed with another secret do not open', () => {
    const { content } = new OutgoingRecords(secretOf(suite, 'b8')).protect('application_data', { seed: 4, offset: 0, length: 100 });
    expect(drain(incoming(secret), [content]).alert).toBe('bad_record_mac');
  });

  test('open with the next keys after a key update on both sides', () => {
    const out = new OutgoingRecords(secret);
    const records = incoming(secret);
    for (const update of [false, true, true]) {
      if (update) {
        out.update();
        records.update();
      }
      const { content } = out.protect('application_data', Uint8Array.of(1, 2, 3));
      expect(drain(records, [content])).toMatchObject({ alert: null, bytes: Uint8Array.of(1, 2, 3) });
    }
  });
});

describe('a record', () => {
  const secret = secretOf('TLS_AES_128_GCM_SHA256');

  test.each<[string, number[], string]>([
    ['of no known type', [99, 3, 3, 0, 1, 0], 'unexpected_message'],
    ['that begins like an HTTP request', [...Buffer.from('GET / HTTP/1.1\r\n')], 'unexpected_message'],
    ['of SSL 2', [22, 0, 2, 0, 1, 0], 'decode_error'],
    ['that is too long in clear', [22, 3, 3, 0x40, 1], 'record_overflow'],
    ['that is too long', [23, 3, 3, 0x41, 1], 'record_overflow'],
    ['too short to be protected', [23, 3, 3, 0, 3, 1, 2, 3], 'bad_record_mac'],
  ])('%s is refused', (_, bytes, alert) => {
    expect(drain(incoming(secret), [Uint8Array.from(bytes)]).alert).toBe(alert);
  });

  test.each<[string, number[], unknown]>([
    ['may be padded', [1, 2, 22, 0, 0, 0], { type: 'handshake', content: Uint8Array.of(1, 2) }],
    ['may be nothing but its type and padding', [21, 0], { type: 'alert', content: new Uint8Array(0) }],
    ['of zeros alone has no type', [0, 0, 0], expect.objectContaining({ alert: 'unexpected_message' })],
    ['never protects a change_cipher_spec', [1, 20], expect.objectContaining({ alert: 'unexpected_message' })],
    ['carries 2^14 bytes and no more', new Array(16_386).fill(23), expect.objectContaining({ alert: 'record_overflow' })],
  ])('%s', (_, plaintext, expected) => {
    const header = encodeHeader('application_data', plaintext.length + 16);
    const { key, iv } = trafficKeys(secret);
    expect(open(secret, 0, Buffer.concat([header, gcm(key, iv, header).encrypt(Uint8Array.from(plaintext))]))).toEqual(expected);
  });
});
