/**
 * SMTP commands (RFC 5321 §4.1). Limit: 512 octets a line with its CRLF (§4.5.3.1.4), raised by the extensions that add
 * parameters (26 octets by SIZE, 17 by BODY, 500 by AUTH, 540 by
 * DSN); an AUTH command may have RESPONSE_LINE_LIMIT of them.
 *
 * One scan gives both what a command says and its fields with their places, so the two can never disagree.
 */
import type { Field } from '../../../field.ts';
import { dissectCommandLine } from '../../../network/command-line.ts';
import { bytesOfOctets, octetsOf } from '../../../network/octets.ts';
import { domainProblem, scanPath } from '../../message/address.ts';
import { CANCEL } from '../../sasl/exchange.ts';

export interface Parameter {
  /** Upper case. */
  readonly keyword: string;
  /** null: none given. */
  readonly value: string | null;
}

export type Command =
  | { readonly verb: 'HELO' | 'EHLO'; readonly name: string }
  /** `path`: without brackets; empty for the null reverse-path. */
  | { readonly verb: 'MAIL' | 'RCPT'; readonly path: string; readonly parameters: readonly Parameter[] }
  | { readonly verb: 'DATA' | 'RSET' | 'QUIT' | 'STARTTLS' }
  | { readonly verb: 'NOOP' | 'HELP' | 'VRFY' | 'EXPN' | Obsolete; readonly argument: string }
  /** `initial`: the initial response as it stands there, base64 or `=`; null without. */
  | { readonly verb: 'AUTH'; readonly mechanism: string; readonly initial: string | null };

/** Of RFC 821 and gone since (RFC 5321 §F.1, §F.6). */
type Obsolete = 'SEND' | 'SOML' | 'SAML' | 'TURN';

export type Verb = Command['verb'];

export interface CommandError {
  readonly error: 'unknown command' | 'syntax';
  /** The first word, upper case. */
  readonly word: string;
  /** What is wrong, in a few words. */
  readonly text: string;
}

export const COMMAND_LINE_LIMIT = 512;
/** With the parameters of the extensions offered here: SIZE (RFC 1870 §3), BODY (RFC 6152 §2), AUTH (RFC 4954 §3), an ORCPT of 500 octets and a NOTIFY (RFC 3461 §4). */
export const EXTENDED_COMMAND_LINE_LIMIT = 512 + 26 + 17 + 500 + 540;

interface Definition {
  readonly meaning: string;
  readonly standard: string;
}

export const COMMANDS: Readonly<Record<Verb, Definition>> = {
  HELO: { meaning: 'the client says who it is', standard: 'RFC 5321 §4.1.1.1' },
  EHLO: { meaning: 'the client says who it is and asks which extensions the server has', standard: 'RFC 5321 §4.1.1.1' },
  MAIL: { meaning: 'begins a mail transaction: who the mail comes from', standard: 'RFC 5321 §4.1.1.2' },
  RCPT: { meaning: 'one recipient of the mail', standard: 'RFC 5321 §4.1.1.3' },
  DATA: { meaning: 'the message follows', standard: 'RFC 5321 §4.1.1.4' },
  RSET: { meaning: 'gives the transaction up', standard: 'RFC 5321 §4.1.1.5' },
  VRFY: { meaning: 'asks whether a user exists', standard: 'RFC 5321 §4.1.1.6' },
  EXPN: { meaning: 'asks for the members of a mailing list', standard: 'RFC 5321 §4.1.1.7' },
  HELP: { meaning: 'asks for help', standard: 'RFC 5321 §4.1.1.8' },
  NOOP: { meaning: 'nothing but a reply is asked for', standard: 'RFC 5321 §4.1.1.9' },
  QUIT: { meaning: 'asks the server to close the connection', standard: 'RFC 5321 §4.1.1.10' },
  STARTTLS: { meaning: 'asks for a TLS handshake, here and now', standard: 'RFC 3207 §4' },
  AUTH: { meaning: 'the client proves who its user is', standard: 'RFC 4954 §4' },
  SEND: { meaning: 'of old: to a terminal instead of a mailbox', standard: 'RFC 5321 §F.6' },
  SOML: { meaning: 'of old: to a terminal or a mailbox', standard: 'RFC 5321 §F.6' },
  SAML: { meaning: 'of old: to a terminal and a mailbox', standard: 'RFC 5321 §F.6' },
  TURN: { meaning: 'of old: client and server change places', standard: 'RFC 5321 §F.1' },
};

/** By keyword. */
const PARAMETERS: Readonly<Record<string, Definition>> = {
  SIZE: { meaning: 'the message’s size in octets, as the client knows it', standard: 'RFC 1870 §3' },
  BODY: { meaning: 'whether the content has octets above 127', standard: 'RFC 6152 §2' },
  AUTH: { meaning: 'who submitted the message first, as the client knows it', standard: 'RFC 4954 §5' },
  RET: { meaning: 'how much of the message comes back with a report of failure', standard: 'RFC 3461 §4.3' },
  ENVID: { meaning: 'what the sender calls this message, for reports', standard: 'RFC 3461 §4.4' },
  NOTIFY: { meaning: 'of what the sender wants to be told', standard: 'RFC 3461 §4.1' },
  ORCPT: { meaning: 'the recipient as the sender named it', standard: 'RFC 3461 §4.2' },
};

/** A line without its CRLF, one char an octet. */
export function decodeCommand(line: string): Command | CommandError {
  return scan(line).command;
}

/** The line without its CRLF. `spaced`: with the space before the path that the textbook writes and the standard does not have (§3.3). */
export function commandLine(command: Command, spaced = false): string {
  switch (command.verb) {
    case 'HELO':
    case 'EHLO':
      return `${command.verb} ${command.name}`;
    case 'MAIL':
    case 'RCPT': {
      const parameters = command.parameters.map(({ keyword, value }) => ` ${keyword}${value === null ? '' : `=${value}`}`).join('');
      return `${command.verb} ${command.verb === 'MAIL' ? 'FROM' : 'TO'}:${spaced ? ' ' : ''}<${command.path}>${parameters}`;
    }
    case 'DATA':
    case 'RSET':
    case 'QUIT':
    case 'STARTTLS':
      return command.verb;
    case 'AUTH':
      return `AUTH ${command.mechanism}${command.initial === null ? '' : ` ${command.initial}`}`;
    default:
      return command.argument === '' ? command.verb : `${command.verb} ${command.argument}`;
  }
}

export function encodeCommand(command: Command, spaced = false): Uint8Array {
  return bytesOfOctets(`${commandLine(command, spaced)}\r\n`);
}

/** The fields of a command's bytes, CRLF included; of a group of commands (RFC 2920 §3.1), those of each. Total. */
export function dissectCommand(bytes: Uint8Array): Field[] {
  return dissectLines(bytes, (line) => scan(line).fields);
}

/** The client's line of an authentication exchange (RFC 4954 §4). Total. */
export function dissectResponse(bytes: Uint8Array): Field[] {
  return dissectLines(bytes, (line) => {
    const meaning = line === CANCEL ? 'the client cancels the authentication' : 'base64 of what the mechanism’s client says';
    return line === ''
      ? []
      : [{ name: 'response', value: line.slice(0, 200), start: 0, end: line.length, meaning, standard: 'RFC 4954 §4' }];
  });
}

function dissectLines(bytes: Uint8Array, fieldsOf: (line: string) => readonly Field[]): Field[] {
  const octets = octetsOf(bytes);
  const fields: Field[] = [];
  let start = 0;
  do {
    const crlf = octets.indexOf('\r\n', start);
    const end = crlf < 0 ? bytes.length : crlf + 2;
    fields.push(...dissectCommandLine(bytes.subarray(start, end), fieldsOf).map((field) => moved(field, start)));
    start = end;
  } while (start < bytes.length);
  return fields;
}

function moved(field: Field, by: number): Field {
  const children = field.children?.map((child) => moved(child, by));
  return { ...field, start: field.start + by, end: field.end + by, ...(children ? { children } : {}) };
}

interface Scan {
  readonly command: Command | CommandError;
  readonly fields: readonly Field[];
}

function scan(line: string): Scan {
  const word = /^[^ ]*/.exec(line)?.[0] ?? '';
  const verb = word.toUpperCase();
  if (!isVerb(verb)) {
    const field: Field = {
      name: 'verb',
      value: word.slice(0, 40),
      start: 0,
      end: word.length,
      meaning: 'no command of SMTP',
      malformed: true,
    };
    return { command: { error: 'unknown command', word: verb, text: 'no such command' }, fields: [field] };
  }
  const fields: Field[] = [{ name: 'verb', value: verb, start: 0, end: verb.length, ...COMMANDS[verb] }];
  // §4.1.1: trailing white space is tolerated.
  let lineEnd = line.length;
  while (line[lineEnd - 1] === ' ' || line[lineEnd - 1] === '\t') lineEnd--;
  const text = line.slice(0, lineEnd);
  const wrong = (at: number, problem: string): Scan => ({
    command: { error: 'syntax', word: verb, text: problem },
    fields: [...fields, { name: 'argument', value: problem, start: Math.min(at, line.length), end: line.length, malformed: true }],
  });
  const argumentAt = verb.length + 1;
  const argument = text.slice(argumentAt);
  if (/[^ -~]/.test(text)) return wrong(argumentAt, 'a command is made of printable ASCII characters');
  switch (verb) {
    case 'HELO':
    case 'EHLO': {
      if (argument === '') return wrong(4, `${verb} wants the client’s domain or address literal`);
      const problem = domainProblem(argument);
      if (problem) return wrong(5, problem);
      fields.push({
        name: 'domain',
        value: argument,
        start: 5,
        end: text.length,
        meaning: 'the client’s name',
        standard: 'RFC 5321 §4.1.2',
      });
      return { command: { verb, name: argument }, fields };
    }
    case 'MAIL':
    case 'RCPT':
      return scanPathCommand(verb, text, fields, wrong);
    case 'DATA':
    case 'RSET':
    case 'QUIT':
    case 'STARTTLS':
      if (argument !== '') return wrong(argumentAt, `${verb} has no argument`);
      return { command: { verb }, fields };
    case 'AUTH':
      return scanAuthentication(text, fields, wrong);
    default:
      if (argument === '' && (verb === 'VRFY' || verb === 'EXPN')) return wrong(4, `${verb} wants a name`);
      if (argument !== '') fields.push({ name: 'argument', value: argument, start: 5, end: text.length });
      return { command: { verb, argument }, fields };
  }
}

/** RFC 4954 §4: a mechanism's name, then perhaps base64 or `=`. */
function scanAuthentication(text: string, fields: Field[], wrong: (at: number, problem: string) => Scan): Scan {
  const parts = /^AUTH +([A-Za-z0-9_-]{1,20})(?: +([A-Za-z0-9+/=]+))?$/i.exec(text);
  if (!parts) return wrong(5, 'AUTH wants a mechanism and perhaps an initial response in base64');
  const [mechanism, initial] = [(parts[1] as string).toUpperCase(), parts[2] ?? null];
  const at = text.toUpperCase().indexOf(mechanism, 5);
  fields.push({ name: 'mechanism', value: mechanism, start: at, end: at + mechanism.length, standard: 'RFC 4422 §3.1' });
  if (initial !== null) {
    const start = text.length - initial.length;
    const meaning = 'base64 of what the mechanism’s client says first: whoever reads it here can decode it';
    fields.push({ name: 'initial response', value: initial, start, end: text.length, meaning, standard: 'RFC 4954 §4' });
  }
  return { command: { verb: 'AUTH', mechanism, initial }, fields };
}

function scanPathCommand(verb: 'MAIL' | 'RCPT', text: string, fields: Field[], wrong: (at: number, problem: string) => Scan): Scan {
  const keyword = verb === 'MAIL' ? 'FROM' : 'TO';
  if (text.slice(5, 6 + keyword.length).toUpperCase() !== `${keyword}:`) return wrong(5, `${verb} ${keyword}:<address> is expected`);
  // §3.3 forbids spaces behind the colon and calls them a common error; the textbook's sample has one. They are read over.
  let at = 6 + keyword.length;
  while (text[at] === ' ') at++;
  const path = scanPath(text, at);
  if ('error' in path) return wrong(at, path.error);
  if (verb === 'RCPT' && path.mailbox === '') return wrong(at, 'a recipient cannot be empty');
  const { mailboxStart, mailbox } = path;
  const separator = mailboxStart + mailbox.lastIndexOf('@');
  const mailboxEnd = mailboxStart + mailbox.length;
  const parts: Field[] = mailbox.includes('@')
    ? [
        {
          name: 'local part',
          value: text.slice(mailboxStart, separator),
          start: mailboxStart,
          end: separator,
          standard: 'RFC 5321 §2.3.11',
        },
        {
          name: 'domain',
          value: text.slice(separator + 1, mailboxEnd),
          start: separator + 1,
          end: mailboxEnd,
          standard: 'RFC 5321 §2.3.5',
        },
      ]
    : [];
  fields.push({
    name: verb === 'MAIL' ? 'reverse-path' : 'forward-path',
    value: mailbox === '' ? 'null' : mailbox,
    start: at,
    end: path.end,
    meaning:
      verb === 'MAIL'
        ? mailbox === ''
          ? 'a notification: nobody is told if it fails'
          : 'who is told if the mail cannot be delivered'
        : 'who the mail is for',
    standard: verb === 'MAIL' ? 'RFC 5321 §4.1.1.2' : 'RFC 5321 §4.1.1.3',
    ...(parts.length > 0 ? { children: parts } : {}),
  });
  const parameters: Parameter[] = [];
  at = path.end;
  while (at < text.length) {
    if (text[at] !== ' ') return wrong(at, 'a space is expected before parameters');
    const word = /^ *([^ ]*)/.exec(text.slice(at)) as RegExpExecArray;
    const start = at + word[0].length - (word[1] as string).length;
    at += word[0].length;
    // §4.1.2: esmtp-param
    const parts = /^([A-Za-z0-9][A-Za-z0-9-]*)(?:=([!-<>-~]+))?$/.exec(word[1] as string);
    if (!parts) return wrong(start, `“${word[1]?.slice(0, 40)}” is no parameter`);
    const parameter = { keyword: (parts[1] as string).toUpperCase(), value: parts[2] ?? null };
    fields.push({
      name: `parameter ${parameter.keyword}`,
      value: parameter.value ?? '',
      start,
      end: at,
      ...(Object.hasOwn(PARAMETERS, parameter.keyword) ? PARAMETERS[parameter.keyword] : {}),
    });
    parameters.push(parameter);
  }
  return { command: { verb, path: mailbox, parameters }, fields };
}

function isVerb(word: string): word is Verb {
  return Object.hasOwn(COMMANDS, word);
}
