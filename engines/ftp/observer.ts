/**
 * Knows when each data connection's octets had all arrived. It stands outside of the wire and changes nothing: a client that
 * stores a file learns from here when its server had the last octet, so that the time of a transfer is the receiver's.
 */
import type { Connection, Endpoint } from '../network/host.ts';
import type { Nanoseconds } from '../quantities.ts';

export class ArrivalObserver {
  readonly #arrivals = new Map<string, Nanoseconds>();

  /** The receiver has read the end. */
  arrived({ local, remote }: Connection, at: Nanoseconds): void {
    this.#arrivals.set(key(remote, local), at);
  }

  /** When the other side had it all; undefined if it never did. To be asked once a connection. */
  take({ local, remote }: Connection): Nanoseconds | undefined {
    const at = this.#arrivals.get(key(local, remote));
    this.#arrivals.delete(key(local, remote));
    return at;
  }
}

function key(sender: Endpoint, receiver: Endpoint): string {
  return `${sender.address}:${sender.port} ${receiver.address}:${receiver.port}`;
}
