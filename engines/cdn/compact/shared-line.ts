/**
 * A line that is shared fairly: each transfer over it has the same rate, at most what its receiver can take.
 *
 * Theory of operation. As all rates are alike, a transfer ends when that much has come to any one of them since it began: the line counts
 * what has come to each (`#each`), and keeps transfers in a heap by the count at which they end. Beginning and ending one costs
 * logarithmic time in their number, though it changes the rate of all.
 */
import { NEVER } from '../../kernel/event-queue.ts';
import { type BitsPerSecond, type Nanoseconds, SECOND } from '../../quantities.ts';

export const NONE = -1;
/** Of a transfer so little may be missing when it ends: far more than sums are rounded by. */
const ROUNDING = 0.5;

export class SharedLine {
  readonly #capacity: number;
  readonly #mostEach: number;
  /** Bits that have come to each transfer since the line was last idle, as of `#at`. */
  #each = 0;
  #at: Nanoseconds = 0;
  /** A heap: the count at which each transfer ends, and whose it is. */
  readonly #ends: number[] = [];
  readonly #owners: number[] = [];

  /** `mostEach`: what a receiver can take, Infinity where it takes all. */
  constructor(capacity: BitsPerSecond, mostEach: BitsPerSecond) {
    this.#capacity = capacity / SECOND;
    this.#mostEach = mostEach / SECOND;
  }

  /** Transfers under way. */
  get transfers(): number {
    return this.#ends.length;
  }

  /** Bits a second of each transfer now; what the next one would have where there is none. */
  get rate(): BitsPerSecond {
    return Math.min(this.#mostEach, this.#capacity / Math.max(1, this.#ends.length)) * SECOND;
  }

  /** So many bits, more than 0, for `owner`, a whole number that has no transfer here yet. */
  begin(now: Nanoseconds, owner: number, bits: number): void {
    this.#pass(now);
    const ends = this.#ends;
    ends.push(this.#each + bits);
    this.#owners.push(owner);
    let child = ends.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#before(child, parent)) break;
      this.#swap(child, parent);
      child = parent;
    }
  }

  /** When the next transfer ends if none begins before; NEVER where there is none. */
  nextEnd(): Nanoseconds {
    const first = this.#ends[0];
    if (first === undefined) return NEVER;
    return this.#at + Math.ceil(Math.max(0, first - this.#each) / this.#rate());
  }

  /** Takes a transfer off that has ended by now; whose it was, or NONE. */
  take(now: Nanoseconds): number {
    this.#pass(now);
    const first = this.#ends[0];
    return first === undefined || first - this.#each > ROUNDING ? NONE : this.#takeFirst();
  }

  /** All transfers end at once, unfinished; whose they were, in the order in which they would have ended. */
  cut(now: Nanoseconds): number[] {
    this.#pass(now);
    const owners: number[] = [];
    while (this.#ends.length > 0) owners.push(this.#takeFirst());
    return owners;
  }

  #rate(): number {
    return Math.min(this.#mostEach, this.#capacity / this.#ends.length);
  }

  #pass(now: Nanoseconds): void {
    if (this.#ends.length === 0) this.#each = 0;
    else this.#each += this.#rate() * (now - this.#at);
    this.#at = now;
  }

  #takeFirst(): number {
    const owner = this.#owners[0] as number;
    const last = this.#ends.length - 1;
    this.#swap(0, last);
    this.#ends.pop();
    this.#owners.pop();
    for (let parent = 0; ; ) {
      let least = 2 * parent + 1;
      if (least + 1 < last && this.#before(least + 1, least)) least++;
      if (least >= last || !this.#before(least, parent)) return owner;
      this.#swap(parent, least);
      parent = least;
    }
  }

  /** Of those that end together, the lower number first. */
  #before(a: number, b: number): boolean {
    const [one, other] = [this.#ends[a] as number, this.#ends[b] as number];
    return one < other || (one === other && (this.#owners[a] as number) < (this.#owners[b] as number));
  }

  #swap(a: number, b: number): void {
    const ends = this.#ends[a] as number;
    this.#ends[a] = this.#ends[b] as number;
    this.#ends[b] = ends;
    const owner = this.#owners[a] as number;
    this.#owners[a] = this.#owners[b] as number;
    this.#owners[b] = owner;
  }
}
