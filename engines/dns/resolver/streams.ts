/**
 * Questions over TCP (RFC 7766), the client's side.
 *
 * Theory of operation. There is one connection to a server at most; whoever has a question for that server uses it, whether
 * others wait for theirs or not (pipelining, RFC 7766 §6.2.1.1). Replies come in any order and are told apart by their IDs,
 * which differ among those that are waited for (§7). A connection without a question is closed after a while (§6.2.3). One that
 * the server closed while a question was under way costs a second try on a new connection (§6.2.4).
 */
import { type Process, race, resultOf, type Task, wait } from '../../kernel/process.ts';
import { type Address, type ConnectFailure, type Connection, failed, type Host } from '../../network/host.ts';
import { type Nanoseconds, SECOND } from '../../quantities.ts';
import { decode } from '../wire/decode.ts';
import { describe } from '../wire/describe.ts';
import { encode } from '../wire/encode.ts';
import { framed, framedKinds, MessageReader } from '../wire/framing.ts';
import type { Message } from '../wire/message.ts';
import { DNS_PORT, mismatch, type Reply } from './reply.ts';

/** Less than servers keep an idle connection for, so that it is mostly the client who closes (RFC 7766 §6.2.3). */
const IDLE: Nanoseconds = 5 * SECOND;

/** A host's connections to DNS servers. They are gone with a crash: whoever owns this makes a new one at each boot. */
export class ServerStreams {
  readonly #host: Host;
  readonly #open = new Map<Address, Task<Stream | ConnectFailure>>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** Sends a query and waits for its response, at most `timeout`, connecting included. The query gets an ID of its own. */
  *ask(server: Address, message: Message, timeout: Nanoseconds): Process<Reply> {
    const outcome = yield* race(this.#exchange(server, message), this.#host.sleep(timeout));
    return outcome.winner === 'second' ? { kind: 'timeout' } : outcome.value;
  }

  /** Closes all connections. */
  close(): void {
    for (const task of [...this.#open.values()]) {
      if (!task.done) task.stop();
      else if (task.result && !failed(task.result)) (task.result as Stream).close();
    }
    this.#open.clear();
  }

  *#exchange(server: Address, message: Message): Process<Reply> {
    const host = this.#host;
    // A connection that was open already may be closing: only then is there a second try.
    for (let again = this.#open.has(server); ; again = false) {
      const stream = yield* this.#stream(server);
      if (failed(stream)) {
        host.narrator.note(`cannot ask over TCP: ${stream.failure}`);
        return { kind: 'failure' };
      }
      const cause = host.cause;
      const sentAt = host.now();
      const reply = yield* (stream as Stream).ask(message);
      host.cause = cause;
      if (reply) return { kind: 'response', message: reply, from: server, roundTrip: host.now() - sentAt };
      if (!again) {
        host.narrator.note('gets no reply over TCP: the connection was closed');
        return { kind: 'failure' };
      }
    }
  }

  *#stream(server: Address): Process<Stream | ConnectFailure> {
    let task = this.#open.get(server);
    if (!task) {
      const forget = (): void => {
        if (this.#open.get(server) === task) this.#open.delete(server);
      };
      task = this.#host.spawn('connect', connect(this.#host, server, forget));
      this.#open.set(server, task);
      task.whenDone((stream) => {
        if (failed(stream)) forget();
      });
    }
    const cause = this.#host.cause;
    const stream = yield* resultOf(task);
    // The connection may have been opened on behalf of another step.
    this.#host.cause = cause;
    return stream;
  }
}

function* connect(host: Host, server: Address, closed: () => void): Process<Stream | ConnectFailure> {
  const connection = yield* host.connect({ address: server, port: DNS_PORT });
  return failed(connection) ? (connection as ConnectFailure) : new Stream(host, connection, closed);
}

/** One open connection and the questions under way on it. */
class Stream {
  readonly #host: Host;
  readonly #connection: Connection;
  readonly #closed: () => void;
  /** By ID. */
  readonly #waiting = new Map<number, { readonly query: Message; readonly resume: (reply: Message | null) => void }>();
  #over = false;
  #idle: Task | undefined;

  constructor(host: Host, connection: Connection, closed: () => void) {
    this.#host = host;
    this.#connection = connection;
    this.#closed = closed;
    host.spawn('DNS replies', this.#read());
  }

  /** The reply; null when the connection ends before it. */
  *ask(message: Message): Process<Message | null> {
    if (this.#over) return null;
    this.#idle?.stop();
    let id: number;
    do id = this.#host.random('dns id').below(0x10000);
    while (this.#waiting.has(id));
    const query = { ...message, id };
    try {
      const info = { protocol: 'dns', kind: framedKinds.query, label: describe(query) };
      const reply = this.#reply(query);
      this.#host.spawn('send a query', this.#write(framed(encode(query)), info));
      return yield* reply;
    } finally {
      this.#waiting.delete(id);
      if (this.#waiting.size === 0 && !this.#over) this.#idle = this.#host.spawn('close when idle', this.#closeWhenIdle());
    }
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#idle?.stop();
    this.#closed();
    this.#connection.close();
    for (const { resume } of [...this.#waiting.values()]) resume(null);
  }

  *#write(bytes: Uint8Array, info: Parameters<Connection['write']>[1]): Process {
    yield* this.#connection.write(bytes, info);
  }

  #reply(query: Message): Process<Message | null> {
    return wait<Message | null>((resume) => {
      this.#waiting.set(query.id, { query, resume });
      return () => this.#waiting.delete(query.id);
    });
  }

  *#read(): Process {
    const reader = new MessageReader(this.#connection);
    for (;;) {
      const bytes = yield* reader.next();
      if (bytes === null) break;
      const decoded = decode(bytes);
      if (!decoded.ok) {
        // Whatever comes behind it cannot be trusted to be in step.
        this.#host.narrator.note(`gets a malformed reply over TCP and closes the connection: ${decoded.error}`);
        break;
      }
      const asked = this.#waiting.get(decoded.message.id);
      const objection = asked ? mismatch(asked.query, decoded.message) : 'ignores a reply whose ID is not the query’s';
      if (asked && objection === undefined) {
        this.#waiting.delete(decoded.message.id);
        asked.resume(decoded.message);
      } else this.#host.narrator.note(objection as string);
    }
    this.close();
  }

  *#closeWhenIdle(): Process {
    yield* this.#host.sleep(IDLE, { background: true });
    this.close();
  }
}
