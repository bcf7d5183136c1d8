/** Popularity, and what theory says of caches under it, beside caches that are really asked. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CacheRoom, type ReplacementPolicy } from '../http/cache/replacement.ts';
import { randomStream } from '../kernel/random.ts';
import { Popularity, zipf } from './popularity.ts';
import { bestStatic, predicted } from './prediction.ts';

describe('Zipf’s law', () => {
  test('of α = 1: the second is asked for half as often as the first, the tenth a tenth', () => {
    const shares = zipf(100, 1);
    expect(shares[0]! / shares[1]!).toBeCloseTo(2, 12);
    expect(shares[0]! / shares[9]!).toBeCloseTo(10, 12);
    expect(shares.reduce((sum, share) => sum + share)).toBeCloseTo(1, 12);
  });

  test.each([0, 0.5, 0.8, 1, 1.3])('of α = %d, as powers say', (alpha) => {
    const shares = zipf(10_000, alpha);
    for (const i of [1, 2, 9, 99, 5_000, 9_999]) expect(shares[i]! / shares[0]!).toBeCloseTo((i + 1) ** -alpha, 12);
  });

  test('what is drawn comes as often as it should: chi-squared of 20 objects', () => {
    const shares = zipf(20, 0.8);
    const popularity = new Popularity(shares);
    const random = randomStream(1, 'zipf');
    const draws = 200_000;
    const counts = new Float64Array(20);
    for (let i = 0; i < draws; i++) counts[popularity.draw(random)]!++;
    const squares = counts.reduce((sum, count, i) => sum + (count - draws * shares[i]!) ** 2 / (draws * shares[i]!), 0);
    // 19 degrees of freedom: 43.8 is surpassed once in a thousand times.
    expect(squares).toBeLessThan(43.8);
  });

  test('every draw is an object', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.double({ min: 0, max: 4, noNaN: true }), fc.nat(), (count, alpha, seed) => {
        const object = new Popularity(zipf(count, alpha)).draw(randomStream(seed, 'draw'));
        expect(object).toBeGreaterThanOrEqual(0);
        expect(object).toBeLessThan(count);
      }),
    );
  });
});

/** Shares of requests and of bytes that a cache answers, once it has warmed up. */
function simulated(policy: ReplacementPolicy, shares: Float64Array, sizes: Float64Array, room: number, requests: number) {
  const popularity = new Popularity(shares);
  const random = randomStream(7, 'requests');
  const cache = new CacheRoom(room, policy);
  let [hits, bytes, hitBytes] = [0, 0, 0];
  for (let i = -requests / 2; i < requests; i++) {
    const object = popularity.draw(random);
    const size = sizes[object]!;
    const hit = cache.has(object);
    if (hit) cache.use(object);
    else cache.put(object, size);
    if (i < 0) continue;
    bytes += size;
    if (hit) {
      hits++;
      hitBytes += size;
    }
  }
  return { objects: hits / requests, bytes: hitBytes / bytes };
}

describe('Che’s approximation over 10,000 objects', () => {
  const sizes = new Float64Array(10_000).fill(1);
  const cases = [0.8, 1].flatMap((alpha) => [100, 300, 1_000, 3_000, 6_000].map((room) => [alpha, room] as const));

  test.each(cases)('LRU under Zipf(%d) with room for %i: within 1 percentage point', (alpha, room) => {
    const shares = zipf(10_000, alpha);
    const theory = predicted('lru', shares, sizes, room);
    const found = simulated('lru', shares, sizes, room, 400_000);
    expect(Math.abs(found.objects - theory.objects)).toBeLessThan(0.01);
    expect(theory.objects).toBeGreaterThan(0.05);
    expect(theory.objects).toBeLessThan(0.99);
  });

  test.each([300, 3_000])('FIFO under Zipf(0.8) with room for %i: within 1 percentage point', (room) => {
    const shares = zipf(10_000, 0.8);
    const theory = predicted('fifo', shares, sizes, room);
    expect(Math.abs(simulated('fifo', shares, sizes, room, 400_000).objects - theory.objects)).toBeLessThan(0.01);
    expect(theory.objects).toBeLessThan(predicted('lru', shares, sizes, room).objects);
  });

  test('with objects of different sizes: of requests and of bytes, within 1 percentage point', () => {
    const random = randomStream(3, 'sizes');
    const different = Float64Array.from({ length: 10_000 }, () => 1 + random.below(100));
    const shares = zipf(10_000, 0.8);
    const theory = predicted('lru', shares, different, 50_000);
    const found = simulated('lru', shares, different, 50_000, 400_000);
    expect(Math.abs(found.objects - theory.objects)).toBeLessThan(0.01);
    expect(Math.abs(found.bytes - theory.bytes)).toBeLessThan(0.01);
  });
});

describe('the best that a placement can be', () => {
  const shares = zipf(1_000, 0.8);
  const sizes = Float64Array.from({ length: 1_000 }, (_, i) => 1 + ((i * 37) % 50));

  test.each<ReplacementPolicy>(['lru', 'lfu', 'gdsf', 'fifo'])('is not surpassed by %s', (policy) => {
    for (const room of [500, 5_000])
      expect(simulated(policy, shares, sizes, room, 100_000).objects).toBeLessThan(bestStatic(shares, sizes, room).objects);
  });

  test('GDSF answers more requests than LRU where sizes differ, and comes near the best', () => {
    const [lru, gdsf] = (['lru', 'gdsf'] as const).map((policy) => simulated(policy, shares, sizes, 5_000, 100_000).objects);
    expect(gdsf!).toBeGreaterThan(lru! + 0.05);
    expect(gdsf!).toBeGreaterThan(bestStatic(shares, sizes, 5_000).objects - 0.05);
  });
});

test('a cache for everything, and one for nothing', () => {
  const shares = zipf(3, 1);
  const sizes = Float64Array.of(1, 2, 3);
  expect(predicted('lru', shares, sizes, 6)).toEqual({ objects: 1, bytes: 1 });
  expect(predicted('lru', shares, sizes, 0)).toEqual({ objects: 0, bytes: 0 });
});
