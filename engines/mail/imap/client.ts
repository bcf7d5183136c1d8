/**
 * The IMAP client's side of a session (RFC 3501): a command, the responses that come with it, its tagged status. What the server
 * tells unasked is given to whoever listens. A refusal and a broken connection are values of one shape.
 *
 * Limits: 64 KiB a line of a response, LITERAL_LIMIT octets a literal, RESPONSE_LIMIT octets a response with all its literals.
 */
import { type Process, race } from '../../kernel/process.ts';
import { type Connection, failed, type Host } from '../../network/host.ts';
import { LineReader } from '../../network/line-reader.ts';
import { bytesOfOctets, textOfOctets } from '../../network/octets.ts';
import { type Bytes, HOUR, MINUTE, type Nanoseconds } from '../../quantities.ts';
import type { Securing } from '../../tls/securing.ts';
import { type AccessProblem, Listening, type OpenedSession, openAccess, problem, REPLY_LIMIT, type Way } from '../mailbox/access-client.ts';
import type { Proof } from '../mailbox/scenario.ts';
import { ClientExchange, type MechanismName } from '../sasl/exchange.ts';
import { SMALL_LITERAL } from './command-reader.ts';
import { IMAP_PORT, IMAPS_PORT } from './server.ts';
import { type Command, commandLabel, encodeCommand } from './wire/command.ts';
import { decodeResponse, encodeResponse, type Response, type StatusResponse } from './wire/response.ts';
import { isAtom } from './wire/value.ts';

const LINE_LIMIT: Bytes = 64 * 1024;
const LITERAL_LIMIT: Bytes = 64 * 1024 * 1024;
const RESPONSE_LIMIT: Bytes = 128 * 1024 * 1024;
const LITERALS_LIMIT = 10_000;
/** RFC 2177 §3: a client begins IDLE anew at least every 29 minutes. */
export const IDLE_AGAIN: Nanoseconds = 29 * MINUTE;

export type Data = Extract<Response, { readonly kind: 'data' }>;

export interface Answer {
  readonly status: StatusResponse;
  /** What came with it, in order, untagged statuses too. */
  readonly untagged: readonly (Data | StatusResponse)[];
}

const PORTS = { clear: IMAP_PORT, secured: IMAPS_PORT };

export function openSession(host: Host, way: Way): Process<ClientSession | AccessProblem> {
  return openAccess(host, way, PORTS, (connection) => new ClientSession(host, connection));
}

export class ClientSession implements OpenedSession {
  readonly #host: Host;
  #connection: Connection;
  #listening: Listening;
  #reader: LineReader;
  #tags = 0;
  #capabilities: ReadonlySet<string> = new Set();
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

  has(capability: string): boolean {
    return this.#capabilities.has(capability);
  }

  *greeting(): Process<AccessProblem | null> {
    const response = yield* this.#response();
    if ('reason' in response) return response;
    if (response.kind !== 'status' || response.tag !== null || response.status !== 'OK') {
      return this.#break(problem(response.kind === 'status' ? encodeResponse(response) : 'no greeting'));
    }
    this.#learn(response);
    return null;
  }

  /** STARTTLS (§6.2.1). */
  *secure(securing: Securing): Process<AccessProblem | null> {
    const begun = yield* this.ask({ verb: 'STARTTLS' });
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
    // §6.2.1: what was said of capabilities in clear is not to be believed.
    this.#capabilities = new Set();
    return null;
  }

  *logIn(user: string, password: string, proof: Proof): Process<AccessProblem | null> {
    if (this.has('LOGINDISABLED')) return { ...problem('the server wants TLS before a login'), refused: true };
    if (proof === 'password' || proof === 'apop') return problemIn(yield* this.ask({ verb: 'LOGIN', user, password }));
    const exchange = new ClientExchange(proof.toUpperCase() as MechanismName, { user, password });
    // RFC 4959: only a server that has said so takes it with the command.
    const initial = this.has('SASL-IR') ? exchange.initialResponse() : null;
    return problemIn(
      yield* this.ask({ verb: 'AUTHENTICATE', mechanism: exchange.mechanism, initial }, (challenge) => exchange.answer(challenge)),
    );
  }

  /** `answer`: what is said to a challenge. */
  *ask(command: Command, answer: ((challenge: string) => string) | null = null): Process<Answer | AccessProblem> {
    return yield* this.#say(encodeCommand({ tag: this.#nextTag(), command }), answer);
  }

  /** A command as it stands, without its tag. */
  *askLine(line: string): Process<Answer | AccessProblem> {
    return yield* this.#say(`${this.#nextTag()} ${line}`, null);
  }

  /** Waits for what is new, as long as that; each response is given to `told` as it comes. */
  *idle(duration: Nanoseconds, told: (response: Data | StatusResponse) => void): Process<Answer | AccessProblem> {
    const until = this.#host.now() + duration;
    for (;;) {
      const tag = this.#nextTag();
      const begun = yield* this.#write(`${tag} IDLE`);
      if (begun) return begun;
      const go = yield* this.#until(tag, null, told);
      if (!('kind' in go)) return go;
      const end = Math.min(until, this.#host.now() + IDLE_AGAIN);
      // Within IDLE nothing need come.
      this.#listening.patience = HOUR;
      const waited = yield* race(this.#until(tag, null, told), this.#host.sleep(Math.max(0, end - this.#host.now())));
      this.#listening.patience = REPLY_LIMIT;
      if (waited.winner === 'first') return 'kind' in waited.value ? this.#break(problem('a response out of order')) : waited.value;
      const done = { protocol: 'imap', kind: 'answer', label: 'DONE' };
      if (!(yield* this.#connection.write(bytesOfOctets('DONE\r\n'), done))) return this.#break(this.#closed);
      const answer = yield* this.#until(tag, null, told);
      if ('kind' in answer) return this.#break(problem('a response out of order'));
      if ('reason' in answer || this.#host.now() >= until) return answer;
    }
  }

  /** Says LOGOUT, waits for the reply and closes. */
  *leave(): Process {
    if (this.usable) yield* this.ask({ verb: 'LOGOUT' });
    this.#connection.close();
    this.#broken ??= problem('the session is over');
  }

  /** Without LOGOUT. */
  hangUp(): void {
    this.#connection.abort();
    this.#broken ??= problem('the session is over');
  }

  *#say(octets: string, answer: ((challenge: string) => string) | null): Process<Answer | AccessProblem> {
    if (this.#broken) return this.#broken;
    const tag = octets.slice(0, octets.indexOf(' '));
    const refused = yield* this.#write(octets);
    if (refused) return refused;
    const result = yield* this.#until(tag, answer, () => {});
    return 'kind' in result ? this.#break(problem('the server wants more than the command has')) : result;
  }

  /** With its literals, which wait for leave where they must (§4.3, RFC 7888). Not null: why it was not sent to its end. */
  *#write(octets: string): Process<Answer | AccessProblem | null> {
    let pending = '';
    let kind: 'command' | 'literal' = 'command';
    for (const { text, literal } of piecesOf(octets)) {
      pending += text;
      if (literal === null) break;
      if (this.has('LITERAL+') || (this.has('LITERAL-') && literal.length <= SMALL_LITERAL)) {
        pending = `${pending.slice(0, -1)}+}\r\n${literal}`;
        continue;
      }
      if (!(yield* this.#send(pending, kind))) return this.#break(this.#closed);
      const go = yield* this.#until(octets.slice(0, octets.indexOf(' ')), null, () => {});
      if (!('kind' in go)) return go;
      pending = literal;
      kind = 'literal';
    }
    return (yield* this.#send(pending, kind)) ? null : this.#break(this.#closed);
  }

  *#send(octets: string, kind: 'command' | 'literal'): Process<boolean> {
    const label = kind === 'command' ? commandLabel(octets) : `${octets.length} octets`;
    return yield* this.#connection.write(bytesOfOctets(`${octets}\r\n`), { protocol: 'imap', kind, label });
  }

  /** The responses up to the tagged one; a continuation that nobody answers is the result. */
  *#until(
    tag: string,
    answer: ((challenge: string) => string) | null,
    told: (response: Data | StatusResponse) => void,
  ): Process<Answer | AccessProblem | { readonly kind: 'continuation' }> {
    const untagged: (Data | StatusResponse)[] = [];
    for (;;) {
      const response = yield* this.#response();
      if ('reason' in response) return response;
      if (response.kind === 'continuation') {
        if (!answer) return { kind: 'continuation' };
        const line = answer(response.text);
        const info = { protocol: 'imap', kind: 'answer', label: line };
        if (!(yield* this.#connection.write(bytesOfOctets(`${line}\r\n`), info))) return this.#break(this.#closed);
        continue;
      }
      if (response.kind === 'status' && response.tag !== null) {
        // Nothing else is under way.
        if (response.tag !== tag) return this.#break(problem(`a response to a command that was not said: ${response.tag}`));
        this.#learn(response);
        if (response.status === 'OK') return { status: response, untagged };
        return { reason: textOfOctets(statusText(response)), refused: true };
      }
      if (response.kind === 'data') this.#learnData(response);
      untagged.push(response);
      told(response);
    }
  }

  *#response(): Process<Response | AccessProblem> {
    if (this.#broken) return this.#broken;
    let octets = '';
    for (let literals = 0; literals <= LITERALS_LIMIT; literals++) {
      const line = yield* this.#reader.readLine(LINE_LIMIT);
      if (line.kind === 'end') return this.#break(this.#closed);
      if (line.kind !== 'line') return this.#break(problem('a response that is too long'));
      octets += line.line;
      const announced = /\{(\d{1,10})\}$/.exec(line.line);
      if (!announced) {
        const response = decodeResponse(octets);
        return 'error' in response ? this.#break(problem(`a response that is none: ${response.error}`)) : response;
      }
      const length = Number(announced[1]);
      if (length > LITERAL_LIMIT || octets.length + length > RESPONSE_LIMIT) return this.#break(problem('a response that is too long'));
      const content = yield* this.#reader.readCounted(length, LITERAL_LIMIT);
      if (content.kind !== 'content') return this.#break(this.#closed);
      octets += `\r\n${content.octets}`;
    }
    return this.#break(problem('a response that is too long'));
  }

  #learn({ code }: StatusResponse): void {
    if (code?.name === 'CAPABILITY') this.#capabilities = new Set(code.argument.toUpperCase().split(' '));
  }

  #learnData({ name, values }: Data): void {
    if (name === 'CAPABILITY') this.#capabilities = new Set(values.flatMap((value) => (isAtom(value) ? [value.atom.toUpperCase()] : [])));
  }

  #nextTag(): string {
    return `a${++this.#tags}`;
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

/** A command's text up to and with each `{n}`, and the literal behind it. */
function piecesOf(octets: string): { readonly text: string; readonly literal: string | null }[] {
  const pieces: { text: string; literal: string | null }[] = [];
  for (let rest = octets; ; ) {
    const announced = /\{(\d{1,10})\}\r\n/.exec(rest);
    if (!announced) return [...pieces, { text: rest, literal: null }];
    const start = announced.index + announced[0].length;
    const end = start + Number(announced[1]);
    pieces.push({ text: rest.slice(0, start - 2), literal: rest.slice(start, end) });
    rest = rest.slice(end);
  }
}

function statusText({ status, code, text }: StatusResponse): string {
  return [status, ...(code ? [`[${code.name}]`] : []), text].join(' ');
}

export function problemIn(answer: Answer | AccessProblem): AccessProblem | null {
  return 'reason' in answer ? answer : null;
}
