/** The textbook's figure: F/u is one hour, u_s = 10u, and nobody's download rate matters. */
import { expect, test } from 'vitest';
import { HOUR } from '../quantities.ts';
import { type AccessRates, clientServerBound, distributionBound } from './bounds.ts';

const F = 450_000_000;
/** F/u is one hour. */
const U = 1e6;
const peers = (count: number, down = Number.POSITIVE_INFINITY): AccessRates[] => Array.from({ length: count }, () => ({ up: U, down }));

test.each([
  [1, 0.1, 0.1],
  [5, 0.5, 5 / 15],
  [10, 1, 0.5],
  [30, 3, 0.75],
  [1000, 100, 1000 / 1010],
])('to %d peers: %d h from a server, %d h from one another', (count, server, swarm) => {
  expect(clientServerBound(F, [10 * U], peers(count)) / HOUR).toBeCloseTo(server, 9);
  expect(distributionBound(F, [10 * U], peers(count)) / HOUR).toBeCloseTo(swarm, 9);
});

test('the slowest to take it in, or the seed, may decide', () => {
  expect(distributionBound(F, [10 * U], [...peers(9), { up: U, down: U / 2 }]) / HOUR).toBe(2);
  expect(clientServerBound(F, [10 * U], [{ up: U, down: U / 2 }]) / HOUR).toBe(2);
  expect(distributionBound(F, [U / 4], peers(100)) / HOUR).toBe(4);
});

test('seeds are as one with the sum of their rates', () => {
  expect(distributionBound(F, [4 * U, 6 * U], peers(7))).toBe(distributionBound(F, [10 * U], peers(7)));
  expect(clientServerBound(F, [4 * U, 6 * U], peers(7))).toBe(clientServerBound(F, [10 * U], peers(7)));
});

test('with nobody to give, or nothing to get', () => {
  expect(distributionBound(F, [], peers(1))).toBe(Number.POSITIVE_INFINITY);
  expect(distributionBound(0, [], peers(1))).toBe(0);
});
