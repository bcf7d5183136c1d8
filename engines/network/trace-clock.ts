/**
 * A bandwidth trace over the clock of a run: which period holds when, and how long bits take under changing rates.
 *
 * The trace begins at time 0 and starts anew whenever it ends. Times asked for may go forth and, a little, back: the clock
 * remembers where it was, and finds the period by a binary search in the one round of the trace.
 */
import { type Nanoseconds, SECOND } from '../quantities.ts';
import type { BandwidthTrace, TracePeriod } from '../scenario.ts';

/** Bits: what sums of periods may be wrong by, so that the last bit of a period does not have to wait for the next one. */
const ROUNDING = 1e-5;

export class TraceClock {
  readonly #periods: BandwidthTrace;
  /** When each period ends within a round; the last one is the round's length. */
  readonly #ends: Float64Array;
  readonly #round: Nanoseconds;
  readonly #bitsOfRound: number;
  /** Where it was last: the period, and its begin and end on the clock. */
  #period = 0;
  #from: Nanoseconds = 0;
  #to: Nanoseconds = 0;

  /** Throws a RangeError for a trace without a period, with one that does not last, or with no rate above 0. */
  constructor(periods: BandwidthTrace) {
    let end = 0;
    let bits = 0;
    this.#periods = periods;
    this.#ends = Float64Array.from(periods, ({ duration, rate }) => {
      if (!(duration > 0)) throw new RangeError(`a period of a trace that lasts ${duration} ns`);
      bits += (rate * duration) / SECOND;
      end += duration;
      return end;
    });
    if (!(bits > 0)) throw new RangeError('a trace through which nothing ever passes');
    this.#round = end;
    this.#bitsOfRound = bits;
    this.#to = this.#ends[0] as number;
  }

  /** The period that holds at `now`; of two that meet there, the one that begins. */
  at(now: Nanoseconds): TracePeriod {
    if (now < this.#from || now >= this.#to) this.#find(now);
    return this.#periods[this.#period] as TracePeriod;
  }

  /** When the period after the one at `now` begins. */
  nextChange(now: Nanoseconds): Nanoseconds {
    this.at(now);
    return this.#to;
  }

  /** When the last of `bits` has gone out that begin to be sent at `start`, rounded up to whole nanoseconds; infinity beyond the end of virtual time. */
  departure(start: Nanoseconds, bits: number): Nanoseconds {
    // Whole rounds are skipped: a slow line and a short trace must not take a step for each. The last one is not: its last bit
    // may go out before the round ends.
    const rounds = Math.max(Math.ceil(bits / this.#bitsOfRound) - 1, 0);
    let left = bits - rounds * this.#bitsOfRound;
    let at = start;
    // Beyond 2^53 ns whole nanoseconds can no longer be told apart.
    while (at <= Number.MAX_SAFE_INTEGER) {
      const { rate } = this.at(at);
      const capacity = ((this.#to - at) * rate) / SECOND;
      if (left <= capacity + ROUNDING && rate > 0) {
        const end = Math.ceil(at + (left * SECOND) / rate) + rounds * this.#round;
        return end <= Number.MAX_SAFE_INTEGER ? end : Number.POSITIVE_INFINITY;
      }
      left -= capacity;
      at = this.#to;
    }
    return Number.POSITIVE_INFINITY;
  }

  #find(now: Nanoseconds): void {
    const begin = Math.floor(now / this.#round) * this.#round;
    const within = now - begin;
    let low = 0;
    let high = this.#ends.length - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#ends[middle] as number) > within) high = middle;
      else low = middle + 1;
    }
    this.#period = low;
    this.#from = begin + (low > 0 ? (this.#ends[low - 1] as number) : 0);
    this.#to = begin + (this.#ends[low] as number);
  }
}
