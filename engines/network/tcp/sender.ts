/**
 * The sending half of a connection: what is on its way, and when it is sent again.
 *
 * Positions count the connection's sequence space from 0 (the SYN); the first byte of the stream is position 1. `una` ≤
 * `max`: oldest unacknowledged, next never sent. What lies between is the scoreboard's business: it tells what is lost and
 * how much is on its way, and `output` sends while the windows have room, lost segments first, then new ones. After a
 * time-out everything sent so far counts as lost and goes out again under slow start, but for what was selectively
 * acknowledged. Loss recovery is RFC 6675's with selective acknowledgments and NewReno's (RFC 6582) without, each with
 * limited transmit (RFC 3042).
 */
import type { Kernel, Timer } from '../../kernel/kernel.ts';
import type { Bytes, Nanoseconds } from '../../quantities.ts';
import type { TcpSettings } from '../../scenario.ts';
import { type CongestionControl, NewReno } from './congestion.ts';
import { Cubic } from './cubic.ts';
import { Deadline } from './deadline.ts';
import { RateReduction, WindowInflation } from './loss-recovery.ts';
import { FOREGROUND_PROBES, MAXIMUM_RTO, MAXIMUM_SEGMENT_SIZE, SYN_TIMEOUT, USER_TIMEOUT } from './parameters.ts';
import { RoundTripTime } from './round-trip-time.ts';
import { DUPLICATE_THRESHOLD, Scoreboard } from './scoreboard.ts';

/** What the sender needs of its connection. */
export interface SenderOutlet {
  /** Sends a segment of data, FIN or both; the connection adds the acknowledgment and the window. */
  emit(position: number, length: Bytes, fin: boolean, retransmission: boolean): void;
  /** Sends the SYN or SYN-ACK again. */
  emitSyn(): void;
  /** Nothing was acknowledged for too long. */
  timedOut(): void;
  /** The congestion window and the smoothed round-trip time (NaN: none yet), about once a round trip and at each loss. */
  observe(window: Bytes, roundTrip: Nanoseconds): void;
}

export class Sender {
  readonly #kernel: Kernel;
  readonly #outlet: SenderOutlet;
  readonly #settings: TcpSettings;
  readonly roundTripTime = new RoundTripTime();
  congestion!: CongestionControl;
  #mss!: Bytes;
  #selective = false;
  #scoreboard!: Scoreboard;
  #inflation!: WindowInflation;
  #reduction!: RateReduction;

  una = 0;
  max = 0;
  /** Bytes handed over by the application so far. */
  streamEnd: Bytes = 0;
  finQueued = false;

  /** Right edge of the window that the other side granted. */
  windowEdge = 0;
  /** The window of the last update, to tell a duplicate ACK by. */
  window: Bytes = 0;
  /** The largest one so far. */
  largestWindow: Bytes = 0;
  #windowSequence = 0;
  #windowAcknowledgment = 0;

  /** The SYN, or the SYN-ACK, timed out. */
  #handshakeLost = false;
  readonly #retransmission: Deadline;
  /** Since when the oldest unacknowledged position waits. */
  #waitingSince: Nanoseconds = 0;
  #lastSent: Nanoseconds = 0;
  #timedPosition = -1;
  #timedAt: Nanoseconds = 0;
  #observedAt: Nanoseconds = 0;

  #probe: Timer | null = null;
  readonly #probeDue = (): void => this.#probeNow();
  #probes = 0;
  /** The position after the byte of the last window probe. */
  #probed = 0;
  /** When the other side was heard last. */
  #heard: Nanoseconds = 0;

  #duplicates = 0;
  /** What was outstanding at the first of them: what limited transmit adds does not count (RFC 5681 §3.2 step 2). */
  #flightAtDuplicate: Bytes = 0;
  /** Bytes that the blocks of the ACK at hand are the first to tell of. */
  #selectivelyAcknowledged: Bytes = 0;
  #recovering = false;
  #partials = 0;
  /** RecoveryPoint: the highest position sent when loss was last found. */
  #recover = 0;
  /** RescueRxt of RFC 6675 §2. */
  #rescued = 0;
  #lostBelow = 0;
  /** Position whose time-out was the last one to reduce the threshold. */
  #timeoutPosition = -1;

  constructor(kernel: Kernel, outlet: SenderOutlet, settings: TcpSettings) {
    this.#kernel = kernel;
    this.#outlet = outlet;
    this.#settings = settings;
    this.#retransmission = new Deadline(kernel, () => this.#expired());
    this.negotiated(MAXIMUM_SEGMENT_SIZE, false);
  }

  /** What the two SYNs agree upon: the largest payload, and whether selective acknowledgments are taken. */
  negotiated(mss: Bytes, selective: boolean): void {
    this.#mss = mss;
    this.#selective = selective;
    this.congestion = this.#settings.congestionControl === 'cubic' ? new Cubic(mss) : new NewReno(mss);
    if (this.#handshakeLost) this.congestion.handshakeLost();
    this.#scoreboard = new Scoreboard(mss);
    this.#inflation = new WindowInflation(this.congestion, mss);
    this.#reduction = new RateReduction(this.congestion, mss);
  }

  /** Bytes not acknowledged, sent or not. */
  get buffered(): Bytes {
    return this.streamEnd + 1 - Math.min(Math.max(this.una, 1), this.streamEnd + 1);
  }

  /** Everything, the FIN included, is acknowledged. */
  get finished(): boolean {
    return this.finQueued && this.una === this.#finPosition + 1;
  }

  /** Everything but the FIN, which is out, is acknowledged. */
  get awaitsOnlyFin(): boolean {
    return this.finQueued && this.max > this.#finPosition && this.una >= this.#finPosition;
  }

  /** The FIN was sent, at least once. */
  get finSent(): boolean {
    return this.finQueued && this.max > this.#finPosition;
  }

  /** The highest acknowledgment that makes sense. */
  get limit(): number {
    return Math.max(this.max, this.#probed);
  }

  get #finPosition(): number {
    return this.streamEnd + 1;
  }

  /** The SYN (or SYN-ACK) goes out for the first time. */
  synSent(): void {
    this.max = 1;
    this.#timedPosition = 1;
    this.#timedAt = this.#kernel.now;
    this.#waitingSince = this.#kernel.now;
    this.#retransmission.start(this.roundTripTime.timeout);
  }

  /** The SYN is acknowledged. */
  synAcknowledged(): void {
    this.una = 1;
    this.#scoreboard.acknowledge(1);
    this.#measure(1);
    this.roundTripTime.established(this.#handshakeLost);
    this.#heard = this.#kernel.now;
    this.#retransmission.stop();
  }

  /** A window from a segment at `sequence` (position of the other side) with that acknowledgment. */
  updateWindow(sequence: number, acknowledgment: number, window: Bytes): void {
    // RFC 9293 §3.10.7.4: only from a segment that is newer than the one that told the last window.
    const newer = this.#windowSequence < sequence || (this.#windowSequence === sequence && this.#windowAcknowledgment <= acknowledgment);
    if (!newer) return;
    this.window = window;
    if (window > this.largestWindow) this.largestWindow = window;
    this.#windowSequence = sequence;
    this.#windowAcknowledgment = acknowledgment;
    this.windowEdge = acknowledgment + window;
    if (this.#probe !== null && window > 0) this.#stopProbing();
  }

  /** A block of the selective acknowledgment that comes with the ACK which `acknowledged` is told of next. */
  selectivelyAcknowledged(start: number, end: number): void {
    if (this.#selective && end <= this.max) this.#selectivelyAcknowledged += this.#scoreboard.sack(start, end);
  }

  /** An acknowledgment of position `ack`, una ≤ ack ≤ limit. `repeats`: it is a duplicate ACK by RFC 5681 §2. */
  acknowledged(ack: number, repeats: boolean): void {
    const news = this.#selectivelyAcknowledged;
    this.#selectivelyAcknowledged = 0;
    const { now } = this.#kernel;
    this.#heard = now;
    const bytes = ack - this.una;
    if (bytes === 0 && !(this.#selective ? news > 0 : repeats)) return;
    const outstanding = this.max - this.una;
    let delivered = news;
    if (bytes > 0) {
      this.una = ack;
      if (this.max < ack) this.max = ack;
      delivered += this.#scoreboard.acknowledge(ack);
      this.roundTripTime.progress();
      this.#measure(ack);
      this.#duplicates = 0;
      this.#probes = 0;
      this.#waitingSince = now;
    }
    let restart = bytes > 0;
    if (this.#recovering) {
      if (ack >= this.#recover) this.#endRecovery();
      else if (this.#selective) this.#reduce(delivered, bytes > 0);
      else if (bytes === 0) this.#inflation.duplicate();
      else {
        this.#inflation.partial(bytes);
        this.#resendOldest();
        // RFC 6582 §3.2 step 3B: only the first partial ACK restarts the timer, so that many losses end in slow start.
        restart = this.#partials++ === 0;
      }
    } else {
      if (this.#selective ? news > 0 : bytes === 0) this.#countDuplicate(outstanding, delivered);
      if (!this.#recovering && bytes > 0) this.congestion.acknowledged(bytes, outstanding, now, this.roundTripTime.smoothed);
    }
    if (this.una === this.max) this.#retransmission.stop();
    else if (restart) this.#retransmission.start(this.roundTripTime.timeout);
    if (now - this.#observedAt >= this.roundTripTime.smoothed) this.#observe();
  }

  /** Sends what the windows allow. */
  output(): void {
    if (this.una === 0) return;
    const { congestion } = this;
    const scoreboard = this.#scoreboard;
    const mss = this.#mss;
    if (this.una === this.max && this.#kernel.now - this.#lastSent > this.roundTripTime.timeout) congestion.idle();
    if (this.max === 1) this.#observe();
    // RFC 3042: the first two duplicate ACKs each let one more segment out, but not those of what was sent before a time-out; with
    // SACK they do so by leaving the pipe.
    const limits = !this.#selective && !this.#recovering && this.una >= this.#recover;
    const limited = limits ? Math.min(this.#duplicates, DUPLICATE_THRESHOLD - 1) * mss : 0;
    let room = congestion.window + limited - scoreboard.pipe(this.max);
    for (;;) {
      const lost = scoreboard.nextLost;
      if (lost >= 0) {
        const end = scoreboard.endOfSegment(lost, Math.min(scoreboard.lostBelow, this.max));
        if (room < Math.min(mss, end - lost)) break;
        this.#resend(lost, end);
        room -= end - lost;
        continue;
      }
      const available = this.#finPosition - this.max;
      const length = Math.min(mss, available, room, this.windowEdge - this.max);
      if (available > 0 && (length >= mss || this.#maySendSmall(length, available))) {
        this.#send(this.max, this.max + length);
        room -= length;
        continue;
      }
      if (available === 0 && this.finQueued) {
        // A FIN of its own carries nothing that a window counts.
        this.#send(this.max, this.max);
        continue;
      }
      if (!(this.#recovering && this.#selective) || room < mss) break;
      // RFC 6675 §4, NextSeg's rules 3 and 4: nothing new to be sent.
      const missing = scoreboard.nextMissing;
      if (missing < scoreboard.highest) {
        const end = scoreboard.endOfSegment(missing, this.max);
        this.#resend(missing, end);
        room -= end - missing;
      } else {
        if (this.una > this.#rescued) {
          this.#rescued = this.#recover;
          const end = scoreboard.endOfMissing(this.max);
          this.#send(scoreboard.startOfSegment(end), end);
        }
        break;
      }
    }
    // Data, but neither room to send it nor anything out that would bring an ACK.
    if (this.una === this.max && this.max < this.#finPosition && this.#probe === null) {
      this.#probes = 0;
      this.#armProbe();
    }
  }

  stop(): void {
    this.#retransmission.stop();
    this.#stopProbing();
  }

  /** A segment of less than the maximum: RFC 9293 §3.8.6.2.1 and, with the Nagle algorithm, §3.7.4. */
  #maySendSmall(length: Bytes, available: Bytes): boolean {
    if (length <= 0) return false;
    const idle = this.una === this.max;
    // All that there is. With a FIN behind it nothing could be added, so there is nothing to wait for.
    if (length === available) return idle || !this.#settings.nagle || this.finQueued;
    // Cut short by a window: not while an ACK may open it, and not by a gap that is small for the other side's buffer.
    return idle && length * 2 >= this.largestWindow;
  }

  /** Sends what lies from a position to another one, with the FIN when it comes to that. */
  #send(position: number, end: number): void {
    const dataEnd = Math.min(end, this.#finPosition);
    const fin = this.finQueued && dataEnd === this.#finPosition;
    const retransmission = position < this.max;
    const advance = dataEnd + (fin ? 1 : 0);
    const { now } = this.#kernel;
    if (this.una === this.max) this.#waitingSince = now;
    if (advance > this.max) this.max = advance;
    this.#lastSent = now;
    if (retransmission) {
      // Karn: a segment that was sent twice is not timed, nor one whose acknowledgment waits for it.
      if (position < this.#timedPosition) this.#timedPosition = -1;
    } else if (this.#timedPosition < 0) {
      this.#timedPosition = advance;
      this.#timedAt = now;
    }
    if (this.#recovering) this.#reduction.sent(advance - position);
    if (!this.#retransmission.pending) this.#retransmission.start(this.roundTripTime.timeout);
    this.#outlet.emit(position, dataEnd - position, fin, retransmission);
  }

  #resend(start: number, end: number): void {
    this.#scoreboard.resent(start, end);
    this.#send(start, end);
  }

  /** NewReno's retransmission, which does not count as on its way beside what it repairs. */
  #resendOldest(): void {
    this.#send(this.una, Math.min(this.una + this.#mss, this.max));
  }

  #countDuplicate(outstanding: Bytes, delivered: Bytes): void {
    if (this.#duplicates++ === 0) this.#flightAtDuplicate = outstanding;
    if (this.#selective) {
      // RFC 6675 §5 (1), (2); §5.1: after a time-out, not before all that was sent until then is acknowledged.
      const lost = this.#duplicates >= DUPLICATE_THRESHOLD || this.una < this.#scoreboard.lostBelow;
      if (lost && this.una >= this.#recover) this.#startRecovery(delivered);
      // RFC 6582 §3.2 step 2: duplicate ACKs of the window in which loss was found already start nothing anew.
    } else if (this.#duplicates === DUPLICATE_THRESHOLD && this.una > this.#recover) this.#startRecovery(delivered);
  }

  #startRecovery(delivered: Bytes): void {
    const scoreboard = this.#scoreboard;
    this.congestion.lost(this.#flightAtDuplicate);
    this.#recovering = true;
    this.#partials = 0;
    this.#recover = this.max;
    if (this.#selective) {
      // The oldest one is sent again, whether or not enough is acknowledged above it.
      const end = scoreboard.endOfSegment(this.una, this.max);
      scoreboard.forgetResent();
      scoreboard.giveUp(end);
      this.#rescued = end;
      this.#lostBelow = scoreboard.lostBelow;
      this.#reduction.enter(this.max - this.una - scoreboard.sackedBytes + delivered);
      this.#reduction.acknowledged(delivered, scoreboard.pipe(this.max), false);
    } else {
      this.#inflation.enter();
      this.#resendOldest();
    }
    this.#retransmission.start(this.roundTripTime.timeout);
    this.#observe();
  }

  /** An ACK in recovery with selective acknowledgments. */
  #reduce(delivered: Bytes, advances: boolean): void {
    const { lostBelow } = this.#scoreboard;
    const progress = advances && lostBelow === this.#lostBelow;
    this.#lostBelow = lostBelow;
    this.#reduction.acknowledged(delivered, this.#scoreboard.pipe(this.max), progress);
  }

  #endRecovery(): void {
    this.#recovering = false;
    if (this.#selective) this.#reduction.exit();
    else this.#inflation.exit(this.max - this.una);
  }

  #measure(ack: number): void {
    if (this.#timedPosition < 0 || ack < this.#timedPosition) return;
    this.roundTripTime.measured(this.#kernel.now - this.#timedAt);
    this.#timedPosition = -1;
  }

  /** Of an end that sends nothing there is nothing to tell. */
  #observe(): void {
    if (this.streamEnd === 0) return;
    this.#observedAt = this.#kernel.now;
    this.#outlet.observe(this.congestion.window, this.roundTripTime.smoothed);
  }

  #armProbe(): void {
    // RFC 9293 §3.8.6.1: first after the retransmission time-out, then ever more slowly, without end.
    const delay = Math.min(this.roundTripTime.timeout * 2 ** this.#probes, MAXIMUM_RTO);
    this.#probe = this.#kernel.schedule(delay, this.#probeDue, { background: this.#probes >= FOREGROUND_PROBES });
  }

  #stopProbing(): void {
    if (this.#probe !== null) this.#kernel.cancel(this.#probe);
    this.#probe = null;
    this.#probes = 0;
  }

  #probeNow(): void {
    this.#probe = null;
    // Probes go on for ever while they are answered; where not even that comes, the connection is as dead as with data out.
    if (this.#probes > 0 && this.#kernel.now - this.#heard >= USER_TIMEOUT) {
      this.#outlet.timedOut();
      return;
    }
    this.#probes++;
    const usable = Math.min(this.windowEdge - this.max, this.#mss, this.#finPosition - this.max);
    if (usable > 0) {
      // RFC 9293 §3.8.6.2.1: the override time-out, which keeps a small window from stopping everything.
      this.#send(this.max, this.max + usable);
      return;
    }
    // One byte beyond the window, the same one each time until it is taken. It is not counted as sent before that.
    const again = this.#probed > this.max;
    this.#probed = this.max + 1;
    this.#outlet.emit(this.max, 1, false, again);
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
      this.#handshakeLost = true;
      this.congestion.handshakeLost();
      this.#retransmission.start(this.roundTripTime.timeout);
      this.#outlet.emitSyn();
      return;
    }
    this.congestion.timedOut(this.max - this.una, this.#timeoutPosition !== this.una);
    this.#timeoutPosition = this.una;
    this.#recovering = false;
    this.#duplicates = 0;
    this.#recover = this.max;
    this.#scoreboard.forgetResent();
    this.#scoreboard.giveUp(this.max);
    this.#observe();
    this.output();
  }
}
