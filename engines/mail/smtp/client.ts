/**
 * The SMTP client: one connection, any number of messages (RFC 5321 §3.3, §4.1.1, §4.5.3.2).
 *
 * Theory of operation. `openSession` greets and learns what the server offers; `send` carries one message and tells for every
 * recipient whether the server took responsibility; `quit` ends. A server's refusal and a broken connection are results of
 * the same shape, so that a queue need not care which it was: `temporary` is worth another try, `permanent` is not.
 * In the `classic` dialect it says HELO, writes paths with the textbook's space and uses no extension.
 */
import { type Process, race } from '../../kernel/process.ts';
import { type Connection, type Endpoint, failed, type Host } from '../../network/host.ts';
import { LineReader } from '../../network/line-reader.ts';
import { bytesOfOctets } from '../../network/octets.ts';
import { type Bytes, MINUTE, type Nanoseconds } from '../../quantities.ts';
import { subjectOf } from '../message/message-format.ts';
import type { Dialect } from '../scenario.ts';
import { RECIPIENTS_LIMIT } from './server-session.ts';
import { type Command, commandLine, encodeCommand, type Parameter } from './wire/command.ts';
import { decodeReply, REPLY_LINE_LIMIT, REPLY_LINES_LIMIT, type Reply, replyLabel } from './wire/reply.ts';
import { stuffDots } from './wire/transparency.ts';

/** How long a client waits for replies (RFC 5321 §4.5.3.2). A message that the server stops taking is TCP’s to time out. */
export const TIMEOUTS = {
  greeting: 5 * MINUTE,
  hello: 5 * MINUTE,
  mail: 5 * MINUTE,
  recipient: 5 * MINUTE,
  dataInitiation: 2 * MINUTE,
  dataTermination: 10 * MINUTE,
  quit: 5 * MINUTE,
} as const satisfies Record<string, Nanoseconds>;

export interface Mail {
  readonly reversePath: string;
  readonly recipients: readonly string[];
  /** Octets with lines ended by CRLF. */
  readonly content: string;
}

/** Why it did not work. */
export interface Problem {
  readonly kind: 'temporary' | 'permanent';
  /** For people: the server's reply, or what happened to the connection. */
  readonly reason: string;
  /** The server's own reply, if it was one. */
  readonly reply: Reply | null;
  /** `5.1.1` (RFC 3463), the server's or the nearest one. */
  readonly status: string;
}

export type RecipientResult = { readonly kind: 'accepted'; readonly reply: Reply } | Problem;

export interface ClientSettings {
  /** The name it gives. */
  readonly helo: string;
  readonly dialect: Dialect;
}

interface Extensions {
  readonly pipelining: boolean;
  readonly eightBit: boolean;
  /** null: not offered; 0: offered without a limit. */
  readonly size: Bytes | null;
}

const NO_EXTENSIONS: Extensions = { pipelining: false, eightBit: false, size: null };

/** Connects, waits for the greeting and says EHLO or HELO. */
export function* openSession(host: Host, remote: Endpoint, settings: ClientSettings): Process<ClientSession | Problem> {
  const connection = yield* host.connect(remote);
  if (failed(connection)) return broken(`connection ${connection.failure}`, '4.4.1');
  const session = new ClientSession(host, connection, settings);
  const problem = yield* session.start();
  return problem ?? session;
}

export class ClientSession {
  readonly connection: Connection;
  readonly #host: Host;
  readonly #settings: ClientSettings;
  readonly #reader: LineReader;
  #extensions = NO_EXTENSIONS;
  /** The last transaction was begun and not finished: RSET before the next one. */
  #openTransaction = false;
  /** Why it can be used no more. */
  #broken: Problem | null = null;

  constructor(host: Host, connection: Connection, settings: ClientSettings) {
    this.#host = host;
    this.connection = connection;
    this.#settings = settings;
    this.#reader = new LineReader(connection);
  }

  /** Whether another message may be sent over this connection. */
  get usable(): boolean {
    return this.#broken === null;
  }

  /** Done when the server is ready for mail; then null. */
  *start(): Process<Problem | null> {
    const greeting = yield* this.#reply(TIMEOUTS.greeting);
    if ('reason' in greeting) return greeting;
    if (greeting.code !== 220) return yield* this.#turnedAway(greeting);
    const { helo, dialect } = this.#settings;
    if (dialect === 'extended') {
      const offer = yield* this.#ask({ verb: 'EHLO', name: helo }, TIMEOUTS.hello);
      if ('reason' in offer) return offer;
      if (offer.code === 250) {
        this.#extensions = extensionsIn(offer);
        return null;
      }
      // RFC 5321 §3.2: an old server does not know EHLO.
      if (offer.code < 500) return yield* this.#turnedAway(offer);
    }
    const hello = yield* this.#ask({ verb: 'HELO', name: helo }, TIMEOUTS.hello);
    if ('reason' in hello) return hello;
    return hello.code === 250 ? null : yield* this.#turnedAway(hello);
  }

  /** A result for every recipient, in their order. After a permanent or temporary refusal the session can be used on. */
  *send(mail: Mail): Process<RecipientResult[]> {
    const results = yield* this.#transaction(mail);
    // RFC 5321 §4.5.3.1.10: what is too many recipients for one transaction goes in another one.
    const accepted = results.filter(({ kind }) => kind === 'accepted').length;
    const left = mail.recipients.flatMap((_, i) => (isTooMany(results[i] as RecipientResult, accepted) ? [i] : []));
    if (left.length > 0 && accepted > 0 && this.usable) {
      const rest = yield* this.send({ ...mail, recipients: left.map((i) => mail.recipients[i] as string) });
      for (const [k, i] of left.entries()) results[i] = rest[k] as RecipientResult;
    }
    return results;
  }

  /** Says QUIT, waits for the reply and closes. */
  *quit(): Process {
    if (this.usable) yield* this.#ask({ verb: 'QUIT' }, TIMEOUTS.quit);
    this.connection.close();
  }

  *#transaction(mail: Mail): Process<RecipientResult[]> {
    const all = (problem: Problem): RecipientResult[] => mail.recipients.map(() => problem);
    if (this.#broken) return all(this.#broken);
    const parameters: Parameter[] = [];
    const { size, eightBit, pipelining } = this.#extensions;
    if (size !== null) parameters.push({ keyword: 'SIZE', value: String(mail.content.length) });
    if (/[\x80-\xff]/.test(mail.content)) {
      // RFC 6152 §3: octets above 127 go only to a server that takes them.
      if (!eightBit)
        return all({ kind: 'permanent', reason: 'the receiving server takes 7-bit content only', reply: null, status: '5.6.3' });
      parameters.push({ keyword: 'BODY', value: '8BITMIME' });
    }
    if (this.#openTransaction) {
      const reset = yield* this.#ask({ verb: 'RSET' }, TIMEOUTS.mail);
      if ('reason' in reset) return all(reset);
      this.#openTransaction = false;
    }
    const mailCommand: Command = { verb: 'MAIL', path: mail.reversePath, parameters };
    const recipientCommands = mail.recipients.map((path): Command => ({ verb: 'RCPT', path, parameters: [] }));

    if (pipelining) {
      // RFC 2920 §3.1: all at once; DATA may only be the last of a group.
      for (const command of [mailCommand, ...recipientCommands, { verb: 'DATA' } as const]) yield* this.#write(command);
    } else yield* this.#write(mailCommand);

    const sender = yield* this.#reply(TIMEOUTS.mail);
    if ('reason' in sender) return all(sender);
    if (sender.code !== 250 && !pipelining) return all(problemOf(sender));

    const results: RecipientResult[] = [];
    for (const command of recipientCommands) {
      if (!pipelining) yield* this.#write(command);
      const reply = yield* this.#reply(TIMEOUTS.recipient);
      if ('reason' in reply) return all(reply);
      results.push(reply.code === 250 || reply.code === 251 ? { kind: 'accepted', reply } : problemOf(reply));
    }
    const refusedSender = sender.code === 250 ? null : all(problemOf(sender));
    const accepted = refusedSender === null && results.some(({ kind }) => kind === 'accepted');
    if (!pipelining) {
      if (!accepted) {
        this.#openTransaction = true;
        return results;
      }
      yield* this.#write({ verb: 'DATA' });
    }
    const go = yield* this.#reply(TIMEOUTS.dataInitiation);
    if ('reason' in go) return refusedSender ?? overAccepted(results, go);
    if (go.code !== 354) {
      this.#openTransaction = refusedSender === null;
      return refusedSender ?? overAccepted(results, problemOf(go));
    }
    // RFC 2920 §3.1: a server that says 354 though it took no recipient gets an empty message.
    yield* this.#content(accepted ? mail.content : '');
    const end = yield* this.#reply(TIMEOUTS.dataTermination);
    if (refusedSender) return refusedSender;
    if ('reason' in end) return overAccepted(results, end);
    return overAccepted(results, end.code === 250 ? { kind: 'accepted', reply: end } : problemOf(end));
  }

  *#content(content: string): Process {
    yield* this.connection.write(bytesOfOctets(stuffDots(content)), { protocol: 'smtp', kind: 'content', label: contentLabel(content) });
  }

  *#ask(command: Command, timeout: Nanoseconds): Process<Reply | Problem> {
    yield* this.#write(command);
    return yield* this.#reply(timeout);
  }

  *#write(command: Command): Process {
    const spaced = this.#settings.dialect === 'classic';
    yield* this.connection.write(encodeCommand(command, spaced), {
      protocol: 'smtp',
      kind: 'command',
      label: commandLine(command, spaced),
    });
  }

  /** The next reply; a problem if it does not come or is none, and then the session is broken. */
  *#reply(timeout: Nanoseconds): Process<Reply | Problem> {
    if (this.#broken) return this.#broken;
    const read = yield* race(this.#readReply(), this.#host.sleep(timeout));
    const reply = read.winner === 'first' ? read.value : broken('the server did not reply in time', '4.4.2');
    if ('reason' in reply) return this.#abandon(reply);
    // RFC 5321 §3.8: the server is about to close.
    if (reply.code === 421) return this.#abandon(problemOf(reply));
    return reply;
  }

  *#readReply(): Process<Reply | Problem> {
    const lines: string[] = [];
    while (lines.length < REPLY_LINES_LIMIT) {
      const result = yield* this.#reader.readLine(REPLY_LINE_LIMIT);
      if (result.kind === 'end') return broken(`connection ${this.connection.ending ?? 'closed'}`, '4.4.2');
      if (result.kind !== 'line') return broken('a reply that is too long', '4.5.0');
      lines.push(result.line);
      if (result.line[3] !== '-') break;
    }
    const reply = decodeReply(lines);
    return 'error' in reply ? broken(`a reply that is none: ${reply.error}`, '4.5.0') : reply;
  }

  #abandon(problem: Problem): Problem {
    this.#broken = problem;
    this.connection.close();
    return problem;
  }

  /** Politely leaves a server that does not want mail from here (RFC 5321 §3.1: a greeting of 554 asks for QUIT). */
  *#turnedAway(reply: Reply): Process<Problem> {
    yield* this.quit();
    return problemOf(reply);
  }
}

/** `message: Condiments (312 B)`; without a subject, `message (42 B)`. */
export function contentLabel(content: string): string {
  const subject = subjectOf(content);
  return `message${subject === null ? '' : `: ${subject}`} (${content.length} B)`;
}

function broken(reason: string, status: string): Problem {
  return { kind: 'temporary', reason, reply: null, status };
}

/** A refusal: 4yz is temporary, 5yz permanent (RFC 5321 §4.2.1). */
function problemOf(reply: Reply): Problem {
  const kind = reply.code >= 500 ? 'permanent' : 'temporary';
  return { kind, reason: replyLabel(reply), reply, status: reply.enhanced ?? (kind === 'permanent' ? '5.0.0' : '4.0.0') };
}

/** Where no enhanced code says so, 452 means it once the server has taken as many as it must (RFC 5321 §4.5.3.1.8). */
function isTooMany(result: RecipientResult, accepted: number): boolean {
  if (result.kind !== 'temporary' || result.reply?.code !== 452) return false;
  return result.reply.enhanced === null ? accepted >= RECIPIENTS_LIMIT : result.reply.enhanced === '4.5.3';
}

/** Refused recipients stay refused; for the others the transaction's result counts. */
function overAccepted(results: readonly RecipientResult[], outcome: RecipientResult): RecipientResult[] {
  return results.map((result) => (result.kind === 'accepted' ? outcome : result));
}

/** RFC 5321 §4.1.1.1: a keyword a line, from the second line on. */
function extensionsIn(reply: Reply): Extensions {
  const offers = new Map(
    reply.lines.slice(1).map((line): [string, string] => {
      const [keyword, ...parameters] = line.split(' ') as [string, ...string[]];
      return [keyword.toUpperCase(), parameters.join(' ')];
    }),
  );
  const size = offers.get('SIZE');
  return {
    pipelining: offers.has('PIPELINING'),
    eightBit: offers.has('8BITMIME'),
    size: size === undefined ? null : Number.parseInt(size, 10) || 0,
  };
}
