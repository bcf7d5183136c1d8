/**
 * What a catalogue's objects are asked for: Zipf's law. Of n objects in the order of their popularity, the i-th is asked for with a
 * probability proportional to 1 / i^α. For α = 0 all are alike; requests to the Web were found at 0.64 to 0.83 (Breslau and others, "Web
 * caching and Zipf-like distributions", 1999), video on demand near 1.
 */
import { exponentialOfNegative, naturalLogarithm } from '../kernel/elementary-functions.ts';
import type { RandomStream } from '../kernel/random.ts';

/** Probabilities of objects 0 to `count` − 1, the most popular one first; their sum is 1. `alpha` 0 to 4. */
export function zipf(count: number, alpha: number): Float64Array {
  const shares = new Float64Array(count);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    // 1 / i^α = e^(−α ln i): the same bits everywhere, which Math.pow does not promise.
    const share = exponentialOfNegative(-alpha * naturalLogarithm(1 / (i + 1)));
    shares[i] = share;
    sum += share;
  }
  for (let i = 0; i < count; i++) shares[i] = (shares[i] as number) / sum;
  return shares;
}

/** Draws objects by their probabilities: one number drawn, and a search in the table of their sums. */
export class Popularity {
  /** Sums of the probabilities up to each object. */
  readonly #sums: Float64Array;
  /** Where a search begins and ends, by as many parts of 0 to 1 as there are objects: the result is the same as without. */
  readonly #guide: Int32Array;

  constructor(shares: Float64Array) {
    const count = shares.length;
    this.#sums = new Float64Array(count);
    let sum = 0;
    for (let i = 0; i < count; i++) {
      sum += shares[i] as number;
      this.#sums[i] = sum;
    }
    this.#guide = new Int32Array(count + 1);
    let object = 0;
    for (let part = 0; part <= count; part++) {
      while (object < count - 1 && (this.#sums[object] as number) <= (part / count) * sum) object++;
      this.#guide[part] = object;
    }
  }

  draw(random: RandomStream): number {
    const sums = this.#sums;
    const count = sums.length;
    const drawn = random.float();
    // The sum of all may miss 1 by the last bits.
    const at = drawn * (sums[count - 1] as number);
    const part = Math.floor(drawn * count);
    // One to either side: products may be rounded across a boundary.
    let low = this.#guide[Math.max(0, part - 1)] as number;
    let high = this.#guide[Math.min(count, part + 2)] as number;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sums[middle] as number) > at) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
