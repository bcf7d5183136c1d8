/** Counts what a server's access protocols carry, and publishes the counts as metrics. Outside of the wire: a crash forgets none. */
import type { Host } from '../../network/host.ts';
import type { Bytes } from '../../quantities.ts';

export class AccessTraffic {
  readonly #host: Host;
  #bytes: Bytes = 0;
  #commands = 0;
  #messages = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Octets of commands and replies, without what TLS adds. */
  moved(bytes: Bytes): void {
    this.#bytes += bytes;
    this.#measure('access bytes', this.#bytes);
  }

  command(): void {
    this.#measure('access commands', ++this.#commands);
  }

  /** A whole message, or its text, was sent to a client. */
  downloaded(): void {
    this.#measure('messages downloaded', ++this.#messages);
  }

  #measure(metric: string, value: number): void {
    this.#host.narrator.measure(metric, [this.#host.name], value);
  }
}
