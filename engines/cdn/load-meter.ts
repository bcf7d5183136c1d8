/** How much of a node's line is asked of it, from one look to the next of whoever looks. */
import type { Address } from '../network/host.ts';
import { type BitsPerSecond, type Bytes, type Nanoseconds, type Ratio, SECOND } from '../quantities.ts';

/** What had been asked of the line when somebody looked. */
interface Reading {
  readonly at: Nanoseconds;
  readonly bytes: Bytes;
}

const BEGINNING: Reading = { at: 0, bytes: 0 };

export class LoadMeter {
  readonly #rate: BitsPerSecond;
  #bytes: Bytes = 0;
  /** The last one of each: as many as there are hosts at most. */
  readonly #readings = new Map<Address, Reading>();

  /** `rate`: of the line. */
  constructor(rate: BitsPerSecond) {
    this.#rate = rate;
  }

  add(bytes: Bytes): void {
    this.#bytes += bytes;
  }

  /** Since the last reading by the same one, in parts of what the line can carry: beyond 1, more was asked of it. */
  read(now: Nanoseconds, by: Address): Ratio {
    const last = this.#readings.get(by) ?? BEGINNING;
    const time = now - last.at;
    this.#readings.set(by, { at: now, bytes: this.#bytes });
    return time > 0 ? ((this.#bytes - last.bytes) * 8 * SECOND) / (this.#rate * time) : 0;
  }
}
