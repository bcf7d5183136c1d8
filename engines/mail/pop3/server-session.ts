/**
 * The POP3 server's side of a session (RFC 1939), without a network: a command gives an act. Whether a command may come in a
 * state is the table in server-rules.ts; the maildrop is a snapshot (maildrop.ts).
 */
import { md5 } from '@noble/hashes/legacy.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { bytesOfOctets } from '../../network/octets.ts';
import { type Bytes, type Nanoseconds, SECOND } from '../../quantities.ts';
import type { LoginResult, Logins } from '../mailbox/logins.ts';
import type { AccessService } from '../mailbox/scenario.ts';
import { decodeMessage } from '../message/message-format.ts';
import { isMechanism, MECHANISMS, ServerExchange, type ServerTurn } from '../sasl/exchange.ts';
import type { Account } from '../sasl/mechanism.ts';
import type { MailAddress } from '../scenario.ts';
import type { Entry, Maildrop, Maildrops } from './maildrop.ts';
import { RULES, type State } from './server-rules.ts';
import { COMMAND_LINE_LIMIT, type Command, type CommandError, decodeCommand, LONG_LINE_LIMIT } from './wire/command.ts';
import type { Reply } from './wire/reply.ts';

export type Act =
  | {
      readonly kind: 'reply';
      readonly reply: Reply;
      /** What stands behind it, lines ended by CRLF; null for nothing. */
      readonly content: string | null;
      readonly what: 'reply' | 'lines' | 'message';
      readonly next?: 'close' | 'secure';
      /** Before the reply is sent. */
      readonly delay?: Nanoseconds;
    }
  /** A line that the client is to answer. */
  | { readonly kind: 'challenge'; readonly line: string };

export interface SessionSurroundings {
  readonly service: Pick<AccessService, 'tls' | 'logins' | 'loginDelay'>;
  readonly logins: Logins;
  readonly maildrops: Maildrops;
  /** Never the same twice: RFC 1939 §7's timestamp, `<1896.697170952@dbc.mtview.ca.us>`. */
  readonly timestamp: string;
  /** TLS from the start. */
  readonly secured: boolean;
  now(): Nanoseconds;
  /** When the mailbox was last logged in to, by POP3. */
  lastLogin(address: MailAddress): Nanoseconds | null;
  /** It was, now. */
  loggedIn(address: MailAddress): void;
}

/** Commands not understood after which the server has had enough. */
const ERRORS_LIMIT = 50;

export class ServerSession {
  readonly #surroundings: SessionSurroundings;
  #secured: boolean;
  #user: string | null = null;
  #maildrop: Maildrop | null = null;
  #exchange: ServerExchange | null = null;
  /** Whom the exchange is about, as far as it is known. */
  #claimed = '';
  #failedLogins = 0;
  #errors = 0;

  constructor(surroundings: SessionSurroundings) {
    this.#surroundings = surroundings;
    this.#secured = surroundings.secured;
  }

  greet(): Reply {
    return ok(`POP3 server ready ${this.#surroundings.timestamp}`);
  }

  get #state(): State {
    return this.#maildrop ? 'transaction' : 'authorization';
  }

  get lineLimit(): Bytes {
    return this.#exchange || !this.#maildrop ? LONG_LINE_LIMIT : COMMAND_LINE_LIMIT;
  }

  /** A line without its CRLF; null for one that was too long. */
  command(line: string | null): Act {
    if (this.#exchange) return this.#turn(line === null ? { kind: 'failure', reason: 'malformed' } : this.#exchange.answer(line));
    const command = line === null ? null : decodeCommand(line);
    if (command === null || 'error' in command) {
      if (++this.#errors >= ERRORS_LIMIT) return { ...refuse('Too many errors'), next: 'close' };
      return refuse(command ? mistake(command) : 'Line too long');
    }
    const { states, supported } = RULES[command.verb];
    if (supported === 'with TLS' && this.#surroundings.service.tls === 'off') return refuse(`No such command: ${command.verb}`);
    if (!states.includes(this.#state)) return refuse(this.#maildrop ? 'Already logged in' : 'Log in first');
    if (command.verb !== 'PASS' && this.#state === 'authorization') this.#user = null;
    return this.#maildrop ? this.#transact(command, this.#maildrop) : this.#authorize(command);
  }

  /** TLS is there now: what was said before is forgotten (RFC 2595 §4). */
  secured(): void {
    this.#secured = true;
    this.#user = null;
  }

  /** However it ended. Without QUIT, nothing is deleted (§6). */
  end(): void {
    this.#maildrop?.release();
    this.#maildrop = null;
  }

  // The AUTHORIZATION state --------------------------------------------------------------------------------------------

  #authorize(command: Command): Act {
    if (this.#inClear && (command.verb === 'USER' || command.verb === 'PASS' || command.verb === 'APOP' || command.verb === 'AUTH')) {
      // RFC 2595 §2.2: the password is not to be said in clear, so it is said as early as can be.
      return refuse('TLS is needed: say STLS first');
    }
    switch (command.verb) {
      case 'USER':
        this.#user = command.argument;
        // RFC 1939 §7, and its security considerations: whether there is such a user is not told.
        return say('Password required');
      case 'PASS': {
        const user = this.#user;
        this.#user = null;
        if (user === null) return refuse('USER comes first');
        const account = this.#surroundings.logins.accounts(user);
        return this.#logIn(user, account?.password === command.argument ? account : null);
      }
      case 'APOP': {
        const account = this.#surroundings.logins.accounts(command.name);
        const right = account !== null && apopDigest(this.#surroundings.timestamp, account.password) === command.digest;
        return this.#logIn(command.name, right ? account : null);
      }
      case 'AUTH':
        return this.#begin(command.mechanism, command.initial);
      case 'STLS':
        return this.#secured ? refuse('TLS is there already') : { ...say('Begin TLS negotiation'), next: 'secure' };
      case 'CAPA':
        return this.#capabilities();
      case 'QUIT':
        return { ...say('Goodbye'), next: 'close' };
      default:
        return refuse('Log in first');
    }
  }

  get #inClear(): boolean {
    return this.#surroundings.service.tls === 'required' && !this.#secured;
  }

  #begin(mechanism: string | null, initial: string | null): Act {
    // RFC 1734's clients ask so which mechanisms there are; RFC 5034 has CAPA for it.
    if (mechanism === null) return lines('Mechanisms follow', Object.keys(MECHANISMS));
    if (!isMechanism(mechanism)) return refuse(`No such mechanism: ${mechanism}`);
    this.#claimed = '';
    const accounts = (user: string) => {
      this.#claimed = user;
      return this.#surroundings.logins.accounts(user);
    };
    this.#exchange = new ServerExchange(mechanism, accounts, this.#surroundings.timestamp);
    return this.#turn(this.#exchange.begin(initial));
  }

  #turn(turn: ServerTurn): Act {
    if (turn.kind === 'challenge') return { kind: 'challenge', line: turn.line };
    this.#exchange = null;
    if (turn.kind === 'success') return this.#logIn(turn.account.name, turn.account);
    if (turn.reason === 'refused') return this.#logIn(this.#claimed, null);
    return refuse(turn.reason === 'cancelled' ? 'Authentication cancelled' : `Authentication failed: ${turn.reason}`);
  }

  #logIn(claimed: string, proved: Account | null): Act {
    const { logins, service, maildrops } = this.#surroundings;
    const result: LoginResult = logins.judge(claimed, proved);
    if (result.kind === 'refused') {
      const over = ++this.#failedLogins >= service.logins.perConnection;
      const code = result.why === 'locked' ? 'SYS/TEMP' : 'AUTH';
      const text = result.why === 'locked' ? 'Too many failed logins, try again later' : 'Wrong user name or password';
      return { ...refuse(text, code), delay: result.delay, ...(over ? { next: 'close' as const } : {}) };
    }
    const { address } = result;
    const last = this.#surroundings.lastLogin(address);
    if (last !== null && this.#surroundings.now() - last < service.loginDelay) {
      return refuse(`Wait ${Math.ceil(service.loginDelay / SECOND)} seconds between logins`, 'LOGIN-DELAY');
    }
    const maildrop = maildrops.open(address);
    if (!maildrop) return refuse('Another session has the maildrop', 'IN-USE');
    this.#maildrop = maildrop;
    this.#surroundings.loggedIn(address);
    return say(`${address} has ${summaryOf(maildrop.kept)}`);
  }

  // The TRANSACTION state ----------------------------------------------------------------------------------------------

  #transact(command: Command, maildrop: Maildrop): Act {
    switch (command.verb) {
      case 'STAT':
        return say(`${maildrop.kept.length} ${sizeOf(maildrop.kept)}`);
      case 'LIST':
        return this.#scan(maildrop, command.message, ({ size }) => String(size), summaryOf(maildrop.kept));
      case 'UIDL':
        return this.#scan(maildrop, command.message, ({ uniqueId }) => uniqueId, 'Unique-ids follow');
      case 'RETR':
      case 'TOP':
        return this.#message(maildrop, command.message, command.verb === 'TOP' ? command.lines : null);
      case 'DELE': {
        const entry = maildrop.entry(command.message);
        if (!entry) return noSuchMessage(command.message);
        maildrop.mark(entry);
        return say(`Message ${entry.number} marked as deleted`);
      }
      case 'RSET':
        maildrop.unmarkAll();
        return say(`${summaryOf(maildrop.kept)}`);
      case 'NOOP':
        return say('');
      case 'CAPA':
        return this.#capabilities();
      case 'QUIT': {
        const removed = maildrop.update();
        const left = maildrop.kept.length;
        this.end();
        const done = removed > 0 ? `, ${removed} deleted` : '';
        return { ...say(`Goodbye${done}, ${left === 0 ? 'maildrop empty' : `${left} left`}`), next: 'close' };
      }
      default:
        return refuse('Already logged in');
    }
  }

  #scan(maildrop: Maildrop, message: number | null, told: (entry: Entry) => string, heading: string): Act {
    if (message !== null) {
      const entry = maildrop.entry(message);
      return entry ? say(`${entry.number} ${told(entry)}`) : noSuchMessage(message);
    }
    return lines(
      heading,
      maildrop.kept.map((entry) => `${entry.number} ${told(entry)}`),
    );
  }

  /** `top`: so many lines of the body; null for all of the message. */
  #message(maildrop: Maildrop, number: number, top: number | null): Act {
    const entry = maildrop.entry(number);
    const octets = entry && maildrop.octets(entry);
    if (entry === null || octets === null) return noSuchMessage(number);
    const content = top === null ? octets : topOf(octets, top);
    return { kind: 'reply', reply: ok(`${content.length} octets`), content, what: 'message' };
  }

  /** RFC 2449 §6. */
  #capabilities(): Act {
    const { service } = this.#surroundings;
    const mechanisms = Object.keys(MECHANISMS).join(' ');
    return lines('Capability list follows', [
      'TOP',
      ...(this.#inClear ? [] : ['USER', `SASL ${mechanisms}`]),
      'RESP-CODES',
      'AUTH-RESP-CODE',
      ...(service.loginDelay > 0 ? [`LOGIN-DELAY ${Math.ceil(service.loginDelay / SECOND)}`] : []),
      'PIPELINING',
      'EXPIRE NEVER',
      'UIDL',
      ...(service.tls !== 'off' && !this.#secured ? ['STLS'] : []),
      'IMPLEMENTATION netscenario',
    ]);
  }
}

/** RFC 1939 §7: lower-case hexadecimal digits of the digest of the timestamp and the password behind it. */
export function apopDigest(timestamp: string, password: string): string {
  return bytesToHex(md5(bytesOfOctets(timestamp + password)));
}

/** The header section, the empty line and so many lines of the body (§7). */
export function topOf(octets: string, count: number): string {
  const { bodyStart } = decodeMessage(octets);
  let end = bodyStart;
  for (let i = 0; i < count && end < octets.length; i++) {
    const line = octets.indexOf('\r\n', end);
    end = line < 0 ? octets.length : line + 2;
  }
  return octets.slice(0, end);
}

const ok = (text: string): Reply => ({ status: 'ok', code: null, text });
const say = (text: string): Act & { kind: 'reply' } => ({ kind: 'reply', reply: ok(text), content: null, what: 'reply' });
const refuse = (text: string, code: string | null = null): Act & { kind: 'reply' } => ({
  kind: 'reply',
  reply: { status: 'error', code, text },
  content: null,
  what: 'reply',
});
const lines = (heading: string, all: readonly string[]): Act => ({
  kind: 'reply',
  reply: ok(heading),
  content: all.map((line) => `${line}\r\n`).join(''),
  what: 'lines',
});
const noSuchMessage = (number: number): Act => refuse(`No such message: ${number}`);

function mistake({ text }: CommandError): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function sizeOf(entries: readonly Entry[]): Bytes {
  return entries.reduce((sum, { size }) => sum + size, 0);
}

function summaryOf(entries: readonly Entry[]): string {
  return `${entries.length} ${entries.length === 1 ? 'message' : 'messages'} (${sizeOf(entries)} octets)`;
}
