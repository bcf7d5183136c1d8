/** The peer wire protocol, byte by byte, and what is refused. */
import { bytesToHex, hexToBytes } from '@noble/hashes/utils.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../../content.ts';
import type { Field } from '../../field.ts';
import { checkFields } from '../../fuzz-target.ts';
import { bytesOfOctets } from '../../network/octets.ts';
import { encodeBencoded } from './bencoding.ts';
import { dissectBitTorrent } from './dissect.ts';
import { decodeHandshake, encodeHandshake, type Handshake } from './handshake.ts';
import { clientOf } from './peer-id.ts';
import {
  bitfieldOf,
  bitfieldProblem,
  bitOf,
  bitsSet,
  contentsOfMessage,
  decodePeerMessage,
  encodePeerMessage,
  type PeerMessage,
  peerMessageLabel,
} from './peer-message.ts';

describe('a message', () => {
  test.each<[PeerMessage, string, string]>([
    [{ kind: 'keep-alive' }, '00000000', 'keep-alive'],
    [{ kind: 'choke' }, '00000001 00', 'choke'],
    [{ kind: 'unchoke' }, '00000001 01', 'unchoke'],
    [{ kind: 'interested' }, '00000001 02', 'interested'],
    [{ kind: 'not interested' }, '00000001 03', 'not interested'],
    [{ kind: 'have', index: 258 }, '00000005 04 00000102', 'have 258'],
    [{ kind: 'bitfield', bitfield: Uint8Array.of(0x80, 1) }, '00000003 05 8001', 'bitfield, 2 pieces'],
    [{ kind: 'bitfield', bitfield: Uint8Array.of(0x80) }, '00000002 05 80', 'bitfield, 1 piece'],
    [{ kind: 'request', index: 1, begin: 16384, length: 16384 }, '0000000d 06 00000001 00004000 00004000', 'request 1 from 16384, 16.4 kB'],
    [
      { kind: 'piece', index: 2 ** 32 - 1, begin: 0, block: Uint8Array.of(7, 8) },
      '0000000b 07 ffffffff 00000000 0708',
      'piece 4294967295 from 0, 2 B',
    ],
    [{ kind: 'cancel', index: 1, begin: 0, length: 100 }, '0000000d 08 00000001 00000000 00000064', 'cancel 1 from 0, 100 B'],
    [{ kind: 'port', port: 6881 }, '00000003 09 1ae1', 'port 6881'],
    [{ kind: 'extended', extension: 0, payload: bytesOfOctets('de') }, '00000004 14 00 6465', 'extended handshake'],
    [{ kind: 'extended', extension: 3, payload: new Uint8Array(0) }, '00000002 14 03', 'extended 3'],
    [{ kind: 'unknown', id: 13, payload: Uint8Array.of(1) }, '00000002 0d 01', 'message 13'],
  ])('%j', (message, hex, label) => {
    const bytes = hexToBytes(hex.replaceAll(' ', ''));
    expect(bytesToHex(encodePeerMessage(message))).toBe(bytesToHex(bytes));
    expect(decodePeerMessage(bytes)).toEqual(message);
    expect(peerMessageLabel(message)).toBe(label);
  });

  test('with a generated block is not generated when it is sent', () => {
    const block = { seed: 5, offset: 16384, length: 16384 };
    const message: PeerMessage = { kind: 'piece', index: 3, begin: 16384, block };
    expect(contentsOfMessage(message)).toEqual([hexToBytes('0000400907000000030000 4000'.replaceAll(' ', '')), block]);
    expect(encodePeerMessage(message).subarray(13)).toEqual(bytesOf(block));
  });

  test.each<[string, string]>([
    ['0000', 'the length is cut off'],
    ['00100001', 'a message of 1048577 bytes; 1048576 are allowed'],
    ['ffffffff', 'a message of 4294967295 bytes; 1048576 are allowed'],
    ['0000000200', 'a message of 2 bytes; 1 are there'],
    ['000000020000', 'choke has 1 byte, not 2'],
    ['0000000404000000', 'have has 5 bytes, not 4'],
    ['0000000806000000000000', 'a message of 8 bytes; 7 are there'],
    ['000000080700000000000000', 'piece has at least 9 bytes, not 8'],
    ['0000000209ff', 'port has 3 bytes, not 2'],
    ['0000000114', 'extended has at least 2 bytes, not 1'],
  ])('%s is refused', (hex, error) => expect(decodePeerMessage(hexToBytes(hex))).toEqual({ error }));
});

describe('a bitfield', () => {
  const bitfield = bitfieldOf(10, (i) => i === 0 || i === 9);

  test('has the first piece in the highest bit', () => {
    expect([...bitfield]).toEqual([0x80, 0x40]);
    expect([0, 1, 8, 9, 10, 100].map((i) => bitOf(bitfield, i))).toEqual([true, false, false, true, false, false]);
    expect(bitsSet(bitfield)).toBe(2);
  });

  test.each<[number[], number, string | null]>([
    [[0x80, 0x40], 10, null],
    [[0xff, 0xc0], 10, null],
    [[0xff], 8, null],
    [[], 0, null],
    [[0x80, 0x20], 10, 'a bitfield with spare bits that are set'],
    [[0x80], 10, 'a bitfield of 1 bytes; 10 pieces take 2'],
    [[0x80, 0, 0], 10, 'a bitfield of 3 bytes; 10 pieces take 2'],
  ])('%j of %d pieces: %s', (bytes, pieces, problem) => expect(bitfieldProblem(Uint8Array.from(bytes), pieces)).toBe(problem));
});

const some = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const uint32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const payload = fc.uint8Array({ maxLength: 40 });
const messages: fc.Arbitrary<PeerMessage> = fc.oneof(
  fc.record({ kind: fc.constantFrom('keep-alive', 'choke', 'unchoke', 'interested', 'not interested') }),
  fc.record({ kind: fc.constant('have'), index: uint32 }),
  fc.record({ kind: fc.constant('bitfield'), bitfield: payload }),
  fc.record({ kind: fc.constantFrom('request', 'cancel'), index: uint32, begin: uint32, length: uint32 }),
  fc.record({ kind: fc.constant('piece'), index: uint32, begin: uint32, block: payload }),
  fc.record({ kind: fc.constant('port'), port: fc.integer({ min: 0, max: 65535 }) }),
  fc.record({ kind: fc.constant('extended'), extension: fc.integer({ min: 0, max: 255 }), payload }),
  fc.record({ kind: fc.constant('unknown'), id: fc.constantFrom(13, 14, 19, 21, 255), payload }),
) as fc.Arbitrary<PeerMessage>;

const malformed = (fields: readonly Field[]): boolean =>
  fields.some((field) => field.malformed === true || malformed(field.children ?? []));

test('what is written is read, and its fields lie within it', () => {
  fc.assert(
    fc.property(fc.array(messages, { maxLength: 4 }), (all) => {
      const parts = all.map(encodePeerMessage);
      expect(parts.map(decodePeerMessage)).toEqual(all);
      const bytes = Uint8Array.from(parts.flatMap((part) => [...part]));
      const fields = dissectBitTorrent(bytes, 'message');
      checkFields(fields, bytes.length);
      expect(fields.length).toBe(all.length);
      expect(fields.map((field) => field.end - field.start)).toEqual(parts.map((part) => part.length));
    }),
  );
});

const handshakes: fc.Arbitrary<Handshake> = fc.record({ reserved: some(8), infoHash: some(20), peerId: some(20) });

test('a handshake that is written is read', () => {
  fc.assert(
    fc.property(handshakes, (handshake) => {
      const bytes = encodeHandshake(handshake);
      expect(bytes.length).toBe(68);
      expect(decodeHandshake(bytes)).toEqual(handshake);
      checkFields(dissectBitTorrent(bytes, 'handshake'), 68);
      expect(malformed(dissectBitTorrent(bytes, 'handshake'))).toBe(false);
      expect(decodeHandshake(bytes.subarray(0, 67))).toEqual({ error: 'a handshake has 68 bytes, not 67' });
      expect(decodeHandshake(bytes.map((byte, i) => (i === 19 ? byte + 1 : byte)))).toEqual({
        error: 'no handshake of BitTorrent begins here',
      });
    }),
  );
});

test.each<[string, string | null]>([
  ['-AZ2060-abcdefghijkl', 'Azureus 2.0.6.0'],
  ['-qB4500-abcdefghijkl', 'qBittorrent 4.5.0.0'],
  ['-XY12AB-abcdefghijkl', 'XY 1.2.A.B'],
  ['M4-3-6--abcdefghijkl', 'mainline 4.3.6'],
  ['A2-1-36-0-abcdefghij', 'aria2 1.36.0'],
  ['-__proto__-aaaaaaaaa', null],
  ['abcdefghijklmnopqrst', null],
])('%s is a peer of %s', (peerId, client) => expect(clientOf(bytesOfOctets(peerId))).toBe(client));

describe('the inspector', () => {
  test('shows a request', () => {
    expect(dissectBitTorrent(encodePeerMessage({ kind: 'request', index: 1, begin: 2, length: 3 }), 'message')).toMatchObject([
      {
        name: 'request',
        value: 'request 1 from 2, 3 B',
        start: 0,
        end: 17,
        meaning: 'asks for a block of a piece',
        standard: 'BEP 3',
        children: [
          { name: 'length', value: '13 B', start: 0, end: 4 },
          { name: 'id', value: 'request (6)', start: 4, end: 5 },
          { name: 'index', value: '1', start: 5, end: 9 },
          { name: 'begin', value: '2', start: 9, end: 13 },
          { name: 'length', value: '3', start: 13, end: 17 },
        ],
      },
    ]);
  });

  test('shows the bits of a bitfield', () => {
    const [field] = dissectBitTorrent(encodePeerMessage({ kind: 'bitfield', bitfield: Uint8Array.of(0xa0) }), 'message');
    expect(field?.children?.at(-1)).toMatchObject({ name: 'bitfield', value: '10100000 (2 set)', start: 5, end: 6 });
  });

  test('takes the start of a piece whose block follows for what it is', () => {
    const start = encodePeerMessage({ kind: 'piece', index: 7, begin: 0, block: new Uint8Array(16384) }).subarray(0, 13);
    const fields = dissectBitTorrent(start, 'message');
    expect(fields).toMatchObject([{ name: 'piece', value: 'piece 7 from 0; the block of 16.4 kB follows' }]);
    expect(malformed(fields)).toBe(false);
    expect(malformed(dissectBitTorrent(start.subarray(0, 12), 'message'))).toBe(true);
  });

  test('looks into the handshake of extensions', () => {
    const dictionary = encodeBencoded({ m: { ut_metadata: 3 }, v: 'x' });
    const bytes = encodePeerMessage({ kind: 'extended', extension: 0, payload: dictionary });
    const [field] = dissectBitTorrent(bytes, 'message');
    expect(field?.children?.at(-1)).toMatchObject({
      name: 'payload',
      start: 6,
      children: [{ name: 'dictionary', start: 6, end: bytes.length, children: [{ name: 'm', start: 7 }, { name: 'v' }] }],
    });
    expect(
      malformed(dissectBitTorrent(encodePeerMessage({ kind: 'extended', extension: 0, payload: bytesOfOctets('d') }), 'message')),
    ).toBe(true);
  });

  test('reads the client out of a handshake', () => {
    const handshake = {
      reserved: hexToBytes('0000000000100005'),
      infoHash: new Uint8Array(20),
      peerId: bytesOfOctets('-LT20B0-abcdefghijkl'),
    };
    const fields = dissectBitTorrent(encodeHandshake(handshake), 'handshake');
    expect(fields.at(-1)).toMatchObject({ name: 'peer_id', value: '-LT20B0-abcdefghijkl', meaning: 'libtorrent 2.0.B.0' });
    expect(fields[2]?.children?.map(({ name, value }) => `${name} ${value}`)).toEqual([
      'extension protocol 1',
      'fast extension 1',
      'DHT 1',
    ]);
  });

  test.each(['0000', '00000001', '0000000d06', '0000000209ff', 'ffffffff', '0000000220'])('shows that %s is malformed', (hex) => {
    const bytes = hexToBytes(hex);
    const fields = dissectBitTorrent(bytes, 'message');
    expect(malformed(fields)).toBe(true);
    checkFields(fields, bytes.length);
  });
});
