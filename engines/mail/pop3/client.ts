/**
 * The POP3 client's side of a session (RFC 1939, 2449, 2595, 5034). A refusal of the server and a broken connection are values of
 * one shape; once the connection is broken, nothing more is sent over it.
 */
import type { Process } from '../../kernel/process.ts';
import { type Connection, failed, type Host } from '../../network/host.ts';
import { LineReader } from '../../network/line-reader.ts';
import { bytesOfOctets, textOfOctets } from '../../network/octets.ts';
import type { Bytes } from '../../quantities.ts';
import type { Securing } from '../../tls/securing.ts';
import { type AccessProblem, Listening, type OpenedSession, openAccess, problem, type Way } from '../mailbox/access-client.ts';
import type { Proof } from '../mailbox/scenario.ts';
import { ClientExchange, type MechanismName } from '../sasl/exchange.ts';
import { unstuffDots } from '../smtp/wire/transparency.ts';
import { POP3_PORT, POP3S_PORT } from './server.ts';
import { apopDigest } from './server-session.ts';
import { type Command, commandLine, encodeCommand } from './wire/command.ts';
import { CHALLENGE_LINE_LIMIT, decodeReply, REPLY_LINE_LIMIT, type Reply, replyLabel } from './wire/reply.ts';

/** A listing, and a message, beyond this is read and dropped. */
export const CONTENT_LIMIT: Bytes = 64 * 1024 * 1024;

export interface Answer {
  readonly reply: Reply;
  /** What stood behind it, dots single; empty for nothing. */
  readonly content: string;
}

const PORTS = { clear: POP3_PORT, secured: POP3S_PORT };

export function openSession(host: Host, way: Way): Process<ClientSession | AccessProblem> {
  return openAccess(host, way, PORTS, (connection) => new ClientSession(host, connection));
}

export class ClientSession implements OpenedSession {
  readonly #host: Host;
  #connection: Connection;
  #listening: Listening;
  #reader: LineReader;
  #timestamp = '';
  #broken: AccessProblem | null = null;

  constructor(host: Host, connection: Connection) {
    this.#host = host;
    this.#connection = connection;
    this.#listening = new Listening(host, connection);
    this.#reader = new LineReader(this.#listening);
  }

  /** Whether more can be said. */
  get usable(): boolean {
    return this.#broken === null;
  }

  *greeting(): Process<AccessProblem | null> {
    const reply = yield* this.#reply();
    if ('reason' in reply) return reply;
    if (reply.status === 'error') return this.#break(refusal(reply));
    this.#timestamp = /<[!-;=?-~]{1,200}>/.exec(reply.text)?.[0] ?? '';
    return null;
  }

  /** STLS (RFC 2595 §4). */
  *secure(securing: Securing): Process<AccessProblem | null> {
    const begun = yield* this.ask({ verb: 'STLS' });
    if ('reason' in begun) return begun;
    if (this.#reader.takeRest() !== '') return this.#break(problem('more than a reply came in clear before TLS'));
    const secured = yield* securing(this.#connection);
    if (failed(secured)) {
      this.#broken = problem(`TLS failed: ${secured.failure}`);
      return this.#broken;
    }
    this.#connection = secured;
    this.#listening = new Listening(this.#host, secured);
    this.#reader = new LineReader(this.#listening);
    return null;
  }

  *logIn(user: string, password: string, proof: Proof): Process<AccessProblem | null> {
    if (proof === 'password') {
      const named = yield* this.ask({ verb: 'USER', argument: user });
      return 'reason' in named ? named : problemIn(yield* this.ask({ verb: 'PASS', argument: password }));
    }
    if (proof === 'apop') {
      if (this.#timestamp === '') return { ...problem('the server has no APOP'), refused: true };
      return problemIn(yield* this.ask({ verb: 'APOP', name: user, digest: apopDigest(this.#timestamp, password) }));
    }
    return yield* this.#authenticate(new ClientExchange(proof.toUpperCase() as MechanismName, { user, password }));
  }

  *#authenticate(exchange: ClientExchange): Process<AccessProblem | null> {
    const initial = exchange.initialResponse();
    if (!(yield* this.#write({ verb: 'AUTH', mechanism: exchange.mechanism, initial }))) return this.#break(this.#closed);
    for (;;) {
      const line = yield* this.#line(CHALLENGE_LINE_LIMIT);
      if (typeof line !== 'string') return line;
      const challenge = /^\+(?: (.*))?$/.exec(line);
      if (!challenge) {
        const reply = decodeReply(line);
        if ('error' in reply) return this.#break(problem(`a reply that is none: ${reply.error}`));
        return reply.status === 'ok' ? null : refusal(reply);
      }
      const answer = exchange.answer(challenge[1] ?? '');
      const info = { protocol: 'pop3', kind: 'answer', label: answer };
      if (!(yield* this.#connection.write(bytesOfOctets(`${answer}\r\n`), info))) return this.#break(this.#closed);
    }
  }

  /** A command and its reply, with the lines behind it where the command has some. */
  *ask(command: Command): Process<Answer | AccessProblem> {
    if (this.#broken) return this.#broken;
    if (!(yield* this.#write(command))) return this.#break(this.#closed);
    return yield* this.#answer(hasContent(command));
  }

  /** Several commands at once (RFC 2449 §6.6), where the server has said that it takes them; their answers in order. */
  *askAll(commands: readonly Command[]): Process<(Answer | AccessProblem)[]> {
    for (const command of commands) if (!this.#broken && !(yield* this.#write(command))) this.#break(this.#closed);
    const answers: (Answer | AccessProblem)[] = [];
    for (const command of commands) answers.push(yield* this.#answer(hasContent(command)));
    return answers;
  }

  /** A line as it stands, which need be no command; its reply alone is read. */
  *askLine(line: string): Process<Answer | AccessProblem> {
    if (this.#broken) return this.#broken;
    const info = { protocol: 'pop3', kind: 'command', label: textOfOctets(line) };
    if (!(yield* this.#connection.write(bytesOfOctets(`${line}\r\n`), info))) return this.#break(this.#closed);
    return yield* this.#answer(false);
  }

  /** Says QUIT, waits for the reply and closes. */
  *leave(): Process<Answer | AccessProblem> {
    const answer = yield* this.ask({ verb: 'QUIT' });
    this.#connection.close();
    this.#broken ??= problem('the session is over');
    return answer;
  }

  /** Without QUIT. */
  hangUp(): void {
    this.#connection.abort();
    this.#broken ??= problem('the session is over');
  }

  *#answer(content: boolean): Process<Answer | AccessProblem> {
    const reply = yield* this.#reply();
    if ('reason' in reply) return reply;
    if (reply.status === 'error') return refusal(reply);
    if (!content) return { reply, content: '' };
    const read = yield* this.#reader.readDotTerminated(CONTENT_LIMIT);
    if (read.kind === 'end') return this.#break(this.#closed);
    if (read.kind === 'too big') return { reason: `more than ${CONTENT_LIMIT} octets`, refused: true };
    return { reply, content: unstuffDots(read.octets) };
  }

  *#reply(): Process<Reply | AccessProblem> {
    const line = yield* this.#line(REPLY_LINE_LIMIT);
    if (typeof line !== 'string') return line;
    const reply = decodeReply(line);
    return 'error' in reply ? this.#break(problem(`a reply that is none: ${reply.error}`)) : reply;
  }

  *#line(limit: Bytes): Process<string | AccessProblem> {
    if (this.#broken) return this.#broken;
    const result = yield* this.#reader.readLine(limit);
    if (result.kind === 'end') return this.#break(this.#closed);
    return result.kind === 'line' ? result.line : this.#break(problem('a reply that is too long'));
  }

  *#write(command: Command): Process<boolean> {
    const info = { protocol: 'pop3', kind: 'command', label: textOfOctets(commandLine(command)) };
    return yield* this.#connection.write(encodeCommand(command), info);
  }

  get #closed(): AccessProblem {
    return this.#listening.ended;
  }

  #break(why: AccessProblem): AccessProblem {
    this.#broken = why;
    this.#connection.close();
    return why;
  }
}

function refusal(reply: Reply): AccessProblem {
  return { reason: replyLabel(reply), refused: true };
}

function problemIn(answer: Answer | AccessProblem): AccessProblem | null {
  return 'reason' in answer ? answer : null;
}

function hasContent(command: Command): boolean {
  switch (command.verb) {
    case 'LIST':
    case 'UIDL':
      return command.message === null;
    case 'RETR':
    case 'TOP':
    case 'CAPA':
      return true;
    case 'AUTH':
      return command.mechanism === null;
    default:
      return false;
  }
}
