/**
 * The FTP server: control connections on port 21, a session each (RFC 959 §2.3).
 *
 * Theory of operation. The session (server-session.ts) says what is to be done; here it is done on connections. While a
 * transfer is under way it is a task of its own, and the control connection is read on: ABOR breaks the transfer off, STAT
 * tells of it, anything else waits until it is over, and is then obeyed in its order (§4.1.3). A control connection that ends
 * takes its transfer with it, unless QUIT came before: then the transfer is completed first (§4.1.1).
 */
import type { Content } from '../content.ts';
import { formatSize } from '../format.ts';
import { type Process, race, resultOf, type Task, wait } from '../kernel/process.ts';
import { type Connection, failed, type Host, type ListenFailure } from '../network/host.ts';
import { LineReader, type LineResult } from '../network/line-reader.ts';
import { textOfOctets } from '../network/octets.ts';
import type { SessionStates, StateEntry } from '../network/session-states.ts';
import { type Bytes, MINUTE, type Nanoseconds, SECOND } from '../quantities.ts';
import type { Secured, Securing } from '../tls/securing.ts';
import { DataPort } from './data-port.ts';
import type { FileSystem } from './file-system.ts';
import { FileWriter } from './file-writer.ts';
import { filesOf, tellTransferred } from './host-files.ts';
import type { ArrivalObserver } from './observer.ts';
import { texts } from './reply-texts.ts';
import type { FtpServerService } from './scenario.ts';
import { ServerSession } from './server-session.ts';
import { Space } from './space.ts';
import type { Traffic } from './traffic.ts';
import type { Transfer } from './user-files.ts';
import { COMMAND_LINE_LIMIT, decodeCommand } from './wire/command.ts';
import { encodeReply, type Reply, replyLabel } from './wire/reply.ts';

export const CONTROL_PORT = 21;

/** A data connection on which nothing moves for this long is given up. */
export const STALL_LIMIT: Nanoseconds = 5 * MINUTE;
/** How long a client may take to close a connection that could not be secured. */
const LINGER: Nanoseconds = 10 * SECOND;
/** Lines that may wait for the end of a transfer; the control connection is not read beyond them. */
const HELD_LIMIT = 100;

export interface ServerSurroundings {
  readonly host: Host;
  readonly service: FtpServerService;
  readonly observer: ArrivalObserver;
  readonly traffic: Traffic;
  /** What 227 tells in place of the host's own address; null for that. */
  readonly passiveAddress: string | null;
  readonly states: SessionStates;
  /** null where the service has no TLS, and only there. */
  readonly secure: Securing | null;
}

/** Serves until the listener is closed. A failure to listen is the result. */
export function* serve(surroundings: ServerSurroundings): Process<ListenFailure | null> {
  const { host, service } = surroundings;
  const listener = yield* host.listen(CONTROL_PORT);
  if (failed(listener)) return listener as ListenFailure;
  surroundings.states.reset(host.narrator);
  const space = new Space(service.space, filesOf(host));
  const places = new Set<number>();
  for (;;) {
    const connection = yield* listener.accept();
    if (connection === null) return null;
    if (places.size >= service.sessions) {
      host.spawn('ftp refusal', refuse(connection));
      continue;
    }
    let place = 1;
    while (places.has(place)) place++;
    places.add(place);
    host.spawn(
      'ftp session',
      (function* (): Process {
        const served = new ServedSession(connection, surroundings, space, `session ${place}`);
        try {
          yield* served.run();
        } finally {
          places.delete(place);
          served.end();
        }
      })(),
    );
  }
}

function* refuse(connection: Connection): Process {
  const reply = texts.full();
  yield* connection.write(encodeReply(reply), { protocol: 'ftp', kind: 'reply', label: replyLabel(reply) });
  connection.close();
}

class ServedSession {
  readonly #surroundings: ServerSurroundings;
  readonly #session: ServerSession;
  readonly #files: FileSystem;
  readonly #space: Space;
  readonly #data: DataPort;
  readonly #store: string;
  /** As TCP brought it, and as it is used: the same until AUTH. */
  #plain: Connection;
  #control: Connection | Secured;
  #reader: LineReader;
  #transfer: Task | null = null;
  /** Under way, for STAT. */
  #moved: Bytes = 0;
  #idle = false;
  /** Lines that came while a transfer was under way. */
  #held: LineResult[] = [];
  /** ABOR broke the last transfer off, and is yet to be answered. */
  #aborted = false;

  constructor(connection: Connection, surroundings: ServerSurroundings, space: Space, store: string) {
    const { host, service } = surroundings;
    this.#surroundings = surroundings;
    this.#files = filesOf(host);
    this.#session = new ServerSession(service, this.#files, space, connection.remote.address, () => host.now());
    this.#space = space;
    this.#data = new DataPort(host, connection.remote);
    this.#store = store;
    this.#plain = connection;
    this.#control = connection;
    this.#reader = this.#readerOf(connection);
  }

  /** From the greeting to the end of the control connection. */
  *run(): Process {
    if (!(yield* this.#say(this.#session.greet()))) return;
    for (;;) {
      this.#tell();
      const result: LineResult = this.#held.shift() ?? (yield* this.#reader.readLine(COMMAND_LINE_LIMIT));
      if (result.kind === 'endless') {
        this.#plain.abort();
        return;
      }
      if (result.kind === 'end') {
        if (this.#idle) yield* this.#say(texts.timedOut());
        break;
      }
      const act = this.#session.command(result.kind === 'line' ? result.line : null);
      switch (act.kind) {
        case 'reply': {
          if (act.delay !== undefined) yield* this.#surroundings.host.sleep(act.delay);
          if (!(yield* this.#say(act.reply)) || act.next === 'close') {
            this.#control.close();
            return;
          }
          if (act.next !== 'secure') break;
          this.#data.clear();
          if (!(yield* this.#secure())) return;
          break;
        }
        case 'port':
          this.#data.aim(act.endpoint);
          yield* this.#say(act.reply);
          break;
        case 'reinitialize':
          this.#data.clear();
          if (!(yield* this.#say(act.reply)) || (act.clear && !(yield* this.#clear()))) return;
          break;
        case 'listen': {
          const { service, passiveAddress } = this.#surroundings;
          const where = yield* this.#data.listen(service.passivePorts);
          if (typeof where === 'string') yield* this.#say(texts.cannotOpen(where));
          else
            yield* this.#say(
              act.extended ? texts.extendedPassive(where.port) : texts.passive({ ...where, address: passiveAddress ?? where.address }),
            );
          break;
        }
        case 'abort': {
          const { isOpen } = this.#data;
          if (!this.#aborted) this.#data.disconnect();
          yield* this.#say(this.#aborted ? texts.aborted() : texts.nothingToAbort(isOpen));
          this.#aborted = false;
          break;
        }
        case 'transfer':
          yield* this.#carryOut(act.transfer);
          break;
      }
    }
    this.#control.close();
  }

  /** However it ended. */
  end(): void {
    this.#transfer?.stop();
    this.#data.clear();
    this.#surroundings.states.end(this.#surroundings.host.narrator, this.#store);
  }

  // The control connection ---------------------------------------------------------------------------------------------

  #readerOf(connection: Connection): LineReader {
    const { host, service, traffic } = this.#surroundings;
    const session = this;
    return new LineReader({
      *read(): Process<Content | null> {
        // A session is idle where nothing is transferred either.
        const idle = session.#transfer ? never() : host.sleep(service.idle, { background: true });
        const arrived = yield* race(connection.read(), idle);
        if (arrived.winner === 'second') session.#idle = true;
        const content = arrived.winner === 'first' ? arrived.value : null;
        if (content) traffic.control(content.length);
        return content;
      },
    });
  }

  *#say(reply: Reply): Process<boolean> {
    const bytes = encodeReply(reply);
    this.#surroundings.traffic.control(bytes.length);
    return yield* this.#control.write(bytes, { protocol: 'ftp', kind: 'reply', label: replyLabel(reply) });
  }

  *#secure(): Process<boolean> {
    // What came in the clear behind AUTH is nobody's word (as RFC 3207 §4.2 has it for mail).
    if (this.#reader.takeRest() !== '') {
      this.#plain.abort();
      return false;
    }
    const secured = yield* (this.#surroundings.secure as Securing)(this.#plain);
    if (failed(secured)) {
      // The client is to read the alert first; but not to be waited for without end.
      yield* race(readAway(this.#plain), this.#surroundings.host.sleep(LINGER));
      this.#plain.abort();
      return false;
    }
    this.#control = secured;
    this.#reader = this.#readerOf(secured);
    return true;
  }

  /** RFC 4217 §13: the reply went out under protection; from here on everything is in clear. */
  *#clear(): Process<boolean> {
    const cleared = yield* race((this.#control as Secured).clear(), this.#surroundings.host.sleep(LINGER));
    if (cleared.winner === 'second' || cleared.value === null) {
      this.#plain.abort();
      return false;
    }
    this.#plain = cleared.value;
    this.#control = cleared.value;
    this.#reader = this.#readerOf(cleared.value);
    return true;
  }

  /** What has changed since it was told last, on the state timeline. */
  #tell(): void {
    const { address, port } = this.#plain.remote;
    const entries: StateEntry[] = [['client', `${address}:${port}`], ...this.#session.state(), ['data connection', this.#data.state]];
    this.#surroundings.states.tell(this.#surroundings.host.narrator, this.#store, entries);
  }

  // Transfers ----------------------------------------------------------------------------------------------------------

  /** Lines that come meanwhile are held. */
  *#carryOut(transfer: Transfer): Process {
    if (this.#session.onlyExtended && !this.#data.agreed) {
      yield* this.#say(texts.noDataPort());
      return;
    }
    // It was to be broken off before it began.
    if (this.#held.some((line) => verbOf(line) === 'ABOR')) {
      this.#aborted = true;
      yield* this.#say(texts.broken('ABOR'));
      return;
    }
    this.#moved = 0;
    const task = this.#surroundings.host.spawn('ftp transfer', this.#move(transfer));
    this.#transfer = task as Task;
    while (!task.done) {
      const readable = this.#held.length < HELD_LIMIT && !this.#held.some(({ kind }) => kind === 'end' || kind === 'endless');
      const event = yield* race(resultOf(task), readable ? this.#reader.readLine(COMMAND_LINE_LIMIT) : never());
      if (event.winner === 'first') break;
      const line = event.value;
      const verb = verbOf(line);
      if (verb === 'STAT') {
        yield* this.#say(texts.status([`Transfer of ${transfer.what}: ${this.#moved} bytes so far`]));
        continue;
      }
      this.#held.push(line);
      if (verb === 'ABOR') {
        // The transfer ends at once; ABOR itself is answered in its turn.
        task.stop();
        this.#aborted = true;
        yield* this.#say(texts.broken('ABOR'));
        break;
      }
      if (line.kind === 'endless' || (line.kind === 'end' && !this.#held.some((held) => verbOf(held) === 'QUIT'))) {
        task.stop();
        break;
      }
    }
    this.#transfer = null;
  }

  /** One transfer, with the replies before and after it. Stopped, it leaves no connection open. */
  *#move(transfer: Transfer): Process {
    let connection: Connection | null = null;
    let over = false;
    try {
      const open = this.#data.isOpen;
      yield* this.#say(openingReply(transfer, open));
      const opening = yield* this.#data.open();
      this.#tell();
      if (typeof opening === 'string') {
        over = true;
        yield* this.#say(texts.cannotOpen(opening));
        return;
      }
      connection = opening;
      this.#surroundings.traffic.connected();
      const { secure } = this.#surroundings;
      const used = this.#session.protectsData && secure ? yield* secure(connection) : connection;
      const reply = failed(used) ? texts.dataNotSecured(used.failure) : yield* this.#through(used, transfer);
      over = true;
      yield* this.#say(reply);
    } finally {
      if (!over) {
        connection?.abort();
        this.#data.disconnect();
      }
    }
  }

  #through(connection: Connection, transfer: Transfer): Process<Reply> {
    return transfer.direction === 'out' ? this.#send(connection, transfer) : this.#receive(connection, transfer);
  }

  *#send(connection: Connection, transfer: Transfer & { direction: 'out' }): Process<Reply> {
    for (const part of transfer.content) {
      const label =
        transfer.kind === 'content' ? `${textOfOctets(transfer.what)} (${formatSize(part.length)})` : textOfOctets(transfer.what);
      this.#moved += part.length;
      if (!(yield* connection.write(part, { protocol: 'ftp-data', kind: transfer.kind, label }))) break;
    }
    connection.close();
    // The client closes when it has read the end (RFC 959 §3.3: closing the connection is the end of the file): before that
    // nobody knows that it all arrived.
    while ((yield* this.#next(connection)) !== null);
    const { ending } = connection;
    if (ending === 'closed') return texts.complete();
    connection.abort();
    return texts.broken(ending ?? 'the connection stalled');
  }

  *#receive(connection: Connection, { writing }: Transfer & { direction: 'in' }): Process<Reply> {
    const { host, observer, traffic } = this.#surroundings;
    const writer = new FileWriter(this.#files, writing, () => host.now());
    this.#space.began(writer);
    try {
      for (;;) {
        const content = yield* this.#next(connection);
        if (content === null) break;
        this.#moved += content.length;
        if (writer.add(content, this.#space.free)) continue;
        connection.abort();
        return texts.outOfSpace(this.#space.limit);
      }
    } finally {
      writer.end();
      this.#space.ended(writer);
      traffic.arrived(this.#moved);
      tellTransferred(host, writing.path, writer.size);
    }
    const { ending } = connection;
    if (ending !== 'closed') {
      connection.abort();
      return texts.broken(ending ?? 'the connection stalled');
    }
    observer.arrived(connection, host.now());
    connection.close();
    return texts.complete();
  }

  /** The next content; null at the end, and where nothing comes for too long. */
  *#next(connection: Connection): Process<Content | null> {
    const read = yield* race(connection.read(), this.#surroundings.host.sleep(STALL_LIMIT));
    return read.winner === 'first' ? read.value : null;
  }
}

function* readAway(connection: Connection): Process {
  while ((yield* connection.read()) !== null);
}

function never(): Process<never> {
  return wait<never>(() => () => {});
}

/** Of STAT, only without an argument: with one, it is about a file, and no question about the transfer. */
function verbOf(result: LineResult): string | null {
  const command = result.kind === 'line' ? decodeCommand(result.line) : null;
  if (!command || 'error' in command) return null;
  return command.verb === 'STAT' && command.argument !== '' ? null : command.verb;
}

function openingReply(transfer: Transfer, open: boolean): Reply {
  if (transfer.direction === 'in' && transfer.unique) return texts.unique(transfer.what, open);
  const type = transfer.type === 'ascii' ? 'ASCII' : 'BINARY';
  if (open) return texts.open(transfer.what, type);
  const size =
    transfer.direction === 'out' && transfer.kind === 'content' ? transfer.content.reduce((sum, { length }) => sum + length, 0) : null;
  return texts.opening(transfer.what, type, size);
}
