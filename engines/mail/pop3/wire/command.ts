/**
 * POP3 commands (RFC 1939 §4–7, RFC 2449, 2595, 5034): a keyword, and what it needs to know.
 *
 * Total. Limit: 255 octets a line with its CRLF (RFC 2449 §4); of AUTH, those that its initial response needs (RFC 5034 §4). One
 * scan gives both what a command says and its fields with their places, so the two can never disagree.
 */
import type { Field } from '../../../field.ts';
import { dissectCommandLine } from '../../../network/command-line.ts';
import { bytesOfOctets, textOfOctets } from '../../../network/octets.ts';
import type { Bytes } from '../../../quantities.ts';
import { RESPONSE_LINE_LIMIT } from '../../sasl/exchange.ts';

export const COMMAND_LINE_LIMIT: Bytes = 255;
/** Of AUTH with an initial response, and of the lines that answer challenges. */
export const LONG_LINE_LIMIT: Bytes = RESPONSE_LINE_LIMIT;

type Syntax = 'nothing' | 'text' | 'message' | 'optional message' | 'message and lines' | 'name and digest' | 'mechanism';

interface Definition {
  readonly syntax: Syntax;
  readonly meaning: string;
  readonly standard: string;
}

const define = <const S extends Syntax>(syntax: S, meaning: string, standard: string): Definition & { readonly syntax: S } => ({
  syntax,
  meaning,
  standard,
});

/** Every command, in the order of the standards. */
export const COMMANDS = {
  USER: define('text', 'whose mailbox it is', 'RFC 1939 §7'),
  PASS: define('text', 'the user’s password, in the clear', 'RFC 1939 §7'),
  APOP: define('name and digest', 'who it is, and proof of the password without saying it', 'RFC 1939 §7'),
  QUIT: define('nothing', 'ends the session; what was marked as deleted is removed', 'RFC 1939 §5, §6'),
  STAT: define('nothing', 'asks for the number of messages and their size', 'RFC 1939 §5'),
  LIST: define('optional message', 'asks for the size of one message or of each', 'RFC 1939 §5'),
  RETR: define('message', 'asks for a message', 'RFC 1939 §5'),
  DELE: define('message', 'marks a message as deleted', 'RFC 1939 §5'),
  NOOP: define('nothing', 'nothing but a reply is asked for', 'RFC 1939 §5'),
  RSET: define('nothing', 'takes all marks of deletion back', 'RFC 1939 §5'),
  TOP: define('message and lines', 'asks for a message’s header section and so many lines of its body', 'RFC 1939 §7'),
  UIDL: define('optional message', 'asks for the unique-id of one message or of each', 'RFC 1939 §7'),
  CAPA: define('nothing', 'asks what the server can do', 'RFC 2449 §5'),
  STLS: define('nothing', 'asks to go on over TLS', 'RFC 2595 §4'),
  AUTH: define('mechanism', 'authentication by a SASL mechanism', 'RFC 5034 §4'),
} as const satisfies Record<string, Definition>;

export type Verb = keyof typeof COMMANDS;
type VerbOf<S extends Syntax> = { [V in Verb]: (typeof COMMANDS)[V]['syntax'] extends S ? V : never }[Verb];

export type Command =
  | { readonly verb: VerbOf<'nothing'> }
  /** Octets, one char each. */
  | { readonly verb: VerbOf<'text'>; readonly argument: string }
  /** Message-numbers, from 1; null where the optional one is left out. */
  | { readonly verb: 'RETR' | 'DELE'; readonly message: number }
  | { readonly verb: 'LIST' | 'UIDL'; readonly message: number | null }
  | { readonly verb: 'TOP'; readonly message: number; readonly lines: number }
  /** Sixteen octets in lower-case hexadecimal. */
  | { readonly verb: 'APOP'; readonly name: string; readonly digest: string }
  /** Upper case; null asks which there are. The initial response as it stands. */
  | { readonly verb: 'AUTH'; readonly mechanism: string | null; readonly initial: string | null };

export interface CommandError {
  readonly error: 'unknown command' | 'syntax';
  /** The keyword, upper case. */
  readonly word: string;
  /** What is wrong, in a few words. */
  readonly text: string;
}

/** A line without its CRLF, one char an octet. */
export function decodeCommand(line: string): Command | CommandError {
  return scan(line).command;
}

/** The line without its CRLF. */
export function commandLine(command: Command): string {
  switch (command.verb) {
    case 'USER':
    case 'PASS':
      return `${command.verb} ${command.argument}`;
    case 'RETR':
    case 'DELE':
      return `${command.verb} ${command.message}`;
    case 'LIST':
    case 'UIDL':
      return command.message === null ? command.verb : `${command.verb} ${command.message}`;
    case 'TOP':
      return `TOP ${command.message} ${command.lines}`;
    case 'APOP':
      return `APOP ${command.name} ${command.digest}`;
    case 'AUTH':
      return ['AUTH', command.mechanism, command.initial].filter((part) => part !== null).join(' ');
    default:
      return command.verb;
  }
}

export function encodeCommand(command: Command): Uint8Array {
  return bytesOfOctets(`${commandLine(command)}\r\n`);
}

/** The bytes of a whole line, CRLF included. */
export function dissectCommand(bytes: Uint8Array): Field[] {
  return dissectCommandLine(bytes, (line) => scan(line).fields);
}

/** A client’s answer to a challenge, CRLF included. */
export function dissectAnswer(bytes: Uint8Array): Field[] {
  return dissectCommandLine(bytes, (line) => [
    {
      name: 'Response',
      value: line === '*' ? '* (gives up)' : textOfOctets(line),
      start: 0,
      end: line.length,
      meaning: 'base64 of what the mechanism says',
      standard: 'RFC 5034 §4',
    },
  ]);
}

interface Scan {
  readonly command: Command | CommandError;
  readonly fields: readonly Field[];
}

const ARGUMENT_NAMES: Readonly<Record<Syntax, readonly string[]>> = {
  nothing: [],
  text: ['argument'],
  message: ['message-number'],
  'optional message': ['message-number'],
  'message and lines': ['message-number', 'lines'],
  'name and digest': ['name', 'digest'],
  mechanism: ['mechanism', 'initial-response'],
};

function scan(line: string): Scan {
  const space = line.indexOf(' ');
  const wordEnd = space < 0 ? line.length : space;
  const word = line.slice(0, wordEnd).toUpperCase();
  if (!isVerb(word)) {
    const shown = word.replace(/[^ -~]/g, '?').slice(0, 40);
    const fields = [{ name: 'Command', value: `unknown: ${shown}`, start: 0, end: wordEnd, malformed: true }];
    return { command: { error: 'unknown command', word: shown, text: `no such command: ${shown}` }, fields };
  }
  const { syntax, meaning, standard } = COMMANDS[word];
  const fields: Field[] = [{ name: 'Command', value: word, start: 0, end: wordEnd, meaning, standard }];
  const start = space < 0 ? line.length : space + 1;
  const argument = line.slice(start);
  const wrong = (text: string): Scan => ({
    command: { error: 'syntax', word, text },
    fields: [...fields, { name: 'argument', value: text, start, end: line.length, malformed: true }],
  });
  const limit = word === 'AUTH' ? LONG_LINE_LIMIT : COMMAND_LINE_LIMIT;
  if (line.length + 2 > limit) return wrong(`a command has at most ${limit} octets`);
  if (/[\0\r\n]/.test(argument)) return wrong('an argument holds no NUL, CR or LF');
  const names = word === 'USER' ? ['name'] : word === 'PASS' ? ['password'] : ARGUMENT_NAMES[syntax];
  /** Arguments stand one space apart; of text, all is one. */
  const right = (command: Command, parts: readonly string[]): Scan => {
    let at = start;
    const found = parts.map((part, i): Field => {
      const field = { name: names[i] as string, value: textOfOctets(part), start: at, end: at + part.length };
      at += part.length + 1;
      return field;
    });
    return { command, fields: [...fields, ...found] };
  };
  const parts = argument === '' ? [] : argument.split(' ');
  const [first, second] = parts;
  switch (syntax) {
    case 'nothing':
      return argument.trim() === '' ? right({ verb: word } as Command, []) : wrong(`${word} has no argument`);
    case 'text':
      // RFC 1939 §7: a password may hold spaces, as PASS has one argument only.
      return argument === '' ? wrong(`${word} wants a ${names[0]}`) : right({ verb: word, argument } as Command, [argument]);
    case 'optional message':
    case 'message': {
      if (argument === '' && syntax === 'optional message') return right({ verb: word, message: null } as Command, []);
      const message = numberIn(first);
      if (message === null || message === 0 || parts.length > 1) return wrong('a message-number, from 1, is expected');
      return right({ verb: word, message } as Command, parts);
    }
    case 'message and lines': {
      const [message, lines] = [numberIn(first), numberIn(second)];
      if (message === null || message === 0 || lines === null || parts.length > 2) {
        return wrong('a message-number and a number of lines are expected');
      }
      return right({ verb: 'TOP', message, lines }, parts);
    }
    case 'name and digest': {
      // The digest has no spaces; a name may.
      const last = argument.lastIndexOf(' ');
      const [name, digest] = [argument.slice(0, Math.max(0, last)), argument.slice(last + 1)];
      if (name === '' || !/^[0-9a-f]{32}$/.test(digest)) return wrong('a name and 32 hexadecimal digits are expected');
      return right({ verb: 'APOP', name, digest }, [name, digest]);
    }
    case 'mechanism': {
      if (argument === '') return right({ verb: 'AUTH', mechanism: null, initial: null }, []);
      if (parts.length > 2 || !/^[A-Za-z0-9_-]{1,20}$/.test(first as string)) return wrong('a mechanism is expected');
      if (second === '') return wrong('an empty initial response is written =');
      return right({ verb: 'AUTH', mechanism: (first as string).toUpperCase(), initial: second ?? null }, parts);
    }
  }
}

function numberIn(text: string | undefined): number | null {
  return /^\d{1,9}$/.test(text ?? '') ? Number(text) : null;
}

function isVerb(word: string): word is Verb {
  return Object.hasOwn(COMMANDS, word);
}
