/**
 * The sending half of a connection: what is buffered, what is on its way, and when it is sent again.
 *
 * Positions count the connection's sequence space from 0 (the SYN); the first byte of the stream is position 1. `una`
 * ≤ `next` ≤ `max`: oldest unacknowledged, next to be sent, highest ever sent. After a time-out `next` goes back to `una`
 * and the data is sent again under slow start. Loss recovery is NewReno's (RFC 6582), with limited transmit (RFC 3042).
 * There is no Nagle algorithm: a write is sent at once.
 */
import type { Content } from '../../content.ts';
import type { Kernel, Timer } from '../../kernel/kernel.ts';
import type { Bytes, Nanoseconds } from '../../quantities.ts';
import { type CongestionControl, NewReno } from './congestion.ts';
import { ContentQueue } from './content-queue.ts';
import { FOREGROUND_PROBES, MAXIMUM_RTO, SYN_TIMEOUT, USER_TIMEOUT } from './parameters.ts';
import { RoundTripTime } from './round-trip-time.ts';
import { FIN, PSH } from './segment.ts';

/** What the sender needs of its connection. */
export interface SenderOutlet {
  /** Sends a segment of data, FIN or both; the connection adds the acknowledgment and the window. */
  emit(position: number, payload: readonly Content[], length: Bytes, flags: number, retransmission: boolean): void;
  /** Sends the SYN or SYN-ACK again. */
  emitSyn(): void;
  /** Nothing was acknowledged for too long. */
  timedOut(): void;
}

export class Sender {
  readonly #kernel: Kernel;
  readonly #outlet: SenderOutlet;
  readonly roundTripTime = new RoundTripTime();
  congestion: CongestionControl;
  #mss: Bytes;

  una = 0;
  next = 0;
  max = 0;
  /** Right edge of the window that the other side granted. */
  windowEdge = 0;
  #window: Bytes = 0;
  #windowSequence = 0;
  #windowAcknowledgment = 0;

  readonly #buffer = new ContentQueue(0);
  /** Stream offsets where writes end: those segments carry PSH. */
  #writeEnds: number[] = [];
  finQueued = false;

  #timer: Timer | null = null;
  #probing = false;
  #probes = 0;
  /** Since when the oldest unacknowledged position waits. */
  #waitingSince: Nanoseconds = 0;
  #lastSent: Nanoseconds = 0;
  #timedPosition = -1;
  #timedAt: Nanoseconds = 0;
  #duplicates = 0;
  #recovering = false;
  #partials = 0;
  /** RFC 6582's `recover`: the highest position sent when loss was last found. */
  #recover = 0;
  /** Position whose time-out was the last one to halve the threshold. */
  #timeoutPosition = -1;

  constructor(kernel: Kernel, outlet: SenderOutlet, mss: Bytes) {
    this.#kernel = kernel;
    this.#outlet = outlet;
    this.#mss = mss;
    this.congestion = new NewReno(mss);
  }

  set mss(mss: Bytes) {
    this.#mss = mss;
    this.congestion = new NewReno(mss);
  }

  /** Bytes handed over by the application so far. */
  get streamEnd(): Bytes {
    return this.#buffer.end;
  }

  /** Bytes not acknowledged, sent or not. */
  get buffered(): Bytes {
    return this.#buffer.length;
  }

  /** Everything, the FIN included, is acknowledged. */
  get finished(): boolean {
    return this.finQueued && this.una === this.#finPosition + 1;
  }

  get #finPosition(): number {
    return this.#buffer.end + 1;
  }

  append(content: Content): void {
    this.#buffer.append(content);
    this.#writeEnds.push(this.#buffer.end);
  }

  /** The SYN (or SYN-ACK) goes out for the first time. */
  synSent(): void {
    this.next = 1;
    this.max = 1;
    this.#timedPosition = 1;
    this.#timedAt = this.#kernel.now;
    this.#waitingSince = this.#kernel.now;
    this.#arm(this.roundTripTime.timeout);
  }

  /** The SYN is acknowledged. */
  synAcknowledged(): void {
    this.una = 1;
    this.#measure(1);
    this.#disarm();
  }

  /** A window from a segment at `sequence` (position of the other side) with that acknowledgment. */
  updateWindow(sequence: number, acknowledgment: number, window: Bytes): void {
    // RFC 9293 §3.10.7.4: only from a segment that is newer than the one that told the last window.
    const newer = this.#windowSequence < sequence || (this.#windowSequence === sequence && this.#windowAcknowledgment <= acknowledgment);
    if (!newer) return;
    this.#window = window;
    this.#windowSequence = sequence;
    this.#windowAcknowledgment = acknowledgment;
    this.windowEdge = acknowledgment + window;
    if (this.#probing && window > 0) {
      this.#probing = false;
      this.#probes = 0;
      this.#disarm();
      // RFC 5681 §4.1: probes keep no ACK clock going, so the window starts anew; a probe that was not taken is sent again.
      this.congestion.idle();
      this.next = this.una;
      this.#timedPosition = -1;
    }
  }

  /** The window of the last update, to tell a duplicate ACK by. */
  get window(): Bytes {
    return this.#window;
  }

  /** An acknowledgment of position `ack`, una < ack ≤ max. */
  acknowledged(ack: number): void {
    const flight = this.next - this.una;
    const bytes = ack - this.una;
    this.una = ack;
    if (this.next < ack) this.next = ack;
    this.#buffer.dropBefore(ack - 1);
    let past = 0;
    while (past < this.#writeEnds.length && (this.#writeEnds[past] as number) <= ack - 1) past++;
    if (past > 0) this.#writeEnds.splice(0, past);
    this.roundTripTime.progress();
    this.#measure(ack);
    this.#duplicates = 0;
    this.#probes = 0;
    this.#waitingSince = this.#kernel.now;

    if (this.#recovering) {
      if (ack >= this.#recover) {
        this.#recovering = false;
        this.congestion.recovered(this.next - this.una);
      } else {
        this.congestion.partiallyAcknowledged(bytes);
        this.#retransmitOldest();
        // RFC 6582 §3.2 step 3B: only the first partial ACK restarts the timer, so that many losses end in slow start.
        if (this.#partials++ > 0) return;
      }
    } else this.congestion.acknowledged(bytes, flight);
    if (this.una === this.max) this.#disarm();
    else this.#arm(this.roundTripTime.timeout);
  }

  /** RFC 5681 §2: an ACK that repeats the last one while data is out. */
  duplicateAcknowledgment(): void {
    if (this.#recovering) {
      this.congestion.duplicate();
      return;
    }
    this.#duplicates++;
    // RFC 6582 §3.2 step 2: duplicate ACKs of the window in which loss was found already start nothing anew.
    if (this.#duplicates !== 3 || this.una <= this.#recover) return;
    this.#recovering = true;
    this.#partials = 0;
    this.#recover = this.max;
    this.congestion.recover(this.max - this.una);
    this.#retransmitOldest();
    this.#arm(this.roundTripTime.timeout);
  }

  /** Sends what the windows allow. */
  output(): void {
    if (this.una === 0) return;
    const now = this.#kernel.now;
    if (this.next === this.una && this.una === this.max && now - this.#lastSent > this.roundTripTime.timeout) this.congestion.idle();
    for (;;) {
      const streamLimit = this.#finPosition;
      const available = streamLimit - this.next;
      const sendFin = this.finQueued && this.next <= streamLimit;
      if (available <= 0 && !sendFin) break;
      // RFC 3042: the first two duplicate ACKs each let one more segment out.
      const extra = this.#recovering ? 0 : Math.min(this.#duplicates, 2) * this.#mss;
      const limit = Math.min(this.una + this.congestion.window + extra, this.windowEdge);
      const usable = limit - this.next;
      const length = Math.min(this.#mss, available, usable);
      if (available > 0) {
        if (length <= 0) break;
        // RFC 9293 §3.8.6.2.1, without the Nagle algorithm: no small segment only because the window has a small gap.
        if (length < this.#mss && length < available && this.next > this.una) break;
      }
      this.#send(this.next, Math.max(length, 0));
    }
    // Data, but neither room to send it nor anything out that would bring an ACK.
    if (this.una === this.max && this.next < this.#finPosition && this.windowEdge <= this.next && !this.#probing) {
      this.#probing = true;
      this.#probes = 0;
      this.#armProbe();
    }
  }

  stop(): void {
    this.#disarm();
  }

  /** Sends up to `length` bytes at a position, with FIN when they are the last ones. */
  #send(position: number, length: Bytes): void {
    const end = position + length;
    const fin = this.finQueued && end === this.#finPosition;
    const retransmission = position < this.max;
    const advance = end + (fin ? 1 : 0);
    const payload = length > 0 ? this.#buffer.cut(position - 1, end - 1) : [];
    let flags = fin ? FIN : 0;
    if (length > 0 && this.#writeEndsIn(position - 1, end - 1)) flags |= PSH;
    if (this.una === this.max) this.#waitingSince = this.#kernel.now;
    if (position === this.next) this.next = advance;
    if (advance > this.max) this.max = advance;
    this.#lastSent = this.#kernel.now;
    if (retransmission) {
      // Karn: a segment that was sent twice is not timed.
      if (position < this.#timedPosition) this.#timedPosition = -1;
    } else if (this.#timedPosition < 0) {
      this.#timedPosition = advance;
      this.#timedAt = this.#kernel.now;
    }
    if (this.#timer === null) this.#arm(this.roundTripTime.timeout);
    this.#outlet.emit(position, payload, length, flags, retransmission);
  }

  /** True where a write ends after offset `from` and at most at `to`. */
  #writeEndsIn(from: Bytes, to: Bytes): boolean {
    let low = 0;
    let high = this.#writeEnds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#writeEnds[middle] as number) > from) high = middle;
      else low = middle + 1;
    }
    return low < this.#writeEnds.length && (this.#writeEnds[low] as number) <= to;
  }

  #retransmitOldest(): void {
    const length = Math.max(Math.min(this.#mss, this.#finPosition - this.una, this.max - this.una), 0);
    this.#send(this.una, length);
  }

  #measure(ack: number): void {
    if (this.#timedPosition < 0 || ack < this.#timedPosition) return;
    this.roundTripTime.measured(this.#kernel.now - this.#timedAt);
    this.#timedPosition = -1;
  }

  #arm(delay: Nanoseconds): void {
    this.#disarm();
    this.#timer = this.#kernel.schedule(delay, () => {
      this.#timer = null;
      this.#expired();
    });
  }

  #disarm(): void {
    if (this.#timer !== null) this.#kernel.cancel(this.#timer);
    this.#timer = null;
    this.#probing = false;
  }

  #armProbe(): void {
    // RFC 9293 §3.8.6.1: first after the retransmission time-out, then ever more slowly, without end.
    const delay = Math.min(this.roundTripTime.timeout * 2 ** this.#probes, MAXIMUM_RTO);
    this.#timer = this.#kernel.schedule(
      delay,
      () => {
        this.#timer = null;
        this.#probe();
      },
      { background: this.#probes >= FOREGROUND_PROBES },
    );
  }

  #probe(): void {
    this.#probes++;
    // One byte beyond the window, sent again and again until it is taken.
    const length = Math.min(1, this.#finPosition - this.una);
    this.next = this.una;
    const position = this.una;
    this.#timedPosition = -1;
    this.#outlet.emit(position, this.#buffer.cut(position - 1, position - 1 + length), length, 0, position < this.max);
    this.next = position + length;
    this.max = Math.max(this.max, this.next);
    this.#armProbe();
  }

  #expired(): void {
    const patience = this.una === 0 ? SYN_TIMEOUT : USER_TIMEOUT;
    if (this.#kernel.now - this.#waitingSince >= patience) {
      this.#outlet.timedOut();
      return;
    }
    this.roundTripTime.backOff();
    this.#timedPosition = -1;
    if (this.una === 0) {
      this.congestion.handshakeLost();
      this.#outlet.emitSyn();
    } else {
      this.congestion.timedOut(this.max - this.una, this.#timeoutPosition !== this.una);
      this.#timeoutPosition = this.una;
      this.#recovering = false;
      this.#duplicates = 0;
      this.#recover = this.max;
      this.next = this.una;
      this.#retransmitOldest();
    }
    this.#arm(this.roundTripTime.timeout);
  }
}
