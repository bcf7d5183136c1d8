/**
 * The one event that a flow waits for: where a message, a round or a window ends, on behalf of the step whose bytes go out then.
 *
 * Rates go up and down, and with each the time at which something is due. An event that comes too early costs less than one that is moved
 * each time: it is left where it is, and whoever is woken looks when something is due then.
 */
import type { Kernel, Timer } from '../../kernel/kernel.ts';
import { type Nanoseconds, SECOND } from '../../quantities.ts';

const NEVER = Number.POSITIVE_INFINITY;
/** Who shares a link looks again after this share of the time left, while that is long, instead of at each change of the rate. */
const SURE = 0.75;
const FAR: Nanoseconds = SECOND / 10;

export class Wake {
  readonly #kernel: Kernel;
  readonly #wakes: () => void;
  #timer: Timer | null = null;
  #at: Nanoseconds = NEVER;
  #cause = -1;

  constructor(kernel: Kernel, wake: () => void) {
    this.#kernel = kernel;
    this.#wakes = () => {
      this.#timer = null;
      this.#at = NEVER;
      wake();
    };
  }

  /** When it comes; infinity for never. */
  get at(): Nanoseconds {
    return this.#at;
  }

  /**
   * Something is due at that time (infinity: nothing), for that step; it is looked at by `latest`. `shared`: the rate is one that others
   * may change.
   */
  set(at: Nanoseconds, cause: number, latest: Nanoseconds, shared: boolean): void {
    const kernel = this.#kernel;
    if (cause === this.#cause && this.#timer !== null && this.#at <= latest) {
      if (at === this.#at || (at > this.#at && at !== NEVER)) return;
    }
    if (this.#timer !== null) kernel.cancel(this.#timer);
    this.#timer = null;
    this.#cause = cause;
    this.#at = at;
    if (at === NEVER) return;
    const ahead = at - kernel.now;
    if (shared && ahead > FAR) this.#at = kernel.now + Math.floor(ahead * SURE);
    this.#at = Math.min(this.#at, latest);
    const before = kernel.cause;
    kernel.cause = cause;
    this.#timer = kernel.schedule(this.#at - kernel.now, this.#wakes);
    kernel.cause = before;
  }
}
