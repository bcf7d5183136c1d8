/** How the congestion window moves while losses are repaired: NewReno's inflation without SACK, PRR with it. */
import type { Bytes } from '../../quantities.ts';
import type { CongestionControl } from './congestion.ts';

/** RFC 6582 §3.2: duplicate ACKs inflate the window by what has left the network. */
export class WindowInflation {
  readonly #congestion: CongestionControl;
  readonly #mss: Bytes;

  constructor(congestion: CongestionControl, mss: Bytes) {
    this.#congestion = congestion;
    this.#mss = mss;
  }

  /** The third duplicate ACK; the threshold is set already. */
  enter(): void {
    this.#congestion.window = this.#congestion.threshold + 3 * this.#mss;
  }

  duplicate(): void {
    this.#congestion.window += this.#mss;
  }

  /** An ACK of `bytes` that leaves some of the window in which loss was found. */
  partial(bytes: Bytes): void {
    const { window } = this.#congestion;
    this.#congestion.window = Math.max(Math.max(window - bytes, 0) + (bytes >= this.#mss ? this.#mss : 0), this.#mss);
  }

  /** All of it is acknowledged; `flight` is outstanding now. Step 3A (1) keeps a burst from following. */
  exit(flight: Bytes): void {
    this.#congestion.window = Math.min(this.#congestion.threshold, Math.max(flight, this.#mss) + this.#mss);
  }
}

/**
 * Proportional Rate Reduction (RFC 9937, before it RFC 6937): segments go out in proportion to what is delivered, so that
 * the window has come down to the threshold when all of it is, without a pause and without a burst.
 */
export class RateReduction {
  readonly #congestion: CongestionControl;
  readonly #mss: Bytes;
  /** prr_delivered, prr_out and RecoverFS of §6. */
  #delivered: Bytes = 0;
  #sent: Bytes = 0;
  #flight: Bytes = 1;

  constructor(congestion: CongestionControl, mss: Bytes) {
    this.#congestion = congestion;
    this.#mss = mss;
  }

  /** Recovery begins, `flight` outstanding and not selectively acknowledged before this ACK; the threshold is set already. */
  enter(flight: Bytes): void {
    this.#delivered = 0;
    this.#sent = 0;
    this.#flight = Math.max(flight, 1);
  }

  /**
   * An ACK in recovery, the one that begins it included: it tells of `delivered` bytes, and `pipe` are estimated to be on
   * their way. `progress`: it acknowledges more, and finds no further loss (SafeACK).
   */
  acknowledged(delivered: Bytes, pipe: Bytes, progress: boolean): void {
    const { threshold } = this.#congestion;
    this.#delivered += delivered;
    let more: Bytes;
    if (pipe > threshold) more = Math.ceil((this.#delivered * threshold) / this.#flight) - this.#sent;
    else {
      const limit = Math.max(this.#delivered - this.#sent, delivered) + (progress ? this.#mss : 0);
      more = Math.min(threshold - pipe, limit);
    }
    // The fast retransmit goes out in any case.
    if (this.#sent === 0) more = Math.max(more, this.#mss);
    this.#congestion.window = pipe + Math.max(more, 0);
  }

  sent(bytes: Bytes): void {
    this.#sent += bytes;
  }

  exit(): void {
    this.#congestion.window = this.#congestion.threshold;
  }
}
