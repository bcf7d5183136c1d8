/** The ways between two hosts, there and back, as of the present state of the network, and how long what is sent takes on them. */
import type { Bytes, Nanoseconds } from '../../quantities.ts';
import { CLOCK_GRANULARITY, MAXIMUM_SEGMENT_SIZE, MINIMUM_RTO } from '../tcp/parameters.ts';
import type { FlowNetwork } from './flow-network.ts';
import { FULL_FRAME, HEADERS, type Route } from './route.ts';

/** The two hosts, by index: who `to` is may be known only when the connection has come to be. */
interface Ends {
  readonly from: number;
  readonly to: number;
}

export class Ways {
  readonly #network: FlowNetwork;
  readonly #ends: Ends;
  #there: Route | null = null;
  #back: Route | null = null;
  #epoch = -1;

  constructor(network: FlowNetwork, ends: Ends) {
    this.#network = network;
    this.#ends = ends;
  }

  /** The way there; null while there is none. */
  get there(): Route | null {
    const network = this.#network;
    const epoch = network.routeEpoch;
    if (this.#epoch !== epoch) {
      const { from, to } = this.#ends;
      this.#epoch = epoch;
      this.#there = network.route(from, to);
      this.#back = network.route(to, from);
    }
    return this.#there;
  }

  /** The way there when it was last looked at. */
  get lastThere(): Route | null {
    return this.#there;
  }

  /** Round trip of a full segment, queues included; 0 while there is no way. */
  get roundTrip(): Nanoseconds {
    const there = this.there;
    const back = this.#back;
    const network = this.#network;
    if (!there || !back) return 0;
    return (
      network.queueing(there) + there.latency + FULL_FRAME * there.perByte + network.queueing(back) + back.latency + HEADERS * back.perByte
    );
  }

  /** `before`: the round trip as it was, for where there is no way any more; `acknowledged`: so many bytes were. */
  retransmissionTimeout(before: Nanoseconds, acknowledged: Bytes): Nanoseconds {
    const { from, to } = this.#ends;
    if (from === to) return MINIMUM_RTO;
    const roundTrip = this.roundTrip || before;
    // RFC 6298 §2: the first measurement, of the handshake, is taken to vary by a half; that falls by a quarter with each acknowledgment.
    let variation = roundTrip / 2;
    const acknowledgments = Math.floor(acknowledged / (2 * MAXIMUM_SEGMENT_SIZE));
    // After so many, less than the clock's granularity is left of any round trip.
    for (let i = Math.min(acknowledgments, 100); i > 0; i--) variation *= 0.75;
    return Math.max(MINIMUM_RTO, roundTrip + Math.max(CLOCK_GRANULARITY, 4 * variation));
  }
}

export function sameWay(a: Route | null, b: Route): boolean {
  return a !== null && a.links.length === b.links.length && a.links.every((link, i) => link === b.links[i]);
}
