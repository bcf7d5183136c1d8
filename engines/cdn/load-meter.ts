/** How much of a node's line is asked of it, from one look to the next. */
import { type BitsPerSecond, type Bytes, type Nanoseconds, type Ratio, SECOND } from '../quantities.ts';

export class LoadMeter {
  readonly #rate: BitsPerSecond;
  #since: Nanoseconds = 0;
  #bytes: Bytes = 0;

  /** `rate`: of the line. */
  constructor(rate: BitsPerSecond) {
    this.#rate = rate;
  }

  add(bytes: Bytes): void {
    this.#bytes += bytes;
  }

  /** Since the last reading, in parts of what the line can carry: beyond 1, more was asked of it. */
  read(now: Nanoseconds): Ratio {
    const time = now - this.#since;
    const load = time > 0 ? (this.#bytes * 8 * SECOND) / (this.#rate * time) : 0;
    this.#since = now;
    this.#bytes = 0;
    return load;
  }
}
