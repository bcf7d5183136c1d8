/** Counts what a server's connections carry, and publishes the counts as metrics. Outside of the wire: a crash forgets none. */
import type { Host } from '../network/host.ts';
import type { Bytes } from '../quantities.ts';

export class Traffic {
  readonly #host: Host;
  #connections = 0;
  #control: Bytes = 0;
  #data: Bytes = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** A data connection is open. */
  connected(): void {
    this.#measure('data connections', ++this.#connections);
  }

  control(bytes: Bytes): void {
    this.#control += bytes;
    this.#measure('control bytes', this.#control);
  }

  /** So much has arrived over a data connection, at whichever end. */
  arrived(bytes: Bytes): void {
    if (bytes === 0) return;
    this.#data += bytes;
    this.#measure('data bytes', this.#data);
  }

  #measure(metric: string, value: number): void {
    this.#host.narrator.measure(metric, [this.#host.name], value);
  }
}
