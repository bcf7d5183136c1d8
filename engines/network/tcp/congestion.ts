/**
 * How much may be on its way while nothing is lost: slow start and congestion avoidance as RFC 5681 has them. How the
 * window moves while losses are repaired is loss-recovery.ts; when loss is found and what is sent again, sender.ts.
 */
import type { Bytes, Nanoseconds } from '../../quantities.ts';
import { INITIAL_WINDOW } from './parameters.ts';

export interface CongestionControl {
  /** cwnd. Loss recovery sets it while it lasts. */
  window: Bytes;
  /** ssthresh. */
  threshold: Bytes;
  /**
   * New data was acknowledged outside of recovery; `flight` was outstanding just before. `roundTrip`: the smoothed
   * round-trip time, NaN when none was measured.
   */
  acknowledged(bytes: Bytes, flight: Bytes, now: Nanoseconds, roundTrip: Nanoseconds): void;
  /** Loss was found by duplicate ACKs with `flight` outstanding: sets the threshold, to which recovery brings the window. */
  lost(flight: Bytes): void;
  /** The retransmission timer expired; `first` when these bytes had not timed out before. */
  timedOut(flight: Bytes, first: boolean): void;
  /** Nothing was sent for longer than the retransmission time-out. */
  idle(): void;
  /** The SYN or SYN-ACK was lost. */
  handshakeLost(): void;
}

/** Bytes that slow start adds for an ACK. RFC 3465 §2.2 and §2.3: counting bytes makes the window double each round trip under delayed ACKs, too. */
export function slowStart(bytes: Bytes, mss: Bytes, afterTimeout: boolean): Bytes {
  return Math.min(bytes, (afterTimeout ? 1 : 2) * mss);
}

/** RFC 6928 §2. */
export function initialWindow(mss: Bytes): Bytes {
  return Math.min(10 * mss, Math.max(2 * mss, INITIAL_WINDOW));
}

export class NewReno implements CongestionControl {
  readonly #mss: Bytes;
  window: Bytes;
  threshold: Bytes = Number.POSITIVE_INFINITY;
  #afterTimeout = false;
  /** Bytes acknowledged since the window last grew, in congestion avoidance. */
  #counted: Bytes = 0;

  constructor(mss: Bytes) {
    this.#mss = mss;
    this.window = initialWindow(mss);
  }

  acknowledged(bytes: Bytes, flight: Bytes): void {
    if (this.window < this.threshold) {
      // RFC 7661 §4.3: a window that was not used says nothing about the path.
      if (flight * 2 < this.window) return;
      this.window = Math.min(this.window + slowStart(bytes, this.#mss, this.#afterTimeout), this.threshold);
      return;
    }
    this.#afterTimeout = false;
    if (flight + this.#mss < this.window) return;
    // RFC 5681 §3.1: one segment for each window's worth of bytes acknowledged.
    this.#counted += bytes;
    if (this.#counted >= this.window) {
      this.#counted -= this.window;
      this.window += this.#mss;
    }
  }

  lost(flight: Bytes): void {
    this.threshold = Math.max(Math.floor(flight / 2), 2 * this.#mss);
    this.#counted = 0;
    this.#afterTimeout = false;
  }

  timedOut(flight: Bytes, first: boolean): void {
    if (first) this.threshold = Math.max(Math.floor(flight / 2), 2 * this.#mss);
    this.window = this.#mss;
    this.#counted = 0;
    this.#afterTimeout = true;
  }

  idle(): void {
    // RFC 5681 §4.1.
    this.window = Math.min(this.window, initialWindow(this.#mss));
  }

  handshakeLost(): void {
    // RFC 5681 §3.1, RFC 6928 §2: the initial window is one segment then.
    this.window = this.#mss;
  }
}
