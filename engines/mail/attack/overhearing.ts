/**
 * What somebody on the way reads of mail: of SMTP the messages, their senders and recipients; of SMTP, POP3 and IMAP the passwords that go
 * in clear. It knows the protocols and nothing else; records of TLS tell it how long they are.
 */
import { decodeBase64 } from '../../base64.ts';
import { bytesOf, type Content } from '../../content.ts';
import type { Host } from '../../network/host.ts';
import { octetsOf, textOfOctets } from '../../network/octets.ts';
import type { Listener } from '../../network/wiretap.ts';
import type { Bytes } from '../../quantities.ts';
import { decodeCommand as decodeImapCommand } from '../imap/wire/command.ts';
import { subjectOf } from '../message/message-format.ts';
import { decodeCommand as decodePop3Command } from '../pop3/wire/command.ts';
import { decodeCommand } from '../smtp/wire/command.ts';
import { unstuffDots } from '../smtp/wire/transparency.ts';

const STORE = 'overheard';

/** What was said on a connection so far that is needed to understand what comes. */
interface Conversation {
  sender: string;
  /** Named in POP3, whose password comes with the next command. */
  user: string;
  recipients: string[];
  mechanism: string | null;
  responses: string[];
}

export class Overhearing {
  readonly #host: Host;
  /** By row of the connection in the run. */
  readonly #conversations = new Map<number, Conversation>();
  #messages = 0;
  #passwords = 0;
  #clear: Bytes = 0;
  #protected: Bytes = 0;

  constructor(host: Host) {
    this.#host = host;
    this.#measure('overheard messages', 0);
    this.#measure('overheard passwords', 0);
    this.#measure('overheard bytes', 0);
  }

  /** One for all lines, so that what passes two of them is heard once. */
  readonly listener: Listener = ({ connection, message, content }) => this.hear(connection, message.protocol, message.kind, content);

  /** A message of SMTP, POP3 or IMAP, or records, as they passed. Other protocols are not its trade. */
  hear(connection: number, protocol: string, kind: string, content: Content): void {
    if (protocol === 'tls') {
      this.#protected += content.length;
      this.#host.narrator.state(STORE, 'under TLS', `${this.#protected} B that cannot be read`);
      return;
    }
    if (protocol !== 'smtp' && protocol !== 'pop3' && protocol !== 'imap') return;
    this.#clear += content.length;
    this.#measure('overheard bytes', this.#clear);
    const conversation = this.#conversation(connection);
    const octets = octetsOf(bytesOf(content));
    if (protocol === 'pop3') this.#pop3(conversation, kind, octets);
    else if (protocol === 'imap') this.#imap(conversation, kind, octets);
    else if (kind === 'command') for (const line of octets.split('\r\n').slice(0, -1)) this.#command(conversation, line);
    else if (kind === 'response') this.#response(conversation, octets.replace(/\r\n$/, ''));
    else if (kind === 'content') this.#message(conversation, unstuffDots(octets.slice(0, -3)));
  }

  #conversation(connection: number): Conversation {
    const known = this.#conversations.get(connection);
    if (known) return known;
    const conversation: Conversation = { sender: '', user: '', recipients: [], mechanism: null, responses: [] };
    this.#conversations.set(connection, conversation);
    return conversation;
  }

  /** RFC 1939 §7, RFC 5034. */
  #pop3(conversation: Conversation, kind: string, octets: string): void {
    if (kind === 'answer') this.#response(conversation, octets.replace(/\r\n$/, ''));
    if (kind !== 'command') return;
    for (const line of octets.split('\r\n').slice(0, -1)) {
      const command = decodePop3Command(line);
      if ('error' in command) continue;
      if (command.verb === 'USER') conversation.user = command.argument;
      else if (command.verb === 'PASS') this.#learn(conversation.user, command.argument);
      else if (command.verb === 'AUTH' && command.mechanism !== null) this.#exchange(conversation, command.mechanism, command.initial);
    }
  }

  /** RFC 3501 §6.2.2, §6.2.3. A login in literals goes unheard. */
  #imap(conversation: Conversation, kind: string, octets: string): void {
    if (kind === 'answer') this.#response(conversation, octets.replace(/\r\n$/, ''));
    if (kind !== 'command') return;
    const told = decodeImapCommand(octets.replace(/\r\n$/, ''));
    if ('error' in told) return;
    const { command } = told;
    if (command.verb === 'LOGIN') this.#learn(command.user, command.password);
    else if (command.verb === 'AUTHENTICATE') this.#exchange(conversation, command.mechanism, command.initial);
  }

  #exchange(conversation: Conversation, mechanism: string, initial: string | null): void {
    conversation.mechanism = mechanism;
    conversation.responses = [];
    if (initial !== null) this.#response(conversation, initial);
  }

  #command(conversation: Conversation, line: string): void {
    const command = decodeCommand(line);
    if ('error' in command) return;
    if (command.verb === 'MAIL') {
      conversation.sender = command.path;
      conversation.recipients = [];
    } else if (command.verb === 'RCPT') conversation.recipients.push(command.path);
    else if (command.verb === 'AUTH') this.#exchange(conversation, command.mechanism, command.initial);
  }

  #response(conversation: Conversation, line: string): void {
    const { mechanism, responses } = conversation;
    if (mechanism === null) return;
    responses.push(decodeBase64(line));
    if (mechanism === 'PLAIN') {
      const [, user, password] = (responses[0] as string).split('\0');
      if (user !== undefined && password !== undefined) this.#learn(user, password);
    } else if (mechanism === 'LOGIN' && responses.length === 2) this.#learn(responses[0] as string, responses[1] as string);
    else if (mechanism === 'CRAM-MD5') {
      const user = (responses[0] as string).replace(/ [^ ]*$/, '');
      this.#host.narrator.state(STORE, `digest of ${textOfOctets(user)}`, 'of a challenge that will not come again');
    }
  }

  /** The same password again is nothing new to learn, but was said once more. */
  #learn(user: string, password: string): void {
    this.#passwords++;
    this.#measure('overheard passwords', this.#passwords);
    const who = textOfOctets(user);
    this.#host.narrator.state(STORE, `password of ${who}`, textOfOctets(password), { note: `learns the password of ${who}` });
  }

  #message({ sender, recipients }: Conversation, content: string): void {
    this.#messages++;
    this.#measure('overheard messages', this.#messages);
    const subject = subjectOf(content);
    const what = `${sender === '' ? '<>' : sender} → ${recipients.join(', ')}${subject === null ? '' : `: ${subject}`}`;
    this.#host.narrator.state(STORE, `message ${this.#messages}`, what, { note: `reads a message: ${what}` });
  }

  #measure(metric: string, value: number): void {
    this.#host.narrator.measure(metric, [this.#host.name], value);
  }
}
