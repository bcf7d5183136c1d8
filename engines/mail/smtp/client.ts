/**
 * The SMTP client: one connection, any number of messages (RFC 5321 §3.3, §4.1.1, §4.5.3.2).
 *
 * Theory of operation. `openSession` greets, learns what the server offers, and where its settings say so secures the connection and
 * logs in; `send` carries one message and tells for every recipient whether the server took responsibility; `quit` ends. A
 * server's refusal and a broken connection are results of the same shape, so that a queue need not care which it was: `temporary`
 * is worth another try, `permanent` is not. In the `classic` dialect it says HELO, writes paths with the textbook's space and uses no
 * extension.
 */
import { type Process, race } from '../../kernel/process.ts';
import { type Connection, type Endpoint, failed, type Host } from '../../network/host.ts';
import { LineReader } from '../../network/line-reader.ts';
import { bytesOfOctets } from '../../network/octets.ts';
import { MINUTE, type Nanoseconds } from '../../quantities.ts';
import type { Securing } from '../../tls/securing.ts';
import { subjectOf } from '../message/message-format.ts';
import { CANCEL, ClientExchange, preferredMechanism } from '../sasl/exchange.ts';
import type { Credentials } from '../sasl/mechanism.ts';
import type { Dialect } from '../scenario.ts';
import { downgrade } from './downgrade.ts';
import type { Envelope, Recipient } from './envelope.ts';
import { extensionsIn, NO_EXTENSIONS, type OptionalExtension } from './extensions.ts';
import { type Command, commandLine, type Parameter } from './wire/command.ts';
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

export interface Mail extends Envelope {
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

export type RecipientResult =
  /** `relayed`: to a server that does not report on what becomes of it (RFC 3461 §5.2.2). */
  { readonly kind: 'accepted'; readonly reply: Reply; readonly relayed: boolean } | Problem;

/** Whether a session goes over TLS. `if offered`: whoever the server is, and in clear where it cannot be had (RFC 7435). */
export interface Protection {
  readonly kind: 'if offered' | 'always';
  readonly secure: Securing;
}

export interface ClientSettings {
  /** The name it gives. */
  readonly helo: string;
  readonly dialect: Dialect;
  /** Extensions that are not used even where they are offered; absent: none. */
  readonly without?: readonly OptionalExtension[];
  /** Absent: goes in clear. */
  readonly protection?: Protection;
  /** Logs in where the server lets users do that; absent: does not. */
  readonly credentials?: Credentials | null;
}

/** Connects, waits for the greeting, says EHLO or HELO, and does what has to come before mail. */
export function* openSession(host: Host, remote: Endpoint, settings: ClientSettings): Process<ClientSession | Problem> {
  const session = yield* connectSession(host, remote, settings);
  if (session !== 'no TLS') return session;
  if (settings.protection?.kind === 'always') return broken('TLS failed: the server cannot be trusted', '4.7.5');
  // RFC 7435 §3: some protection where it can be had, and mail all the same where not.
  host.narrator.note('TLS failed: goes on in clear');
  const { protection: _, ...rest } = settings;
  const again = yield* connectSession(host, remote, rest);
  return again === 'no TLS' ? broken('TLS failed', '4.7.5') : again;
}

function* connectSession(host: Host, remote: Endpoint, settings: ClientSettings): Process<ClientSession | Problem | 'no TLS'> {
  const connection = yield* host.connect(remote);
  if (failed(connection)) return broken(`connection ${connection.failure}`, '4.4.1');
  const session = new ClientSession(host, connection, settings);
  const problem = yield* session.start();
  return problem ?? session;
}

export class ClientSession {
  readonly #host: Host;
  readonly #settings: ClientSettings;
  #connection: Connection;
  #reader: LineReader;
  #extensions = NO_EXTENSIONS;
  #secured = false;
  /** The last transaction was begun and not finished: RSET before the next one. */
  #openTransaction = false;
  /** Why it can be used no more. */
  #broken: Problem | null = null;

  constructor(host: Host, connection: Connection, settings: ClientSettings) {
    this.#host = host;
    this.#connection = connection;
    this.#settings = settings;
    this.#reader = new LineReader(connection);
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Whether another message may be sent over this connection. */
  get usable(): boolean {
    return this.#broken === null;
  }

  /** Done when the server is ready for mail; then null. `no TLS`: it was tried and failed, and the connection is gone. */
  *start(): Process<Problem | 'no TLS' | null> {
    const greeting = yield* this.#reply(TIMEOUTS.greeting);
    if ('reason' in greeting) return greeting;
    if (greeting.code !== 220) return yield* this.#turnedAway(greeting);
    const hello = yield* this.#hello();
    if (hello) return hello;
    const { protection, credentials } = this.#settings;
    if (protection) {
      const problem = this.#extensions.startTls ? yield* this.#secure(protection.secure) : this.#unprotected('the server offers no TLS');
      if (problem !== null) {
        if (problem !== 'no TLS' && this.usable) yield* this.quit();
        return problem;
      }
    }
    return credentials ? yield* this.#logIn(credentials) : null;
  }

  *#hello(): Process<Problem | null> {
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

  /** null where that may be. Put off, not given up: the offer may have been taken out on the way. */
  #unprotected(reason: string): Problem | null {
    return this.#settings.protection?.kind === 'always' ? { kind: 'temporary', reason, reply: null, status: '4.7.10' } : null;
  }

  *#secure(secure: Securing): Process<Problem | 'no TLS' | null> {
    const reply = yield* this.#ask({ verb: 'STARTTLS' }, TIMEOUTS.hello);
    if ('reason' in reply) return reply;
    if (reply.code !== 220) return this.#unprotected(replyLabel(reply));
    // RFC 3207 §4.2: nothing that came in clear counts any more, least of all what came ahead of the handshake.
    if (this.#reader.takeRest() !== '') return this.#abandon(broken('words in clear behind the reply to STARTTLS', '4.7.0'));
    const secured = yield* secure(this.#connection);
    if (failed(secured)) {
      this.#abandon(broken(secured.failure, '4.7.5'));
      return 'no TLS';
    }
    this.#connection = secured;
    this.#reader = new LineReader(secured);
    this.#secured = true;
    this.#extensions = NO_EXTENSIONS;
    return yield* this.#hello();
  }

  /** RFC 4954 §4. */
  *#logIn(credentials: Credentials): Process<Problem | null> {
    const mechanism = preferredMechanism(this.#extensions.mechanisms, this.#secured);
    if (mechanism === null) return null;
    const exchange = new ClientExchange(mechanism, credentials);
    let reply = yield* this.#ask({ verb: 'AUTH', mechanism, initial: exchange.initialResponse() }, TIMEOUTS.hello);
    while (!('reason' in reply) && reply.code === 334) {
      const line = exchange.answer(reply.lines[0] as string);
      const label = line === CANCEL ? 'cancels the authentication' : line;
      yield* this.#connection.write(bytesOfOctets(`${line}\r\n`), { protocol: 'smtp', kind: 'response', label });
      reply = yield* this.#reply(TIMEOUTS.hello);
    }
    if ('reason' in reply) return reply;
    return reply.code === 235 ? null : yield* this.#turnedAway(reply);
  }

  /** A result for every recipient, in their order. After a permanent or temporary refusal the session can be used on. */
  *send(mail: Mail): Process<RecipientResult[]> {
    const results = yield* this.#transaction(mail);
    // RFC 5321 §4.5.3.1.10: what is too many recipients for one transaction goes in another one.
    const accepted = results.filter(({ kind }) => kind === 'accepted').length;
    const left = mail.recipients.flatMap((_, i) => (isTooMany(results[i] as RecipientResult, accepted) ? [i] : []));
    if (left.length > 0 && accepted > 0 && this.usable) {
      const rest = yield* this.send({ ...mail, recipients: left.map((i) => mail.recipients[i] as Recipient) });
      for (const [k, i] of left.entries()) results[i] = rest[k] as RecipientResult;
    }
    return results;
  }

  /** Says QUIT, waits for the reply and closes. */
  *quit(): Process {
    if (this.usable) yield* this.#ask({ verb: 'QUIT' }, TIMEOUTS.quit);
    this.#connection.close();
  }

  *#transaction(mail: Mail): Process<RecipientResult[]> {
    const all = (problem: Problem): RecipientResult[] => mail.recipients.map(() => problem);
    if (this.#broken) return all(this.#broken);
    const pipelining = this.#uses('PIPELINING', this.#extensions.pipelining);
    const reports = this.#uses('DSN', this.#extensions.statusNotifications);
    const eightBit = /[\x80-\xff]/.test(mail.content);
    let { content } = mail;
    if (eightBit && !this.#uses('8BITMIME', this.#extensions.eightBit) && this.#settings.dialect === 'extended') {
      // RFC 6152 §3: octets above 127 go only to a server that takes them.
      const changed = downgrade(content);
      if (changed === null) {
        return all({ kind: 'permanent', reason: 'the receiving server takes 7-bit content only', reply: null, status: '5.6.3' });
      }
      this.#host.narrator.note('encodes the message anew: the receiving server takes 7-bit content only');
      content = changed;
    }
    if (this.#openTransaction) {
      const reset = yield* this.#ask({ verb: 'RSET' }, TIMEOUTS.mail);
      if ('reason' in reset) return all(reset);
      this.#openTransaction = false;
    }
    const mailCommand: Command = { verb: 'MAIL', path: mail.reversePath, parameters: this.#mailParameters(mail, content, reports) };
    const recipientCommands = mail.recipients.map(
      (one): Command => ({ verb: 'RCPT', path: one.address, parameters: reports ? recipientParameters(one) : [] }),
    );

    // RFC 2920 §3.1: all at once; DATA may only be the last of a group.
    yield* this.#write(pipelining ? [mailCommand, ...recipientCommands, { verb: 'DATA' }] : [mailCommand]);

    const sender = yield* this.#reply(TIMEOUTS.mail);
    if ('reason' in sender) return all(sender);
    if (sender.code !== 250 && !pipelining) return all(problemOf(sender));

    const results: RecipientResult[] = [];
    for (const command of recipientCommands) {
      if (!pipelining) yield* this.#write([command]);
      const reply = yield* this.#reply(TIMEOUTS.recipient);
      if ('reason' in reply) return all(reply);
      results.push(reply.code === 250 || reply.code === 251 ? { kind: 'accepted', reply, relayed: !reports } : problemOf(reply));
    }
    const refusedSender = sender.code === 250 ? null : all(problemOf(sender));
    const accepted = refusedSender === null && results.some(({ kind }) => kind === 'accepted');
    if (!pipelining) {
      if (!accepted) {
        this.#openTransaction = true;
        return results;
      }
      yield* this.#write([{ verb: 'DATA' }]);
    }
    const go = yield* this.#reply(TIMEOUTS.dataInitiation);
    if ('reason' in go) return refusedSender ?? overAccepted(results, go);
    if (go.code !== 354) {
      this.#openTransaction = refusedSender === null;
      return refusedSender ?? overAccepted(results, problemOf(go));
    }
    // RFC 2920 §3.1: a server that says 354 though it took no recipient gets an empty message.
    yield* this.#content(accepted ? content : '');
    const end = yield* this.#reply(TIMEOUTS.dataTermination);
    if (refusedSender) return refusedSender;
    if ('reason' in end) return overAccepted(results, end);
    return overAccepted(results, end.code === 250 ? { kind: 'accepted', reply: end, relayed: !reports } : problemOf(end));
  }

  #uses(extension: OptionalExtension, offered: boolean): boolean {
    return offered && !this.#settings.without?.includes(extension);
  }

  #mailParameters(mail: Mail, content: string, reports: boolean): Parameter[] {
    const parameters: Parameter[] = [];
    if (this.#uses('SIZE', this.#extensions.size !== null)) parameters.push({ keyword: 'SIZE', value: String(content.length) });
    if (/[\x80-\xff]/.test(content) && this.#extensions.eightBit) parameters.push({ keyword: 'BODY', value: '8BITMIME' });
    if (reports && mail.returned !== null) parameters.push({ keyword: 'RET', value: mail.returned });
    if (reports && mail.envelopeId !== null) parameters.push({ keyword: 'ENVID', value: mail.envelopeId });
    return parameters;
  }

  *#content(content: string): Process {
    yield* this.#connection.write(bytesOfOctets(stuffDots(content)), { protocol: 'smtp', kind: 'content', label: contentLabel(content) });
  }

  *#ask(command: Command, timeout: Nanoseconds): Process<Reply | Problem> {
    yield* this.#write([command]);
    return yield* this.#reply(timeout);
  }

  /** A group goes in one piece. */
  *#write(commands: readonly Command[]): Process {
    const spaced = this.#settings.dialect === 'classic';
    const lines = commands.map((command) => commandLine(command, spaced));
    const bytes = bytesOfOctets(lines.map((line) => `${line}\r\n`).join(''));
    yield* this.#connection.write(bytes, { protocol: 'smtp', kind: 'command', label: lines.join('; ') });
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
      if (result.kind === 'end') return broken(`connection ${this.#connection.ending ?? 'closed'}`, '4.4.2');
      if (result.kind !== 'line') return broken('a reply that is too long', '4.5.0');
      lines.push(result.line);
      if (result.line[3] !== '-') break;
    }
    const reply = decodeReply(lines);
    return 'error' in reply ? broken(`a reply that is none: ${reply.error}`, '4.5.0') : reply;
  }

  #abandon(problem: Problem): Problem {
    this.#broken = problem;
    this.#connection.close();
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

/** The least that a server must take (RFC 5321 §4.5.3.1.8). */
const RECIPIENTS_MINIMUM = 100;

/** Where no enhanced code says so, 452 means it once the server has taken as many as it must. */
function isTooMany(result: RecipientResult, accepted: number): boolean {
  if (result.kind !== 'temporary' || result.reply?.code !== 452) return false;
  return result.reply.enhanced === null ? accepted >= RECIPIENTS_MINIMUM : result.reply.enhanced === '4.5.3';
}

/** Refused recipients stay refused; for the others the transaction's result counts. */
function overAccepted(results: readonly RecipientResult[], outcome: RecipientResult): RecipientResult[] {
  return results.map((result) => (result.kind === 'accepted' ? outcome : result));
}

/** RFC 3461 §4.1, §4.2. */
function recipientParameters({ notify, original }: Recipient): Parameter[] {
  const parameters: Parameter[] = [];
  if (notify !== null) parameters.push({ keyword: 'NOTIFY', value: notify.length === 0 ? 'NEVER' : notify.join(',') });
  if (original !== null) parameters.push({ keyword: 'ORCPT', value: original });
  return parameters;
}
