/**
 * When a catalogue's objects are asked for, and which: requests come at random times (a Poisson process), each for an object drawn by its
 * popularity. During a flash crowd, further requests come for one object.
 *
 * Both are Poisson processes, so that what is left until the next request does not depend on when the last one came: where the rate
 * changes, the wait is drawn anew from there.
 */
import type { RandomStream } from '../kernel/random.ts';
import { type Nanoseconds, SECOND } from '../quantities.ts';
import type { Popularity } from './popularity.ts';

export interface FlashCrowd {
  readonly object: number;
  /** From `from` on, before `until`. */
  readonly from: Nanoseconds;
  readonly until: Nanoseconds;
  /** Further requests a second, on average. */
  readonly rate: number;
}

export interface CatalogueRequest {
  readonly at: Nanoseconds;
  readonly object: number;
}

export class RequestProcess {
  readonly #popularity: Popularity;
  readonly #rate: number;
  readonly #crowd: FlashCrowd | null;
  readonly #arrivals: RandomStream;
  readonly #choices: RandomStream;

  /** `rate`: requests a second, on average, without the crowd's; above 0. */
  constructor(popularity: Popularity, rate: number, crowd: FlashCrowd | null, arrivals: RandomStream, choices: RandomStream) {
    this.#popularity = popularity;
    this.#rate = rate;
    this.#crowd = crowd;
    this.#arrivals = arrivals;
    this.#choices = choices;
  }

  /** The first request after `now`. */
  next(now: Nanoseconds): CatalogueRequest {
    const crowd = this.#crowd;
    for (let from = now; ; ) {
      const inCrowd = crowd !== null && from >= crowd.from && from < crowd.until;
      const rate = this.#rate + (inCrowd ? crowd.rate : 0);
      const at = from + Math.round(this.#arrivals.exponential(SECOND / rate));
      const boundary =
        crowd === null ? Number.POSITIVE_INFINITY : from < crowd.from ? crowd.from : inCrowd ? crowd.until : Number.POSITIVE_INFINITY;
      if (at >= boundary) {
        from = boundary;
        continue;
      }
      const ofCrowd = inCrowd && this.#choices.float() * rate < crowd.rate;
      return { at, object: ofCrowd ? crowd.object : this.#popularity.draw(this.#choices) };
    }
  }
}
