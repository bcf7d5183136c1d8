/**
 * Knows how far every transfer has come. An observer: it stands outside the wire and changes nothing that the hosts do. The
 * sender enters its transfer under the connection that it travels on, and the receiver's service finds it there: by the
 * connection's row in the run, since behind a NAT the two ends go by different endpoints.
 */
import { type Process, wait } from '../kernel/process.ts';
import type { Connection } from '../network/host.ts';
import type { Bytes } from '../quantities.ts';

/** How a transfer ended: null when the receiver has it all, else why not, for people. */
export type Ending = string | null;

/** One transfer, from its beginning to the moment when its end is known. The first end that is told counts. */
export class Transfer {
  received: Bytes = 0;
  #ending: Ending | undefined;
  #tell: ((ending: Ending) => void) | null = null;

  end(ending: Ending): void {
    if (this.#ending !== undefined) return;
    this.#ending = ending;
    this.#tell?.(ending);
  }

  /** Done when its end is known. To be waited for once. */
  ending(): Process<Ending> {
    return wait<Ending>((resume) => {
      if (this.#ending !== undefined) resume(this.#ending);
      else this.#tell = resume;
      return () => {
        this.#tell = null;
      };
    });
  }
}

export class TransferLedger {
  readonly #underWay = new Map<number, Transfer>();

  /** The sender is about to send it over this connection of its own. */
  enter(connection: Connection, transfer: Transfer): void {
    this.#underWay.set(connection.number, transfer);
  }

  /** The sender's connection has ended. */
  strike(connection: Connection): void {
    this.#underWay.delete(connection.number);
  }

  /** What comes over this connection of the receiver; undefined where no step sends it. */
  at(connection: Connection): Transfer | undefined {
    return this.#underWay.get(connection.number);
  }

  received(connection: Connection, bytes: Bytes): void {
    const transfer = this.at(connection);
    if (transfer) transfer.received += bytes;
  }

  finished(connection: Connection): void {
    this.at(connection)?.end(null);
  }
}
