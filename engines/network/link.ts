/**
 * One direction of a link: a drop-tail queue before a line of fixed rate, delay, jitter and loss.
 *
 * Theory of operation. The queue is not simulated packet by packet: a line that serves in order is busy until a known
 * time, so the moment at which a packet's last bit leaves, and how many bytes stand before it, follow by arithmetic when
 * it is offered. The bytes waiting include what is left of the packet on the line.
 */
import type { RandomStream } from '../kernel/random.ts';
import { type BitsPerSecond, type Bytes, type Nanoseconds, type Ratio, SECOND } from '../quantities.ts';

export interface LinkProperties {
  readonly rate: BitsPerSecond;
  readonly latency: Nanoseconds;
  readonly jitter: Nanoseconds;
  readonly loss: Ratio;
  readonly queue: Bytes;
}

/** What `LinkDirection.offer` gives for a packet that does not arrive. */
export const LOST = -1;

export class LinkDirection {
  readonly name: string;
  /** Node that it leads to: a host's index, or the number of hosts for the core. */
  readonly to: number;
  readonly properties: LinkProperties;
  readonly #random: (purpose: string) => RandomStream;
  #busyUntil: Nanoseconds = 0;
  #lastArrival: Nanoseconds = 0;

  /** `random` gives the stream of a purpose; streams are `link NAME jitter` and `link NAME loss`. */
  constructor(name: string, to: number, properties: LinkProperties, random: (purpose: string) => RandomStream) {
    this.name = name;
    this.to = to;
    this.properties = properties;
    this.#random = random;
  }

  /** Sends a packet of `size` bytes at `now`: the time it arrives at the far end, or LOST. Packets never overtake one another. */
  offer(now: Nanoseconds, size: Bytes): Nanoseconds {
    const { rate, latency, jitter, loss, queue } = this.properties;
    const wait = this.#busyUntil - now;
    // An idle line takes any packet, whatever the queue's size.
    if (wait > 0 && (wait * rate) / (8 * SECOND) + size > queue) return LOST;
    const departure = (wait > 0 ? this.#busyUntil : now) + Math.ceil((size * 8 * SECOND) / rate);
    this.#busyUntil = departure;
    // Each has a stream of its own, so that a change of the one leaves the draws of the other alone.
    const delay = jitter > 0 ? Math.floor(this.#random(`link ${this.name} jitter`).float() * (jitter + 1)) : 0;
    if (loss > 0 && this.#random(`link ${this.name} loss`).float() < loss) return LOST;
    const arrival = Math.max(departure + latency + delay, this.#lastArrival);
    this.#lastArrival = arrival;
    return arrival;
  }
}
