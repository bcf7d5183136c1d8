/**
 * What a tracker knows of one torrent: its peers, how many of them are complete, and how often it was downloaded. Whoever announces
 * itself is on the list, and gets a random choice of the others (BEP 3); whoever says `stopped`, or is not heard of for twice the
 * interval, is off it.
 *
 * Peers are small integers, chosen by the caller.
 */
import type { RandomStream } from '../kernel/random.ts';
import { type Bytes, MINUTE, type Nanoseconds } from '../quantities.ts';

export type AnnounceEvent = 'started' | 'stopped' | 'completed' | 'none';

/** What a peer gets that does not say how many it wants. */
export const DEFAULT_WANTED = 50;
/** Nobody gets more. */
export const MOST_GIVEN = 200;

export interface TrackerOptions {
  /** After which peers are to announce themselves again; 30 minutes where absent. */
  readonly interval?: Nanoseconds;
}

const NOWHERE = -1;

export class TrackerList {
  readonly interval: Nanoseconds;
  /** Of the last `announce`: peers to connect to. */
  readonly given: number[] = [];
  /** How often `completed` was announced. */
  downloaded = 0;
  /** Announcements so far. */
  announces = 0;
  #complete = 0;
  readonly #random: RandomStream;
  #list = new Int32Array(16);
  #count = 0;
  /** Of each peer: where it stands in the list. */
  #places = new Int32Array(16).fill(NOWHERE);
  #heard = new Float64Array(16);
  #isComplete = new Uint8Array(16);
  #swept: Nanoseconds = 0;

  constructor({ interval = 30 * MINUTE }: TrackerOptions, random: RandomStream) {
    this.interval = interval;
    this.#random = random;
  }

  /** Peers that have everything: "seeds". */
  get complete(): number {
    return this.#complete;
  }

  get incomplete(): number {
    return this.#count - this.#complete;
  }

  /** A peer announces itself, with how many bytes it has left to get. `given` are then up to `wanted` others; none after `stopped`. */
  announce(peer: number, event: AnnounceEvent, left: Bytes, wanted: number, now: Nanoseconds): void {
    this.announces++;
    this.given.length = 0;
    if (now - this.#swept >= this.interval) this.#sweep(now);
    if (event === 'stopped') {
      this.remove(peer);
      return;
    }
    if (event === 'completed') this.downloaded++;
    this.#enter(peer);
    this.#heard[peer] = now;
    const complete = left === 0 ? 1 : 0;
    this.#complete += complete - (this.#isComplete[peer] as number);
    this.#isComplete[peer] = complete;
    // The asker stands last, and is not drawn.
    this.#swap(this.#places[peer] as number, this.#count - 1);
    const others = this.#count - 1;
    const give = Math.min(wanted < 0 ? DEFAULT_WANTED : wanted, MOST_GIVEN, others);
    for (let i = 0; i < give; i++) {
      this.#swap(i, i + this.#random.below(others - i));
      this.given.push(this.#list[i] as number);
    }
  }

  remove(peer: number): void {
    const place = this.#places[peer] ?? NOWHERE;
    if (place === NOWHERE) return;
    this.#swap(place, this.#count - 1);
    this.#count--;
    this.#places[peer] = NOWHERE;
    this.#complete -= this.#isComplete[peer] as number;
    this.#isComplete[peer] = 0;
  }

  #sweep(now: Nanoseconds): void {
    this.#swept = now;
    for (let i = this.#count - 1; i >= 0; i--) {
      const peer = this.#list[i] as number;
      if (now - (this.#heard[peer] as number) > 2 * this.interval) this.remove(peer);
    }
  }

  #enter(peer: number): void {
    while (peer >= this.#places.length) {
      const size = this.#places.length;
      const places = new Int32Array(2 * size).fill(NOWHERE);
      places.set(this.#places);
      this.#places = places;
      this.#heard = grown(this.#heard, new Float64Array(2 * size));
      this.#isComplete = grown(this.#isComplete, new Uint8Array(2 * size));
      this.#list = grown(this.#list, new Int32Array(2 * size));
    }
    if (this.#places[peer] !== NOWHERE) return;
    this.#places[peer] = this.#count;
    this.#list[this.#count++] = peer;
  }

  #swap(a: number, b: number): void {
    const peer = this.#list[a] as number;
    const other = this.#list[b] as number;
    this.#list[a] = other;
    this.#list[b] = peer;
    this.#places[other] = a;
    this.#places[peer] = b;
  }
}

function grown<A extends Float64Array | Int32Array | Uint8Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
