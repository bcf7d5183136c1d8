import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomStream } from './random.ts';

const first = (seed: number, purpose: string, count = 4): number[] => {
  const stream = randomStream(seed, purpose);
  return Array.from({ length: count }, () => stream.uint32());
};

test('known values: a change here changes every run', () => {
  expect(first(1, 'host alice ephemeral port')).toEqual([3105201869, 3064297755, 3626028721, 182480155]);
  expect(first(4294967295, '')).toEqual([3502302077, 2916630271, 4046827889, 3925636320]);
  expect(Array.from(randomStream(1, 'bytes').bytes(8))).toEqual([245, 185, 99, 107, 93, 9, 165, 33]);
});

test('equal arguments give equal streams; seed and purpose each make another', () => {
  expect(first(5, 'a')).toEqual(first(5, 'a'));
  const all = [
    first(5, 'a'),
    first(6, 'a'),
    first(5, 'b'),
    first(5, 'aa'),
    first(5, ''),
    first(4, 'b'),
    first(1, 'alice'),
    first(2, 'blice'),
  ];
  expect(new Set(all.map(String)).size).toBe(all.length);
});

test('no two of a hundred thousand streams begin alike', () => {
  const beginnings = new Set<string>();
  for (let i = 0; i < 100_000; i++) beginnings.add(first(1, `host peer${i} piece order`, 2).join(' '));
  expect(beginnings.size).toBe(100_000);
});

test('streams of neighbouring purposes are not correlated', () => {
  // Of 10,000 pairs of independent even numbers from 0 to 1 the mean product of deviations is 0 ± 1/1200 (one sigma).
  const a = randomStream(1, 'link a jitter');
  const b = randomStream(1, 'link b jitter');
  let sum = 0;
  for (let i = 0; i < 10_000; i++) sum += (a.float() - 0.5) * (b.float() - 0.5);
  expect(Math.abs(sum / 10_000)).toBeLessThan(4 / 1200);
});

test('below: in range, and each value as often as the others', () => {
  fc.assert(
    fc.property(fc.nat(4294967295), fc.integer({ min: 1, max: 4294967296 }), (seed, limit) => {
      const value = randomStream(seed, 'x').below(limit);
      return Number.isInteger(value) && value >= 0 && value < limit;
    }),
  );
  const counts = new Array(6).fill(0);
  const stream = randomStream(1, 'die');
  for (let i = 0; i < 60_000; i++) counts[stream.below(6)]++;
  // Chi-squared with 5 degrees of freedom; 20.5 is exceeded once in a thousand.
  expect(counts.reduce((sum, n) => sum + (n - 10_000) ** 2 / 10_000, 0)).toBeLessThan(20.5);
});

test('float: 0 included, 1 excluded, mean a half', () => {
  const stream = randomStream(1, 'float');
  let sum = 0;
  for (let i = 0; i < 10_000; i++) {
    const value = stream.float();
    expect(value >= 0 && value < 1).toBe(true);
    sum += value;
  }
  expect(sum / 10_000).toBeCloseTo(0.5, 1);
});

test('exponential: the inverse of the distribution, as Math.log has it', () => {
  const floats = randomStream(9, 'exponential');
  const stream = randomStream(9, 'exponential');
  let sum = 0;
  for (let i = 0; i < 20_000; i++) {
    const value = stream.exponential(3);
    expect(value).toBeCloseTo(-3 * Math.log(1 - floats.float()), 12);
    sum += value;
  }
  expect(sum / 20_000).toBeGreaterThan(2.9);
  expect(sum / 20_000).toBeLessThan(3.1);
});
