/** Messages out of a stream, whatever the pieces that it comes in. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, type Content, slice } from '../content.ts';
import { lengthOf, sliceOf } from '../contents.ts';
import { atOnce, start } from '../kernel/process.ts';
import { bytesOfOctets } from '../network/octets.ts';
import { PeerReader } from './peer-reader.ts';
import { encodeHandshake } from './wire/handshake.ts';
import { contentsOfMessage, encodePeerMessage, type PeerMessage } from './wire/peer-message.ts';

/** All that a reader reads of a stream in these pieces, with a handshake before it or not. */
function read(pieces: readonly Content[], handshake = false): unknown[] {
  const left = [...pieces];
  const reader = new PeerReader({ read: () => atOnce(() => left.shift() ?? null) });
  const found: unknown[] = [];
  const task = start(
    'reader',
    (function* () {
      if (handshake) found.push(yield* reader.handshake());
      for (;;) {
        const message = yield* reader.next();
        found.push(message);
        if ('error' in message || message.kind === 'end') return;
      }
    })(),
  );
  expect(task.done).toBe(true);
  return found;
}

const handshake = { reserved: new Uint8Array(8), infoHash: new Uint8Array(20).fill(1), peerId: bytesOfOctets('-NS0100-abcdefghijkl') };
const bulk = { seed: 9, offset: 32768, length: 16384 };
const conversation: PeerMessage[] = [
  { kind: 'bitfield', bitfield: Uint8Array.of(0xf0) },
  { kind: 'keep-alive' },
  { kind: 'piece', index: 2, begin: 0, block: bulk },
  { kind: 'have', index: 3 },
  { kind: 'piece', index: 2, begin: 1, block: Uint8Array.of(1, 2, 3) },
  { kind: 'unknown', id: 99, payload: Uint8Array.of(4) },
];
const stream = [encodeHandshake(handshake), ...conversation.flatMap(contentsOfMessage)];
const END = { kind: 'end', cut: false };

test('it does not matter how a stream is cut, and bulk stays bulk', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(lengthOf(stream)), { maxLength: 20 }), (places) => {
      const cuts = [0, ...places.sort((a, b) => a - b), lengthOf(stream)];
      const pieces = cuts.slice(1).flatMap((end, i) => sliceOf(stream, cuts[i]!, end));
      expect(read(pieces, true)).toEqual([handshake, ...conversation, END]);
    }),
  );
});

test('a block that is partly literal is literal', () => {
  const [head, block] = contentsOfMessage({ kind: 'piece', index: 2, begin: 0, block: bulk }) as [Uint8Array, Content];
  const parts = [head, bytesOf(slice(block, 0, 5)), slice(block, 5, 16384)];
  expect(read(parts)).toEqual([{ kind: 'piece', index: 2, begin: 0, block: bytesOf(bulk) }, END]);
});

describe('what breaks the rules ends the stream', () => {
  const have = encodePeerMessage({ kind: 'have', index: 1 });
  test.each<[string, readonly Uint8Array[], unknown]>([
    ['nothing', [], END],
    ['an end in a length', [have, Uint8Array.of(0, 0)], { kind: 'end', cut: true }],
    ['an end in a message', [have, have.subarray(0, 6)], { kind: 'end', cut: true }],
    ['a length without end', [have, Uint8Array.of(0x7f, 0, 0, 0)], { error: 'a message of 2130706432 bytes; 1048576 are allowed' }],
    ['a piece without numbers', [have, Uint8Array.of(0, 0, 0, 2, 7, 0)], { error: 'piece has at least 9 bytes, not 2' }],
    ['a choke with something behind it', [have, Uint8Array.of(0, 0, 0, 2, 0, 0), have], { error: 'choke has 1 byte, not 2' }],
  ])('%s', (_, pieces, last) => {
    const found = read(pieces);
    expect(found.at(-1)).toEqual(last);
    expect(found.slice(0, -1)).toEqual(pieces.length > 0 ? [{ kind: 'have', index: 1 }] : []);
  });
});

describe('a handshake', () => {
  const bytes = encodeHandshake(handshake);
  const first = (pieces: readonly Uint8Array[]) => read(pieces, true)[0];

  test('of another protocol is known by its first byte', () => {
    expect(first([bytesOfOctets('G')])).toEqual({ error: 'no handshake of BitTorrent begins here' });
    expect(first([bytes.subarray(0, 10), bytesOfOctets('x')])).toEqual({ error: 'no handshake of BitTorrent begins here' });
  });

  test('that breaks off is none', () => {
    expect(first([bytes.subarray(0, 67)])).toEqual({ kind: 'end', cut: true });
    expect(first([])).toEqual({ kind: 'end', cut: false });
  });
});
