import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Field } from '../../field.ts';
import * as trace from '../rfc8448-for-tests.ts';
import { ALERTS, alertNameOf, decodeAlert, encodeAlert } from './alert.ts';
import { dissectTls } from './dissect.ts';
import type { Extension, ExtensionPlace } from './extensions.ts';
import { decodeHandshake, encodeHandshake, type HandshakeMessage, isRetry, RETRY_RANDOM } from './handshake.ts';
import { encodeRecord } from './record.ts';

const bytes = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });
const uint16 = fc.nat(0xffff);
const some = <T>(value: fc.Arbitrary<T>) => fc.array(value, { minLength: 1, maxLength: 5 });
const ascii = fc.string({ unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789-.'), minLength: 1, maxLength: 40 });

/** Extensions as they may stand in a message, none of them twice. */
function extensionsIn(place: ExtensionPlace): fc.Arbitrary<Extension[]> {
  const hello = place === 'ClientHello';
  const key = fc.record({ group: uint16, key: bytes(1, 40) });
  const known: Partial<Record<ExtensionPlace, fc.Arbitrary<Extension>[]>> = {
    ClientHello: [
      ascii.map((host) => ({ name: 'server_name', host })),
      some(uint16).map((groups) => ({ name: 'supported_groups', groups })),
      some(uint16).map((schemes) => ({ name: 'signature_algorithms', schemes })),
      some(ascii).map((protocols) => ({ name: 'application_layer_protocol_negotiation', protocols })),
      some(uint16).map((versions) => ({ name: 'supported_versions', versions })),
      bytes(1, 20).map((cookie) => ({ name: 'cookie', cookie })),
      fc.uniqueArray(key, { selector: ({ group }) => group, maxLength: 3 }).map((shares) => ({ name: 'key_share', shares })),
    ],
    ServerHello: [
      uint16.map((one) => ({ name: 'supported_versions', versions: [one] })),
      key.map((one) => ({ name: 'key_share', shares: [one] })),
    ],
    HelloRetryRequest: [
      uint16.map((group) => ({ name: 'key_share', shares: [{ group, key: new Uint8Array(0) }] })),
      bytes(1, 20).map((cookie) => ({ name: 'cookie', cookie })),
    ],
    EncryptedExtensions: [
      fc.constant({ name: 'server_name', host: null }),
      ascii.map((one) => ({ name: 'application_layer_protocol_negotiation', protocols: [one] })),
    ],
    CertificateRequest: [some(uint16).map((schemes) => ({ name: 'signature_algorithms', schemes }))],
  };
  // 41, pre_shared_key, must come last, and so is left out of hellos.
  const other = fc.record({ name: fc.constant('other' as const), type: fc.integer({ min: 60, max: 0xffff }), data: bytes(0, 20) });
  const all = fc.oneof(other as fc.Arbitrary<Extension>, ...(known[place] ?? []));
  return fc.uniqueArray(all, { selector: (one) => (one.name === 'other' ? one.type : one.name), maxLength: hello ? 8 : 4 });
}

const random = bytes(32, 32);
const messages: fc.Arbitrary<Exclude<HandshakeMessage, { type: 'NewSessionTicket' }>> = fc.oneof(
  fc.record({
    type: fc.constant('ClientHello' as const),
    random,
    sessionId: bytes(0, 32),
    cipherSuites: some(uint16),
    extensions: extensionsIn('ClientHello'),
  }),
  fc.record({
    type: fc.constant('ServerHello' as const),
    random,
    sessionId: bytes(0, 32),
    cipherSuite: uint16,
    extensions: extensionsIn('ServerHello'),
  }),
  fc.record({
    type: fc.constant('ServerHello' as const),
    random: fc.constant(RETRY_RANDOM),
    sessionId: bytes(0, 32),
    cipherSuite: uint16,
    extensions: extensionsIn('HelloRetryRequest'),
  }),
  fc.record({ type: fc.constant('EncryptedExtensions' as const), extensions: extensionsIn('EncryptedExtensions') }),
  fc.record({
    type: fc.constant('Certificate' as const),
    context: bytes(0, 5),
    certificates: fc.array(fc.record({ certificate: bytes(1, 60), extensions: extensionsIn('Certificate') }), { maxLength: 3 }),
  }),
  fc.record({ type: fc.constant('CertificateRequest' as const), context: bytes(0, 5), extensions: extensionsIn('CertificateRequest') }),
  fc.record({ type: fc.constant('CertificateVerify' as const), scheme: uint16, signature: bytes(0, 80) }),
  fc.record({ type: fc.constant('Finished' as const), verifyData: bytes(32, 32) }),
  fc.record({ type: fc.constant('KeyUpdate' as const), updateRequested: fc.boolean() }),
);

/** Throws unless fields lie within their parents and follow each other. */
function checkFields(fields: readonly Field[], start: number, end: number): void {
  for (const field of fields) {
    if (!(start <= field.start && field.start <= field.end && field.end <= end)) throw new Error(`${field.name} lies outside`);
    checkFields(field.children ?? [], field.start, field.end);
  }
}

const malformed = (fields: readonly Field[]): boolean => fields.some((field) => field.malformed || malformed(field.children ?? []));
const flat = (fields: readonly Field[]): Field[] => fields.flatMap((field) => [field, ...flat(field.children ?? [])]);

const hello = {
  type: 'ClientHello',
  random: new Uint8Array(32),
  sessionId: new Uint8Array(0),
  cipherSuites: [0x1301],
  extensions: [],
} as const;
const keys = (...groups: number[]): Extension => ({
  name: 'key_share',
  shares: groups.map((group) => ({ group, key: new Uint8Array(1) })),
});

describe('a handshake message', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(messages, (message) => {
        expect(decodeHandshake(encodeHandshake(message))).toMatchObject({ value: message });
      }),
      { numRuns: 400 },
    );
  });

  test('is dissected into fields within it, whatever becomes of its bytes', () => {
    fc.assert(
      fc.property(messages, fc.nat(), fc.nat(255), fc.nat(300), (message, at, byte, cut) => {
        const whole = encodeHandshake(message);
        if (message.type !== 'Certificate') expect(malformed(dissectTls(whole, 'handshake'))).toBe(false);
        const altered = whole.slice();
        altered[at % whole.length] = byte;
        for (const each of [whole, altered, whole.subarray(0, cut)]) checkFields(dissectTls(each, 'handshake'), 0, each.length);
      }),
      { numRuns: 300 },
    );
  });

  test('that breaks off anywhere is refused', () => {
    for (let length = 0; length < trace.clientHello.length; length++) {
      expect(decodeHandshake(trace.clientHello.subarray(0, length))).toMatchObject({ refusal: { alert: 'decode_error' } });
    }
  });

  test.each<[string, Uint8Array, string]>([
    ['without a cipher suite', encodeHandshake({ ...hello, cipherSuites: [] }), 'decode_error'],
    ['with half a cipher suite', trace.clientHello.map((byte, i) => (i === 40 ? 5 : byte)), 'decode_error'],
    ['with an empty list of groups', encodeHandshake({ ...hello, extensions: [{ name: 'supported_groups', groups: [] }] }), 'decode_error'],
    ['with an empty name', encodeHandshake({ ...hello, extensions: [{ name: 'server_name', host: '' }] }), 'decode_error'],
    [
      'with an empty protocol',
      encodeHandshake({ ...hello, extensions: [{ name: 'application_layer_protocol_negotiation', protocols: [''] }] }),
      'decode_error',
    ],
    ['with two keys of one group', encodeHandshake({ ...hello, extensions: [keys(29, 29)] }), 'illegal_parameter'],
    ['with an extension twice', encodeHandshake({ ...hello, extensions: [keys(29), keys(23)] }), 'illegal_parameter'],
    [
      'with a pre-shared key that is not last',
      encodeHandshake({ ...hello, extensions: [{ name: 'other', type: 41, data: new Uint8Array(2) }, keys(29)] }),
      'illegal_parameter',
    ],
    [
      'with compression',
      Uint8Array.from(
        [...encodeHandshake({ ...hello, extensions: [{ name: 'supported_versions', versions: [0x0304] }] })].map((byte, i) =>
          i === 44 ? 1 : byte,
        ),
      ),
      'illegal_parameter',
    ],
    ['of a type that is none', Uint8Array.of(99, 0, 0, 0), 'unexpected_message'],
    ['that stands for another in a transcript', Uint8Array.of(254, 0, 0, 0), 'unexpected_message'],
    ['with a KeyUpdate that asks for what there is not', Uint8Array.of(24, 0, 0, 1, 2), 'illegal_parameter'],
  ])('%s is refused', (_, bytes, alert) => {
    expect(decodeHandshake(bytes)).toMatchObject({ refusal: { alert } });
  });

  test('of others is read: the hellos of RFC 8448 §3', () => {
    const hello = decodeHandshake(trace.clientHello);
    expect(hello).toMatchObject({ value: { type: 'ClientHello', cipherSuites: [0x1301, 0x1303, 0x1302] } });
    expect('value' in hello && hello.value.type === 'ClientHello' && hello.value.extensions[0]).toEqual({
      name: 'server_name',
      host: 'server',
    });
    const answer = decodeHandshake(trace.serverHello);
    expect(answer).toMatchObject({
      value: {
        cipherSuite: 0x1301,
        extensions: [{ name: 'key_share', shares: [{ group: 29, key: trace.serverPublicKey }] }, { versions: [0x0304] }],
      },
    });
    expect('value' in answer && answer.value.type === 'ServerHello' && isRetry(answer.value)).toBe(false);
  });
});

describe('the dissector', () => {
  test('shows the fields of a record in clear, with their places', () => {
    const record = encodeRecord('handshake', trace.clientHello);
    const fields = dissectTls(record, 'record');
    expect(malformed(fields)).toBe(false);
    const found = (name: string) => flat(fields).find((field) => field.name === name)!;
    expect(found('TLS record')).toMatchObject({ start: 0, end: record.length, value: 'handshake' });
    expect(found('ClientHello')).toMatchObject({ start: 5, end: record.length, standard: 'RFC 8446 §4.1.2' });
    expect(found('random')).toMatchObject({ start: 11, end: 43 });
    expect(found('HostName').value).toBe('server');
    expect(
      flat(fields)
        .filter(({ name }) => name === 'CipherSuite')
        .map(({ value }) => value),
    ).toEqual(['TLS_AES_128_GCM_SHA256 (0x1301)', 'TLS_CHACHA20_POLY1305_SHA256 (0x1303)', 'TLS_AES_256_GCM_SHA384 (0x1302)']);
  });

  test('shows the server’s flight, certificate included', () => {
    const fields = dissectTls(trace.serverFlight, 'handshake');
    expect(malformed(fields)).toBe(false);
    expect(fields.map(({ name }) => name)).toEqual(['EncryptedExtensions', 'Certificate', 'CertificateVerify', 'Finished']);
    expect(flat(fields).find(({ name }) => name === 'notAfter')?.value).toBe('2026-07-30 01:23:59 UTC');
  });

  test('says what is wrong where it is', () => {
    const broken = trace.clientHello.slice();
    broken[38] = 33; // A session of 33 bytes.
    const error = flat(dissectTls(broken, 'handshake')).find((field) => field.malformed);
    expect(error).toMatchObject({ value: 'legacy_session_id has 33 bytes; 0 to 32 are allowed', start: 39 });
    expect(dissectTls(broken, 'no such kind')[0]?.malformed).toBe(true);
    expect(flat(dissectTls(Uint8Array.of(23, 3, 3, 0, 9, 1), 'record')).at(-1)?.malformed).toBe(true);
  });

  test('is total', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom('record', 'handshake', 'alert'), (any, kind) => {
        checkFields(dissectTls(any, kind), 0, any.length);
      }),
    );
  });
});

test('alerts are two bytes, and have the names of the standard', () => {
  for (const [name, description] of Object.entries(ALERTS)) {
    const encoded = encodeAlert(name as keyof typeof ALERTS);
    expect(decodeAlert(encoded)).toEqual({ name, description });
    expect(malformed(dissectTls(encoded, 'alert'))).toBe(false);
    expect(encoded[0]).toBe(name === 'close_notify' || name === 'user_canceled' ? 1 : 2);
  }
  expect([decodeAlert(Uint8Array.of(1)), alertNameOf(255)]).toEqual([null, null]);
});
