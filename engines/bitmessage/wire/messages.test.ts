/** Bitmessage’s messages: written and read, refused where they break the rules, cut out of a stream. */
import { sha512 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkFields } from '../../fuzz-target.ts';
import { PacketReader } from '../packet-reader.ts';
import { decodeMessage, dissectMessage, encodeMessage, encodeObjectHeader, type SentMessage } from './messages.ts';
import { encodePacket } from './packet.ts';
import { encodeVarint } from './varint.ts';

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const address = fc.record({ address: fc.ipV4(), port: fc.integer({ min: 0, max: 65_535 }) });
const whole = fc.integer({ min: 0, max: 2 ** 53 - 1 });

const messages: fc.Arbitrary<SentMessage> = fc.oneof(
  fc.record({
    command: fc.constant('version' as const),
    version: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
    time: whole,
    receiver: address,
    sender: address,
    nonce: bytes(8),
    userAgent: fc.uint8Array({ maxLength: 40 }).map((some) => String.fromCharCode(...some)),
    streams: fc.array(whole, { maxLength: 5 }),
  }),
  fc.constant({ command: 'verack' as const }),
  fc.record({ command: fc.constantFrom('inv' as const, 'getdata' as const), hashes: fc.array(bytes(32), { maxLength: 6 }) }),
  fc
    .record({ expires: whole, type: fc.integer({ min: 0, max: 5 }), version: whole, stream: whole })
    .chain((header) => fc.uint8Array({ maxLength: 300 }).map((rest) => concatBytes(new Uint8Array(8), encodeObjectHeader(header), rest)))
    .map((object) => ({ command: 'object' as const, bytes: object })),
);

test('what is written is read', () => {
  fc.assert(
    fc.property(messages, (message) => {
      const packet = encodeMessage(message);
      expect(decodeMessage(packet)).toMatchObject(message);
      checkFields(dissectMessage(packet), packet.length);
    }),
  );
});

test('packets come out of a stream whatever the pieces', () => {
  fc.assert(
    fc.property(fc.array(messages, { maxLength: 5 }), fc.integer({ min: 1, max: 60 }), (all, size) => {
      const packets = all.map(encodeMessage);
      const stream = concatBytes(...packets);
      const reader = new PacketReader();
      const found: Uint8Array[] = [];
      for (let at = 0; at < stream.length; at += size) found.push(...reader.push(stream.subarray(at, at + size)).packets);
      expect(found.map(bytesToHex)).toEqual(packets.map(bytesToHex));
    }),
  );
});

describe('a packet', () => {
  test('is as the specification has it', () => {
    const checksum = bytesToHex(sha512(new Uint8Array(0)).subarray(0, 4));
    expect(bytesToHex(encodeMessage({ command: 'verack' }))).toBe(`e9beb4d976657261636b00000000000000000000${checksum}`);
  });

  const inv = encodeMessage({ command: 'inv', hashes: [new Uint8Array(32)] });
  const altered = (at: number, value: number) => inv.map((byte, i) => (i === at ? value : byte));

  test.each<[string, Uint8Array, RegExp]>([
    ['another magic', altered(0, 0), /no packet/],
    ['a command padded with something', altered(15, 7), /padded/],
    ['another checksum', altered(20, 1), /checksum/],
    ['a byte of the payload that was altered', altered(30, 1), /checksum/],
    ['a payload that is cut off', inv.subarray(0, 40), /33 bytes; 16 are there/],
    ['more than 50,000 hashes', encodePacket('inv', encodeVarint(50_001)), /50000 are allowed/],
    ['fewer hashes than it says', encodePacket('inv', concatBytes(encodeVarint(2), new Uint8Array(32))), /2 hashes in 32 bytes/],
    ['a number that could be shorter', encodePacket('inv', hexToBytes('fd0001')), /shorter/],
    ['an object of more than 2^18 bytes', encodePacket('object', new Uint8Array(2 ** 18 + 1)), /262144 are allowed/],
    ['a user agent that is too long', encodePacket('version', concatBytes(new Uint8Array(80), encodeVarint(5001))), /5000 are allowed/],
    ['more streams than bytes', encodePacket('version', concatBytes(new Uint8Array(81), encodeVarint(100_000))), /streams in 0 bytes/],
    ['a verack with a payload', encodePacket('verack', new Uint8Array(1)), /too many/],
  ])('with %s is refused', (_, packet, error) => {
    expect(decodeMessage(packet)).toEqual({ error: expect.stringMatching(error) });
    expect(
      dissectMessage(packet).some(function malformed(field): boolean {
        return field.malformed === true || (field.children?.some(malformed) ?? false);
      }),
    ).toBe(true);
  });

  test('with an unknown command is read over', () => {
    expect(decodeMessage(encodePacket('portcheck', new Uint8Array(3)))).toEqual({ command: 'other', name: 'portcheck' });
  });

  test('that says it is too long ends the stream before it is there', () => {
    const header = concatBytes(inv.subarray(0, 16), hexToBytes('7fffffff'), inv.subarray(20, 24));
    expect(new PacketReader().push(header)).toEqual({ packets: [], error: expect.stringContaining('are allowed') });
  });
});
