/**
 * The FTP server: control connections on port 21, a session each (RFC 959 §2.3).
 *
 * Theory of operation. The session (server-session.ts) says what is to be done; here it is done on connections. While a
 * transfer is under way it is a task of its own, and the control connection is read on: ABOR breaks the transfer off, STAT
 * tells of it, anything else waits until it is over (§4.1.3). A control connection that ends takes its transfer with it.
 */
import type { Content } from '../content.ts';
import { formatSize } from '../format.ts';
import { type Process, type RaceResult, race, type Task, wait } from '../kernel/process.ts';
import { type Connection, failed, type Host, type ListenFailure } from '../network/host.ts';
import { LineReader, type LineResult } from '../network/line-reader.ts';
import { textOfOctets } from '../network/octets.ts';
import type { SessionStates, StateEntry } from '../network/session-states.ts';
import { type Bytes, MINUTE, type Nanoseconds, SECOND } from '../quantities.ts';
import type { Securing } from '../tls/securing.ts';
import { DataPort } from './data-port.ts';
import type { FileSystem } from './file-system.ts';
import { FileWriter } from './file-writer.ts';
import { filesOf, tellTransferred } from './host-files.ts';
import type { ArrivalObserver } from './observer.ts';
import { texts } from './reply-texts.ts';
import type { FtpServerService } from './scenario.ts';
import { ServerSession } from './server-session.ts';
import type { Traffic } from './traffic.ts';
import type { Transfer } from './user-files.ts';
import { COMMAND_LINE_LIMIT, decodeCommand } from './wire/command.ts';
import { encodeReply, type Reply, replyLabel } from './wire/reply.ts';

export const CONTROL_PORT = 21;

/** A data connection on which nothing moves for this long is given up. */
export const STALL_LIMIT: Nanoseconds = 5 * MINUTE;
/** How long a client may take to close a connection that could not be secured. */
const LINGER: Nanoseconds = 10 * SECOND;

export interface ServerSurroundings {
  readonly host: Host;
  readonly service: FtpServerService;
  readonly observer: ArrivalObserver;
  readonly traffic: Traffic;
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
        const served = new ServedSession(connection, surroundings, `session ${place}`);
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
  readonly #data: DataPort;
  readonly #store: string;
  /** As TCP brought it, and as it is used: the same until AUTH. */
  readonly #plain: Connection;
  #control: Connection;
  #reader: LineReader;
  #transfer: Task | null = null;
  /** Under way, for STAT. */
  #moved: Bytes = 0;
  #idle = false;

  constructor(connection: Connection, surroundings: ServerSurroundings, store: string) {
    const { host, service } = surroundings;
    const { address } = connection.remote;
    this.#surroundings = surroundings;
    this.#files = filesOf(host);
    this.#session = new ServerSession(service, this.#files, address, () => host.now());
    this.#data = new DataPort(host, address);
    this.#store = store;
    this.#plain = connection;
    this.#control = connection;
    this.#reader = this.#readerOf(connection);
  }

  /** From the greeting to the end of the control connection. */
  *run(): Process {
    if (!(yield* this.#say(this.#session.greet()))) return;
    let held: LineResult | null = null;
    for (;;) {
      this.#tell();
      const result: LineResult = held ?? (yield* this.#reader.readLine(COMMAND_LINE_LIMIT));
      held = null;
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
          if (act.next === 'secure' && !(yield* this.#secure())) return;
          break;
        }
        case 'port':
          this.#data.aim(act.endpoint);
          yield* this.#say(act.reply);
          break;
        case 'reinitialize':
          this.#data.clear();
          yield* this.#say(act.reply);
          break;
        case 'listen': {
          const where = yield* this.#data.listen();
          if (typeof where === 'string') yield* this.#say(texts.cannotOpen(where));
          else yield* this.#say(act.extended ? texts.extendedPassive(where.port) : texts.passive(where));
          break;
        }
        case 'abort': {
          const { isOpen } = this.#data;
          this.#data.clear();
          yield* this.#say(texts.nothingToAbort(isOpen));
          break;
        }
        case 'transfer':
          held = yield* this.#carryOut(act.transfer);
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

  /** What has changed since it was told last, on the state timeline. */
  #tell(): void {
    const { address, port } = this.#plain.remote;
    const entries: StateEntry[] = [['client', `${address}:${port}`], ...this.#session.state(), ['data connection', this.#data.state]];
    this.#surroundings.states.tell(this.#surroundings.host.narrator, this.#store, entries);
  }

  // Transfers ----------------------------------------------------------------------------------------------------------

  /** A command that came meanwhile, to be obeyed next; an end of the control connection, if that came. */
  *#carryOut(transfer: Transfer): Process<LineResult | null> {
    if (!this.#data.agreed) {
      yield* this.#say(texts.noDataPort());
      return null;
    }
    this.#moved = 0;
    const task = this.#surroundings.host.spawn('ftp transfer', this.#move(transfer));
    this.#transfer = task as Task;
    let held: LineResult | null = null;
    while (held === null || (held.kind !== 'end' && held.kind !== 'endless')) {
      const event: RaceResult<void, LineResult> = yield* race(doneOf(task), held ? never() : this.#reader.readLine(COMMAND_LINE_LIMIT));
      if (event.winner === 'first') break;
      const result: LineResult = event.value;
      const command = result.kind === 'line' ? decodeCommand(result.line) : null;
      if (command && 'verb' in command && command.verb === 'ABOR') {
        task.stop();
        yield* this.#say(texts.broken('ABOR'));
        yield* this.#say(texts.aborted());
        break;
      }
      if (command && 'verb' in command && command.verb === 'STAT' && command.argument === '') {
        yield* this.#say(texts.status([`Transfer of ${transfer.what}: ${this.#moved} bytes so far`]));
        continue;
      }
      held = result;
      if (result.kind === 'end' || result.kind === 'endless') task.stop();
    }
    this.#transfer = null;
    return held;
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
        this.#data.clear();
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
    if (connection.ending === 'closed') return texts.complete();
    connection.abort();
    return texts.broken(connection.ending ?? 'the connection stalled');
  }

  *#receive(connection: Connection, transfer: Transfer & { direction: 'in' }): Process<Reply> {
    const { host, observer, traffic, service } = this.#surroundings;
    const { path, offset, type, owner, room } = transfer;
    const writer = new FileWriter(this.#files, path, offset, type, owner, () => host.now());
    try {
      for (;;) {
        const content = yield* this.#next(connection);
        if (content === null) break;
        this.#moved += content.length;
        if (writer.size - offset + content.length > room) {
          connection.abort();
          return texts.outOfSpace(service.space);
        }
        writer.add(content);
      }
    } finally {
      writer.end();
      traffic.arrived(this.#moved);
      tellTransferred(host, path, writer.size);
    }
    if (connection.ending !== 'closed') {
      connection.abort();
      return texts.broken(connection.ending ?? 'the connection stalled');
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

/** Done when the task is. */
function doneOf(task: Task<void>): Process {
  return wait<void>((resume) => {
    let waiting = true;
    task.whenDone(() => {
      if (waiting) resume();
    });
    return () => {
      waiting = false;
    };
  });
}

function openingReply(transfer: Transfer, open: boolean): Reply {
  if (transfer.direction === 'in' && transfer.unique) return texts.unique(transfer.what, open);
  const type = transfer.type === 'ascii' ? 'ASCII' : 'BINARY';
  if (open) return texts.open(transfer.what, type);
  const size =
    transfer.direction === 'out' && transfer.kind === 'content' ? transfer.content.reduce((sum, { length }) => sum + length, 0) : null;
  return texts.opening(transfer.what, type, size);
}
