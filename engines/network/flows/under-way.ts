/**
 * What a flow has on its way to the other side and that has an event of its own: where a message, a round or a stretch ends.
 * In order; each arrival takes with it all that lies before its position.
 */
import type { Kernel } from '../../kernel/kernel.ts';
import type { Bytes, Nanoseconds } from '../../quantities.ts';
import { beyond, failedOn, type Route } from './route.ts';

/** Something on its way: what lies between two positions, its last byte there at a known time, those before at some rate. */
export interface Arrival {
  readonly start: Bytes;
  readonly position: Bytes;
  /** Bytes a nanosecond; 0: all at once. */
  readonly rate: number;
  readonly fin: boolean;
  readonly at: Nanoseconds;
  /** Null for the loopback. */
  readonly route: Route | null;
}

interface Sent extends Arrival {
  readonly sentAt: Nanoseconds;
  lost: boolean;
}

export class UnderWay {
  /** When the last of it arrives: nothing that is sent later arrives before. */
  lastArrival: Nanoseconds = 0;
  readonly #kernel: Kernel;
  readonly #deliver: (position: Bytes, fin: boolean) => void;
  #arrivals: Sent[] = [];

  constructor(kernel: Kernel, deliver: (position: Bytes, fin: boolean) => void) {
    this.#kernel = kernel;
    this.#deliver = deliver;
  }

  get isEmpty(): boolean {
    return this.#arrivals.length === 0;
  }

  /** What arrives next, and when it was sent. */
  get first(): (Arrival & { readonly sentAt: Nanoseconds }) | undefined {
    return this.#arrivals[0];
  }

  /** Position up to which everything has arrived or is on its way; 0 where nothing is. */
  get position(): Bytes {
    return this.#arrivals.at(-1)?.position ?? 0;
  }

  send(sent: Arrival): void {
    const arrival: Sent = { ...sent, sentAt: this.#kernel.now, lost: false };
    this.lastArrival = arrival.at;
    this.#arrivals.push(arrival);
    this.#kernel.schedule(arrival.at - this.#kernel.now, () => {
      if (arrival.lost) return;
      this.#arrivals.shift();
      this.#deliver(arrival.position, arrival.fin);
    });
  }

  /** How far it has come at that time. `complete`: all of it will have arrived by then. */
  reachedBy(time: Nanoseconds): { readonly position: Bytes; readonly complete: boolean } {
    let position = 0;
    for (const arrival of this.#arrivals) {
      if (arrival.at > time) {
        const coming = arrival.rate === 0 ? arrival.start : arrival.position - arrival.rate * (arrival.at - time);
        return { position: Math.max(position, arrival.start, Math.floor(coming)), complete: false };
      }
      position = arrival.position;
    }
    return { position, complete: true };
  }

  /** Takes back, and gives, what will not arrive, because a line on its way has failed before it came to its end. */
  cancelLost(): readonly (Arrival & { readonly sentAt: Nanoseconds })[] {
    const { now } = this.#kernel;
    const first = this.#arrivals.findIndex(({ route, at }) => {
      const failed = route ? failedOn(route) : -1;
      return route !== null && failed >= 0 && at - beyond(route, failed, now) > now;
    });
    if (first < 0) return [];
    const lost = this.#arrivals.splice(first);
    for (const arrival of lost) arrival.lost = true;
    this.lastArrival = now;
    return lost;
  }
}
