/**
 * What hit ratio theory predicts for a cache, where every request is drawn independently of those before it.
 *
 * Che's approximation (Che, Tung and Wang, "Hierarchical Web caching systems", 2002): a cache with least-recently-used replacement
 * holds an object as long as it is asked for again within a time T, the same for all. An object that is asked for p times a second is then
 * there with the probability 1 − e^(−pT), and T is such that what is there fills the cache:
 *
 *     Σ size (1 − e^(−pT)) = room
 *
 * First in, first out lets an object stay for T whatever is asked (Martina, Garetto and Leonardi, "A unified approach to the performance
 * analysis of caching systems", 2014): pT / (1 + pT) in its place. For other policies there is the bound that no policy surpasses without knowing what comes: the objects of the greatest popularity for their
 * room are always there.
 */
import { exponentialOfNegative } from '../kernel/elementary-functions.ts';
import type { Bytes, Ratio } from '../quantities.ts';

export interface HitRatios {
  /** Share of the requests, and of the bytes delivered, that the cache answers. */
  readonly objects: Ratio;
  readonly bytes: Ratio;
}

/** Steps of a bisection, each of which halves the error: to the twelfth digit. */
const BISECTIONS = 40;

/**
 * By Che's approximation, of a cache with so much room. `shares`: probabilities of the objects; `sizes`: of each; `head`: what each
 * takes in the cache besides.
 */
export function predicted(policy: 'lru' | 'fifo', shares: Float64Array, sizes: Float64Array, room: Bytes, head: Bytes = 0): HitRatios {
  const there =
    policy === 'lru' ? (expected: number) => 1 - exponentialOfNegative(expected) : (expected: number) => expected / (1 + expected);
  const total = sizes.reduce((sum, size) => sum + size + head, 0);
  if (room >= total) return { objects: 1, bytes: 1 };
  if (room <= 0) return { objects: 0, bytes: 0 };
  const filled = (time: number): Bytes => {
    let bytes = 0;
    for (let i = 0; i < shares.length; i++) bytes += ((sizes[i] as Bytes) + head) * there((shares[i] as number) * time);
    return bytes;
  };
  let low = 0;
  let high = 1;
  while (filled(high) < room && high < Number.MAX_VALUE / 4) high *= 2;
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2;
    if (filled(middle) < room) low = middle;
    else high = middle;
  }
  return ratios(shares, sizes, (i) => there((shares[i] as number) * high));
}

/** Of a cache that always holds what is most popular for its size, as far as there is room; as above. */
export function bestStatic(shares: Float64Array, sizes: Float64Array, room: Bytes, head: Bytes = 0): HitRatios {
  const roomOf = (i: number): Bytes => (sizes[i] as Bytes) + head;
  const worth = (i: number): number => (shares[i] as number) / roomOf(i);
  const order = Array.from(shares, (_, i) => i).sort((a, b) => worth(b) - worth(a) || a - b);
  const held = new Float64Array(shares.length);
  let left = room;
  for (const i of order) {
    if (left <= 0) break;
    // The last one counts for the part that fits: a bound, not a placement.
    held[i] = Math.min(1, left / roomOf(i));
    left -= roomOf(i);
  }
  return ratios(shares, sizes, (i) => held[i] as number);
}

function ratios(shares: Float64Array, sizes: Float64Array, there: (object: number) => Ratio): HitRatios {
  let asked = 0;
  let hits = 0;
  let bytes = 0;
  let hitBytes = 0;
  for (const [i, share] of shares.entries()) {
    const hit = share * there(i);
    asked += share;
    hits += hit;
    bytes += share * (sizes[i] as number);
    hitBytes += hit * (sizes[i] as number);
  }
  return { objects: hits / asked, bytes: hitBytes / bytes };
}
