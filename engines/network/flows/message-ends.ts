/** Where the messages of a stream end that have not gone out, in order: a queue. */
import type { Bytes } from '../../quantities.ts';

/** So many that have gone are kept in the array, at least, before they are taken out of it. */
const KEPT = 32;

export class MessageEnds {
  readonly #ends: Bytes[] = [];
  #first = 0;

  get isEmpty(): boolean {
    return this.#first >= this.#ends.length;
  }

  /** The end of the message that goes out now; there is one. */
  get next(): Bytes {
    return this.#ends[this.#first] as Bytes;
  }

  add(end: Bytes): void {
    this.#ends.push(end);
  }

  /** The message that went out now has gone out to its end. */
  shift(): void {
    this.#first++;
    if (this.#first > KEPT && this.#first * 2 > this.#ends.length) {
      this.#ends.splice(0, this.#first);
      this.#first = 0;
    }
  }

  clear(): void {
    this.#ends.length = 0;
    this.#first = 0;
  }

  /** What lies behind `position` goes out again; `gone`: ends that had. */
  goBackTo(position: Bytes, gone: readonly Bytes[]): void {
    const ends = [...gone, ...this.#ends.slice(this.#first)];
    this.clear();
    for (const end of ends) if (end > Math.max(position, this.#ends.at(-1) ?? 0)) this.#ends.push(end);
  }
}
