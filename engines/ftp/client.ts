/**
 * The FTP client's side of a session (RFC 959, 1123 §4.1, 2428, 3659).
 *
 * Theory of operation. `openSession` connects and waits for the greeting; `logIn` says who is there; `retrieve`, `store` and
 * `list` each agree on a data connection, say what it is for, and use it; everything else is a command and its reply. A
 * refusal of the server and a broken connection are values of one shape. Once the control connection is broken, nothing
 * more is sent over it. Where the server does not know EPSV or EPRT, the client goes on with PASV and PORT (RFC 2428 §4).
 */
import { bytesOf, type Content } from '../content.ts';
import type { Contents } from '../contents.ts';
import { formatSize } from '../format.ts';
import { type Process, race } from '../kernel/process.ts';
import { type Connection, type Endpoint, failed, type Host, type Listener } from '../network/host.ts';
import { LineReader } from '../network/line-reader.ts';
import { bytesOfOctets, octetsOf, textOfOctets } from '../network/octets.ts';
import { type Bytes, MINUTE, type Nanoseconds } from '../quantities.ts';
import type { Securing } from '../tls/securing.ts';
import type { DataMode, Representation } from './scenario.ts';
import { type Command, commandLabel, encodeCommand } from './wire/command.ts';
import { findExtendedPort, findHostPort } from './wire/host-port.ts';
import { REPLY_LINE_LIMIT, type Reply, ReplyGatherer, replyLabel } from './wire/reply.ts';

/** How long a client waits for a reply, and for a data connection that is to be opened. */
const REPLY_LIMIT: Nanoseconds = 2 * MINUTE;
const OPENING_LIMIT: Nanoseconds = MINUTE;
/** A data connection on which nothing arrives for this long is given up. */
const STALL_LIMIT: Nanoseconds = MINUTE;
/** A listing is kept up to this size; the rest of it is read and dropped. */
const LISTING_LIMIT: Bytes = 1024 * 1024;

/** Why something did not come about. */
export interface Problem {
  readonly reason: string;
  /** The server's own reply, if it was one. */
  readonly reply: Reply | null;
  /** The client itself broke it off. */
  readonly aborted?: true;
}

/** What a data transfer came to. */
export interface Moved {
  readonly reply: Reply;
  /** The data connection, closed by now. */
  readonly connection: Connection;
  /** When the client had read the end, or had sent it. */
  readonly at: Nanoseconds;
}

/** A way to data that both sides have agreed on. */
type Arrangement = { readonly kind: 'listening'; readonly listener: Listener } | { readonly kind: 'open'; readonly connection: Connection };

/** `arrived` is told of what came over each data connection. */
export function* openSession(
  host: Host,
  remote: Endpoint,
  mode: DataMode,
  arrived: (bytes: Bytes) => void = () => {},
): Process<ClientSession | Problem> {
  const connection = yield* host.connect(remote);
  if (failed(connection)) return { reason: `connection ${connection.failure}`, reply: null };
  const session = new ClientSession(host, connection, mode, arrived);
  const greeting = yield* session.greeting();
  if ('reason' in greeting) return greeting;
  return session;
}

export class ClientSession {
  readonly #host: Host;
  readonly #mode: DataMode;
  #control: Connection;
  #reader: LineReader;
  /** Lines of a reply that has begun; kept when a wait for it is called off. */
  #gatherer = new ReplyGatherer();
  #broken: Problem | null = null;
  /** The server knows EPSV and EPRT, as far as is known. */
  #extended: boolean;
  /** RFC 959 §5.1: ASCII until TYPE says otherwise. */
  #type: Representation = 'ascii';
  #protectData: Securing | null = null;

  readonly #arrived: (bytes: Bytes) => void;

  constructor(host: Host, control: Connection, mode: DataMode, arrived: (bytes: Bytes) => void) {
    this.#arrived = arrived;
    this.#host = host;
    this.#control = control;
    this.#mode = mode;
    this.#extended = mode.startsWith('extended');
    this.#reader = new LineReader(control);
  }

  /** Whether more can be said over the control connection. */
  get usable(): boolean {
    return this.#broken === null;
  }

  get #howClosed(): string {
    return `connection ${this.#control.ending ?? 'closed'}`;
  }

  /** RFC 959 §5.4: 120 says that 220 will come. */
  *greeting(): Process<Reply | Problem> {
    for (;;) {
      const reply = yield* this.#reply();
      if ('reason' in reply || reply.code !== 120) return isPositive(reply) ? reply : this.#leave(reply);
    }
  }

  /** AUTH TLS, and private data connections (RFC 4217 §4, §9). */
  *secure(securing: Securing): Process<Problem | null> {
    const begun = yield* this.ask({ verb: 'AUTH', argument: 'TLS' });
    if (!isPositive(begun)) return problemOf(begun);
    // What came in the clear behind the reply is nobody's word (as RFC 3207 §4.2 has it for mail).
    if (this.#reader.takeRest() !== '') return this.#break('more than a reply came in clear before TLS');
    const secured = yield* securing(this.#control);
    // Closed already, after the alert that says why: a reset would lose it.
    if (failed(secured)) return this.#leave({ reason: `TLS failed: ${secured.failure}`, reply: null });
    this.#control = secured;
    this.#reader = new LineReader(secured);
    for (const command of [
      { verb: 'PBSZ', size: 0 },
      { verb: 'PROT', argument: 'P' },
    ] as const) {
      const reply = yield* this.ask(command);
      if (!isPositive(reply)) return problemOf(reply);
    }
    this.#protectData = securing;
    return null;
  }

  *logIn(user: string, password: string): Process<Problem | null> {
    let reply = yield* this.ask({ verb: 'USER', argument: user });
    if (!('reason' in reply) && reply.code === 331) reply = yield* this.ask({ verb: 'PASS', argument: password });
    return isPositive(reply) ? null : problemOf(reply);
  }

  /** A command and its reply. Not for those that open data connections. */
  *ask(command: Command): Process<Reply | Problem> {
    if (!(yield* this.#write(command))) return this.#break(this.#howClosed);
    return yield* this.#reply();
  }

  /** A line as it stands, which need be no command; of several replies the last. Not for what opens data connections. */
  *askLine(line: string): Process<Reply | Problem> {
    const info = { protocol: 'ftp', kind: 'command', label: textOfOctets(line) };
    if (this.#broken || !(yield* this.#control.write(bytesOfOctets(`${line}\r\n`), info))) return this.#break(this.#howClosed);
    for (;;) {
      const reply = yield* this.#reply();
      if ('reason' in reply || reply.code >= 200) return reply;
    }
  }

  *setType(type: Representation): Process<Problem | null> {
    if (this.#type === type) return null;
    const reply = yield* this.ask({ verb: 'TYPE', type: type === 'ascii' ? 'A' : 'I', parameter: null });
    if (!isPositive(reply)) return problemOf(reply);
    this.#type = type;
    return null;
  }

  /** Asks for data, from octet `offset` on. `take` gets it as it comes; `stop`, where there is one, ends before the transfer is broken off by ABOR. */
  *retrieve(
    command: Command,
    offset: Bytes,
    take: (content: Content) => void,
    stop: (() => Process) | null = null,
  ): Process<Moved | Problem> {
    const opened = yield* this.#begin(command, offset);
    if ('reason' in opened) return opened;
    const { connection } = opened;
    const whole = this.#readAll(connection, take);
    const read = stop ? yield* race(whole, stop()) : ({ winner: 'first', value: yield* whole } as const);
    if (read.winner === 'second') return yield* this.#abort(connection);
    const at = this.#host.now();
    if (connection.ending === 'closed') {
      connection.close();
      return yield* this.#finish(connection, at);
    }
    const how = connection.ending ?? 'stalled';
    connection.abort();
    return brokenData(yield* this.#reply(), how);
  }

  /** A listing's octets, cut off at LISTING_LIMIT. */
  *list(command: Command): Process<{ readonly octets: string; readonly moved: Moved } | Problem> {
    const parts: string[] = [];
    let size = 0;
    const moved = yield* this.retrieve(command, 0, (content) => {
      if (size < LISTING_LIMIT) parts.push(octetsOf(bytesOf(content)));
      size += content.length;
    });
    return 'reason' in moved ? moved : { octets: parts.join('').slice(0, LISTING_LIMIT), moved };
  }

  /** Sends data that the command is about; `offset` for REST. */
  *store(command: Command, offset: Bytes, content: Contents, label: string): Process<Moved | Problem> {
    const opened = yield* this.#begin(command, offset);
    if ('reason' in opened) return opened;
    const { connection } = opened;
    for (const part of content) {
      const info = { protocol: 'ftp-data', kind: 'content', label: `${label} (${formatSize(part.length)})` };
      // A server that takes no more says why on the control connection, and may do so while data is still waiting.
      const written = yield* race(connection.write(part, info), this.#early());
      if (written.winner === 'second') {
        connection.abort();
        return problemOf(written.value);
      }
      if (!written.value) break;
    }
    connection.close();
    const at = this.#host.now();
    const reply = yield* this.#reply(connection);
    if (isPositive(reply)) return { reply, connection, at };
    const how = connection.ending ?? 'stalled';
    connection.abort();
    return brokenData(reply, how);
  }

  /** Says QUIT, waits for the reply and closes. */
  *quit(): Process {
    if (this.usable) yield* this.ask({ verb: 'QUIT' });
    this.#control.close();
  }

  // Data connections ---------------------------------------------------------------------------------------------------

  /** Agrees on a data connection, says what it is for, and gives it once it is open. */
  *#begin(command: Command, offset: Bytes): Process<{ readonly connection: Connection; readonly reply: Reply } | Problem> {
    const arranged = yield* this.#arrange();
    if ('reason' in arranged) return arranged;
    const giveUp = (problem: Problem): Problem => {
      if (arranged.kind === 'open') arranged.connection.abort();
      else arranged.listener.close();
      return problem;
    };
    if (offset > 0) {
      const reply = yield* this.ask({ verb: 'REST', offset });
      if ('reason' in reply || reply.code !== 350) return giveUp(problemOf(reply));
    }
    const begun = yield* this.ask(command);
    if ('reason' in begun || begun.code >= 200) return giveUp(problemOf(begun));
    const connection = yield* this.#opened(arranged);
    if ('reason' in connection) return giveUp(connection);
    if (arranged.kind === 'listening') arranged.listener.close();
    if (!this.#protectData) return { connection, reply: begun };
    const secured = yield* this.#protectData(connection);
    if (!failed(secured)) return { connection: secured, reply: begun };
    const reply = yield* this.#reply();
    return { reason: `TLS failed on the data connection: ${secured.failure}`, reply: 'reason' in reply ? reply.reply : reply };
  }

  *#arrange(): Process<Arrangement | Problem> {
    return this.#mode.endsWith('active') ? yield* this.#listen() : yield* this.#connect();
  }

  /** Active mode: the client listens, and the server is told where. */
  *#listen(): Process<Arrangement | Problem> {
    const listener = yield* this.#host.listen(0);
    if (failed(listener)) return { reason: listener.failure, reply: null };
    const { port } = listener.local;
    const { address } = this.#control.local;
    let reply: Reply | Problem | null = null;
    if (this.#extended) {
      reply = yield* this.ask({ verb: 'EPRT', endpoint: { protocol: 1, address, port } });
      if (isUnknown(reply)) this.#extended = false;
    }
    if (!this.#extended) reply = yield* this.ask({ verb: 'PORT', endpoint: { address, port } });
    if (reply && isPositive(reply)) return { kind: 'listening', listener };
    listener.close();
    return problemOf(reply as Reply | Problem);
  }

  /** Passive mode: the server listens, and tells where. */
  *#connect(): Process<Arrangement | Problem> {
    let target: Endpoint | null = null;
    let reply: Reply | Problem | null = null;
    if (this.#extended) {
      reply = yield* this.ask({ verb: 'EPSV', protocol: null });
      if (isUnknown(reply)) this.#extended = false;
      else if (!('reason' in reply) && reply.code === 229) {
        const port = findExtendedPort(reply.lines[0] as string)?.value;
        // RFC 2428 §3: the address is the one of the control connection.
        if (port !== undefined) target = { address: this.#control.remote.address, port };
      }
    }
    if (!this.#extended) {
      reply = yield* this.ask({ verb: 'PASV' });
      if (!('reason' in reply) && reply.code === 227) target = findHostPort(reply.lines[0] as string)?.value ?? null;
    }
    if (!target) return problemOf(reply as Reply | Problem);
    const connection = yield* this.#host.connect(target, { timeout: OPENING_LIMIT });
    if (failed(connection)) return { reason: `data connection to port ${target.port} ${connection.failure}`, reply: null };
    return { kind: 'open', connection };
  }

  /** The data connection, once the server has said that it is about to be opened. */
  *#opened(arranged: Arrangement): Process<Connection | Problem> {
    if (arranged.kind === 'open') return arranged.connection;
    // Where the server cannot connect, it says so.
    const event = yield* race(arranged.listener.accept(), race(this.#early(), this.#host.sleep(OPENING_LIMIT)));
    if (event.winner === 'first') return event.value ?? { reason: 'the listener was closed', reply: null };
    return event.value.winner === 'first' ? problemOf(event.value.value) : { reason: 'the server opened no data connection', reply: null };
  }

  *#readAll(connection: Connection, take: (content: Content) => void): Process {
    let bytes: Bytes = 0;
    try {
      for (;;) {
        const read = yield* race(connection.read(), this.#host.sleep(STALL_LIMIT));
        if (read.winner === 'second' || read.value === null) return;
        bytes += read.value.length;
        take(read.value);
      }
    } finally {
      this.#arrived(bytes);
    }
  }

  *#finish(connection: Connection, at: Nanoseconds): Process<Moved | Problem> {
    const reply = yield* this.#reply();
    return isPositive(reply) ? { reply, connection, at } : problemOf(reply);
  }

  /** RFC 959 §5.4: a server answers ABOR by 426 and 226, or by 226 alone where the transfer was over. */
  *#abort(connection: Connection): Process<Problem> {
    const reply = yield* this.ask({ verb: 'ABOR' });
    connection.abort();
    if ('reason' in reply) return reply;
    const last = yield* race(this.#reply(), this.#host.sleep(OPENING_LIMIT));
    if (last.winner === 'first' && 'reason' in last.value) return last.value;
    return { reason: 'broken off by ABOR', reply, aborted: true };
  }

  // The control connection ---------------------------------------------------------------------------------------------

  *#write(command: Command): Process<boolean> {
    if (this.#broken) return false;
    const info = { protocol: 'ftp', kind: 'command', label: commandLabel(command) };
    return yield* this.#control.write(encodeCommand(command), info);
  }

  /**
   * The next reply; a problem if it does not come or is none, and then the session is broken. The server has its time from when
   * it has all that goes over `data`, where there is such a connection: a buffer full of it may take minutes over a slow line.
   */
  *#reply(data: Connection | null = null): Process<Reply | Problem> {
    if (this.#broken) return this.#broken;
    const read = yield* race(this.#early(), this.#silence(data));
    return read.winner === 'first' ? read.value : this.#break('the server did not reply in time');
  }

  *#silence(data: Connection | null): Process {
    if (data) yield* data.allAcknowledged();
    yield* this.#host.sleep(REPLY_LIMIT);
  }

  /** The same, without a limit. May be called off. */
  *#early(): Process<Reply | Problem> {
    for (;;) {
      const result = yield* this.#reader.readLine(REPLY_LINE_LIMIT);
      if (result.kind === 'end') return this.#break(this.#howClosed);
      if (result.kind !== 'line') return this.#break('a reply that is too long');
      const reply = this.#gatherer.add(result.line);
      if (reply === null) continue;
      this.#gatherer = new ReplyGatherer();
      if ('error' in reply) return this.#break(`a reply that is none: ${reply.error}`);
      // The server closes the control connection (RFC 959 §4.2.2).
      return reply.code === 421 ? this.#leave(reply) : reply;
    }
  }

  #leave(reply: Reply | Problem): Problem {
    const problem = problemOf(reply);
    this.#broken ??= problem;
    this.#control.close();
    return problem;
  }

  #break(reason: string): Problem {
    this.#broken ??= { reason, reply: null };
    this.#control.abort();
    return this.#broken;
  }
}

export function isPositive(reply: Reply | Problem): reply is Reply {
  return !('reason' in reply) && reply.code >= 200 && reply.code < 300;
}

/** What the server says of it counts more than how the connection ended. */
function brokenData(reply: Reply | Problem, how: string): Problem {
  if ('reason' in reply) return reply.reply ? reply : { reason: `data connection ${how}`, reply: null };
  return { reason: isPositive(reply) ? `data connection ${how}` : replyLabel(reply), reply };
}

/** RFC 2428 §4: an old server does not know the command. */
function isUnknown(reply: Reply | Problem): boolean {
  return !('reason' in reply) && (reply.code === 500 || reply.code === 502);
}

export function problemOf(reply: Reply | Problem): Problem {
  return 'reason' in reply ? reply : { reason: replyLabel(reply), reply };
}
