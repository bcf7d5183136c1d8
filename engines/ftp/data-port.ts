/**
 * The server's end of data connections (RFC 959 §3.2): where the next one goes, or where it is awaited.
 *
 * One data connection a transfer. In active mode the server connects from port 20 to where the client said that it listens; to
 * the port of the control connection where it said nothing. What it said holds until it says otherwise. In passive mode the
 * server listens on a port of its own, takes the first connection from its client's address, and nobody else's (RFC 2577 §8:
 * else a stranger could steal a transfer), and listens for no second one.
 */
import { type Process, race, wait } from '../kernel/process.ts';
import { type Connection, type Endpoint, failed, type Host, type Listener, type ListenFailure } from '../network/host.ts';
import { MINUTE, type Nanoseconds } from '../quantities.ts';
import type { PortRange } from './scenario.ts';

export const DATA_PORT = 20;
/** How long a data connection may take to be opened. */
export const OPENING_LIMIT: Nanoseconds = MINUTE;

/** A connection, or why there is none. */
export type Opening = Connection | string;

export class DataPort {
  readonly #host: Host;
  /** The other end of the control connection. */
  readonly #client: Endpoint;
  #target: Endpoint | null = null;
  #listener: Listener | null = null;
  #arrived: Connection | null = null;
  #awaiting: ((connection: Connection | null) => void) | null = null;

  constructor(host: Host, client: Endpoint) {
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

  /** Passive mode: where it listens; a text where it cannot. `ports`: one of them, drawn (RFC 2577 §8: not to be guessed). */
  *listen(ports: PortRange | null): Process<Endpoint | string> {
    this.clear();
    const listener = yield* this.#free(ports);
    if (failed(listener)) return listener.failure;
    this.#listener = listener;
    this.#host.spawn('ftp data listener', this.#accept(listener));
    return listener.local;
  }

  *#free(ports: PortRange | null): Process<Listener | ListenFailure> {
    if (ports === null) return yield* this.#host.listen(0);
    const count = ports.last - ports.first + 1;
    const drawn = this.#host.random('passive port').below(count);
    for (let i = 0; ; i++) {
      const listener = yield* this.#host.listen(ports.first + ((drawn + i) % count));
      if (!failed(listener) || i === count - 1) return listener;
    }
  }

  *#accept(listener: Listener): Process {
    for (;;) {
      const connection = yield* listener.accept();
      if (connection === null) return;
      if (connection.remote.address !== this.#client.address) {
        connection.abort();
        continue;
      }
      if (this.#awaiting) this.#awaiting(connection);
      else this.#arrived = connection;
      return;
    }
  }

  /** The connection for one transfer. */
  *open(): Process<Opening> {
    if (!this.#listener && !this.#arrived) {
      // RFC 959 §3.2: by default, the user's data port is that of the control connection.
      const target = this.#target ?? this.#client;
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

  /** ABOR: what is open for a transfer that has not begun is closed; where the client listens holds on. */
  disconnect(): void {
    const target = this.#target;
    this.clear();
    this.#target = target;
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
