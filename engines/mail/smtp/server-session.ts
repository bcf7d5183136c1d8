/**
 * The SMTP server's side of a session (RFC 5321 §3, §4), without a network.
 *
 * Theory of operation. A session is in one of four states; server-rules.ts says which commands each has, and everything else is what
 * they do. Whether a recipient or a message is taken is the policy's business, and may take time (a filter, a lookup). A step says
 * what comes next: a command, `content` (the message is read and handed to `content`), a `response` of an authentication
 * exchange, `secure` (a TLS handshake, and then `secured`), or the end. Before TLS nothing counts: `secured` puts the session
 * back to where it began (RFC 3207 §4.2).
 */
import type { Process } from '../../kernel/process.ts';
import type { Bytes, Nanoseconds } from '../../quantities.ts';
import type { Logins } from '../mailbox/logins.ts';
import { isMechanism, MECHANISMS, type MechanismName, RESPONSE_LINE_LIMIT, ServerExchange, type ServerTurn } from '../sasl/exchange.ts';
import type { Account } from '../sasl/mechanism.ts';
import type { Authentication, Dialect, TlsPolicy } from '../scenario.ts';
import type { Envelope, NotifyEvent, Recipient, Returned } from './envelope.ts';
import type { OptionalExtension } from './extensions.ts';
import { type ReplyTexts, replyTexts } from './reply-texts.ts';
import { RULES, type State } from './server-rules.ts';
import {
  COMMAND_LINE_LIMIT,
  type Command,
  type CommandError,
  decodeCommand,
  EXTENDED_COMMAND_LINE_LIMIT,
  type Parameter,
} from './wire/command.ts';
import type { Reply } from './wire/reply.ts';
import { unstuffDots } from './wire/transparency.ts';
import { decodeXtext } from './wire/xtext.ts';

export interface Client {
  /** As it named itself. */
  readonly name: string;
  /** Said EHLO. */
  readonly extended: boolean;
  /** Talks over TLS. */
  readonly secured: boolean;
  /** Whose account it has proved to have; null for none. */
  readonly user: string | null;
}

/** What a server decides for itself. null takes it; a reply refuses. */
export interface ServerPolicy {
  /** A transaction begins. */
  sender(reversePath: string, client: Client, texts: ReplyTexts): Process<Reply | null>;
  /** `size`: as the client declared it; 0 if it did not. */
  recipient(address: string, reversePath: string, size: Bytes, client: Client, texts: ReplyTexts): Process<Reply | null>;
  /** Takes responsibility for the message: it must be stored before this is done (RFC 5321 §4.2.5). */
  message(envelope: Envelope, content: string, client: Client, texts: ReplyTexts): Process<Reply | { readonly id: string }>;
  /** VRFY and EXPN (RFC 5321 §3.5). */
  verify(name: string, texts: ReplyTexts): Reply;
  expand(name: string, texts: ReplyTexts): Reply;
  /** The session is over: by QUIT, a lost connection, or a crash of the host. */
  end?(): void;
}

export interface SessionSettings {
  readonly greeting: string;
  readonly dialect: Dialect;
  readonly maximumSize: Bytes;
  /** Of one message; RFC 5321 §4.5.3.1.8 wants at least 100. */
  readonly maximumRecipients: number;
  readonly without: readonly OptionalExtension[];
  readonly tls: TlsPolicy;
  readonly authentication: Authentication;
  readonly mechanisms: readonly MechanismName[];
}

/** What a session is given besides. */
export interface SessionSurroundings {
  readonly policy: ServerPolicy;
  readonly logins: Pick<Logins, 'accounts' | 'judge' | 'perConnection'>;
  /** Octets that are never said twice, for a mechanism's challenge. */
  nonce(): string;
  /** Told of what the session itself refuses, in few words; the policy knows what it has refused. */
  refused(reason: string): void;
}

export interface SessionStep {
  readonly reply: Reply;
  readonly next: 'command' | 'content' | 'response' | 'secure' | 'close';
  /** How long the reply waits; absent: not at all. */
  readonly delay?: Nanoseconds;
}

/** Commands not understood (500 to 504) after which the server has had enough (RFC 5321 §7.8 allows limits). */
const ERRORS_LIMIT = 50;

const NOBODY: Client = { name: '', extended: false, secured: false, user: null };
const NO_ENVELOPE: Envelope = { reversePath: '', recipients: [], returned: null, envelopeId: null };

export class ServerSession {
  readonly #settings: SessionSettings;
  readonly #surroundings: SessionSurroundings;
  readonly #texts: ReplyTexts;
  #state: State = 'connected';
  #client = NOBODY;
  #envelope = NO_ENVELOPE;
  #size: Bytes = 0;
  #eightBit = false;
  #exchange: ServerExchange | null = null;
  #errors = 0;
  #attempts = 0;
  /** Who the client says it is, in the present exchange. */
  #claimed = '';

  constructor(settings: SessionSettings, surroundings: SessionSurroundings) {
    this.#settings = settings;
    this.#surroundings = surroundings;
    this.#texts = replyTexts[settings.dialect];
  }

  get client(): Client {
    return this.#client;
  }

  /** The transaction that is under way; nobody in it outside of one. */
  get envelope(): Envelope {
    return this.#envelope;
  }

  /** Longest line that it takes now, with CRLF. */
  get lineLimit(): Bytes {
    if (this.#settings.dialect === 'classic') return COMMAND_LINE_LIMIT;
    return this.#exchange || this.#mechanisms.length > 0 ? RESPONSE_LINE_LIMIT : EXTENDED_COMMAND_LINE_LIMIT;
  }

  greet(): Reply {
    return this.#texts.greeting(this.#settings.greeting);
  }

  /** A line without its CRLF; null for one that was too long. */
  *command(line: string | null): Process<SessionStep> {
    const step = line === null ? stay(this.#texts.lineTooLong()) : yield* this.#perform(decodeCommand(line));
    return this.#told(step);
  }

  /** What came behind DATA, dots still doubled; null for more than the limit. Either way the transaction is over. */
  *content(octets: string | null): Process<SessionStep> {
    const texts = this.#texts;
    const content = octets === null ? null : unstuffDots(octets);
    const { maximumSize } = this.#settings;
    if (content === null || content.length > maximumSize) {
      this.#reset();
      return this.#told(this.#refuse('message too big', texts.tooBig(maximumSize)));
    }
    // RFC 6152 §3, RFC 5321 §2.4: without the extension, octets above 127 are no mail. (The textbook's server does not look.)
    if (!this.#eightBit && this.#settings.dialect === 'extended' && !this.#offers('8BITMIME') && /[\x80-\xff]/.test(content)) {
      this.#reset();
      return this.#told(this.#refuse('8-bit content', texts.sevenBitOnly()));
    }
    const result = yield* this.#surroundings.policy.message(this.#envelope, content, this.#client, texts);
    this.#reset();
    return this.#told(stay('id' in result ? texts.accepted(result.id) : result));
  }

  /** The client's line of an authentication exchange; null for one that was too long. */
  response(line: string | null): SessionStep {
    const exchange = this.#exchange as ServerExchange;
    if (line === null) {
      this.#exchange = null;
      return this.#told(stay(this.#texts.responseTooLong()));
    }
    return this.#told(this.#turn(exchange, exchange.answer(line)));
  }

  /** The TLS handshake has succeeded (RFC 3207 §4.2). */
  secured(): void {
    this.#client = { ...NOBODY, secured: true };
    this.#reset();
    this.#state = 'connected';
  }

  /** The last words to a client that has been silent for too long (RFC 5321 §3.8). */
  timeOut(): Reply {
    return this.#shown(this.#texts.timedOut(this.#settings.greeting));
  }

  *#perform(command: Command | CommandError): Process<SessionStep> {
    const texts = this.#texts;
    if ('error' in command) return stay(command.error === 'syntax' ? texts.syntax(command.text) : texts.unknownCommand(command.word));
    const { verb } = command;
    const { tls, dialect } = this.#settings;
    // The textbook's server is from before EHLO (RFC 5321 §3.2: then the client says HELO).
    if (verb === 'EHLO' && dialect === 'classic') return stay(texts.unknownCommand(verb));
    if (RULES[verb].supported === 'no') return stay(texts.notImplemented(verb));
    // RFC 3207 §4: anything but NOOP, EHLO, STARTTLS and QUIT.
    const open = verb === 'NOOP' || verb === 'EHLO' || verb === 'STARTTLS' || verb === 'QUIT';
    if (tls === 'required' && !this.#client.secured && !open) return this.#refuse('without TLS', texts.tlsRequired());
    if (!RULES[verb].states.includes(this.#state)) return stay(this.#outOfOrder(verb));
    switch (verb) {
      case 'HELO':
      case 'EHLO':
        return stay(this.#hello(command.name, verb === 'EHLO'));
      case 'MAIL':
        return stay(yield* this.#mail(command.path, command.parameters));
      case 'RCPT':
        return stay(yield* this.#recipient(command.path, command.parameters));
      case 'DATA':
        return { reply: texts.startMail(), next: 'content' };
      case 'RSET':
        this.#reset();
        return stay(texts.reset());
      case 'NOOP':
        return stay(texts.noop());
      case 'HELP':
        return stay(texts.help());
      case 'VRFY':
        return stay(this.#surroundings.policy.verify(command.argument, texts));
      case 'EXPN':
        return stay(this.#surroundings.policy.expand(command.argument, texts));
      case 'QUIT':
        return { reply: texts.closing(this.#settings.greeting), next: 'close' };
      case 'STARTTLS':
        if (tls === 'off') return stay(texts.notImplemented(verb));
        return this.#client.secured ? stay(texts.outOfOrder('TLS is there already')) : { reply: texts.readyForTls(), next: 'secure' };
      case 'AUTH':
        return this.#authenticate(command.mechanism, command.initial);
      default:
        return stay(texts.notImplemented(verb));
    }
  }

  #outOfOrder(verb: Command['verb']): Reply {
    const texts = this.#texts;
    if (verb === 'AUTH' && this.#settings.authentication === 'off') return texts.notImplemented(verb);
    if (this.#state === 'connected') return texts.outOfOrder('Polite people say HELO first');
    if (verb === 'AUTH') return texts.outOfOrder('Not within a mail transaction'); // RFC 4954 §4
    if (verb === 'MAIL') return texts.outOfOrder('Sender already specified');
    return this.#state === 'ready' ? texts.outOfOrder('Need MAIL before RCPT or DATA') : texts.noRecipients();
  }

  #hello(name: string, extended: boolean): Reply {
    this.#reset(); // RFC 5321 §4.1.4
    this.#state = 'ready';
    this.#client = { ...this.#client, name, extended };
    const { greeting, maximumSize, tls } = this.#settings;
    const reply = this.#texts.hello(greeting, name);
    if (!extended) return reply;
    const mechanisms = this.#mechanisms;
    const offers = [
      ...(this.#offers('PIPELINING') ? ['PIPELINING'] : []),
      ...(this.#offers('SIZE') ? [`SIZE ${maximumSize}`] : []),
      ...(this.#offers('8BITMIME') ? ['8BITMIME'] : []),
      // RFC 3207 §4.2: not any more once it was used.
      ...(tls !== 'off' && !this.#client.secured ? ['STARTTLS'] : []),
      ...(mechanisms.length > 0 ? [`AUTH ${mechanisms.join(' ')}`] : []),
      ...(this.#offers('ENHANCEDSTATUSCODES') ? ['ENHANCEDSTATUSCODES'] : []),
      ...(this.#offers('DSN') ? ['DSN'] : []),
    ];
    return { ...reply, lines: [...reply.lines, ...offers] };
  }

  #offers(extension: OptionalExtension): boolean {
    return !this.#settings.without.includes(extension);
  }

  // Transactions ---------------------------------------------------------------------------------------------------------

  *#mail(path: string, parameters: readonly Parameter[]): Process<Reply> {
    const texts = this.#texts;
    let size = 0;
    let eightBit = false;
    let returned: Returned | null = null;
    let envelopeId: string | null = null;
    const seen = new Set<string>();
    for (const { keyword, value } of parameters) {
      // Only what was offered in reply to EHLO may be used (RFC 5321 §4.1.1.11).
      if (!this.#client.extended || !this.#knows(keyword)) return texts.parameter(keyword);
      if (seen.has(keyword)) return texts.syntax(`${keyword} stands there twice`);
      seen.add(keyword);
      if (keyword === 'SIZE') {
        const octets = sizeOf(value);
        if (octets === null) return texts.syntax('SIZE is a number of octets');
        if (octets > this.#settings.maximumSize) return this.#refuse('message too big', texts.tooBig(this.#settings.maximumSize)).reply;
        size = octets;
      } else if (keyword === 'BODY') {
        const body = value?.toUpperCase();
        if (body !== '7BIT' && body !== '8BITMIME') return texts.syntax('BODY is 7BIT or 8BITMIME');
        eightBit = body === '8BITMIME';
      } else if (keyword === 'RET') {
        const how = value?.toUpperCase();
        if (how !== 'FULL' && how !== 'HDRS') return texts.syntax('RET is FULL or HDRS');
        returned = how;
      } else if (keyword === 'ENVID') {
        if (value === null || value.length > 100 || decodeXtext(value) === null)
          return texts.syntax('ENVID is xtext of at most 100 octets');
        envelopeId = value;
      } else if (keyword === 'AUTH') {
        // RFC 4954 §5: nobody here trusts it; it is checked and not kept.
        if (value === null || decodeXtext(value) === null) return texts.syntax('AUTH is xtext');
      } else return texts.parameter(keyword);
    }
    if (this.#settings.authentication === 'required' && this.#client.user === null) {
      return this.#refuse('not logged in', texts.authenticationRequired()).reply;
    }
    const refusal = yield* this.#surroundings.policy.sender(path, this.#client, texts);
    if (refusal) return refusal;
    this.#envelope = { reversePath: path, recipients: [], returned, envelopeId };
    this.#size = size;
    this.#eightBit = eightBit;
    this.#state = 'sender';
    return texts.senderOk(path);
  }

  #knows(keyword: string): boolean {
    switch (keyword) {
      case 'SIZE':
        return this.#offers('SIZE');
      case 'BODY':
        return this.#offers('8BITMIME');
      case 'AUTH':
        return this.#settings.authentication !== 'off';
      default:
        return this.#offers('DSN');
    }
  }

  *#recipient(path: string, parameters: readonly Parameter[]): Process<Reply> {
    const texts = this.#texts;
    let notify: readonly NotifyEvent[] | null = null;
    let original: string | null = null;
    for (const { keyword, value } of parameters) {
      if (!this.#client.extended || !this.#offers('DSN')) return texts.parameter(keyword);
      if (keyword === 'NOTIFY' && notify === null) {
        notify = notifyOf(value);
        if (notify === null) return texts.syntax('NOTIFY is NEVER, or a list of SUCCESS, FAILURE and DELAY');
      } else if (keyword === 'ORCPT' && original === null) {
        if (value === null || !isOriginal(value)) return texts.syntax('ORCPT is an address type, a semicolon and an address in xtext');
        original = value;
      } else if (keyword === 'NOTIFY' || keyword === 'ORCPT') return texts.syntax(`${keyword} stands there twice`);
      else return texts.parameter(keyword);
    }
    if (this.#envelope.recipients.length >= this.#settings.maximumRecipients) {
      return this.#refuse('too many recipients', texts.tooManyRecipients()).reply;
    }
    const refusal = yield* this.#surroundings.policy.recipient(path, this.#envelope.reversePath, this.#size, this.#client, texts);
    if (refusal) return refusal;
    const taken: Recipient = { address: path, notify, original };
    this.#envelope = { ...this.#envelope, recipients: [...this.#envelope.recipients, taken] };
    this.#state = 'recipients';
    return texts.recipientOk(path);
  }

  #reset(): void {
    if (this.#state !== 'connected') this.#state = 'ready';
    this.#envelope = NO_ENVELOPE;
    this.#size = 0;
    this.#eightBit = false;
  }

  // Authentication -------------------------------------------------------------------------------------------------------

  /** Those that may be used now: where the server has TLS, what says the password in clear is only for what is secured (RFC 4954 §4). */
  get #mechanisms(): readonly MechanismName[] {
    const { authentication, mechanisms, dialect } = this.#settings;
    if (authentication === 'off' || dialect === 'classic') return [];
    return mechanisms.filter((name) => !this.#needsTls(name));
  }

  #needsTls(name: MechanismName): boolean {
    return this.#settings.tls !== 'off' && !this.#client.secured && MECHANISMS[name].clear;
  }

  #authenticate(name: string, initial: string | null): SessionStep {
    const texts = this.#texts;
    const { authentication, mechanisms } = this.#settings;
    if (authentication === 'off' || !this.#client.extended) return stay(texts.notImplemented('AUTH'));
    if (this.#client.user !== null) return stay(texts.outOfOrder('Already authenticated'));
    if (!isMechanism(name) || !mechanisms.includes(name)) return stay(texts.mechanismUnknown(name));
    if (this.#needsTls(name)) return stay(texts.mechanismNeedsTls());
    this.#claimed = '';
    const accounts = (user: string) => {
      this.#claimed = user;
      return this.#surroundings.logins.accounts(user);
    };
    const exchange = new ServerExchange(name, accounts, this.#surroundings.nonce());
    return this.#turn(exchange, exchange.begin(initial));
  }

  #turn(exchange: ServerExchange, turn: ServerTurn): SessionStep {
    const texts = this.#texts;
    this.#exchange = null;
    switch (turn.kind) {
      case 'challenge':
        this.#exchange = exchange;
        return { reply: texts.challenge(turn.line), next: 'response' };
      case 'success':
        return this.#logIn(turn.account.name, turn.account);
      case 'failure':
        if (turn.reason === 'cancelled') return stay(texts.cancelled());
        if (turn.reason === 'no base64' || turn.reason === 'not expected') return stay(texts.noBase64());
        return turn.reason === 'malformed' ? this.#failed(texts.badCredentials()) : this.#logIn(this.#claimed, null);
    }
  }

  #logIn(claimed: string, proved: Account | null): SessionStep {
    const texts = this.#texts;
    const result = this.#surroundings.logins.judge(claimed, proved);
    if (result.kind === 'refused') {
      return { ...this.#failed(result.why === 'locked' ? texts.locked() : texts.badCredentials()), delay: result.delay };
    }
    this.#client = { ...this.#client, user: result.address };
    return stay(texts.authenticated());
  }

  /** The server closes after some of them (RFC 4954 §4: it may). */
  #failed(reply: Reply): SessionStep {
    this.#surroundings.refused('failed login');
    const over = ++this.#attempts >= this.#surroundings.logins.perConnection;
    return over ? { reply: this.#texts.tooManyAttempts(this.#settings.greeting), next: 'close' } : stay(reply);
  }

  #refuse(reason: string, reply: Reply): SessionStep {
    this.#surroundings.refused(reason);
    return stay(reply);
  }

  // Replies --------------------------------------------------------------------------------------------------------------

  #told(step: SessionStep): SessionStep {
    const { code } = step.reply;
    if (code >= 500 && code <= 504 && ++this.#errors >= ERRORS_LIMIT) {
      return { reply: this.#shown(this.#texts.tooManyErrors(this.#settings.greeting)), next: 'close' };
    }
    return { ...step, reply: this.#shown(step.reply) };
  }

  /** Without an enhanced status code for a client that did not say EHLO, or was not told of them (RFC 2034 §3). */
  #shown(reply: Reply): Reply {
    return this.#client.extended && this.#offers('ENHANCEDSTATUSCODES') ? reply : { ...reply, enhanced: null };
  }
}

function stay(reply: Reply): SessionStep {
  return { reply, next: 'command' };
}

/** RFC 1870 §3: up to 20 digits. */
function sizeOf(value: string | null): Bytes | null {
  return value !== null && /^\d{1,20}$/.test(value) ? Number(value) : null;
}

const EVENTS: readonly NotifyEvent[] = ['SUCCESS', 'FAILURE', 'DELAY'];

/** RFC 3461 §4.1: NEVER alone, or a list of the others; null for what is neither. */
function notifyOf(value: string | null): readonly NotifyEvent[] | null {
  const words = value?.toUpperCase().split(',') ?? [];
  if (words.length === 1 && words[0] === 'NEVER') return [];
  if (words.length === 0 || !words.every((word) => (EVENTS as readonly string[]).includes(word))) return null;
  return EVENTS.filter((event) => words.includes(event));
}

/** RFC 3461 §4.2: at most 500 octets. */
function isOriginal(value: string): boolean {
  const parts = /^[A-Za-z0-9-]+;(.+)$/.exec(value);
  return parts !== null && value.length <= 500 && decodeXtext(parts[1] as string) !== null;
}
