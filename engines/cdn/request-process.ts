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

/** Stands at one request after the other: `at` and `object` are those of the present one. */
export class RequestProcess {
  readonly #popularity: Popularity;
  readonly #rate: number;
  readonly #crowd: FlashCrowd | null;
  readonly #arrivals: RandomStream;
  readonly #choices: RandomStream;
  #at: Nanoseconds;
  #object = 0;

  /** Stands at the first request after `from`. `rate`: requests a second, on average, without the crowd's; above 0. */
  constructor(
    popularity: Popularity,
    rate: number,
    crowd: FlashCrowd | null,
    from: Nanoseconds,
    random: { readonly arrivals: RandomStream; readonly choices: RandomStream },
  ) {
    this.#popularity = popularity;
    this.#rate = rate;
    this.#crowd = crowd;
    this.#arrivals = random.arrivals;
    this.#choices = random.choices;
    this.#at = from;
    this.advance();
  }

  get at(): Nanoseconds {
    return this.#at;
  }

  get object(): number {
    return this.#object;
  }

  /** Goes on to the next request. */
  advance(): void {
    const crowd = this.#crowd;
    for (let from = this.#at; ; ) {
      const inCrowd = crowd !== null && from >= crowd.from && from < crowd.until;
      const rate = this.#rate + (inCrowd ? crowd.rate : 0);
      const at = from + Math.round(this.#arrivals.exponential(SECOND / rate));
      const boundary = crowd === null || from >= crowd.until ? Number.POSITIVE_INFINITY : inCrowd ? crowd.until : crowd.from;
      if (at >= boundary) {
        from = boundary;
        continue;
      }
      const ofCrowd = inCrowd && this.#choices.float() * rate < crowd.rate;
      this.#at = at;
      this.#object = ofCrowd ? crowd.object : this.#popularity.draw(this.#choices);
      return;
    }
  }
}
