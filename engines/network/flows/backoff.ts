/** How long a sender goes on asking when nothing is acknowledged: at times that double (RFC 6298 §5.5), until it gives up. */
import type { Nanoseconds } from '../../quantities.ts';
import { MAXIMUM_RTO, USER_TIMEOUT } from '../tcp/parameters.ts';

export class Backoff {
  /** Times that the retransmission timer has expired. */
  attempts = 0;
  #since: Nanoseconds | null = null;

  /** Nothing is acknowledged, or goes out at all, since a while. */
  get isOn(): boolean {
    return this.#since !== null;
  }

  begin(now: Nanoseconds): void {
    this.#since = now;
    this.attempts = 0;
  }

  /** Something is heard again. The attempts are known until the next one begins. */
  end(): void {
    this.#since = null;
  }

  isTooLong(now: Nanoseconds): boolean {
    return this.#since !== null && now - this.#since >= USER_TIMEOUT;
  }

  /** The timer has expired: from then until the next time. */
  next(timeout: Nanoseconds): Nanoseconds {
    this.attempts++;
    return Math.min(timeout * 2 ** this.attempts, MAXIMUM_RTO);
  }
}
