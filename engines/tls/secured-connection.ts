/**
 * A connection inside of a TLS session: `secureAsClient` and `secureAsServer` shake hands over a connection that is there, and give one
 * of the same interface. What is read from it and written to it is in clear; what travels are records.
 *
 * A session ends with close_notify (RFC 8446 §6.1). Without one, what came may not be all there was: `ending` is `reset` then, as it is
 * when a record was altered on the way.
 */
import type { Bulk, Content } from '../content.ts';
import { all, type Process, race } from '../kernel/process.ts';
import type { Connection, Endpoint, Host, MessageInfo } from '../network/host.ts';
import { EPOCH, MINUTE, type Nanoseconds, SECOND } from '../quantities.ts';
import { ClientHandshake, type ClientSettings } from './client.ts';
import { TlsEndpoint, type TlsEvent, type TlsFailure, type TlsSession } from './endpoint.ts';
import { ServerHandshake, type ServerSettings } from './server.ts';

export type { Credentials } from './certificate/authority.ts';
export type { TlsFailure, TlsSession } from './endpoint.ts';

/** A handshake that takes longer is given up. */
export const HANDSHAKE_LIMIT: Nanoseconds = MINUTE;

export interface SecuredConnection extends Connection {
  readonly session: TlsSession;
  /**
   * Ends the session, but not the connection (RFC 8446 §6.1): says close_notify, waits for the other side's, dropping what comes before it,
   * and gives the connection in clear from there on; null where it ended otherwise. What was secured is of no more use. May be called off.
   */
  clear(): Process<Connection | null>;
}

/**
 * The client's side of a handshake over `connection`, on which nothing may be under way (after STARTTLS: nothing read ahead). Done when
 * the server has proved who it is, one round trip later. On failure the connection is closed, after the alert; after HANDSHAKE_LIMIT it is
 * aborted. If it is stopped before, the connection is the caller's to abort.
 */
export function* secureAsClient(
  host: Host,
  connection: Connection,
  settings: Omit<ClientSettings, 'random' | 'now'>,
): Process<SecuredConnection | TlsFailure> {
  const now = () => EPOCH + Math.floor(host.now() / SECOND);
  const handshake = new ClientHandshake({ ...settings, random: host.random('tls client'), now });
  return yield* secure(host, connection, new TlsEndpoint(handshake), `with ${settings.serverName}`);
}

/** The server's side. Done when the client has answered, a round trip after its first word. */
export function* secureAsServer(
  host: Host,
  connection: Connection,
  settings: Omit<ServerSettings, 'random'>,
): Process<SecuredConnection | TlsFailure> {
  const handshake = new ServerHandshake({ ...settings, random: host.random('tls server') });
  return yield* secure(host, connection, new TlsEndpoint(handshake), `with ${connection.remote.address}`);
}

function* secure(host: Host, connection: Connection, endpoint: TlsEndpoint, partner: string): Process<SecuredConnection | TlsFailure> {
  const opening = new Opening(connection, endpoint);
  const ended = yield* race(opening.handshake(), host.sleep(HANDSHAKE_LIMIT));
  const outcome: TlsSession | TlsFailure = ended.winner === 'first' ? ended.value : { failure: 'it took too long', alert: null, by: 'us' };
  if ('failure' in outcome) {
    host.narrator.note(`TLS ${partner} failed: ${outcome.failure}`);
    if (ended.winner === 'first') connection.close();
    else connection.abort();
    return outcome;
  }
  return new Secured(host, connection, endpoint, outcome, opening.early);
}

/** Sends what events say. All of it is handed over before anything is waited for, so that records stay in their order. */
function* transmit(connection: Connection, events: readonly TlsEvent[]): Process<boolean> {
  const sent = yield* all(events.flatMap((event) => (event.kind === 'send' ? [connection.write(event.content, event.message)] : [])));
  return sent.every((buffered) => buffered);
}

class Opening {
  /** Events that came with the end of the handshake, and are for what comes then. */
  early: TlsEvent[] = [];
  readonly #connection: Connection;
  readonly #endpoint: TlsEndpoint;

  constructor(connection: Connection, endpoint: TlsEndpoint) {
    this.#connection = connection;
    this.#endpoint = endpoint;
  }

  *handshake(): Process<TlsSession | TlsFailure> {
    let events = this.#endpoint.start();
    for (;;) {
      yield* transmit(this.#connection, events);
      for (const [i, event] of events.entries()) {
        if (event.kind === 'failed') return event.failure;
        if (event.kind !== 'established') continue;
        this.early = events.slice(i + 1).filter(({ kind }) => kind !== 'send');
        return event.session;
      }
      const content = yield* this.#connection.read();
      if (!content)
        return { failure: `the connection was ${this.#connection.ending ?? 'closed'} during the handshake`, alert: null, by: 'nobody' };
      events = this.#endpoint.receive(content);
    }
  }
}

class Secured implements SecuredConnection {
  readonly session: TlsSession;
  ending: Connection['ending'] = null;
  readonly #host: Host;
  readonly #connection: Connection;
  readonly #endpoint: TlsEndpoint;
  readonly #arrived: (Uint8Array | Bulk)[] = [];
  /** Why nothing more will arrive, to be told when what has arrived is read. */
  #over: Connection['ending'] = null;
  #closing = false;

  constructor(host: Host, connection: Connection, endpoint: TlsEndpoint, session: TlsSession, early: readonly TlsEvent[]) {
    this.#host = host;
    this.#connection = connection;
    this.#endpoint = endpoint;
    this.session = session;
    this.#take(early);
  }

  get number(): number {
    return this.#connection.number;
  }

  get local(): Endpoint {
    return this.#connection.local;
  }

  get remote(): Endpoint {
    return this.#connection.remote;
  }

  *read(): Process<Content | null> {
    for (;;) {
      const next = this.#arrived.shift();
      if (next) return next;
      if (this.#over) {
        this.ending = this.#over;
        return null;
      }
      const content = yield* this.#connection.read();
      if (content) {
        const events = this.#endpoint.receive(content);
        this.#take(events);
        yield* transmit(this.#connection, events);
        if (events.some(({ kind }) => kind === 'failed')) this.#connection.close();
      } else if (!this.#over) {
        const { ending } = this.#connection;
        if (ending === 'closed') this.#host.narrator.note('TLS: the connection ended without close_notify: something may be missing');
        this.#over = ending === 'timed out' ? 'timed out' : 'reset';
      }
    }
  }

  *write(content: Content, message: MessageInfo): Process<boolean> {
    if (this.#closing || this.#over === 'reset' || this.#over === 'timed out') return false;
    return yield* transmit(this.#connection, this.#endpoint.send(content, message));
  }

  allAcknowledged(): Process<boolean> {
    return this.#connection.allAcknowledged();
  }

  close(): void {
    if (this.#closing) return;
    this.#closing = true;
    const connection = this.#connection;
    const events = this.#endpoint.close();
    this.#host.spawn(
      'close_notify',
      (function* (): Process {
        yield* transmit(connection, events);
        connection.close();
      })(),
    );
  }

  *clear(): Process<Connection | null> {
    if (this.#closing) return null;
    this.#closing = true;
    yield* transmit(this.#connection, this.#endpoint.close());
    while ((yield* this.read()) !== null);
    return this.ending === 'closed' ? behind(this.#endpoint, this.#connection) : null;
  }

  abort(): void {
    this.#closing = true;
    this.#over ??= 'reset';
    this.#connection.abort();
  }

  #take(events: readonly TlsEvent[]): void {
    for (const event of events) {
      if (event.kind === 'data') this.#arrived.push(event.content);
      else if (event.kind === 'closed') this.#over = 'closed';
      else if (event.kind === 'failed') {
        this.#over = 'reset';
        this.#host.narrator.note(`TLS: ${event.failure.failure}`);
      }
    }
  }
}

/** The connection, with what has been read of it behind the end of the session. */
function behind(endpoint: TlsEndpoint, connection: Connection): Connection {
  return {
    number: connection.number,
    local: connection.local,
    remote: connection.remote,
    get ending() {
      return connection.ending;
    },
    *read() {
      return endpoint.takeRest() ?? (yield* connection.read());
    },
    write: (content, message) => connection.write(content, message),
    allAcknowledged: () => connection.allAcknowledged(),
    close: () => connection.close(),
    abort: () => connection.abort(),
  };
}
