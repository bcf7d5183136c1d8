/**
 * A timer that is set and moved far more often than it runs out: while it only moves to a later time, the kernel's event
 * stays where it is, and is put off when it comes up too early.
 *
 * A deadline that was called off must not be waited for: a step is done, and a run at its end, when nothing they set off
 * is pending. So `stop` cancels the event. A deadline in the background, which nobody waits for, leaves even that.
 */
import type { Kernel, ScheduleOptions, Timer } from '../../kernel/kernel.ts';
import type { Nanoseconds } from '../../quantities.ts';

export class Deadline {
  readonly #kernel: Kernel;
  readonly #due: () => void;
  readonly #options: ScheduleOptions;
  readonly #background: boolean;
  readonly #fires: () => void;
  /** −1 while none is set. */
  #at: Nanoseconds = -1;
  /** On whose behalf it is set. */
  #cause = -1;
  #timer: Timer | null = null;
  #firesAt: Nanoseconds = 0;
  #firesFor = -1;

  /** `due` is called when the time comes, with the cause that held when it was set. */
  constructor(kernel: Kernel, due: () => void, options: ScheduleOptions = {}) {
    this.#kernel = kernel;
    this.#due = due;
    this.#options = options;
    this.#background = options.background === true;
    this.#fires = () => this.#fire();
  }

  get pending(): boolean {
    return this.#at >= 0;
  }

  start(delay: Nanoseconds): void {
    const { now, cause } = this.#kernel;
    this.#at = now + delay;
    this.#cause = cause;
    if (this.#timer !== null) {
      if (this.#firesAt <= this.#at && (this.#background || this.#firesFor === cause)) return;
      this.#kernel.cancel(this.#timer);
    }
    this.#schedule(delay);
  }

  stop(): void {
    this.#at = -1;
    if (this.#timer === null || this.#background) return;
    this.#kernel.cancel(this.#timer);
    this.#timer = null;
  }

  #schedule(delay: Nanoseconds): void {
    this.#firesAt = this.#at;
    this.#firesFor = this.#cause;
    this.#timer = this.#kernel.schedule(delay, this.#fires, this.#options);
  }

  #fire(): void {
    this.#timer = null;
    if (this.#at < 0) return;
    const { now } = this.#kernel;
    this.#kernel.cause = this.#cause;
    if (now < this.#at) {
      this.#schedule(this.#at - now);
      return;
    }
    this.#at = -1;
    this.#due();
  }
}
