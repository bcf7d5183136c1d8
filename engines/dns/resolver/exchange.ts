/**
 * A question to a server and its reply, over UDP (RFC 1035 §4.2.1).
 *
 * A query goes from a port of its own, drawn at random, with a random ID; a reply counts only when address, port, ID and
 * question match (RFC 5452 §9.1). What does not match is told in the run and waited past.
 *
 * A reply that did not fit into a datagram comes back truncated; then the same server is asked again over TCP (RFC 7766 §5).
 */

import { count } from '../../format.ts';
import { type Process, race } from '../../kernel/process.ts';
import type { Address, Host } from '../../network/host.ts';
import { type Nanoseconds, SECOND } from '../../quantities.ts';
import { decode } from '../wire/decode.ts';
import { describe } from '../wire/describe.ts';
import { encode } from '../wire/encode.ts';
import { type Message, type QueryOptions, type Question, query } from '../wire/message.ts';
import { drawId, mismatchesAllowed, openChannel, type QueryChannel, tellMismatches } from './query-source.ts';
import { DNS_PORT, mismatch, type Reply } from './reply.ts';
import type { ServerStreams } from './streams.ts';

export interface AskOptions extends QueryOptions {
  /** RD (RFC 1035 §4.1.1). */
  readonly recursionDesired: boolean;
  readonly timeout: Nanoseconds;
}

/** Sends one query over UDP and waits for its response, at most `timeout`. */
export function* ask(host: Host, server: Address, question: Question, options: AskOptions): Process<Reply> {
  const outstanding = yield* openQuery(host, question, options.recursionDesired, options);
  if (!outstanding) return { kind: 'failure' };
  try {
    outstanding.send(server);
    return yield* outstanding.reply(options.timeout);
  } finally {
    outstanding.close();
  }
}

/** Time for a question over TCP: a lost SYN alone costs a second (RFC 6298 §2). */
export const TCP_PATIENCE: Nanoseconds = 4 * SECOND;

/** Asks a server that gave a truncated reply again, over TCP (RFC 7766 §5). */
export function* askOverTcp(host: Host, streams: ServerStreams, server: Address, message: Message, timeout: Nanoseconds): Process<Reply> {
  host.narrator.note('gets a truncated reply and asks again over TCP');
  return yield* streams.ask(server, message, timeout);
}

/** A query ready to be sent; undefined where no socket can be had. Whoever opens it closes it. */
export function* openQuery(
  host: Host,
  question: Question,
  recursionDesired: boolean,
  options: QueryOptions = {},
): Process<OutstandingQuery | undefined> {
  return yield* openMessage(host, query(drawId(host), question, recursionDesired, options));
}

/** Any message that waits for a reply, an update as well; otherwise as `openQuery`. */
export function* openMessage(host: Host, message: Message): Process<OutstandingQuery | undefined> {
  const channel = yield* openChannel(host, message.id);
  return channel && new OutstandingQuery(host, channel, message);
}

/** One query that may be sent several times, to one server or to several; a late reply to an earlier sending counts, too. */
export class OutstandingQuery {
  readonly #host: Host;
  readonly #socket: QueryChannel;
  readonly #query: Message;
  /** When each server was last asked. */
  readonly #sentAt = new Map<Address, Nanoseconds>();
  /** Replies that did not match. */
  #ignored = 0;

  constructor(host: Host, socket: QueryChannel, message: Message) {
    this.#host = host;
    this.#socket = socket;
    this.#query = message;
  }

  /** The query as it is sent. */
  get message(): Message {
    return this.#query;
  }

  send(server: Address): void {
    this.#sentAt.set(server, this.#host.now());
    this.#socket.send(
      encode(this.#query),
      { address: server, port: DNS_PORT },
      { protocol: 'dns', kind: 'query', label: describe(this.#query) },
    );
  }

  /** The next reply that belongs to the query. */
  *reply(timeout: Nanoseconds): Process<Reply> {
    const outcome = yield* race(this.#matching(), this.#host.sleep(timeout));
    return outcome.winner === 'second' || outcome.value === null ? { kind: 'timeout' } : outcome.value;
  }

  close(): void {
    this.#socket.close();
    if (this.#ignored > 1) this.#host.narrator.note(`ignored ${count(this.#ignored, 'reply', 'replies')} that did not match`);
    tellMismatches(this.#host, this.#ignored);
    this.#ignored = 0;
  }

  *#matching(): Process<Reply | null> {
    const allowed = mismatchesAllowed(this.#host);
    for (;;) {
      if (this.#ignored >= allowed) return { kind: 'suspect' };
      const datagram = yield* this.#socket.receive();
      if (datagram === null) return null;
      const { from, bytes } = datagram;
      const sentAt = this.#sentAt.get(from.address);
      if (sentAt === undefined || from.port !== DNS_PORT) {
        this.#ignore(`ignores a reply from ${from.address}, which was not asked`);
        continue;
      }
      const reply = decode(bytes);
      const objection = reply.ok ? mismatch(this.#query, reply.message) : `ignores a malformed reply: ${reply.error}`;
      if (reply.ok && objection === undefined) {
        return { kind: 'response', message: reply.message, from: from.address, roundTrip: this.#host.now() - sentAt };
      }
      this.#ignore(objection as string);
    }
  }

  /** Only the first one is told by itself: a forger sends thousands. */
  #ignore(why: string): void {
    if (this.#ignored++ === 0) this.#host.narrator.note(why);
  }
}
