/**
 * CUBIC (RFC 9438): after a loss the window grows along a cubic curve of time, fast back towards the size at which the
 * loss came, flat around it, then ever faster beyond; never slower than Reno would (§4.3).
 *
 * Slow start is RFC 5681's; HyStart++ (RFC 9406), which §4.10 suggests for it, is not there. Windows are in bytes here
 * and in segments in the RFC's equations.
 */
import { cubeRoot } from '../../kernel/elementary-functions.ts';
import { type Bytes, type Nanoseconds, SECOND } from '../../quantities.ts';
import { type CongestionControl, initialWindow, slowStart } from './congestion.ts';

/** C of §4.1, in segments per cubed second (§5). */
export const SCALE = 0.4;
/** β of §4.6. */
export const DECREASE = 0.7;
/** α of §4.3, for which AIMD with β has the average window of Reno. */
export const RENO_INCREASE = (3 * (1 - DECREASE)) / (1 + DECREASE);

export class Cubic implements CongestionControl {
  readonly #mss: Bytes;
  window: Bytes;
  threshold: Bytes = Number.POSITIVE_INFINITY;
  #afterTimeout = false;
  /** W_max; 0: the next congestion avoidance begins at its plateau (§4.8, §4.10). */
  #plateau: Bytes = 0;
  /** cwnd_prior: the window before the last reduction. */
  #prior: Bytes = 0;
  /** Begin of this stage of congestion avoidance; NaN outside of one. */
  #epoch: Nanoseconds = Number.NaN;
  /** K, in seconds from the begin of the stage. */
  #rise = 0;
  /** W_est: what Reno would have. */
  #reno: Bytes = 0;

  constructor(mss: Bytes) {
    this.#mss = mss;
    this.window = initialWindow(mss);
  }

  acknowledged(bytes: Bytes, flight: Bytes, now: Nanoseconds, roundTrip: Nanoseconds): void {
    if (this.window < this.threshold) {
      // RFC 7661 §4.3.
      if (flight * 2 >= this.window) {
        this.window = Math.min(this.window + slowStart(bytes, this.#mss, this.#afterTimeout), this.threshold);
      }
      return;
    }
    this.#afterTimeout = false;
    if (flight + this.#mss < this.window) {
      // §5.8: time in which the window was not used does not count; the curve goes on from here.
      this.#epoch = Number.NaN;
      return;
    }
    if (Number.isNaN(this.#epoch)) this.#begin(now);
    const elapsed = (now - this.#epoch) / SECOND;
    // §4.3: α is 1 once W_est is where the last reduction began.
    const increase = this.#reno >= this.#prior ? 1 : RENO_INCREASE;
    this.#reno += (increase * bytes * this.#mss) / this.window;
    if (this.#curve(elapsed) < this.#reno) {
      this.window = Math.max(this.window, this.#reno);
      return;
    }
    // §4.4, §4.5: within a round trip to where the curve will be then, by at most a half.
    const ahead = Number.isNaN(roundTrip) ? 0 : roundTrip / SECOND;
    const target = Math.min(Math.max(this.#curve(elapsed + ahead), this.window), 1.5 * this.window);
    this.window += ((target - this.window) * bytes) / this.window;
  }

  lost(flight: Bytes): void {
    this.#reduce(flight);
    this.#afterTimeout = false;
  }

  timedOut(flight: Bytes, first: boolean): void {
    if (first) this.#reduce(flight);
    // §4.8: the congestion avoidance after the slow start that follows begins at its plateau.
    this.#plateau = 0;
    this.#epoch = Number.NaN;
    this.window = this.#mss;
    this.#afterTimeout = true;
  }

  idle(): void {
    // RFC 5681 §4.1.
    this.window = Math.min(this.window, initialWindow(this.#mss));
    this.#epoch = Number.NaN;
  }

  handshakeLost(): void {
    this.window = this.#mss;
  }

  #reduce(flight: Bytes): void {
    // §4.7, fast convergence: who loses below the last plateau makes room for others.
    this.#plateau = this.window < this.#plateau ? (this.window * (1 + DECREASE)) / 2 : this.window;
    this.#prior = this.window;
    this.threshold = Math.max(Math.round(flight * DECREASE), 2 * this.#mss);
    this.#epoch = Number.NaN;
  }

  #begin(now: Nanoseconds): void {
    this.#epoch = now;
    this.#reno = this.window;
    if (this.#plateau <= this.window) {
      this.#plateau = this.window;
      this.#rise = 0;
    } else this.#rise = cubeRoot((this.#plateau - this.window) / this.#mss / SCALE);
  }

  /** W_cubic(t) of §4.2. */
  #curve(seconds: number): Bytes {
    const ahead = seconds - this.#rise;
    return SCALE * ahead * ahead * ahead * this.#mss + this.#plateau;
  }
}
