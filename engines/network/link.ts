/**
 * One direction of a link: a drop-tail queue before a line of some rate, with delay, jitter, loss and duplication.
 *
 * Theory of operation. The queue is not simulated packet by packet: a line that serves in order is busy until a known
 * time, so the moments at which a packet's first bit is put on the line and its last bit leaves follow by arithmetic when
 * it is offered. What waits in the queue are the packets whose first bit has not been put on the line yet: their starts
 * and sizes stand in a ring, and are forgotten as the clock passes them.
 *
 * A trace changes the rate over time, also under a packet that is being sent. A line that fails, or whose sender loses
 * power, loses what is on it and what waits for it: `failures` counts, so that whoever planned an arrival sees that it will not come.
 */
import type { RandomStream } from '../kernel/random.ts';
import { type BitsPerSecond, type Bytes, type Nanoseconds, SECOND } from '../quantities.ts';
import type { PacketFate } from '../run.ts';
import type { LineDeclaration } from '../scenario.ts';
import { TraceClock } from './trace-clock.ts';

/** What a line is declared to be; its trace, if it has one, goes before its rate. */
export interface LineProperties extends LineDeclaration {
  readonly rate: BitsPerSecond;
}

/** Where a direction stands among all of them. */
export interface Placement {
  /** Its number, counted from 0 over all directions of a topology. */
  readonly index: number;
  /** Nodes: a host's index, or the number of hosts for the core. */
  readonly from: number;
  readonly to: number;
  /** Index of the explicit link that it belongs to; −1 for an access link. */
  readonly link: number;
  /** True from the link's `b` to its `a`. */
  readonly reverse: boolean;
}

export class LinkDirection implements Placement {
  readonly name: string;
  readonly index: number;
  readonly from: number;
  readonly to: number;
  readonly link: number;
  readonly reverse: boolean;
  readonly properties: LineProperties;
  /** False while it has failed. */
  up = true;
  /** Times that it has failed so far. */
  failures = 0;
  /** How long packets wait for traffic that is not simulated packet by packet, besides those that are: nanoseconds. */
  standingDelay: Nanoseconds = 0;
  /** Of the packet that was taken last: when its last bit is put on the line. */
  departure: Nanoseconds = 0;
  /** … and when it is at the far end. */
  arrival: Nanoseconds = 0;
  readonly #trace: TraceClock | null;
  readonly #random: (purpose: string) => RandomStream;
  #jitterDraws: RandomStream | null = null;
  #lossDraws: RandomStream | null = null;
  #duplicateDraws: RandomStream | null = null;
  #lastArrival: Nanoseconds = 0;
  #waiting: Bytes = 0;
  /** The ring: when each waiting packet's first bit goes out, and its size. Its length is a power of two. */
  #starts = new Float64Array(16);
  #sizes = new Float64Array(16);
  #first = 0;
  #count = 0;

  /** `random` gives the stream of a purpose; streams are `link NAME jitter`, `… loss` and `… duplicates`. */
  constructor(name: string, placement: Placement, properties: LineProperties, random: (purpose: string) => RandomStream) {
    this.name = name;
    this.index = placement.index;
    this.from = placement.from;
    this.to = placement.to;
    this.link = placement.link;
    this.reverse = placement.reverse;
    this.properties = properties;
    this.#trace = properties.trace ? new TraceClock(properties.trace) : null;
    this.#random = random;
  }

  /** What the line offers at `now`; 0 in a trace's outage. */
  rateAt(now: Nanoseconds): BitsPerSecond {
    return this.#trace ? this.#trace.at(now).rate : this.properties.rate;
  }

  /** One-way delay at `now`, without jitter and queue. */
  latencyAt(now: Nanoseconds): Nanoseconds {
    return (this.#trace ? this.#trace.at(now).latency : null) ?? this.properties.latency;
  }

  /** When its trace will change rate or latency next, after `now`; infinity for never. */
  nextChange(now: Nanoseconds): Nanoseconds {
    return this.#trace ? this.#trace.nextChange(now) : Number.POSITIVE_INFINITY;
  }

  /** Whether the next packet is to be sent twice. */
  duplicates(): boolean {
    const { duplicates } = this.properties;
    if (duplicates === 0) return false;
    this.#duplicateDraws ??= this.#random(`link ${this.name} duplicates`);
    return this.#duplicateDraws.float() < duplicates;
  }

  /**
   * Sends a packet of `size` bytes at `now`: null when it will arrive, at `arrival` (unless the line fails before that), or
   * why it will not.
   */
  offer(now: Nanoseconds, size: Bytes): PacketFate | null {
    if (!this.up) return 'line down';
    const { jitter, loss, queue, reordering, rate } = this.properties;
    this.#forgetStarted(now);
    // An idle line takes any packet, whatever the queue's size.
    const idle = this.departure <= now;
    if (!idle && this.#waiting + size > queue) return 'queue full';
    const start = idle ? now : this.departure;
    if (!idle) this.#wait(start, size);
    this.departure = this.#trace ? this.#trace.departure(start, size * 8) : start + Math.ceil((size * 8 * SECOND) / rate);
    // Each has a stream of its own, so that a change of the one leaves the draws of the other alone.
    let delay = this.standingDelay;
    if (jitter > 0) {
      this.#jitterDraws ??= this.#random(`link ${this.name} jitter`);
      delay += Math.floor(this.#jitterDraws.float() * (jitter + 1));
    }
    if (loss > 0) {
      this.#lossDraws ??= this.#random(`link ${this.name} loss`);
      if (this.#lossDraws.float() < loss) return 'lost';
    }
    const arrival = this.departure + this.latencyAt(this.departure) + delay;
    this.arrival = reordering || arrival > this.#lastArrival ? arrival : this.#lastArrival;
    this.#lastArrival = this.arrival;
    return null;
  }

  /** The line breaks at `now`: what is on it and what waits is lost. */
  fail(now: Nanoseconds): void {
    if (!this.up) return;
    this.up = false;
    this.drop(now);
  }

  /** What is on the line and what waits for it is lost; the line itself works on. */
  drop(now: Nanoseconds): void {
    this.failures++;
    this.departure = now;
    this.#lastArrival = now;
    this.#waiting = 0;
    this.#count = 0;
  }

  recover(): void {
    this.up = true;
  }

  #wait(start: Nanoseconds, size: Bytes): void {
    if (this.#count === this.#starts.length) {
      const [starts, sizes] = [new Float64Array(this.#count * 2), new Float64Array(this.#count * 2)];
      for (let i = 0; i < this.#count; i++) {
        const at = (this.#first + i) & (this.#count - 1);
        starts[i] = this.#starts[at] as number;
        sizes[i] = this.#sizes[at] as number;
      }
      this.#starts = starts;
      this.#sizes = sizes;
      this.#first = 0;
    }
    const place = (this.#first + this.#count++) & (this.#starts.length - 1);
    this.#starts[place] = start;
    this.#sizes[place] = size;
    this.#waiting += size;
  }

  #forgetStarted(now: Nanoseconds): void {
    while (this.#count > 0 && (this.#starts[this.#first] as number) <= now) {
      this.#waiting -= this.#sizes[this.#first] as number;
      this.#first = (this.#first + 1) & (this.#starts.length - 1);
      this.#count--;
    }
  }
}
