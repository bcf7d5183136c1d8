/** How much of a node's line what it delivers takes, from one look to the next. */
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

  /** Since the last reading, 0 to 1: what was handed over in a moment may still wait in front of the line. */
  read(now: Nanoseconds): Ratio {
    const time = now - this.#since;
    const load = time > 0 ? Math.min(1, (this.#bytes * 8 * SECOND) / (this.#rate * time)) : 0;
    this.#since = now;
    this.#bytes = 0;
    return load;
  }
}
