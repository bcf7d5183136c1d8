/**
 * One direction of a connection at flow level: what is written goes out as a fluid, at the rate that the window and the
 * links allow.
 *
 * Theory of operation. In slow start the window goes out as a *burst* at whatever rate the links give, and the next, twice
 * as large, follows when the first acknowledgment is back: rounds as of packets. Once a burst takes longer than a round
 * trip the pipe is full and the flow is *steady*: it is in the hands of its bottleneck, whose queue follows from the
 * windows of all who share it (flow-network.ts), or else sends a window each round trip. Congestion avoidance is steady,
 * too. Between events all of it is arithmetic: an event is due where a message ends, a round ends, a loss is drawn or
 * repaired, or the window has grown enough to tell.
 *
 * Losses on a line are drawn: how many segments pass until the next one is geometric. What follows a lost segment arrives,
 * but reaches the application only when the hole is filled: a round trip later where at least three segments follow, else
 * when the retransmission timer has expired. A message of one segment on an idle connection takes no part in the sharing:
 * it waits in the queues and is serialised like a packet.
 */
import type { RandomStream } from '../../kernel/random.ts';
import { type Bytes, type Nanoseconds, SECOND } from '../../quantities.ts';
import type { TcpSettings } from '../../scenario.ts';
import type { Stream } from '../tcp/conversation.ts';
import { DELAYED_ACK, MAXIMUM_RTO, MAXIMUM_SEGMENT_SIZE } from '../tcp/parameters.ts';
import { LOOPBACK_DELAY } from '../transit.ts';
import { Backoff } from './backoff.ts';
import type { FlowNetwork } from './flow-network.ts';
import { DUPLICATES, repairOf } from './loss-repair.ts';
import { Losses } from './losses.ts';
import { MessageEnds } from './message-ends.ts';
import { beyond, FULL_FRAME, failedOn, HEADERS, type Route, wireSize } from './route.ts';
import { type Carrier, Stretches } from './stretches.ts';
import { type Arrival, UnderWay } from './under-way.ts';
import { Wake } from './wake.ts';
import { sameWay, Ways } from './ways.ts';
import { Window } from './window.ts';

const NEVER = Number.POSITIVE_INFINITY;
/** Round trips over which CUBIC's curve is taken for straight. */
export const CHORD = 4;
/** A steady flow's rate follows its window in steps of this share. */
const STEP = 0.1;
/** Round trips between two values of the metrics in congestion avoidance. */
const OBSERVED = 25;
/** A queue is looked at when the rate of a flow that it holds back has changed by more than this share. */
const SAME_SHARE = 0.01;
/** A reader of a long message is told of progress each so many bytes, at the next change of rate. */
const PROGRESS: Bytes = 256 * 1024;
/**
 * And after so long where the rate stays the same, so that who waits for what comes in time does not take a long message for
 * silence: well below the shortest patience of any reader.
 */
const PROGRESS_TIME: Nanoseconds = 4 * SECOND;

/** What a sending half needs of its connection. */
export interface SendingEnd extends Carrier {
  readonly from: number;
  readonly outgoing: Stream;
  readonly settings: TcpSettings;
  /** Of the other side: bounds the window. */
  readonly receiveBuffer: Bytes;
  random(): RandomStream;
  /** What lies before `position` reaches the other side, with FIN when `fin`. */
  deliver(position: Bytes, fin: boolean): void;
  /** Offset after the last byte that the other side was brought in order. */
  readonly reached: Bytes;
  /** A message has gone out to its end. */
  messageSent(): void;
  /** The other side has acknowledged what lies before `position`. */
  acknowledged(position: Bytes): void;
  /** Nothing was acknowledged for too long. */
  timedOut(): void;
  /** Whether the other side still knows the connection, and, where its host is up but does not, that a reset will come. */
  answer(): 'alive' | 'reset' | 'silence';
  /** The other side answered with RST. */
  resetByPeer(): void;
}

type Mode = 'idle' | 'burst' | 'paused' | 'steady' | 'blocked' | 'stalled' | 'over';

export class Sending {
  readonly window: Window;
  /** Number in the allocation; −1 while it has no part in it. */
  flow = -1;
  /** Link that holds it back, or −1. */
  bottleneck = -1;
  /** Bytes a nanosecond. */
  rate = 0;
  /** By how much the window grows while a link holds the flow back, bytes a nanosecond, since when. */
  growth = 0;
  windowAt: Nanoseconds = 0;
  /** No acknowledgment of the present round comes before. */
  growsFrom: Nanoseconds = 0;
  /** When found losses end in a smaller window. */
  recoverAt: Nanoseconds = NEVER;
  /** When that was last so. */
  recoveredAt: Nanoseconds = -NEVER;
  /** The bottleneck's own event sees to the recovery. */
  recoversWithLink = false;
  finQueued = false;

  readonly #network: FlowNetwork;
  readonly #end: SendingEnd;
  #mode: Mode = 'idle';
  #written: Bytes = 0;
  readonly #ends = new MessageEnds();
  #sent: Bytes = 0;
  #sentAt: Nanoseconds = 0;
  #target: Bytes = 0;
  /** Payload bytes for each byte on the line, and segments for each byte, of the present message. */
  #efficiency = 1;
  #density = 1 / MAXIMUM_SEGMENT_SIZE;
  #allocated = 0;
  #roundStart: Nanoseconds = -NEVER;
  #roundBegin: Bytes = 0;
  #roundEnd: Bytes = 0;
  #usedInRound: Bytes = 0;
  /** The round trip when the round began. */
  #measured: Nanoseconds = 0;
  /** What it found waiting when it joined. The queue that comes after is in its rate: it is what the sender is ahead of the fluid. */
  #queueBefore: Nanoseconds = 0;
  #previousRate = 0;
  #resumeAt: Nanoseconds = 0;
  #stepAt: Nanoseconds = NEVER;
  /** When it last did. */
  #steppedAt: Nanoseconds = Number.NEGATIVE_INFINITY;
  readonly #losses: Losses;
  #timeout = false;
  /** How long it takes to send again what had arrived already. */
  #again: Nanoseconds = 0;
  /** Nothing beyond goes out before the timer has expired. */
  #blockedAt: Bytes = NEVER;
  /** Nothing that was sent after a loss is handed on before. */
  #holeUntil: Nanoseconds = 0;
  #lastSent: Nanoseconds = 0;
  /** What the receiver has room for. */
  #limit: Bytes = NEVER;
  /** Position of which the writer wants to hear that it is acknowledged. */
  #mark: Bytes = NEVER;
  readonly #stretches: Stretches;
  #told: Bytes = 0;
  /** When the reader was last told of progress, or that was looked at. */
  #toldAt: Nanoseconds = 0;
  /** While nothing is acknowledged. */
  readonly #backoff = new Backoff();
  #finSent = false;
  readonly #underWay: UnderWay;
  /** It is back at what a failing line took. */
  #wentBack = false;
  readonly #ways: Ways;
  #observedAt: Nanoseconds = -NEVER;
  readonly #due: Wake;

  constructor(network: FlowNetwork, end: SendingEnd) {
    this.#network = network;
    this.#end = end;
    this.#limit = end.receiveBuffer;
    this.#ways = new Ways(network, end);
    this.#due = new Wake(network.kernel, () => this.#wake());
    this.#losses = new Losses(() => end.random());
    this.#underWay = new UnderWay(network.kernel, (position, fin) => end.deliver(position, fin));
    this.#stretches = new Stretches(network.recorder, end, (host, router) => network.isBehind(host, router));
    this.window = new Window(end.receiveBuffer, end.settings.congestionControl === 'cubic');
  }

  get from(): number {
    return this.#end.from;
  }

  get to(): number {
    return this.#end.to;
  }

  /** Bytes written so far. */
  get written(): Bytes {
    return this.#written;
  }

  /** Everything that was written has gone out. */
  get drained(): boolean {
    return this.#sent >= this.#written;
  }

  /** Something is on its way or waits to be sent. */
  get active(): boolean {
    return this.#mode !== 'idle' && this.#mode !== 'over';
  }

  /** Before anything was written: the receiver is another one than was called, and offers so much. */
  meet(receiveBuffer: Bytes): void {
    this.#limit = receiveBuffer;
    this.window.limit = receiveBuffer;
  }

  /** A message of that length was appended to the stream. */
  write(length: Bytes): void {
    this.#written += length;
    this.#ends.add(this.#written);
    if (this.#mode === 'idle') this.#begin();
  }

  /** Nothing more will be written. */
  finish(): void {
    this.finQueued = true;
    if (this.#mode === 'idle') this.#sendFin();
  }

  /** Whether what lies before `position` has gone out. */
  hasSent(position: Bytes): boolean {
    this.#settle();
    return this.#sent >= position;
  }

  /** `acknowledged` will be called for this position. */
  tellWhenAcknowledged(position: Bytes): void {
    this.#mark = Math.min(this.#mark, position);
    if (this.active) this.#replan();
    else this.#tellMark();
  }

  /** The receiver has room up to `limit`. */
  offered(limit: Bytes): void {
    const wasShut = this.#mode === 'blocked' && this.#sent >= this.#limit;
    // RFC 9293 §3.8.6.2.2: room is told of when it has grown by a segment.
    if (wasShut && limit < Math.min(this.#sent + MAXIMUM_SEGMENT_SIZE, this.#written)) return;
    this.#limit = limit;
    if (wasShut) {
      // The window update takes its time.
      const { kernel } = this.#network;
      this.#as(() => kernel.schedule(this.#network.travel(this.to, this.from, HEADERS), () => this.#reopen()));
    } else if (this.flow >= 0 && this.#target > limit) this.#replan();
  }

  /** Nothing more is sent. */
  stop(): void {
    if (this.#mode === 'over') return;
    this.#settle();
    const reached = this.#reached(this.#ways.there);
    if (reached > this.#end.reached && this.#reaches() === 'alive') this.#tellProgress(reached);
    this.#closeStretch();
    this.#leave();
    this.#mode = 'over';
    this.#plan();
    this.#network.solve();
  }

  /** Links or hosts on the way have failed or work again. */
  pathChanged(): void {
    if (this.#mode === 'over' || this.#mode === 'stalled') return;
    if (this.#mode === 'idle') {
      if (!this.#underWay.isEmpty) this.#loseUnderWay();
      return;
    }
    const before = this.#ways.lastThere;
    const answer = this.#reaches();
    this.#settle();
    // What is on a line when it fails is lost, and the timer has to find out, also where there is another way.
    if (answer !== 'alive' || (before && failedOn(before) >= 0)) {
      this.#loseOnLine(before);
      this.#stall();
    } else if (before !== this.#ways.there) {
      if (this.flow >= 0 && this.#ways.there && !sameWay(before, this.#ways.there)) {
        this.#closeStretch();
        this.#leave();
        this.#join();
      }
    }
    this.#replan();
  }

  /** What was sent met silence: it is sent again until somebody answers. */
  unanswered(): void {
    if (this.#mode === 'over' || this.#mode === 'stalled') return;
    this.#settle();
    this.#stall();
    this.#replan();
  }

  /** Hands on at once what has reached the other side by now: one of the two is about to go down. */
  tellArrived(): void {
    if (this.#mode === 'over' || this.from === this.to) return;
    this.#settle();
    const reached = this.#reached(this.#ways.there);
    if (reached > this.#end.reached && this.#end.answer() === 'alive') this.#as(() => this.#end.deliver(reached, false), reached - 1);
  }

  // What the network tells.

  /** The present window, grown up to now. */
  commit(): void {
    const { now } = this.#network.kernel;
    if (now >= this.recoverAt) this.#recover();
    else if (this.growth > 0) {
      const { window } = this;
      const grown = window.size + this.growth * (now - this.windowAt);
      window.size = Math.min(grown, window.slowStart ? window.threshold : NEVER, Math.max(window.limit, window.size));
    }
    this.windowAt = now;
  }

  /** Round trip of a full segment, queues included. */
  get roundTrip(): Nanoseconds {
    return this.#ways.roundTrip;
  }

  /** Numbers of the links on its way. */
  get links(): readonly number[] {
    return this.#ways.there?.links ?? [];
  }

  /** Bytes that have not left the sender: what the fluid is behind stands in the queue of its bottleneck. */
  get ahead(): Bytes {
    const sent = this.#sent + this.rate * (this.#network.kernel.now - this.#sentAt);
    const waiting = this.bottleneck < 0 ? 0 : this.rate * this.#network.queueingAt(this.bottleneck);
    return this.#written - sent - waiting;
  }

  /** Whether such a share of the links is so far from the present one that a queue is to be looked at. */
  differs(allocated: number): boolean {
    return Math.abs(allocated - this.#allocated) > SAME_SHARE * this.#allocated;
  }

  /** Its share of the links has changed; bits a second on the line. */
  rateChanged(allocated: number, bottleneck: number): void {
    this.#settle();
    const { now } = this.#network.kernel;
    const same = bottleneck >= 0 && bottleneck === this.bottleneck;
    if (bottleneck < 0 && this.bottleneck >= 0) {
      this.commit();
      // From here on its own window holds it back, and is to grow: once a round trip at most, for where window and share are
      // all but the same, the one holds it back as often as the other.
      if (this.#mode === 'steady') this.#stepAt = Math.max(now, this.#steppedAt + this.roundTrip);
    }
    if (this.rate > 0) this.#previousRate = this.rate;
    this.#allocated = allocated;
    this.bottleneck = bottleneck;
    const rate = (allocated * this.#efficiency) / (8 * SECOND);
    if (this.#stretches.endsWith(rate)) {
      this.#closeStretch();
      this.#stretches.goOnAt(rate);
    }
    this.rate = rate;
    if (rate > 0 && this.#backoff.isOn) this.#outageOver();
    else if (same && rate > 0 && this.#mode === 'steady') {
      // What it waits for is the same as before, and its event does not come too late for that.
      if (this.#due.at <= now + (this.#target - this.#sent) / rate) return;
    }
    this.#plan();
  }

  /** The queue in front of its bottleneck overflows and takes so many of its segments. */
  overflowed(segments: number): void {
    this.#settle();
    this.#observe();
    this.#lose(segments, true);
    this.#plan();
  }

  /** For a link that looks after it. */
  get slowStart(): boolean {
    return this.window.slowStart;
  }

  // The sender's own events.

  #begin(): void {
    const { kernel } = this.#network;
    const { now } = kernel;
    if (this.from === this.to) {
      this.#throughLoopback();
      return;
    }
    if (this.#reaches() !== 'alive') {
      this.#sentAt = now;
      this.#stall();
      this.#plan();
      return;
    }
    const { window } = this;
    const roundTrip = this.roundTrip;
    if (now - this.#lastSent > this.#retransmissionTimeout()) window.idle();
    if (now >= this.#roundStart + roundTrip) {
      // RFC 7661 §4.3: only a window that was used tells something about the path.
      if (window.slowStart && 2 * this.#usedInRound >= window.size) {
        window.size = Math.min(window.size + this.#usedInRound, window.threshold, Math.max(window.limit, window.size));
      }
      this.#newRound(now);
    }
    const length = this.#written - this.#sent;
    const single = length <= MAXIMUM_SEGMENT_SIZE && this.#usedInRound + length <= window.usable && this.#sent + length <= this.#limit;
    if (single && (this.#ways.there as Route).openFrom !== NEVER) {
      this.#sendSegment(length);
      return;
    }
    this.#sentAt = now;
    this.#toldAt = now;
    this.#stretches.open(this.#network.kernel.now);
    this.#mode = 'burst';
    this.#roundEnd = this.#sent + Math.max(window.usable - this.#usedInRound, 0);
    if (this.#roundEnd <= this.#sent) this.#pause();
    else this.#join();
    this.#wake();
  }

  /** A message of one segment that nothing holds back: a packet. */
  #sendSegment(length: Bytes): void {
    const { now } = this.#network.kernel;
    const route = this.#ways.there as Route;
    const size = wireSize(length);
    const step = this.#end.outgoing.stepAt(this.#sent);
    const outage = this.#network.outage(route);
    let arrival = now + outage + this.#network.queueing(route) + route.latency + size * route.perByte;
    arrival = Math.max(arrival, this.#underWay.lastArrival + size * route.perByteOnSlowest);
    this.#usedInRound += length;
    this.#lastSent = now;
    this.#losses.on(route.loss);
    this.#losses.in -= 1;
    if (outage > this.#retransmissionTimeout()) {
      // The timer takes it for lost.
      this.window.lost(this.window.size);
      this.window.restarted();
    }
    if (this.#losses.in <= 0) {
      // Nothing follows it, so that only the timer finds out.
      let timeout = this.#retransmissionTimeout();
      do {
        this.#losses.next(route.loss);
        arrival += timeout;
        timeout = Math.min(2 * timeout, MAXIMUM_RTO);
        this.#losses.in -= 1;
      } while (this.#losses.in <= 0);
      this.window.lost(this.window.size);
      this.window.restarted();
    }
    const gone = now + outage + size * route.perByteOnSlowest;
    this.#stretches.record(now, gone, this.#sent, length, arrival - gone, step, route);
    this.#sent += length;
    this.#stretches.from = this.#sent;
    this.#sentAt = now;
    this.#ends.clear();
    this.#arriveAt(this.#sent, arrival, 0);
    this.#tellMark();
    if (this.finQueued) this.#sendFin();
  }

  #throughLoopback(): void {
    const { now } = this.#network.kernel;
    const length = this.#written - this.#sent;
    const step = this.#end.outgoing.stepAt(this.#sent);
    this.#stretches.record(now, now, this.#sent, length, LOOPBACK_DELAY, step, null);
    this.#sent = this.#written;
    this.#stretches.from = this.#sent;
    this.#ends.clear();
    this.#arriveAt(this.#sent, now + LOOPBACK_DELAY, 0);
    this.#tellMark();
    if (this.finQueued) this.#sendFin();
  }

  /** Something is due, or may be. */
  #wake(): void {
    this.#settle();
    const { kernel } = this.#network;
    const { now } = kernel;
    if (now >= this.#toldAt + PROGRESS_TIME) this.#tellSince();
    for (;;) {
      if (this.#mode === 'over') return;
      if (now >= this.recoverAt && !(this.recoversWithLink && this.bottleneck >= 0)) this.commit();
      if (this.#mode === 'stalled') {
        if (now < this.#resumeAt) break;
        this.#retry();
        if ((this.#mode as Mode) !== 'burst') break;
        continue;
      }
      if (this.#mode === 'paused') {
        if (now < this.#resumeAt) break;
        this.#resume();
        continue;
      }
      if (this.#mode === 'blocked') break;
      if (this.#mode === 'idle') return;
      if (this.rate === 0 && this.flow >= 0 && this.#backoff.isOn && now >= this.#resumeAt) {
        this.#outageLasts();
        if ((this.#mode as Mode) === 'over') return;
        break;
      }
      if (this.#sent >= this.#ends.next) {
        this.#messageSent();
        continue;
      }
      if (this.#losses.in <= 1e-6) {
        this.#losses.next((this.#ways.there as Route).loss);
        this.#lose(1, false);
        continue;
      }
      if (this.#sent >= this.#blockedAt || this.#sent >= this.#limit) {
        this.#closeStretch();
        const position = Math.min(this.#stretches.from, Math.floor(this.#sent));
        if (position > this.#told) this.#as(() => this.#arriveAt(position, this.#arrival()), position - 1);
        this.#lastSent = now;
        this.#leave();
        this.#mode = 'blocked';
        break;
      }
      if (this.#mode === 'burst' && this.#sent >= this.#roundEnd) {
        this.#closeStretch();
        this.#leave();
        this.#pause();
        continue;
      }
      if (this.bottleneck < 0 && now >= this.#stepAt) {
        this.commit();
        this.#growSteadily();
      }
      break;
    }
    this.#plan();
    this.#network.solve();
  }

  #messageSent(): void {
    const { kernel } = this.#network;
    this.#closeStretch();
    this.#ends.shift();
    this.#lastSent = kernel.now;
    this.#end.messageSent();
    if (!this.#ends.isEmpty) {
      this.#as(() => this.#arriveAt(this.#sent, this.#arrival()), this.#sent - 1);
      this.#tune();
      return;
    }
    this.#ends.clear();
    this.#as(() => this.#arriveAt(this.#sent, this.#arrival()), this.#sent - 1);
    this.#leave();
    this.#tellMark();
    this.#mode = 'idle';
    if (this.recoverAt !== NEVER) {
      // Whatever comes next is written after the loss is repaired, or finds the window as it will be.
      this.#recover();
    }
    this.#usedInRound = this.#sent - this.#roundBegin;
    if (this.finQueued) this.#as(() => this.#sendFin(), this.#sent - 1);
  }

  /** When what is sent now reaches the other side. */
  #arrival(): Nanoseconds {
    return this.#network.kernel.now + this.#delay();
  }

  /** From the end of a segment at the sender's rate to its arrival. */
  #delay(route = this.#ways.there): Nanoseconds {
    if (!route) return 0;
    const length = Math.min(this.#written - this.#stretches.from, MAXIMUM_SEGMENT_SIZE);
    const size = length > 0 ? wireSize(length) : FULL_FRAME;
    // The rate counts the time on one link; the others serialise the last segment once more.
    const paced = this.#allocated * route.perByteOnSlowest >= 8 * SECOND * 0.5 ? route.perByteOnSlowest : 0;
    return this.#queueBefore + route.latency + size * (route.perByte - paced);
  }

  #arriveAt(position: Bytes, time: Nanoseconds, rate = this.rate || this.#previousRate, route = this.#ways.there): void {
    const at = Math.max(time, this.#holeUntil, this.#underWay.lastArrival);
    // What follows a hole arrives with what fills it.
    const pace = this.#holeUntil > this.#network.kernel.now ? 0 : rate;
    const start = Math.max(this.#told, pace > 0 ? Math.min(this.#roundBegin, position) : 0);
    this.#told = position;
    const fin = this.finQueued && position === this.#written && !this.#finSent;
    if (fin) this.#finSent = true;
    this.#underWay.send({ start, position, rate: pace, fin, at, route });
  }

  #sendFin(): void {
    if (this.#finSent) return;
    this.#finSent = true;
    const { kernel } = this.#network;
    const position = this.#written;
    this.#network.control(
      this.from,
      this.to,
      HEADERS,
      this.#end,
      (delay) => {
        const at = Math.max(kernel.now + delay, this.#underWay.lastArrival);
        this.#underWay.send({ start: position, position, rate: 0, fin: true, at, route: this.#ways.there });
      },
      () => {
        this.#mode = 'stalled';
        this.#finSent = false;
        this.#stall();
        this.#plan();
      },
    );
  }

  #newRound(now: Nanoseconds): void {
    this.#roundStart = now;
    this.#roundBegin = this.#sent;
    this.#usedInRound = 0;
    this.#measured = this.roundTrip;
    this.growsFrom = now + this.#measured;
    this.#observe();
  }

  /** The window is sent: on with the first acknowledgment. */
  #pause(): void {
    this.#mode = 'paused';
    this.#lastSent = this.#network.kernel.now;
    this.#usedInRound = this.#sent - this.#roundBegin;
    const route = this.#ways.there as Route;
    const single = this.#usedInRound <= MAXIMUM_SEGMENT_SIZE;
    // Every second segment is acknowledged; a single one after a while.
    this.#resumeAt = this.#roundStart + this.roundTrip + (single ? DELAYED_ACK : FULL_FRAME * route.perByteOnSlowest);
    this.#resumeAt = Math.max(this.#resumeAt, this.#network.kernel.now);
  }

  #resume(): void {
    const { now } = this.#network.kernel;
    const { window } = this;
    const wasSlow = window.slowStart;
    if (wasSlow && this.recoverAt === NEVER) window.double();
    this.windowAt = now;
    this.#stretches.open(this.#network.kernel.now);
    this.#newRound(now);
    this.#roundEnd = this.#sent + window.usable;
    this.#mode = window.slowStart ? 'burst' : 'steady';
    this.#join();
  }

  /** A part in the sharing, with a weight of what its window carries in a round trip. */
  #join(): void {
    const { window } = this;
    const route = this.#ways.there;
    if (!route) {
      this.#stall();
      return;
    }
    this.#tune();
    this.#losses.on(route.loss);
    const weight = window.usable / this.roundTrip;
    const cap = this.#mode === 'burst' ? NEVER : this.#windowRate();
    this.windowAt = this.#network.kernel.now;
    this.growth = 0;
    this.#queueBefore = this.#network.queueing(route);
    this.#network.join(this, route, weight, cap);
    if (this.#mode === 'steady') this.#growSteadily();
    this.#network.solve();
    if (this.#mode === 'burst' && this.flow >= 0) this.#network.burst(this, window.usable, this.#arrivalRate(route));
  }

  /** Bits a second at which a burst comes to its bottleneck: the first as the line before gives it, others twice as fast as they were acknowledged. */
  #arrivalRate(route: Route): number {
    let before = NEVER;
    for (const [i, link] of route.links.entries()) {
      if (link === this.bottleneck) break;
      before = Math.min(before, (route.directions[i] as Route['directions'][number]).rateAt(this.#network.kernel.now));
    }
    if (this.#roundBegin === 0 || this.#previousRate === 0) return before;
    return Math.min(before, (2 * this.#previousRate * 8 * SECOND) / this.#efficiency);
  }

  #leave(): void {
    if (this.rate > 0) this.#previousRate = this.rate;
    this.rate = 0;
    this.#allocated = 0;
    this.bottleneck = -1;
    this.growth = 0;
    this.#stepAt = NEVER;
    if (this.flow >= 0) this.#network.leave(this);
  }

  /** Bits a second on the line that the window allows when no queue is in the way. */
  #windowRate(extra = 0): number {
    return ((Math.min(this.window.size + extra, this.window.limit) / this.roundTrip) * 8 * SECOND) / this.#efficiency;
  }

  /** Sets the cap to the middle of a step over which the window grows by a tenth, or a round trip. */
  #growSteadily(): void {
    this.#stepAt = NEVER;
    if (this.#mode !== 'steady' || this.flow < 0) return;
    const { now } = this.#network.kernel;
    this.#steppedAt = now;
    const { window } = this;
    const roundTrip = this.roundTrip;
    let growth = 0;
    if (now < this.growsFrom && this.recoverAt === NEVER) this.#stepAt = this.growsFrom;
    else if (this.recoverAt === NEVER) {
      growth = window.growth(now, roundTrip, window.size / roundTrip, CHORD * roundTrip);
      if (growth > 0) this.#stepAt = now + Math.max(roundTrip, (STEP * window.size) / growth);
      if (window.bends) this.#stepAt = Math.min(this.#stepAt, now + CHORD * roundTrip);
    }
    this.growth = growth;
    const middle = growth > 0 ? (growth * (this.#stepAt - now)) / 2 : 0;
    this.#network.allocation.setCap(this.flow, this.#windowRate(middle));
    this.#network.allocation.setWeight(this.flow, window.usable / roundTrip);
  }

  /** For the link that holds it back: its window and cap as they are now. */
  capForWindow(): number {
    // At least what a step of its own would give, so that the two do not take turns.
    return this.#mode === 'burst' ? NEVER : this.#windowRate(Math.max(STEP * this.window.size, MAXIMUM_SEGMENT_SIZE));
  }

  /** So many segments that go out about now are lost. */
  #lose(segments: number, inQueue: boolean): void {
    const { kernel } = this.#network;
    const { now } = kernel;
    const { window } = this;
    const roundTrip = this.roundTrip;
    const route = this.#ways.there;
    if (!route) return;
    const steady = this.#mode === 'steady';
    // CUBIC's 0.7 of twice what line and queue hold is more than they hold: what is sent again meets a full queue, too.
    // Of several flows the others make room meanwhile.
    const alone = this.bottleneck >= 0 && this.#network.allocation.held(this.bottleneck) === 1;
    const crowded = inQueue && alone && window.slowStart && steady && 2 * window.decrease > 1 && segments > DUPLICATES;
    const repair = repairOf({
      segments,
      inQueue,
      now,
      window,
      rate: this.rate,
      steady,
      sentInRound: this.#sent - this.#roundBegin,
      left: Math.ceil((this.#written - this.#sent) / MAXIMUM_SEGMENT_SIZE),
      roundTrip,
      oneWay: route.latency + FULL_FRAME * route.perByte + this.#network.queueing(route),
      timeout: this.#retransmissionTimeout(),
      again: this.#losses.again(route.loss) || crowded,
      selective: this.#end.settings.selectiveAcknowledgments,
    });
    this.#holeUntil = Math.max(this.#holeUntil, repair.holeUntil);
    if (repair.by === 'timer') {
      window.lost(window.size);
      this.#timeout = true;
      if (repair.resend) this.#again = window.size / Math.max(this.rate, window.size / roundTrip);
      this.recoverAt = repair.expiry;
      this.recoversWithLink = false;
      this.#blockedAt = this.#sent + Math.max(window.usable - MAXIMUM_SEGMENT_SIZE, 0) + 2 * MAXIMUM_SEGMENT_SIZE;
      this.growth = 0;
      return;
    }
    // A loss in the window in which one was found before changes nothing more.
    if (this.recoverAt !== NEVER) return;
    window.lost(repair.flight);
    this.recoverAt = now + roundTrip + this.#drain(roundTrip);
    this.recoversWithLink = inQueue;
    this.growth = 0;
  }

  /** How long the queue of its bottleneck keeps the line busy while the sender waits for its window to fall. */
  #drain(roundTrip: Nanoseconds): Nanoseconds {
    if (this.bottleneck < 0 || this.rate === 0) return 0;
    const waiting = this.#network.queueingAt(this.bottleneck);
    const after = this.window.threshold / Math.max(roundTrip - waiting, 1);
    const surplus = this.rate - after;
    return surplus <= 0 ? roundTrip : Math.min((waiting * this.rate) / surplus, roundTrip);
  }

  /** The losses are found, and what they leave of the window counts from now on. */
  #recover(): void {
    const { now } = this.#network.kernel;
    const { window } = this;
    this.recoverAt = NEVER;
    this.recoveredAt = now;
    this.recoversWithLink = false;
    this.windowAt = now;
    this.growth = 0;
    this.#blockedAt = NEVER;
    if (!this.#timeout) {
      window.recovered();
      if (this.#mode === 'burst' || this.#mode === 'steady') {
        this.#mode = 'steady';
        this.growsFrom = now;
        if (this.flow >= 0) this.#growSteadily();
      }
      return;
    }
    this.#timeout = false;
    window.restarted();
    if (this.#mode === 'idle') return;
    this.#closeStretch();
    this.#leave();
    this.#mode = 'paused';
    this.#resumeAt = now + this.roundTrip;
    // Without SACK everything since the loss is sent again, also what had arrived.
    if (this.#again > 0) this.#resumeAt += this.#again;
    this.#again = 0;
    this.#roundStart = now;
    this.#usedInRound = MAXIMUM_SEGMENT_SIZE;
    // The first window is what `restarted` gives: the pause must not double it.
    window.size /= 2;
  }

  // Paths that do not work.

  #reaches(): 'alive' | 'reset' | 'silence' {
    if (this.from === this.to) return 'alive';
    return this.#network.route(this.from, this.to) && this.#network.route(this.to, this.from) ? this.#end.answer() : 'silence';
  }

  /** How far what was sent has come by now: to the other side, or to `ahead` nanoseconds before it. */
  #reached(route: Route | null, ahead: Nanoseconds = 0): Bytes {
    const known = this.#end.reached;
    if (this.from === this.to || !route) return known;
    const time = this.#network.kernel.now + ahead;
    const { position, complete } = this.#underWay.reachedBy(time);
    if (!complete || this.#holeUntil > time) return Math.max(known, position);
    const since = this.rate > 0 ? this.#network.kernel.now : this.#lastSent;
    const missing = (this.rate || this.#previousRate) * Math.max(since + this.#delay(route) - time, 0);
    const acknowledged = this.#mode === 'steady' ? 0 : Math.min(this.#roundBegin, this.#sent);
    return Math.max(known, position, Math.floor(Math.max(this.#sent - missing, acknowledged)));
  }

  /** The way is gone. What a line had taken when it failed is lost; what is beyond it, or was only cut off from others, arrives. */
  #loseOnLine(before: Route | null): void {
    if (!before || this.from === this.to) return;
    const { now } = this.#network.kernel;
    const failed = failedOn(before);
    const ahead = failed < 0 ? this.#delay(before) : beyond(before, failed, now);
    const passed = failed < 0 ? Math.floor(this.#sent) : this.#reached(before, ahead);
    const lost = this.#underWay.cancelLost();
    if (passed > this.#told) this.#as(() => this.#arriveAt(passed, now + ahead, 0, before), passed - 1);
    if (failed >= 0) this.#goBack(Math.max(passed, this.#underWay.position), lost);
  }

  /** A line has failed when everything had been sent: the timer, which runs since then, finds out. */
  #loseUnderWay(): void {
    const { now } = this.#network.kernel;
    const next = this.#underWay.first;
    const route = next?.route ?? null;
    const failed = route ? failedOn(route) : -1;
    if (!next || !route || failed < 0) return;
    const ahead = beyond(route, failed, now);
    const passed = this.#reached(route, ahead);
    const lost = this.#underWay.cancelLost();
    const [first] = lost;
    if (!first) return;
    this.#settle();
    const some = passed > first.start;
    this.#told = Math.min(this.#told, first.start);
    if (some) this.#as(() => this.#arriveAt(passed, now + ahead, 0, route), passed - 1);
    this.#goBack(Math.max(passed, first.start), lost);
    this.#stall();
    this.#resumeAt = Math.max((some ? now : first.sentAt) + this.#retransmissionTimeout(), now);
    this.#replan();
  }

  /** What lies behind `position` has to be sent again. */
  #goBack(position: Bytes, lost: readonly Arrival[]): void {
    if (lost.some(({ fin }) => fin)) this.#finSent = false;
    this.#told = Math.min(this.#told, position);
    if (position >= this.#sent) return;
    this.#ends.goBackTo(
      position,
      lost.map((arrival) => arrival.position),
    );
    this.#sent = position;
    this.#wentBack = true;
  }

  #stall(): void {
    const { now } = this.#network.kernel;
    this.#closeStretch();
    this.#leave();
    if (this.#mode === 'stalled' && this.#backoff.isOn) return;
    this.#mode = 'stalled';
    this.#backoff.begin(now);
    this.recoverAt = NEVER;
    this.#timeout = false;
    this.#blockedAt = NEVER;
    this.window.lost(this.window.size);
    this.#resumeAt = now + this.#retransmissionTimeout();
  }

  /** The retransmission timer has expired: is there an answer now? */
  #retry(): void {
    const { kernel } = this.#network;
    const { now } = kernel;
    if (this.#backoff.isTooLong(now)) {
      this.#end.timedOut();
      return;
    }
    const answer = this.#reaches();
    if (answer === 'alive') {
      this.#backoff.end();
      if (this.drained) {
        this.#mode = 'idle';
        if (this.finQueued) this.#sendFin();
        return;
      }
      this.window.restarted();
      this.window.size /= 2;
      if (this.#wentBack) {
        // The first segment that is missing goes out now.
        this.#wentBack = false;
        this.#mode = 'burst';
        this.#stretches.open(this.#network.kernel.now);
        this.#newRound(now);
        this.#roundEnd = this.#sent + this.window.usable;
        this.#sentAt = now;
        this.#join();
        return;
      }
      this.#mode = 'paused';
      this.#roundStart = now;
      this.#usedInRound = MAXIMUM_SEGMENT_SIZE;
      this.#resumeAt = now + this.roundTrip;
      return;
    }
    if (answer === 'reset') {
      const back = this.#network.travel(this.to, this.from, HEADERS);
      const there = this.#network.travel(this.from, this.to, HEADERS);
      this.#resumeAt = NEVER;
      kernel.schedule(there + back, () => this.#end.resetByPeer());
      return;
    }
    this.#resumeAt = now + this.#backoff.next(this.#retransmissionTimeout());
  }

  /** The links give nothing: as the timer sees it. */
  #outageLasts(): void {
    const { now } = this.#network.kernel;
    if (this.#backoff.isTooLong(now)) {
      this.#end.timedOut();
      return;
    }
    if (this.#backoff.attempts === 0) this.window.lost(this.window.size);
    this.window.restarted();
    this.#resumeAt = now + this.#backoff.next(this.#retransmissionTimeout());
  }

  #outageOver(): void {
    const { now } = this.#network.kernel;
    this.#backoff.end();
    this.recoverAt = NEVER;
    this.#timeout = false;
    this.#blockedAt = NEVER;
    if (this.#backoff.attempts === 0) return;
    this.windowAt = now;
    this.growth = 0;
    this.#stepAt = NEVER;
    this.#mode = 'burst';
    this.#newRound(now);
    this.#roundEnd = this.#sent + this.window.usable;
    this.#network.allocation.setCap(this.flow, NEVER);
    this.#network.look(this.bottleneck);
  }

  #reopen(): void {
    if (this.#mode !== 'blocked' || this.#sent >= this.#limit) return;
    this.#mode = 'idle';
    this.#begin();
  }

  // Bookkeeping.

  #retransmissionTimeout(): Nanoseconds {
    return this.#ways.retransmissionTimeout(this.#measured, this.#roundBegin);
  }

  /** Tells of the window and the round trip, but not each time where they go up and down fast. */
  #observe(): void {
    const { now } = this.#network.kernel;
    const { roundTrip } = this;
    if (!this.slowStart && now - this.#observedAt < OBSERVED * roundTrip) return;
    this.#observedAt = now;
    this.#network.observe(this.from, this.to, this.window.usable, roundTrip);
  }

  /** The line's overhead and losses for the message that is sent now. */
  #tune(): void {
    const end = this.#ends.next;
    const length = Math.max(end - this.#sent, 1);
    const segments = Math.ceil(length / MAXIMUM_SEGMENT_SIZE);
    const loss = this.#ways.there?.loss ?? 0;
    this.#density = segments / length;
    // What is lost is sent twice.
    this.#efficiency = (length / (length + HEADERS * segments)) * (1 - loss);
    this.rate = (this.#allocated * this.#efficiency) / (8 * SECOND);
  }

  /** What has gone out up to now. */
  #settle(): void {
    const { now } = this.#network.kernel;
    if (this.rate > 0 && now > this.#sentAt) {
      let position = this.#sent + this.rate * (now - this.#sentAt);
      if (position > this.#target - 0.5) position = this.#target;
      this.#losses.in -= (position - this.#sent) * this.#density;
      this.#sent = position;
    }
    this.#sentAt = now;
  }

  /** Records what went out since the last time. */
  #closeStretch(): void {
    const { kernel } = this.#network;
    const { from, at } = this.#stretches;
    const to = Math.floor(this.#sent + 1e-6);
    const delay = to > from ? this.#delay() : 0;
    if (to > from && from - this.#told >= PROGRESS && at + delay <= kernel.now && this.#holeUntil <= kernel.now) this.#tellProgress(from);
    this.#stretches.close(kernel.now, to, delay, to > from ? this.#end.outgoing.stepAt(from) : -1, this.#ways.lastThere);
  }

  /** Hands on what has come since the last time, however little. */
  #tellSince(): void {
    this.#toldAt = this.#network.kernel.now;
    const reached = this.#reached(this.#ways.there);
    if (reached > Math.max(this.#told, this.#end.reached)) this.#tellProgress(reached);
  }

  #tellProgress(position: Bytes): void {
    this.#told = position;
    this.#toldAt = this.#network.kernel.now;
    this.#as(() => this.#network.kernel.schedule(0, () => this.#end.deliver(position, false)), position - 1);
  }

  #tellMark(): void {
    if (this.#sent < this.#mark) return;
    const { kernel } = this.#network;
    const position = this.#mark;
    this.#mark = NEVER;
    const delay = this.from === this.to ? 2 * LOOPBACK_DELAY : Math.max(this.roundTrip, this.#underWay.lastArrival - kernel.now);
    this.#as(() => kernel.schedule(delay, () => this.#end.acknowledged(position)), this.#sent - 1);
  }

  /** Acts for the step whose bytes are at that place in the stream. */
  #as(act: () => void, position = this.#sent): void {
    const { kernel } = this.#network;
    const { cause } = kernel;
    kernel.cause = this.#end.outgoing.stepAt(Math.floor(position));
    act();
    kernel.cause = cause;
  }

  #replan(): void {
    this.#settle();
    this.#plan();
    this.#network.solve();
  }

  /** When something is due next. */
  #plan(): void {
    let at = NEVER;
    const { kernel } = this.#network;
    const { now } = kernel;
    if (this.#sent >= this.#mark) this.#tellMark();
    if (this.#mode === 'stalled' || this.#mode === 'paused') at = this.#resumeAt;
    else if (this.#mode === 'burst' || this.#mode === 'steady') {
      if (this.rate > 0) {
        if (this.#mode === 'burst' && this.#roundEnd > this.#sent) {
          // The pipe is full: acknowledgments come before the window is sent.
          const done = now + (this.#roundEnd - this.#sent) / this.rate;
          if (done > this.#roundStart + this.roundTrip + 1_000) this.#becomeSteady();
        } else if (this.#mode === 'steady' && this.bottleneck < 0 && this.slowStart && now >= this.growsFrom && this.recoverAt === NEVER) {
          // Others have left: the pipe is not full any more.
          this.commit();
          this.#mode = 'burst';
          this.#newRound(now);
          this.#roundEnd = this.#sent + this.window.usable;
          this.#network.allocation.setCap(this.flow, NEVER);
        }
        let target = Math.min(this.#ends.next, this.#blockedAt, this.#limit, Math.max(this.#mark, this.#sent));
        if (this.#mark <= this.#sent) target = Math.min(this.#ends.next, this.#blockedAt, this.#limit);
        if (this.#mode === 'burst') target = Math.min(target, this.#roundEnd);
        if (this.#losses.in !== NEVER) target = Math.min(target, this.#sent + this.#losses.in / this.#density);
        this.#target = target;
        at = now + Math.max(target - this.#sent, 0) / this.rate;
      } else if (this.flow >= 0 && this.#allocated === 0) {
        if (!this.#backoff.isOn) {
          this.#backoff.begin(now);
          this.#resumeAt = now + this.#retransmissionTimeout();
        }
        at = this.#resumeAt;
      }
      if (this.bottleneck < 0) at = Math.min(at, this.#stepAt);
    }
    if (!(this.recoversWithLink && this.bottleneck >= 0) && this.#mode !== 'idle' && this.#mode !== 'over')
      at = Math.min(at, this.recoverAt);
    // The clock is in whole nanoseconds: never before what is due.
    this.#wakeAt(Math.max(Math.ceil(at), now));
  }

  #becomeSteady(): void {
    this.#mode = 'steady';
    this.growsFrom = Math.max(this.#roundStart + this.roundTrip, this.#network.kernel.now);
    this.#network.allocation.setCap(this.flow, this.capForWindow());
    this.#network.look(this.bottleneck);
  }

  #wakeAt(at: Nanoseconds): void {
    const cause = this.#end.outgoing.stepAt(Math.min(Math.floor(this.#sent), this.#written - 1));
    const progress = this.rate > 0 ? Math.max(this.#toldAt + PROGRESS_TIME, this.#network.kernel.now) : NEVER;
    this.#due.set(at, cause, progress, this.bottleneck >= 0);
  }
}
