/** How long to wait for an acknowledgment: RFC 6298. */
import type { Nanoseconds } from '../../quantities.ts';
import { CLOCK_GRANULARITY, INITIAL_RTO, MAXIMUM_RTO, MINIMUM_RTO, RTO_AFTER_LOST_SYN } from './parameters.ts';

export class RoundTripTime {
  /** NaN before the first measurement. */
  smoothed: Nanoseconds = Number.NaN;
  variation: Nanoseconds = 0;
  #timeout: Nanoseconds = INITIAL_RTO;
  #backoff = 0;

  /** The retransmission time-out as it stands, backed off. */
  get timeout(): Nanoseconds {
    return Math.min(this.#timeout * 2 ** this.#backoff, MAXIMUM_RTO);
  }

  /** A round trip of a segment that was sent once (Karn's algorithm, §3, is the caller's). */
  measured(sample: Nanoseconds): void {
    if (Number.isNaN(this.smoothed)) {
      this.smoothed = sample;
      this.variation = sample / 2;
    } else {
      this.variation = 0.75 * this.variation + 0.25 * Math.abs(this.smoothed - sample);
      this.smoothed = 0.875 * this.smoothed + 0.125 * sample;
    }
    const timeout = this.smoothed + Math.max(CLOCK_GRANULARITY, 4 * this.variation);
    this.#timeout = Math.round(Math.min(Math.max(timeout, MINIMUM_RTO), MAXIMUM_RTO));
    this.#backoff = 0;
  }

  /** New data was acknowledged: the path works. Karn's algorithm would keep the backoff until the next measurement; stacks in use do not. */
  progress(): void {
    this.#backoff = 0;
  }

  /** §5.5: the timer expired. */
  backOff(): void {
    if (this.#timeout * 2 ** this.#backoff < MAXIMUM_RTO) this.#backoff++;
  }

  /** §5.7: data begins. A handshake that was `repeated` measured nothing, and says that the first guess may be too short. */
  established(repeated: boolean): void {
    this.#backoff = 0;
    if (repeated && Number.isNaN(this.smoothed)) this.#timeout = RTO_AFTER_LOST_SYN;
  }
}
