/** How much may be on its way: slow start, congestion avoidance and fast recovery as RFC 5681 and RFC 6582 have them. */
import type { Bytes } from '../../quantities.ts';
import { INITIAL_WINDOW } from './parameters.ts';

/** The window part of a congestion control; when loss is found and what is sent again is the sender's business. */
export interface CongestionControl {
  /** cwnd. */
  readonly window: Bytes;
  /** ssthresh. */
  readonly threshold: Bytes;
  /** New data was acknowledged outside of recovery; `flight` was outstanding just before. */
  acknowledged(bytes: Bytes, flight: Bytes): void;
  /** Three duplicate ACKs: recovery begins. */
  recover(flight: Bytes): void;
  /** A further duplicate ACK in recovery: a segment has left the network. */
  duplicate(): void;
  /** An ACK in recovery that leaves data of that window unacknowledged. */
  partiallyAcknowledged(bytes: Bytes): void;
  /** All data of the window in which loss was found is acknowledged; `flight` is outstanding now. */
  recovered(flight: Bytes): void;
  /** The retransmission timer expired; `first` when these bytes had not timed out before. */
  timedOut(flight: Bytes, first: boolean): void;
  /** Nothing was sent for longer than the retransmission time-out. */
  idle(): void;
  /** The SYN or SYN-ACK was lost. */
  handshakeLost(): void;
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
    this.window = Math.min(INITIAL_WINDOW, 10 * mss);
  }

  acknowledged(bytes: Bytes, flight: Bytes): void {
    if (this.window < this.threshold) {
      // RFC 7661 §4.3: a window that was not used says nothing about the path.
      if (flight * 2 < this.window) return;
      // RFC 3465 §2.2 and §2.3: counting bytes makes the window double each round trip under delayed ACKs, too.
      this.window += Math.min(bytes, (this.#afterTimeout ? 1 : 2) * this.#mss);
      if (this.window > this.threshold) this.window = this.threshold;
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

  recover(flight: Bytes): void {
    this.threshold = Math.max(Math.floor(flight / 2), 2 * this.#mss);
    this.window = this.threshold + 3 * this.#mss;
    this.#counted = 0;
    this.#afterTimeout = false;
  }

  duplicate(): void {
    this.window += this.#mss;
  }

  partiallyAcknowledged(bytes: Bytes): void {
    this.window = Math.max(this.window - bytes, 0) + (bytes >= this.#mss ? this.#mss : 0);
    this.window = Math.max(this.window, this.#mss);
  }

  recovered(flight: Bytes): void {
    this.window = Math.min(this.threshold, Math.max(flight, this.#mss) + this.#mss);
    this.#counted = 0;
  }

  timedOut(flight: Bytes, first: boolean): void {
    if (first) this.threshold = Math.max(Math.floor(flight / 2), 2 * this.#mss);
    this.window = this.#mss;
    this.#counted = 0;
    this.#afterTimeout = true;
  }

  idle(): void {
    // RFC 5681 §4.1.
    this.window = Math.min(this.window, INITIAL_WINDOW, 10 * this.#mss);
  }

  handshakeLost(): void {
    // RFC 5681 §3.1, RFC 6928 §2: the initial window is one segment then.
    this.window = this.#mss;
  }
}
