/** Whom the choker unchokes, on tables made by hand. */
import { describe, expect, test } from 'vitest';
import { randomStream } from '../kernel/random.ts';
import { SECOND } from '../quantities.ts';
import { Choker, type ChokerOptions, ROUND } from './choker.ts';

/** A choker that knows peers 0, 1, …, all interested. */
function chokerOf(peers: number, options: ChokerOptions = {}, seed = 1): Choker {
  const choker = new Choker(options, randomStream(seed, 'choker'));
  for (let peer = 0; peer < peers; peer++) {
    choker.add(peer);
    choker.setInterested(peer, true);
  }
  return choker;
}
const unchoked = (choker: Choker, peers: number): number[] =>
  Array.from({ length: peers }, (_, peer) => peer).filter((peer) => choker.isUnchoked(peer));
const regular = (choker: Choker, peers: number): number[] => unchoked(choker, peers).filter((peer) => !choker.isOptimistic(peer));

describe('tit-for-tat', () => {
  test.each<[name: string, received: number[], uninterested: number[], regular: number[], unchoked: number]>([
    ['the four that sent most', [50, 10, 40, 20, 30, 5], [], [0, 2, 3, 4], 5],
    ['not who is not interested', [50, 10, 40, 20, 30, 5], [0], [1, 2, 3, 4], 5],
    ['fewer for what they sent where fewer sent anything', [0, 10, 0, 20, 0, 0], [], [1, 3], 5],
    ['all where there are but four', [1, 2, 3, 4], [], [0, 1, 2, 3], 4],
  ])('unchokes %s', (_, received, uninterested, expected, count) => {
    const choker = chokerOf(received.length);
    for (const peer of uninterested) choker.setInterested(peer, false);
    for (const [peer, bytes] of received.entries()) choker.received(peer, bytes, 0);
    choker.round(ROUND, false);
    expect(regular(choker, received.length)).toEqual(expected);
    expect(unchoked(choker, received.length).length).toBe(count);
  });

  test('counts what came in the last twenty seconds', () => {
    const choker = chokerOf(8, { optimistic: 0, slots: 1 });
    choker.received(3, 100, 0);
    choker.round(ROUND, false);
    choker.received(5, 60, ROUND);
    choker.round(2 * ROUND, false);
    expect([choker.receivedLately(3), regular(choker, 8)]).toEqual([0, [3]]);
    choker.round(3 * ROUND, false);
    expect(regular(choker, 8)).toEqual([5]);
  });

  test('tells what has changed', () => {
    const choker = chokerOf(6, { optimistic: 0, slots: 2 });
    for (const [peer, bytes] of [
      [1, 10],
      [2, 20],
    ] as const)
      choker.received(peer, bytes, 0);
    choker.round(ROUND, false);
    expect([...choker.changed].sort()).toEqual([1, 2]);
    choker.received(4, 50, ROUND);
    choker.round(2 * ROUND, false);
    expect([...choker.changed].sort()).toEqual([1, 4]);
    expect(unchoked(choker, 6)).toEqual([2, 4]);
  });
});

describe('the optimistic peer', () => {
  test('is the next one every thirty seconds, until everybody had a turn', () => {
    const choker = chokerOf(9);
    const turns: number[] = [];
    for (let round = 1; round <= 15; round++) {
      for (const peer of [0, 1, 2, 3]) choker.received(peer, 100, round * ROUND);
      choker.round(round * ROUND, false);
      expect(regular(choker, 9)).toEqual([0, 1, 2, 3]);
      turns.push(unchoked(choker, 9).find((peer) => choker.isOptimistic(peer))!);
    }
    // Two rounds until the first turn, three each from there on.
    expect(
      [turns.slice(0, 2), turns.slice(2, 5), turns.slice(5, 8), turns.slice(8, 11), turns.slice(11, 14)].map((some) => new Set(some).size),
    ).toEqual([1, 1, 1, 1, 1]);
    expect(new Set(turns)).toEqual(new Set([4, 5, 6, 7, 8]));
  });

  test('is a new peer three times as likely', () => {
    let news = 0;
    for (let seed = 0; seed < 4000; seed++) {
      const choker = chokerOf(8, { slots: 0 }, seed);
      choker.round(ROUND, false);
      if (choker.isUnchoked(7)) news++;
    }
    // Three chances in ten: of 4000, with a standard deviation of 29.
    expect(Math.abs(news - 1200)).toBeLessThan(150);
  });

  test('can be without', () => {
    const choker = chokerOf(9, { optimistic: 0 });
    for (const peer of [0, 1, 2, 3]) choker.received(peer, 100, 0);
    choker.round(ROUND, false);
    expect(unchoked(choker, 9)).toEqual([0, 1, 2, 3]);
  });

  test('is joined by others while regular slots are vacant', () => {
    const choker = chokerOf(9);
    choker.received(2, 100, 0);
    choker.round(ROUND, false);
    expect([regular(choker, 9), unchoked(choker, 9).length]).toEqual([[2], 5]);
  });
});

describe('who has not sent for a minute', () => {
  const snubbedBy = (options: ChokerOptions): Choker => {
    const choker = chokerOf(3, options);
    choker.setInteresting(0, true, 0);
    choker.setInteresting(1, true, 0);
    choker.received(0, 10, 30 * SECOND);
    return choker;
  };

  test('has snubbed us, if we were interested', () => {
    const choker = snubbedBy({});
    expect([0, 1, 2].map((peer) => choker.hasSnubbed(peer, 59 * SECOND))).toEqual([false, false, false]);
    expect([0, 1, 2].map((peer) => choker.hasSnubbed(peer, 60 * SECOND))).toEqual([false, true, false]);
    expect([0, 1, 2].map((peer) => choker.hasSnubbed(peer, 90 * SECOND))).toEqual([true, true, false]);
    choker.setInteresting(1, false, 90 * SECOND);
    expect(choker.hasSnubbed(1, 100 * SECOND)).toBe(false);
  });

  test('is unchoked as an optimistic peer alone', () => {
    const choker = snubbedBy({});
    choker.round(60 * SECOND, false);
    expect([choker.isUnchoked(1), choker.isOptimistic(1), choker.isOptimistic(0)]).toEqual([true, true, false]);
    const without = snubbedBy({ optimistic: 0 });
    without.round(60 * SECOND, false);
    expect(unchoked(without, 3)).toEqual([0, 2]);
  });
});

describe('a seed', () => {
  test('serves everybody in turn', () => {
    const choker = chokerOf(12);
    const rounds = Array.from({ length: 24 }, (_, round) => {
      choker.round((round + 1) * ROUND, true);
      return unchoked(choker, 12);
    });
    expect(rounds.every((some) => some.length === 5)).toBe(true);
    expect(rounds[1]).toEqual(rounds[0]);
    expect(rounds[2]).toEqual(rounds[0]);
    expect(rounds[3]!.filter((peer) => rounds[0]!.includes(peer))).toEqual([]);
    const served = Array.from({ length: 12 }, (_, peer) => rounds.filter((some) => some.includes(peer)).length);
    // 120 places for 12 peers, in turns of three rounds.
    expect(Math.min(...served)).toBeGreaterThanOrEqual(9);
    expect(Math.max(...served)).toBeLessThanOrEqual(12);
  });

  test('may serve the fastest, and one in turn', () => {
    const choker = chokerOf(8, { seeding: 'fastest', slots: 2 });
    for (const [peer, bytes] of [
      [1, 10],
      [2, 30],
      [3, 20],
    ] as const)
      choker.sent(peer, bytes);
    choker.round(ROUND, true);
    expect(regular(choker, 8)).toEqual([2, 3]);
    expect(unchoked(choker, 8).length).toBe(3);
  });
});

describe('between rounds', () => {
  test('a vacant slot is given away at once', () => {
    const choker = new Choker({ slots: 1, optimistic: 1 }, randomStream(1, 'choker'));
    for (const peer of [0, 1, 2]) choker.add(peer);
    expect([choker.setInterested(0, true), choker.setInterested(0, true)]).toEqual([true, false]);
    choker.fill(SECOND, false);
    expect([unchoked(choker, 3), choker.changed]).toEqual([[0], [0]]);
    choker.setInterested(1, true);
    choker.fill(SECOND, false);
    expect(choker.setInterested(2, true)).toBe(false);
    expect(choker.setInterested(1, false)).toBe(true);
    choker.fill(SECOND, false);
    expect([unchoked(choker, 3), [...choker.changed].sort()]).toEqual([
      [0, 2],
      [1, 2],
    ]);
    expect([choker.remove(1), choker.remove(0)]).toEqual([false, true]);
    choker.fill(SECOND, false);
    expect(choker.changed).toEqual([]);
  });

  test('nobody who is served loses the slot', () => {
    const choker = chokerOf(12);
    choker.round(ROUND, false);
    const before = unchoked(choker, 12);
    choker.remove(before[0]!);
    choker.fill(ROUND + 1, false);
    const after = unchoked(choker, 12);
    expect(before.slice(1).every((peer) => after.includes(peer))).toBe(true);
    expect(after.length).toBe(5);
  });
});
