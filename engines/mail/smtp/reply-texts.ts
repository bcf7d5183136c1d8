/**
 * What a server says, by dialect. `classic`: as in the textbook's sample interaction, the rest in the manner of the server
 * it was taken from. `extended`: with enhanced status codes, which are shown only to a client that said EHLO (RFC 2034 §3).
 */
import type { Dialect } from '../scenario.ts';
import type { Reply } from './wire/reply.ts';

export type ReplyTexts = {
  greeting(greeting: string): Reply;
  hello(greeting: string, client: string): Reply;
  senderOk(address: string): Reply;
  recipientOk(address: string): Reply;
  startMail(): Reply;
  accepted(id: string): Reply;
  closing(greeting: string): Reply;
  reset(): Reply;
  noop(): Reply;
  help(): Reply;
  cannotVerify(): Reply;
  /** A user's, or a list's members. */
  members(addresses: readonly string[]): Reply;
  ambiguous(addresses: readonly string[]): Reply;
  noSuchName(name: string): Reply;
  noSuchList(name: string): Reply;
  willForward(address: string): Reply;
  unknownCommand(word: string): Reply;
  notImplemented(word: string): Reply;
  syntax(problem: string): Reply;
  outOfOrder(problem: string): Reply;
  parameter(keyword: string): Reply;
  lineTooLong(): Reply;
  tooManyRecipients(): Reply;
  noRecipients(): Reply;
  tooBig(limit: number): Reply;
  userUnknown(address: string): Reply;
  relayDenied(address: string): Reply;
  mailboxFull(address: string): Reply;
  loop(): Reply;
  tooManyErrors(greeting: string): Reply;
  timedOut(greeting: string): Reply;
  /** A message with octets above 127, from a client that may not send any. */
  sevenBitOnly(): Reply;
  /** Too many messages from this client lately. */
  tooFast(): Reply;
  /** The server as a whole has too many connections, or this client has. */
  busy(greeting: string): Reply;
  notOurUser(address: string): Reply;
  readyForTls(): Reply;
  tlsRequired(): Reply;
  authenticationRequired(): Reply;
  /** Base64. */
  challenge(line: string): Reply;
  authenticated(): Reply;
  badCredentials(): Reply;
  /** Whatever the password was (RFC 4954 §6). */
  locked(): Reply;
  cancelled(): Reply;
  noBase64(): Reply;
  mechanismUnknown(name: string): Reply;
  mechanismNeedsTls(): Reply;
  responseTooLong(): Reply;
  tooManyAttempts(greeting: string): Reply;
};

const HELP = 'HELO EHLO MAIL RCPT DATA RSET NOOP QUIT VRFY EXPN HELP';

function reply(code: number, enhanced: string | null, ...lines: string[]): Reply {
  return { code, enhanced, lines };
}

/** Of extensions that only a client that said EHLO can use: alike in both dialects. */
const ofExtensions = {
  sevenBitOnly: () => reply(554, '5.6.1', 'Octets above 127 were not agreed on'),
  readyForTls: () => reply(220, '2.0.0', 'Ready to start TLS'),
  tlsRequired: () => reply(530, '5.7.0', 'Must issue a STARTTLS command first'),
  authenticationRequired: () => reply(530, '5.7.0', 'Authentication required'),
  challenge: (line: string) => reply(334, null, line),
  authenticated: () => reply(235, '2.7.0', 'Authentication succeeded'),
  badCredentials: () => reply(535, '5.7.8', 'Authentication credentials invalid'),
  locked: () => reply(454, '4.7.0', 'Too many failed logins, try again later'),
  cancelled: () => reply(501, '5.7.0', 'Authentication cancelled'),
  noBase64: () => reply(501, '5.5.2', 'Cannot decode the response'),
  mechanismUnknown: (name: string) => reply(504, '5.5.4', `Unrecognized authentication mechanism: ${shown(name)}`),
  mechanismNeedsTls: () => reply(538, '5.7.11', 'Encryption required for requested authentication mechanism'),
  responseTooLong: () => reply(500, '5.5.6', 'Authentication exchange line is too long'),
  tooManyAttempts: (greeting: string) => reply(421, '4.7.0', `${greeting} Too many failed logins, closing connection`),
} satisfies Partial<ReplyTexts>;

const classic: ReplyTexts = {
  ...ofExtensions,
  members: (addresses) => reply(250, null, ...addresses.map((address) => `<${address}>`)),
  ambiguous: (addresses) => reply(553, null, 'User ambiguous', ...addresses.map((address) => `<${address}>`)),
  noSuchName: (name) => reply(550, null, `${shown(name)}... User unknown`),
  noSuchList: (name) => reply(550, null, `${shown(name)}... No such list`),
  willForward: (address) => reply(251, null, `User not local; will forward to <${address}>`),
  tooFast: () => reply(450, null, 'Too many messages, try again later'),
  busy: (greeting) => reply(421, null, `${greeting} Too many connections, closing connection`),
  notOurUser: (address) => reply(550, null, `${address}... Not a user of this server`),
  greeting: (greeting) => reply(220, null, greeting),
  hello: (_greeting, client) => reply(250, null, `Hello ${client}, pleased to meet you`),
  senderOk: (address) => reply(250, null, `${address}... Sender ok`),
  recipientOk: (address) => reply(250, null, `${address} ... Recipient ok`),
  startMail: () => reply(354, null, 'Enter mail, end with "." on a line by itself'),
  accepted: () => reply(250, null, 'Message accepted for delivery'),
  closing: (greeting) => reply(221, null, `${greeting} closing connection`),
  reset: () => reply(250, null, 'Reset state'),
  noop: () => reply(250, null, 'OK'),
  help: () => reply(214, null, 'Commands:', HELP),
  cannotVerify: () => reply(252, null, 'Cannot VRFY user; try RCPT to attempt delivery'),
  unknownCommand: (word) => reply(500, null, `Command unrecognized: "${shown(word)}"`),
  notImplemented: (word) => reply(502, null, `Command not implemented: "${shown(word)}"`),
  syntax: (problem) => reply(501, null, `Syntax error: ${shown(problem)}`),
  outOfOrder: (problem) => reply(503, null, problem),
  parameter: (keyword) => reply(555, null, `Parameter not recognized: ${shown(keyword)}`),
  lineTooLong: () => reply(500, null, 'Line too long'),
  tooManyRecipients: () => reply(452, null, 'Too many recipients'),
  noRecipients: () => reply(503, null, 'Need RCPT (recipient)'),
  tooBig: (limit) => reply(552, null, `Message exceeds maximum size (${limit})`),
  userUnknown: (address) => reply(550, null, `${address}... User unknown`),
  relayDenied: (address) => reply(550, null, `${address}... Relaying denied`),
  mailboxFull: (address) => reply(452, null, `${address}... Mailbox full`),
  loop: () => reply(554, null, 'Too many hops, this mail is looping'),
  tooManyErrors: (greeting) => reply(421, null, `${greeting} Too many errors, closing connection`),
  timedOut: (greeting) => reply(421, null, `${greeting} Idle for too long, closing connection`),
};

const extended: ReplyTexts = {
  ...ofExtensions,
  members: (addresses) => reply(250, '2.1.5', ...addresses.map((address) => `<${address}>`)),
  ambiguous: (addresses) => reply(553, '5.1.4', 'User ambiguous', ...addresses.map((address) => `<${address}>`)),
  noSuchName: (name) => reply(550, '5.1.1', `No such user: ${shown(name)}`),
  noSuchList: (name) => reply(550, '5.1.1', `No such list: ${shown(name)}`),
  willForward: (address) => reply(251, '2.1.5', `User not local; will forward to <${address}>`),
  tooFast: () => reply(450, '4.7.1', 'Too many messages, try again later'),
  busy: (greeting) => reply(421, '4.7.0', `${greeting} Too many connections, closing connection`),
  notOurUser: (address) => reply(550, '5.7.1', `Not a user of this server: ${address === '' ? '<>' : address}`),
  greeting: (greeting) => reply(220, null, `${greeting} ESMTP`),
  hello: (greeting, client) => reply(250, null, `${domainIn(greeting)} greets ${client}`),
  senderOk: (address) => reply(250, '2.1.0', `Sender ${address === '' ? '<>' : address} ok`),
  recipientOk: (address) => reply(250, '2.1.5', `Recipient ${address} ok`),
  startMail: () => reply(354, null, 'Start mail input; end with <CRLF>.<CRLF>'),
  accepted: (id) => reply(250, '2.0.0', `Message accepted for delivery as ${id}`),
  closing: (greeting) => reply(221, '2.0.0', `${greeting} closing connection`),
  reset: () => reply(250, '2.0.0', 'Transaction reset'),
  noop: () => reply(250, '2.0.0', 'OK'),
  help: () => reply(214, '2.0.0', 'Commands:', HELP),
  cannotVerify: () => reply(252, '2.5.0', 'Cannot VRFY user, but will accept message and attempt delivery'),
  unknownCommand: (word) => reply(500, '5.5.1', `Command unrecognized: "${shown(word)}"`),
  notImplemented: (word) => reply(502, '5.5.1', `Command not implemented: "${shown(word)}"`),
  syntax: (problem) => reply(501, '5.5.2', `Syntax error: ${shown(problem)}`),
  outOfOrder: (problem) => reply(503, '5.5.1', problem),
  parameter: (keyword) => reply(555, '5.5.4', `Parameter not recognized: ${shown(keyword)}`),
  lineTooLong: () => reply(500, '5.5.2', 'Line too long'),
  tooManyRecipients: () => reply(452, '4.5.3', 'Too many recipients'),
  noRecipients: () => reply(554, '5.5.1', 'No valid recipients'),
  tooBig: (limit) => reply(552, '5.3.4', `Message exceeds maximum size of ${limit} octets`),
  userUnknown: (address) => reply(550, '5.1.1', `No such user: ${address}`),
  relayDenied: (address) => reply(550, '5.7.1', `Relaying denied: ${address}`),
  mailboxFull: (address) => reply(452, '4.2.2', `Mailbox full: ${address}`),
  loop: () => reply(554, '5.4.6', 'Too many hops, this mail is looping'),
  tooManyErrors: (greeting) => reply(421, '4.7.0', `${greeting} Too many errors, closing connection`),
  timedOut: (greeting) => reply(421, '4.4.2', `${greeting} Idle for too long, closing connection`),
};

export const replyTexts: Readonly<Record<Dialect, ReplyTexts>> = { classic, extended };

/** The domain that a greeting begins with (RFC 5321 §4.2: the first word of 220, 221, 250 to EHLO and 421). */
function domainIn(greeting: string): string {
  return greeting.split(' ', 1)[0] as string;
}

/** A client's own words, made fit for a reply's line. Typographic quotes of problem texts become ASCII. */
function shown(text: string): string {
  return text
    .replace(/[“”]/g, '"')
    .replace(/’/g, "'")
    .replace(/[^ -~]/g, '?')
    .slice(0, 100);
}
