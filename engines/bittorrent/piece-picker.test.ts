/** The picker on small tables, and against what counting anew each time gives. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../kernel/random.ts';
import { NO_PIECE, type PickStrategy, PiecePicker } from './piece-picker.ts';
import { addPiece, fromWire, fullSet, hasPiece, type PieceSet, pieceSet, removePiece, sizeOf, toWire } from './piece-set.ts';

const setOf = (pieces: number, ...members: number[]): PieceSet => {
  const set = pieceSet(pieces);
  for (const piece of members) addPiece(set, piece);
  return set;
};
const picker = (pieces: number, strategy: PickStrategy = 'rarest', randomFirst = 0, seed = 1): PiecePicker =>
  new PiecePicker(pieces, strategy, randomStream(seed, 'picker'), randomFirst);
const afterMeeting = (one: PiecePicker, ...peers: PieceSet[]): PiecePicker => {
  for (const set of peers) one.peerBitfield(set);
  return one;
};

describe('a set of pieces', () => {
  test('is on the wire with the first piece in the highest bit', () => {
    expect(toWire(setOf(10, 0, 9), 10)).toEqual(Uint8Array.of(0x80, 0x40));
    expect(fromWire(Uint8Array.of(0x80, 0x40), 10)).toEqual(setOf(10, 0, 9));
  });

  test.each([
    ['is too short', Uint8Array.of(0x80)],
    ['is too long', Uint8Array.of(0, 0, 0)],
    ['has a spare bit set', Uint8Array.of(0, 0x20)],
  ])('is none where a bitfield %s', (_, bytes) => {
    expect(fromWire(bytes, 10)).toBeNull();
  });

  test('comes back from the wire, and is counted', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.infiniteStream(fc.boolean()), (pieces, bits) => {
        const members = Array.from({ length: pieces }, (_, i) => i).filter(() => bits.next().value);
        const set = setOf(pieces, ...members);
        expect(sizeOf(set)).toBe(members.length);
        expect(fromWire(toWire(set, pieces), pieces)).toEqual(set);
        expect(sizeOf(fullSet(pieces))).toBe(pieces);
        for (const piece of members) removePiece(set, piece);
        expect(sizeOf(set)).toBe(0);
      }),
    );
  });
});

describe('rarest first', () => {
  test('asks for what fewest have', () => {
    const one = picker(4);
    one.peerBitfield(setOf(4, 0, 1, 2));
    one.peerBitfield(setOf(4, 0, 2));
    one.peerHas(0);
    one.peerBitfield(fullSet(4));
    expect([0, 1, 2, 3].map((piece) => one.availability(piece))).toEqual([4, 2, 3, 1]);
    const picked: number[] = [];
    for (let piece = one.pick(fullSet(4)); piece !== NO_PIECE; piece = one.pick(fullSet(4))) {
      picked.push(piece);
      one.begin(piece);
    }
    expect(picked).toEqual([3, 1, 2, 0]);
  });

  test('asks a peer for nothing that it has not', () => {
    const one = picker(4);
    one.peerBitfield(setOf(4, 1));
    one.peerBitfield(setOf(4, 0, 2));
    expect(one.pick(setOf(4, 0, 2))).not.toBe(1);
    expect(one.pick(pieceSet(4))).toBe(NO_PIECE);
    one.weHave(1);
    expect(one.pick(setOf(4, 1))).toBe(NO_PIECE);
    expect([one.lacksOneOf(setOf(4, 1)), one.lacksOneOf(setOf(4, 1, 2))]).toEqual([false, true]);
  });

  test('takes each of several rarest pieces about equally often', () => {
    const times = new Array<number>(200).fill(0);
    const odd = setOf(200, ...Array.from({ length: 100 }, (_, i) => 2 * i + 1));
    for (let seed = 0; seed < 3000; seed++) {
      const piece = afterMeeting(picker(200, 'rarest', 0, seed), odd).pick(odd);
      times[piece] = times[piece]! + 1;
    }
    expect(times.filter((_, piece) => piece % 2 === 0).every((count) => count === 0)).toBe(true);
    // Binomial with mean 30: six standard deviations.
    expect(Math.max(...times)).toBeLessThan(63);
    expect(Math.min(...times.filter((_, piece) => piece % 2 === 1))).toBeGreaterThan(3);
  });

  test('begins with a random piece', () => {
    const firsts = new Set(
      Array.from({ length: 50 }, (_, seed) => {
        const one = picker(4, 'rarest', 1, seed);
        one.peerBitfield(setOf(4, 1, 2, 3));
        one.peerBitfield(fullSet(4));
        return one.pick(fullSet(4));
      }),
    );
    expect(firsts).toEqual(new Set([0, 1, 2, 3]));
    const later = picker(4, 'rarest', 1);
    later.peerBitfield(setOf(4, 1, 2, 3));
    later.peerBitfield(fullSet(4));
    later.weHave(1);
    expect(later.pick(fullSet(4))).toBe(0);
  });
});

test('in order asks for the first piece that the other has', () => {
  const one = picker(70, 'in-order');
  one.weHave(3);
  expect(one.pick(setOf(70, 3, 40, 69))).toBe(40);
  one.begin(40);
  expect(one.pick(setOf(70, 3, 40, 69))).toBe(69);
});

test('at random, each piece that the other has is as likely', () => {
  const one = picker(100, 'random');
  const set = setOf(100, 1, 33, 64, 99);
  const times = new Map<number, number>();
  for (let i = 0; i < 4000; i++) times.set(one.pick(set), (times.get(one.pick(set)) ?? 0) + 1);
  expect([...times.keys()].sort((a, b) => a - b)).toEqual([1, 33, 64, 99]);
  for (const count of times.values()) expect(Math.abs(count - 1000)).toBeLessThan(200);
});

test('counts are right, and a rarest piece is picked, whatever comes and goes', () => {
  const action = fc.record({
    kind: fc.integer({ min: 0, max: 6 }),
    peer: fc.nat(200),
    piece: fc.nat(200),
    bits: fc.bigInt({ min: 0n, max: 2n ** 70n }),
  });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 70 }), fc.array(action, { maxLength: 300 }), (pieces, actions) => {
      const one = picker(pieces);
      const peers: PieceSet[] = [];
      const open = new Set(Array.from({ length: pieces }, (_, i) => i));
      for (const { kind, peer: somePeer, piece: somePiece, bits } of actions) {
        const piece = somePiece % pieces;
        const index = peers.length > 0 ? somePeer % peers.length : -1;
        const peer = peers[index];
        if (kind <= 1) {
          const set =
            kind === 0
              ? fullSet(pieces)
              : setOf(pieces, ...Array.from({ length: pieces }, (_, i) => i).filter((i) => (bits >> BigInt(i)) & 1n));
          peers.push(set);
          one.peerBitfield(set);
        } else if (kind === 2 && peer && !hasPiece(peer, piece)) {
          addPiece(peer, piece);
          one.peerHas(piece);
        } else if (kind === 3 && peer) {
          peers.splice(index, 1);
          one.peerGone(peer);
        } else if (kind === 4) {
          open.delete(piece);
          one.begin(piece);
        } else if (kind === 5) {
          one.abandon(piece);
          if (!hasPiece(one.have, piece)) open.add(piece);
        } else if (kind === 6) {
          open.delete(piece);
          one.weHave(piece);
        }
        const availability = Array.from({ length: pieces }, (_, i) => peers.filter((set) => hasPiece(set, i)).length);
        expect(Array.from({ length: pieces }, (_, i) => one.availability(i))).toEqual(availability);
        expect(one.openCount).toBe(open.size);
        for (const set of peers.slice(0, 4)) {
          const candidates = [...open].filter((i) => hasPiece(set, i));
          const picked = one.pick(set);
          if (candidates.length === 0) expect(picked).toBe(NO_PIECE);
          else {
            expect(candidates).toContain(picked);
            expect(availability[picked]).toBe(Math.min(...candidates.map((i) => availability[i]!)));
          }
        }
      }
    }),
    { numRuns: 200 },
  );
});

test('complete peers that came piece by piece and left as a whole, many of them', () => {
  const one = picker(3);
  for (let turn = 0; turn < 100; turn++) {
    for (const piece of [0, 1, 2]) one.peerHas(piece);
    one.peerGone(fullSet(3));
    expect([0, 1, 2].map((piece) => one.availability(piece))).toEqual([0, 0, 0]);
  }
  one.peerHas(2);
  one.peerHas(0);
  one.peerBitfield(fullSet(3));
  expect(one.pick(setOf(3, 0, 2))).toBeOneOf([0, 2]);
  expect(one.pick(fullSet(3))).toBe(1);
});
