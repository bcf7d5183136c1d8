/**
 * The SMTP server's side of a session (RFC 5321 §3, §4), without a network.
 *
 * Theory of operation. A session is in one of four states: `connected` (no HELO yet), `ready`, `sender` (MAIL was taken) and
 * `recipients` (at least one RCPT was taken). TRANSITIONS says for each state and command which act follows; everything else
 * is the acts. Whether a recipient or a message is taken is the policy's business, and may take time (a filter, a lookup).
 * After a reply that says `content`, the message is read and handed to `content`.
 */
import type { Process } from '../../kernel/process.ts';
import type { Bytes } from '../../quantities.ts';
import type { Dialect } from '../scenario.ts';
import { type ReplyTexts, replyTexts } from './reply-texts.ts';
import {
  COMMAND_LINE_LIMIT,
  type Command,
  type CommandError,
  decodeCommand,
  EXTENDED_COMMAND_LINE_LIMIT,
  type Parameter,
  type Verb,
} from './wire/command.ts';
import type { Reply } from './wire/reply.ts';
import { unstuffDots } from './wire/transparency.ts';

/** What the client said outside of the message (RFC 5321 §2.3.1). */
export interface Envelope {
  /** Empty: null reverse-path. */
  readonly reversePath: string;
  readonly recipients: readonly string[];
  /** Whether BODY=8BITMIME was declared. */
  readonly eightBit: boolean;
}

export interface Client {
  /** As it named itself. */
  readonly name: string;
  /** Said EHLO. */
  readonly extended: boolean;
}

/** What a server decides for itself. null takes it; a reply refuses. */
export interface ServerPolicy {
  /** `size`: as the client declared it; 0 if it did not. */
  recipient(address: string, reversePath: string, size: Bytes, texts: ReplyTexts): Process<Reply | null>;
  /** Takes responsibility for the message: it must be stored before this is done (RFC 5321 §4.2.5). */
  message(envelope: Envelope, content: string, client: Client, texts: ReplyTexts): Process<Reply | { readonly id: string }>;
  /** The session is over: by QUIT, a lost connection, or a crash of the host. */
  end?(): void;
}

export interface SessionSettings {
  readonly greeting: string;
  readonly dialect: Dialect;
  readonly maximumSize: Bytes;
}

export interface SessionStep {
  readonly reply: Reply;
  readonly next: 'command' | 'content' | 'close';
}

/** RFC 5321 §4.5.3.1.8: at least 100. */
export const RECIPIENTS_LIMIT = 100;
/** Commands not understood (500 to 504) after which the server has had enough (RFC 5321 §7.8 allows limits). */
const ERRORS_LIMIT = 50;

type State = 'connected' | 'ready' | 'sender' | 'recipients';
type Act = 'hello' | 'mail' | 'recipient' | 'data' | 'reset' | 'noop' | 'help' | 'verify' | 'expand' | 'quit' | OutOfOrder;
type OutOfOrder = 'no hello' | 'no sender' | 'no recipient' | 'nested';

const ANY_TIME = {
  RSET: 'reset',
  NOOP: 'noop',
  HELP: 'help',
  VRFY: 'verify',
  EXPN: 'expand',
  QUIT: 'quit',
  HELO: 'hello',
  EHLO: 'hello',
} as const;

const TRANSITIONS: Readonly<Record<State, Readonly<Record<Verb, Act>>>> = {
  connected: { ...ANY_TIME, MAIL: 'no hello', RCPT: 'no hello', DATA: 'no hello' },
  ready: { ...ANY_TIME, MAIL: 'mail', RCPT: 'no sender', DATA: 'no sender' },
  sender: { ...ANY_TIME, MAIL: 'nested', RCPT: 'recipient', DATA: 'no recipient' },
  recipients: { ...ANY_TIME, MAIL: 'nested', RCPT: 'recipient', DATA: 'data' },
};

export class ServerSession {
  readonly #settings: SessionSettings;
  readonly #policy: ServerPolicy;
  readonly #texts: ReplyTexts;
  #state: State = 'connected';
  #client: Client = { name: '', extended: false };
  #reversePath = '';
  #recipients: string[] = [];
  #size: Bytes = 0;
  #eightBit = false;
  #errors = 0;

  constructor(settings: SessionSettings, policy: ServerPolicy) {
    this.#settings = settings;
    this.#policy = policy;
    this.#texts = replyTexts[settings.dialect];
  }

  /** Longest command line it takes, with CRLF. */
  get lineLimit(): Bytes {
    return this.#settings.dialect === 'extended' ? EXTENDED_COMMAND_LINE_LIMIT : COMMAND_LINE_LIMIT;
  }

  greet(): Reply {
    return this.#texts.greeting(this.#settings.greeting);
  }

  /** A line without its CRLF; null for one that was too long. */
  *command(line: string | null): Process<SessionStep> {
    const step = line === null ? stay(this.#texts.lineTooLong()) : yield* this.#perform(decodeCommand(line));
    const { code } = step.reply;
    if (code >= 500 && code <= 504 && ++this.#errors >= ERRORS_LIMIT) {
      return { reply: this.#shownTo(this.#texts.tooManyErrors(this.#settings.greeting)), next: 'close' };
    }
    return { ...step, reply: this.#shownTo(step.reply) };
  }

  /** What came behind DATA, dots still doubled; null for more than the limit. Either way the transaction is over. */
  *content(octets: string | null): Process<SessionStep> {
    const content = octets === null ? null : unstuffDots(octets);
    const { maximumSize } = this.#settings;
    if (content === null || content.length > maximumSize) {
      this.#reset();
      return stay(this.#shownTo(this.#texts.tooBig(maximumSize)));
    }
    const envelope = { reversePath: this.#reversePath, recipients: this.#recipients, eightBit: this.#eightBit };
    const result = yield* this.#policy.message(envelope, content, this.#client, this.#texts);
    this.#reset();
    return stay(this.#shownTo('id' in result ? this.#texts.accepted(result.id) : result));
  }

  /** The last words to a client that has been silent for too long (RFC 5321 §3.8). */
  timeOut(): Reply {
    return this.#shownTo(this.#texts.timedOut(this.#settings.greeting));
  }

  *#perform(command: Command | CommandError): Process<SessionStep> {
    const texts = this.#texts;
    if ('error' in command) return stay(command.error === 'syntax' ? texts.syntax(command.text) : texts.unknownCommand(command.word));
    // The textbook's server is from before EHLO (RFC 5321 §3.2: then the client says HELO).
    if (command.verb === 'EHLO' && this.#settings.dialect === 'classic') return stay(texts.unknownCommand(command.verb));
    const act = TRANSITIONS[this.#state][command.verb];
    switch (act) {
      case 'hello':
        return stay(this.#hello(command as Command & { name: string }));
      case 'mail':
        return stay(this.#mail(command as Command & { verb: 'MAIL' }));
      case 'recipient':
        return stay(yield* this.#recipient(command as Command & { verb: 'RCPT' }));
      case 'data':
        return { reply: texts.startMail(), next: 'content' };
      case 'reset':
        this.#reset();
        return stay(texts.reset());
      case 'noop':
        return stay(texts.noop());
      case 'help':
        return stay(texts.help());
      case 'verify':
        return stay(texts.cannotVerify()); // RFC 5321 §7.3: user names are nobody's business
      case 'expand':
        return stay(texts.notImplemented(command.verb));
      case 'quit':
        return { reply: texts.closing(this.#settings.greeting), next: 'close' };
      case 'no hello':
        return stay(texts.outOfOrder('Polite people say HELO first'));
      case 'no sender':
        return stay(texts.outOfOrder('Need MAIL before RCPT or DATA'));
      case 'nested':
        return stay(texts.outOfOrder('Sender already specified'));
      case 'no recipient':
        return stay(texts.noRecipients());
    }
  }

  #hello(command: Command & { name: string }): Reply {
    this.#reset(); // RFC 5321 §4.1.4
    this.#state = 'ready';
    this.#client = { name: command.name, extended: command.verb === 'EHLO' };
    const { greeting, maximumSize } = this.#settings;
    const reply = this.#texts.hello(greeting, command.name);
    if (!this.#client.extended) return reply;
    return { ...reply, lines: [...reply.lines, 'PIPELINING', `SIZE ${maximumSize}`, '8BITMIME', 'ENHANCEDSTATUSCODES'] };
  }

  #mail(command: Command & { verb: 'MAIL' }): Reply {
    const texts = this.#texts;
    let size = 0;
    let eightBit = false;
    for (const parameter of command.parameters) {
      // Only what was offered in reply to EHLO may be used (RFC 5321 §4.1.1.11).
      if (!this.#client.extended) return texts.parameter(parameter.keyword);
      if (parameter.keyword === 'SIZE') {
        const octets = sizeOf(parameter);
        if (octets === null) return texts.syntax('SIZE is a number of octets');
        if (octets > this.#settings.maximumSize) return texts.tooBig(this.#settings.maximumSize);
        size = octets;
      } else if (parameter.keyword === 'BODY') {
        const body = parameter.value?.toUpperCase();
        if (body !== '7BIT' && body !== '8BITMIME') return texts.syntax('BODY is 7BIT or 8BITMIME');
        eightBit = body === '8BITMIME';
      } else return texts.parameter(parameter.keyword);
    }
    this.#reversePath = command.path;
    this.#size = size;
    this.#eightBit = eightBit;
    this.#state = 'sender';
    return texts.senderOk(command.path);
  }

  *#recipient(command: Command & { verb: 'RCPT' }): Process<Reply> {
    const texts = this.#texts;
    const parameter = command.parameters[0];
    if (parameter) return texts.parameter(parameter.keyword);
    if (this.#recipients.length >= RECIPIENTS_LIMIT) return texts.tooManyRecipients();
    const refusal = yield* this.#policy.recipient(command.path, this.#reversePath, this.#size, texts);
    if (refusal) return refusal;
    this.#recipients.push(command.path);
    this.#state = 'recipients';
    return texts.recipientOk(command.path);
  }

  #reset(): void {
    if (this.#state !== 'connected') this.#state = 'ready';
    this.#reversePath = '';
    this.#recipients = [];
    this.#size = 0;
    this.#eightBit = false;
  }

  /** Without an enhanced status code for a client that did not say EHLO. */
  #shownTo(reply: Reply): Reply {
    return this.#client.extended ? reply : { ...reply, enhanced: null };
  }
}

function stay(reply: Reply): SessionStep {
  return { reply, next: 'command' };
}

/** RFC 1870 §3: up to 20 digits. */
function sizeOf(parameter: Parameter): Bytes | null {
  return parameter.value !== null && /^\d{1,20}$/.test(parameter.value) ? Number(parameter.value) : null;
}
