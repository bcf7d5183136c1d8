/** What the clients of POP3 and IMAP share: how they get to their server, and what can go wrong. */
import type { Content } from '../../content.ts';
import { type Process, race } from '../../kernel/process.ts';
import { type Connection, failed, type Host } from '../../network/host.ts';
import type { ContentSource } from '../../network/line-reader.ts';
import { MINUTE, type Nanoseconds } from '../../quantities.ts';
import type { Securing } from '../../tls/securing.ts';
import { lookUpServer } from '../transfer-agent/mail-routing.ts';
import type { AccessSecurity } from './scenario.ts';

/** How long a client waits for a reply, or for the next of it. */
export const REPLY_LIMIT: Nanoseconds = 2 * MINUTE;

/** Why something did not come about: the server's own words, or what happened to the connection. */
export interface AccessProblem {
  readonly reason: string;
  /** The server refused it, and the session can go on. */
  readonly refused?: true;
}

export const problem = (reason: string): AccessProblem => ({ reason });

/** How a client gets to its server. */
export interface Way {
  readonly server: string;
  readonly security: AccessSecurity;
  readonly secure: Securing;
}

/** A protocol's session, as far as it has to do with how it begins. */
export interface OpenedSession {
  /** Waits for the server's greeting. */
  greeting(): Process<AccessProblem | null>;
  /** Asks for TLS on the connection that it has, and begins it. */
  secure(securing: Securing): Process<AccessProblem | null>;
  /** Takes its leave, as the protocol has it, and closes. */
  leave(): Process<unknown>;
}

/** Connects, waits for the greeting, and secures the connection where it is to be: in clear and with TLS from the start, at a port each. */
export function* openAccess<Session extends OpenedSession>(
  host: Host,
  { server, security, secure }: Way,
  ports: { readonly clear: number; readonly secured: number },
  sessionOver: (connection: Connection) => Session,
): Process<Session | AccessProblem> {
  const connection = yield* openConnection(host, server, security === 'tls' ? ports.secured : ports.clear);
  if ('reason' in connection) return connection;
  const used = security === 'tls' ? yield* secure(connection) : connection;
  if (failed(used)) return problem(`TLS failed: ${used.failure}`);
  const session = sessionOver(used);
  const greeting = yield* session.greeting();
  if (greeting) return greeting;
  const unsecured = security === 'starttls' ? yield* session.secure(secure) : null;
  if (!unsecured) return session;
  yield* session.leave();
  return unsecured;
}

/** By the server's name; the first address that answers. */
function* openConnection(host: Host, server: string, port: number): Process<Connection | AccessProblem> {
  const addresses = yield* lookUpServer(host, server);
  if ('reason' in addresses) return problem(addresses.reason);
  let last: AccessProblem = problem(`no address of ${server}`);
  for (const address of addresses) {
    const connection = yield* host.connect({ address, port });
    if (!failed(connection)) return connection;
    last = problem(`connection ${connection.failure}`);
  }
  return last;
}

/** What comes from the server, until it is silent for too long: the stream is over then, too. */
export class Listening implements ContentSource {
  /** How long the next content is waited for. */
  patience: Nanoseconds = REPLY_LIMIT;
  readonly #host: Host;
  readonly #connection: Connection;
  #silent = false;

  constructor(host: Host, connection: Connection) {
    this.#host = host;
    this.#connection = connection;
  }

  *read(): Process<Content | null> {
    const read = yield* race(this.#connection.read(), this.#host.sleep(this.patience));
    if (read.winner === 'first') return read.value;
    this.#silent = true;
    return null;
  }

  /** Why nothing more is said, or comes. */
  get ended(): AccessProblem {
    return problem(this.#silent ? 'the server did not reply in time' : `connection ${this.#connection.ending ?? 'closed'}`);
  }
}
