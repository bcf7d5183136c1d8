/** How fast something goes at present: what went by in the last interval that is over and the one that is not. */
import { type Bytes, type Nanoseconds, SECOND } from '../quantities.ts';

const INTERVAL: Nanoseconds = 5 * SECOND;

export class TransferRate {
  #began: Nanoseconds;
  #before: Bytes = 0;
  #present: Bytes = 0;
  /** An interval is over. */
  #full = false;

  constructor(now: Nanoseconds) {
    this.#began = now;
  }

  add(bytes: Bytes, now: Nanoseconds): void {
    this.#turn(now);
    this.#present += bytes;
  }

  /** Bytes a second. */
  at(now: Nanoseconds): number {
    this.#turn(now);
    const time = now - this.#began + (this.#full ? INTERVAL : 0);
    // What came at once says nothing of a rate.
    return ((this.#before + this.#present) * SECOND) / Math.max(time, SECOND);
  }

  #turn(now: Nanoseconds): void {
    const over = Math.floor((now - this.#began) / INTERVAL);
    if (over === 0) return;
    this.#before = over === 1 ? this.#present : 0;
    this.#present = 0;
    this.#began += over * INTERVAL;
    this.#full = true;
  }
}
