/**
 * The congestion window of a fluid flow: how fast it grows, and what a loss leaves of it.
 *
 * Between events the window grows along a straight line. Slow start adds what is acknowledged (RFC 3465); congestion
 * avoidance one segment a round trip (RFC 5681 §3.1); CUBIC's curve (RFC 9438 §4.2) is followed in chords.
 */
import { cubeRoot } from '../../kernel/elementary-functions.ts';
import { type Bytes, type Nanoseconds, SECOND } from '../../quantities.ts';
import { DECREASE, RENO_INCREASE, SCALE } from '../tcp/cubic.ts';
import { INITIAL_WINDOW, MAXIMUM_SEGMENT_SIZE } from '../tcp/parameters.ts';

const SMALLEST: Bytes = 2 * MAXIMUM_SEGMENT_SIZE;

export class Window {
  size: Bytes = INITIAL_WINDOW;
  threshold: Bytes = Number.POSITIVE_INFINITY;
  /** Never grows beyond: what the receiver offers. */
  limit: Bytes;
  readonly #cubic: boolean;
  #plateau: Bytes = 0;
  #prior: Bytes = 0;
  /** Begin of this stage of congestion avoidance (CUBIC); NaN outside of one. */
  #epoch: Nanoseconds = Number.NaN;
  #atEpoch: Bytes = 0;
  #rise = 0;

  constructor(limit: Bytes, cubic: boolean) {
    this.limit = limit;
    this.#cubic = cubic;
  }

  get slowStart(): boolean {
    return this.size < this.threshold;
  }

  /** In congestion avoidance it grows along a curve: a chord of it holds for a few round trips. */
  get bends(): boolean {
    return this.#cubic && this.size >= this.threshold && this.size < this.limit;
  }

  /** What may be under way. */
  get usable(): Bytes {
    return Math.min(this.size, this.limit);
  }

  /** Share of the window that a loss leaves. */
  get decrease(): number {
    return this.#cubic ? DECREASE : 0.5;
  }

  /** A whole window was acknowledged in slow start. */
  double(): void {
    this.size = Math.min(2 * this.size, this.threshold, Math.max(this.limit, this.size));
  }

  /** Bytes a nanosecond by which the window grows from `now` on, over about `horizon`, for a flow that uses it all. */
  growth(now: Nanoseconds, roundTrip: Nanoseconds, rate: number, horizon: Nanoseconds): number {
    if (this.size >= this.limit) return 0;
    if (this.slowStart) return rate;
    if (!this.#cubic) return MAXIMUM_SEGMENT_SIZE / roundTrip;
    if (Number.isNaN(this.#epoch)) this.#begin(now);
    const until = now + Math.max(horizon, roundTrip);
    // The window follows the curve a round trip ahead (§4.4), by at most a half of itself each round.
    const curve = Math.min(this.#curve(until, roundTrip), this.size * (1 + (0.5 * (until - now)) / roundTrip));
    return Math.max(curve - this.size, 0) / (until - now);
  }

  /** A loss was found when `flight` was under way: the threshold. */
  lost(flight: Bytes): void {
    if (this.#cubic) {
      // RFC 9438 §4.7, fast convergence.
      this.#plateau = flight < this.#plateau ? (flight * (1 + DECREASE)) / 2 : flight;
      this.#prior = flight;
      this.#epoch = Number.NaN;
    }
    this.threshold = Math.max(flight * this.decrease, SMALLEST);
  }

  /** Losses are repaired: congestion avoidance from the threshold on. */
  recovered(): void {
    this.size = Math.min(this.threshold, Math.max(this.size, SMALLEST));
    this.threshold = Math.min(this.threshold, this.size);
  }

  /** The retransmission timer has expired (RFC 5681 §3.1), and the segment that it sent again is acknowledged. */
  restarted(): void {
    this.size = SMALLEST;
    this.threshold = Math.max(this.threshold, SMALLEST);
    this.#plateau = 0;
    this.#epoch = Number.NaN;
  }

  /** Nothing was sent for longer than the retransmission time-out (RFC 5681 §4.1). */
  idle(): void {
    this.size = Math.min(this.size, INITIAL_WINDOW);
    this.#epoch = Number.NaN;
  }

  /** RFC 5681 §3.1. */
  handshakeLost(): void {
    this.size = MAXIMUM_SEGMENT_SIZE;
  }

  #begin(now: Nanoseconds): void {
    this.#epoch = now;
    this.#atEpoch = this.size;
    if (this.#plateau <= this.size) {
      this.#plateau = this.size;
      this.#rise = 0;
    } else this.#rise = cubeRoot((this.#plateau - this.size) / MAXIMUM_SEGMENT_SIZE / SCALE);
  }

  #curve(at: Nanoseconds, roundTrip: Nanoseconds): Bytes {
    const seconds = (at - this.#epoch) / SECOND;
    const ahead = seconds - this.#rise;
    const cubic = SCALE * ahead * ahead * ahead * MAXIMUM_SEGMENT_SIZE + this.#plateau;
    // §4.3: what Reno would have, whose increase is 1 once it is where the last reduction began.
    const rounds = (at - this.#epoch) / roundTrip;
    const slow = Math.max(Math.min((this.#prior - this.#atEpoch) / (RENO_INCREASE * MAXIMUM_SEGMENT_SIZE), rounds), 0);
    const reno = this.#atEpoch + (RENO_INCREASE * slow + (rounds - slow)) * MAXIMUM_SEGMENT_SIZE;
    return Math.max(cubic, reno);
  }
}
