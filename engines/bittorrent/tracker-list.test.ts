/** A tracker's list: who is on it, and whom it tells of. */
import { expect, test } from 'vitest';
import { randomStream } from '../kernel/random.ts';
import { MINUTE } from '../quantities.ts';
import { TrackerList } from './tracker-list.ts';

const listOf = (peers: number): TrackerList => {
  const list = new TrackerList({}, randomStream(1, 'tracker'));
  for (let peer = 0; peer < peers; peer++) list.announce(peer, 'started', peer === 0 ? 0 : 100, 0, 0);
  return list;
};

test('counts who has everything and who has not, and downloads', () => {
  const list = listOf(5);
  expect([list.complete, list.incomplete, list.downloaded]).toEqual([1, 4, 0]);
  list.announce(3, 'completed', 0, 50, MINUTE);
  expect([list.complete, list.incomplete, list.downloaded]).toEqual([2, 3, 1]);
  list.announce(3, 'stopped', 0, 50, MINUTE);
  expect([list.complete, list.incomplete, list.downloaded, list.given, list.announces]).toEqual([1, 3, 1, [], 7]);
});

test('tells of so many others as are wanted, each as often', () => {
  const list = listOf(20);
  const times = new Array<number>(20).fill(0);
  for (let i = 0; i < 2000; i++) {
    list.announce(7, 'none', 100, 5, 0);
    expect(new Set(list.given).size).toBe(5);
    for (const peer of list.given) times[peer] = times[peer]! + 1;
  }
  expect(times[7]).toBe(0);
  // 10,000 for 19: 526 each, with a standard deviation of 20.
  for (const [peer, count] of times.entries()) if (peer !== 7) expect(Math.abs(count - 526)).toBeLessThan(100);
});

test.each([
  ['fifty unless told otherwise', 300, -1, 50],
  ['two hundred at most', 300, 1000, 200],
  ['all others where they are fewer', 4, 50, 3],
  ['none of nobody', 1, 50, 0],
])('tells of %s', (_, peers, wanted, expected) => {
  const list = listOf(peers);
  list.announce(0, 'none', 0, wanted, 0);
  expect(list.given.length).toBe(expected);
});

test('forgets who is silent for twice the interval', () => {
  const list = listOf(3);
  list.announce(1, 'none', 100, 50, 45 * MINUTE);
  list.announce(1, 'none', 100, 50, 61 * MINUTE);
  list.announce(1, 'none', 100, 50, 91 * MINUTE);
  expect([list.complete, list.incomplete, list.given]).toEqual([0, 1, []]);
  list.announce(2, 'none', 100, 50, 92 * MINUTE);
  expect(list.given).toEqual([1]);
});
