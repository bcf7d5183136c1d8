/**
 * SMTP commands (RFC 5321 §4.1). Limit: 512 octets a line with its CRLF (§4.5.3.1.4), raised by the extensions that add
 * parameters (26 by SIZE, 17 by BODY: RFC 1870 §3, RFC 6152 §2).
 *
 * One scan gives both what a command says and its fields with their places, so the two can never disagree.
 */
import type { Field } from '../../../field.ts';
import { dissectCommandLine } from '../../../network/command-line.ts';
import { bytesOfOctets } from '../../../network/octets.ts';
import { domainProblem, scanPath } from '../../message/address.ts';

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
  | { readonly verb: 'DATA' | 'RSET' | 'QUIT' }
  | { readonly verb: 'NOOP' | 'HELP' | 'VRFY' | 'EXPN'; readonly argument: string };

export type Verb = Command['verb'];

export interface CommandError {
  readonly error: 'unknown command' | 'syntax';
  /** The first word, upper case. */
  readonly word: string;
  /** What is wrong, in a few words. */
  readonly text: string;
}

export const COMMAND_LINE_LIMIT = 512;
/** With the parameters of the extensions offered here. */
export const EXTENDED_COMMAND_LINE_LIMIT = 512 + 26 + 17;

const MEANINGS: Readonly<Record<Verb, string>> = {
  HELO: 'the client says who it is',
  EHLO: 'the client says who it is and asks which extensions the server has',
  MAIL: 'begins a mail transaction: who the mail comes from',
  RCPT: 'one recipient of the mail',
  DATA: 'the message follows',
  RSET: 'gives the transaction up',
  QUIT: 'asks the server to close the connection',
  NOOP: 'nothing but a reply is asked for',
  HELP: 'asks for help',
  VRFY: 'asks whether a user exists',
  EXPN: 'asks for the members of a mailing list',
};

const STANDARDS: Readonly<Record<Verb, string>> = {
  HELO: 'RFC 5321 §4.1.1.1',
  EHLO: 'RFC 5321 §4.1.1.1',
  MAIL: 'RFC 5321 §4.1.1.2',
  RCPT: 'RFC 5321 §4.1.1.3',
  DATA: 'RFC 5321 §4.1.1.4',
  RSET: 'RFC 5321 §4.1.1.5',
  VRFY: 'RFC 5321 §4.1.1.6',
  EXPN: 'RFC 5321 §4.1.1.7',
  HELP: 'RFC 5321 §4.1.1.8',
  NOOP: 'RFC 5321 §4.1.1.9',
  QUIT: 'RFC 5321 §4.1.1.10',
};

/** By keyword. */
const PARAMETERS: Readonly<Record<string, readonly [meaning: string, standard: string]>> = {
  SIZE: ['the message’s size in octets, as the client knows it', 'RFC 1870 §3'],
  BODY: ['whether the content has octets above 127', 'RFC 6152 §2'],
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
      return command.verb;
    default:
      return command.argument === '' ? command.verb : `${command.verb} ${command.argument}`;
  }
}

export function encodeCommand(command: Command, spaced = false): Uint8Array {
  return bytesOfOctets(`${commandLine(command, spaced)}\r\n`);
}

/** The fields of a command's bytes, CRLF included. Total. */
export function dissectCommand(bytes: Uint8Array): Field[] {
  return dissectCommandLine(bytes, (line) => scan(line).fields);
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
  const fields: Field[] = [{ name: 'verb', value: verb, start: 0, end: 4, meaning: MEANINGS[verb], standard: STANDARDS[verb] }];
  // §4.1.1: trailing white space is tolerated.
  let lineEnd = line.length;
  while (line[lineEnd - 1] === ' ' || line[lineEnd - 1] === '\t') lineEnd--;
  const text = line.slice(0, lineEnd);
  const wrong = (at: number, problem: string): Scan => ({
    command: { error: 'syntax', word: verb, text: problem },
    fields: [...fields, { name: 'argument', value: problem, start: Math.min(at, line.length), end: line.length, malformed: true }],
  });
  const argument = text.slice(5);
  if (/[^ -~]/.test(text)) return wrong(5, 'a command is made of printable ASCII characters');
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
      if (argument !== '') return wrong(5, `${verb} has no argument`);
      return { command: { verb }, fields };
    default:
      if (argument === '' && (verb === 'VRFY' || verb === 'EXPN')) return wrong(4, `${verb} wants a name`);
      if (argument !== '') fields.push({ name: 'argument', value: argument, start: 5, end: text.length });
      return { command: { verb, argument }, fields };
  }
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
    const [meaning, standard] = PARAMETERS[parameter.keyword] ?? [];
    fields.push({
      name: `parameter ${parameter.keyword}`,
      value: parameter.value ?? '',
      start,
      end: at,
      ...(meaning ? { meaning } : {}),
      ...(standard ? { standard } : {}),
    });
    parameters.push(parameter);
  }
  return { command: { verb, path: mailbox, parameters }, fields };
}

function isVerb(word: string): word is Verb {
  return Object.hasOwn(MEANINGS, word);
}
