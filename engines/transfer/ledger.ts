/**
 * Knows how far every transfer has come. An observer: it stands outside the wire and changes nothing that the hosts do. The
 * sender enters its transfer under the connection that it travels on, and the receiver's service finds it there.
 */
import { type Process, wait } from '../kernel/process.ts';
import type { Connection, Endpoint } from '../network/host.ts';
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
  readonly #underWay = new Map<string, Transfer>();

  /** The sender is about to send it over this connection of its own. */
  enter(connection: Connection, transfer: Transfer): void {
    this.#underWay.set(key(connection.local, connection.remote), transfer);
  }

  /** The sender's connection has ended. */
  strike(connection: Connection): void {
    this.#underWay.delete(key(connection.local, connection.remote));
  }

  /** What comes over this connection of the receiver; undefined where no step sends it. */
  at(connection: Connection): Transfer | undefined {
    return this.#underWay.get(key(connection.remote, connection.local));
  }

  received(connection: Connection, bytes: Bytes): void {
    const transfer = this.at(connection);
    if (transfer) transfer.received += bytes;
  }

  finished(connection: Connection): void {
    this.at(connection)?.end(null);
  }
}

function key(sender: Endpoint, receiver: Endpoint): string {
  return `${sender.address}:${sender.port} ${receiver.address}:${receiver.port}`;
}
