/** Requests at random times, and a crowd that comes and goes. */
import { expect, test } from 'vitest';
import { randomStream } from '../kernel/random.ts';
import { SECOND } from '../quantities.ts';
import { Popularity, zipf } from './popularity.ts';
import { type FlashCrowd, RequestProcess } from './request-process.ts';

/** Objects asked for and when, in seconds, over 100 s. */
function requests(rate: number, crowd: FlashCrowd | null, seed = 1) {
  const popularity = new Popularity(zipf(50, 1));
  const random = { arrivals: randomStream(seed, 'arrivals'), choices: randomStream(seed, 'choices') };
  const process = new RequestProcess(popularity, rate, crowd, 0, random);
  const found: { at: number; object: number }[] = [];
  for (; process.at < 100 * SECOND; process.advance()) found.push({ at: process.at / SECOND, object: process.object });
  return found;
}

test('so many a second, with the spread of a Poisson process', () => {
  const counts = new Array<number>(100).fill(0);
  for (const { at } of requests(100, null)) counts[Math.floor(at)]!++;
  const mean = counts.reduce((sum, count) => sum + count) / 100;
  const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / 99;
  expect(mean).toBeGreaterThan(97);
  expect(mean).toBeLessThan(103);
  // Of a Poisson process it is the mean.
  expect(variance / mean).toBeGreaterThan(0.6);
  expect(variance / mean).toBeLessThan(1.5);
});

test('a flash crowd asks for one object, as long as it is there', () => {
  const crowd = { object: 40, from: 20 * SECOND, until: 60 * SECOND, rate: 90 };
  const found = requests(10, crowd);
  const during = found.filter(({ at }) => at >= 20 && at < 60);
  const outside = found.filter(({ at }) => at < 20 || at >= 60);
  expect(Math.abs(during.length / 40 - 100)).toBeLessThan(5);
  expect(Math.abs(outside.length / 60 - 10)).toBeLessThan(1.5);
  expect(during.filter(({ object }) => object === 40).length / during.length).toBeGreaterThan(0.87);
  expect(outside.filter(({ object }) => object === 40).length / outside.length).toBeLessThan(0.05);
});

test('requests come one after the other', () => {
  const found = requests(1_000, { object: 0, from: SECOND, until: 2 * SECOND, rate: 5_000 });
  expect(found.every(({ at }, i) => i === 0 || at >= found[i - 1]!.at)).toBe(true);
});
