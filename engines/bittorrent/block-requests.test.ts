/** Requests for blocks: strict priority, the end game, and pieces that fail their check. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../kernel/random.ts';
import { BlockRequests, NO_BLOCK, NOBODY } from './block-requests.ts';
import { PiecePicker } from './piece-picker.ts';
import { addPiece, fullSet, hasPiece, type PieceSet, pieceSet } from './piece-set.ts';

/** Blocks of 10 bytes, three in a piece; in order, so that one knows what comes. */
function requests(pieces: number, length = pieces * 30): { blocks: BlockRequests; picker: PiecePicker } {
  const picker = new PiecePicker(pieces, 'in-order', randomStream(1, 'picker'));
  return { picker, blocks: new BlockRequests(picker, { length, pieceLength: 30, blockLength: 10 }) };
}
const setOf = (pieces: number, ...members: number[]): PieceSet => {
  const set = pieceSet(pieces);
  for (const piece of members) addPiece(set, piece);
  return set;
};

test('blocks have places and lengths, the last one what is left', () => {
  const { blocks } = requests(3, 75);
  expect([0, 4, 7].map((block) => [blocks.pieceOf(block), blocks.offsetOf(block), blocks.lengthOf(block)])).toEqual([
    [0, 0, 10],
    [1, 10, 10],
    [2, 10, 5],
  ]);
  expect(blocks.blockAt(2, 10, 5)).toBe(7);
  for (const [piece, offset, length] of [
    [2, 10, 10],
    [2, 20, 10],
    [3, 0, 10],
    [-1, 0, 10],
    [0, 5, 10],
    [0, 30, 10],
    [0, -10, 10],
    [0, Number.NaN, 10],
    [1, 10, 0],
  ] as const)
    expect(blocks.blockAt(piece, offset, length)).toBe(NO_BLOCK);
});

describe('strict priority', () => {
  test('finishes a piece that was begun before it begins another', () => {
    const { blocks } = requests(3);
    const all = fullSet(3);
    expect([blocks.next(0, all), blocks.next(1, all), blocks.next(0, all), blocks.next(1, all)]).toEqual([0, 1, 2, 3]);
    expect([blocks.outstanding(0), blocks.outstanding(1), blocks.isAsked(1, 1), blocks.isAsked(0, 1)]).toEqual([2, 2, true, false]);
  });

  test('begins another where the peer has not got what was begun', () => {
    const { blocks } = requests(3);
    expect([blocks.next(0, setOf(3, 0)), blocks.next(1, setOf(3, 2)), blocks.next(2, setOf(3, 1, 2))]).toEqual([0, 6, 7]);
    expect(blocks.next(3, pieceSet(3))).toBe(NO_BLOCK);
  });

  test('comes back to what a peer that choked did not send', () => {
    const { blocks } = requests(3);
    const all = fullSet(3);
    for (let i = 0; i < 3; i++) blocks.next(0, all);
    expect(blocks.received(0, 0)).toBe('wanted');
    blocks.drop(0);
    expect([blocks.outstanding(0), blocks.next(1, all), blocks.next(1, all), blocks.next(1, all)]).toEqual([0, 1, 2, 3]);
  });

  test('takes a block that comes after all, and does not ask for it again', () => {
    const { blocks } = requests(2);
    const all = fullSet(2);
    blocks.next(0, all);
    blocks.drop(0);
    expect([blocks.received(0, 0), blocks.received(0, 0), blocks.received(0, 3)]).toEqual(['wanted', 'unwanted', 'unwanted']);
    expect(blocks.next(1, all)).toBe(1);
  });
});

describe('the end game', () => {
  test('asks for each missing block of everybody, and cancels what came', () => {
    const { blocks, picker } = requests(1);
    const all = fullSet(1);
    for (let i = 0; i < 3; i++) blocks.next(0, all);
    expect(blocks.endGame).toBe(true);
    expect([blocks.next(1, all), blocks.next(2, all), blocks.next(1, all), blocks.next(1, all), blocks.next(1, all)]).toEqual([
      0,
      1,
      2,
      1,
      NO_BLOCK,
    ]);
    expect(blocks.received(1, 1)).toBe('wanted');
    expect([...blocks.cancelled].sort()).toEqual([0, 2]);
    expect(blocks.received(0, 1)).toBe('unwanted');
    expect([blocks.received(0, 0), blocks.received(0, 2)]).toEqual(['wanted', 'completes its piece']);
    blocks.accept(0);
    expect([picker.complete, blocks.endGame, blocks.next(0, all)]).toEqual([true, false, NO_BLOCK]);
  });

  test('keeps asking the others when one of them is gone', () => {
    const { blocks } = requests(1);
    const all = fullSet(1);
    for (let i = 0; i < 3; i++) blocks.next(0, all);
    blocks.next(1, all);
    blocks.drop(0);
    // Block 0 is still asked for of peer 1.
    expect([blocks.endGame, blocks.next(2, all), blocks.next(2, all), blocks.endGame]).toEqual([false, 1, 2, true]);
  });
});

describe('a piece that fails its check', () => {
  const fill = (blocks: BlockRequests, ...peers: number[]): void => {
    for (const peer of peers) blocks.received(peer, blocks.next(peer, fullSet(2)));
  };

  test('has a culprit if one peer alone sent it', () => {
    const { blocks, picker } = requests(2);
    fill(blocks, 4, 4, 4);
    expect(blocks.reject(0)).toBe(4);
    expect(hasPiece(picker.have, 0)).toBe(false);
    expect(blocks.next(5, fullSet(2))).toBe(0);
  });

  test('is asked for of one peer alone if several sent it', () => {
    const { blocks } = requests(2);
    fill(blocks, 4, 5, 4);
    expect(blocks.reject(0)).toBe(NOBODY);
    expect([blocks.next(5, fullSet(2)), blocks.next(4, fullSet(2)), blocks.next(5, fullSet(2))]).toEqual([0, 3, 1]);
    expect([blocks.received(5, 0), blocks.received(4, 1)]).toEqual(['wanted', 'unwanted']);
    // If that one stops, the next one begins anew.
    blocks.drop(5);
    expect([0, 1, 2].map(() => blocks.next(6, fullSet(2)))).toEqual([0, 1, 2]);
    for (const block of [0, 1, 2]) blocks.received(6, block);
    expect(blocks.reject(0)).toBe(6);
  });
});

test('whatever peers send, refuse and leave, each block is taken once, and all come in the end', () => {
  const action = fc.record({ kind: fc.integer({ min: 0, max: 9 }), peer: fc.nat(4), which: fc.nat(50) });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.nat(29),
      fc.nat(1000),
      fc.array(action, { maxLength: 200 }),
      (pieces, cut, seed, actions) => {
        const random = randomStream(seed, 'test');
        const picker = new PiecePicker(pieces, 'rarest', random);
        const blocks = new BlockRequests(picker, { length: pieces * 30 - cut, pieceLength: 30, blockLength: 10 });
        const sets = Array.from({ length: 5 }, (_, peer) =>
          setOf(pieces, ...Array.from({ length: pieces }, (_, i) => i).filter(() => peer === 0 || random.below(2) === 0)),
        );
        for (const set of sets) picker.peerBitfield(set);
        const asked: { peer: number; block: number }[] = [];
        const here = new Set<number>();
        const total = Math.ceil((pieces * 30 - cut) / 10);
        const arrive = (i: number): void => {
          const { peer, block } = asked.splice(i, 1)[0]!;
          const arrival = blocks.received(peer, block);
          expect(arrival === 'unwanted').toBe(here.has(block));
          here.add(block);
          for (const other of blocks.cancelled) {
            const at = asked.findIndex((one) => one.peer === other && one.block === block);
            expect(at).toBeGreaterThanOrEqual(0);
            asked.splice(at, 1);
          }
          expect(asked.some((one) => one.block === block)).toBe(false);
          if (arrival === 'completes its piece') blocks.accept(blocks.pieceOf(block));
        };
        const ask = (peer: number): boolean => {
          const block = blocks.next(peer, sets[peer]!);
          if (block === NO_BLOCK) return false;
          expect(hasPiece(sets[peer]!, blocks.pieceOf(block))).toBe(true);
          expect(here.has(block)).toBe(false);
          expect(asked.some((one) => one.peer === peer && one.block === block)).toBe(false);
          if (asked.some((one) => one.block === block)) expect(here.size + new Set(asked.map((one) => one.block)).size).toBe(total);
          asked.push({ peer, block });
          return true;
        };
        for (const { kind, peer, which } of actions) {
          if (kind < 5) ask(peer);
          else if (kind < 9 && asked.length > 0) arrive(which % asked.length);
          else if (kind === 9) {
            blocks.drop(peer);
            for (let i = asked.length - 1; i >= 0; i--) if (asked[i]!.peer === peer) asked.splice(i, 1);
          }
          expect(blocks.outstanding(peer)).toBe(asked.filter((one) => one.peer === peer).length);
        }
        while (!picker.complete) {
          if (!ask(0)) expect(asked.length).toBeGreaterThan(0);
          arrive(0);
        }
        expect(here.size).toBe(total);
      },
    ),
    { numRuns: 300 },
  );
});
