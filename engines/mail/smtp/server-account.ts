/** What a mail server tells of its work: whom it refused and why, and what went over its connections in clear. Survives crashes. */
import type { Host } from '../../network/host.ts';
import type { Bytes } from '../../quantities.ts';

const REFUSALS = 'refusals';

export class ServerAccount {
  readonly #host: Host;
  readonly #refusals = new Map<string, number>();
  #refused = 0;
  #clear: Bytes = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Octets of commands, replies and messages that anybody on the way could read. */
  clear(bytes: Bytes): void {
    this.#clear += bytes;
    this.#host.narrator.measure('bytes in clear', [this.#host.name], this.#clear);
  }

  /** A client, sender, recipient or message was refused; `reason` in few words, the same for all that are alike. The first one of each is noted. */
  refused(reason: string): void {
    const count = (this.#refusals.get(reason) ?? 0) + 1;
    this.#refusals.set(reason, count);
    this.#refused++;
    this.#host.narrator.state(REFUSALS, reason, String(count), count === 1 ? { note: `refused: ${reason}` } : undefined);
    this.#host.narrator.measure('refusals', [this.#host.name], this.#refused);
  }
}
