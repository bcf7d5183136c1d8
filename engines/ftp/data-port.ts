/**
 * The server's end of data connections (RFC 959 §3.2): where the next one goes, or where it is awaited.
 *
 * One data connection a transfer. In active mode the client said where it listens, and the server connects from port 20. In
 * passive mode the server listens on a port of its own, takes the first connection from its client's address, and nobody
 * else's (RFC 2577 §4: else a stranger could steal a transfer).
 */
import { type Process, race, wait } from '../kernel/process.ts';
import { type Connection, type Endpoint, failed, type Host, type Listener } from '../network/host.ts';
import { MINUTE, type Nanoseconds } from '../quantities.ts';

export const DATA_PORT = 20;
/** How long a data connection may take to be opened. */
export const OPENING_LIMIT: Nanoseconds = MINUTE;

/** A connection, or why there is none. */
export type Opening = Connection | string;

export class DataPort {
  readonly #host: Host;
  readonly #client: string;
  #target: Endpoint | null = null;
  #listener: Listener | null = null;
  #arrived: Connection | null = null;
  #awaiting: ((connection: Connection | null) => void) | null = null;

  constructor(host: Host, client: string) {
    this.#host = host;
    this.#client = client;
  }

  /** For the state timeline; null where nothing was agreed on. */
  get state(): string | null {
    if (this.#target) return `active, to port ${this.#target.port}`;
    return this.#listener ? `passive, port ${this.#listener.local.port}` : null;
  }

  /** Either a client has said where it listens, or the server listens. */
  get agreed(): boolean {
    return this.#target !== null || this.#listener !== null;
  }

  /** A connection of passive mode is there already. */
  get isOpen(): boolean {
    return this.#arrived !== null;
  }

  /** Active mode: the client listens there. */
  aim(target: Endpoint): void {
    this.clear();
    this.#target = target;
  }

  /** Passive mode: where it listens; a text where it cannot. */
  *listen(): Process<Endpoint | string> {
    this.clear();
    const listener = yield* this.#host.listen(0);
    if (failed(listener)) return listener.failure;
    this.#listener = listener;
    this.#host.spawn('ftp data listener', this.#accept(listener));
    return listener.local;
  }

  *#accept(listener: Listener): Process {
    for (;;) {
      const connection = yield* listener.accept();
      if (connection === null) return;
      if (connection.remote.address !== this.#client) {
        connection.abort();
        continue;
      }
      if (this.#awaiting) this.#awaiting(connection);
      else this.#arrived = connection;
      return;
    }
  }

  /** The connection for one transfer; nothing is agreed on afterwards. Must be agreed on before. */
  *open(): Process<Opening> {
    const target = this.#target;
    if (target) {
      this.#target = null;
      const options = { localPort: DATA_PORT, timeout: OPENING_LIMIT };
      const connection = yield* this.#host.connect(target, options);
      return failed(connection) ? connection.failure : connection;
    }
    const arrived = yield* race(this.#arrival(), this.#host.sleep(OPENING_LIMIT));
    // Taken, it is nothing to be closed here.
    this.#arrived = null;
    this.clear();
    return arrived.winner === 'first' && arrived.value ? arrived.value : 'nobody connected';
  }

  #arrival(): Process<Connection | null> {
    return wait<Connection | null>((resume) => {
      if (this.#arrived) resume(this.#arrived);
      else this.#awaiting = resume;
      return () => {
        this.#awaiting = null;
      };
    });
  }

  /** Nothing is agreed on any more; what is open for a transfer that has not begun is closed. */
  clear(): void {
    this.#target = null;
    this.#listener?.close();
    this.#listener = null;
    this.#arrived?.abort();
    this.#arrived = null;
    this.#awaiting = null;
  }
}
