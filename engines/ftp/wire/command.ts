/**
 * FTP commands (RFC 959 §4.1 and §5.3, RFC 2228, 2389, 2428, 3659): a verb, and what it needs to know.
 *
 * Total. Limit: 4096 octets a line with its CRLF; the standards name none. One scan gives both what a command says and its
 * fields with their places, so the two can never disagree. The control connection is a Telnet one (RFC 959 §2.3): Telnet
 * commands before a verb, as a client may send them with ABOR, are read over; within an argument they are a mistake, as no
 * UTF-8 pathname holds an octet 255 (RFC 2640 §3.1).
 */
import type { Field } from '../../field.ts';
import { dissectCommandLine } from '../../network/command-line.ts';
import type { Endpoint } from '../../network/host.ts';
import { bytesOfOctets, textOfOctets } from '../../network/octets.ts';
import type { Bytes } from '../../quantities.ts';
import {
  decodeExtendedPort,
  decodeHostPort,
  dissectExtendedPort,
  dissectHostPort,
  type ExtendedPort,
  encodeExtendedPort,
  encodeHostPort,
} from './host-port.ts';

export const COMMAND_LINE_LIMIT: Bytes = 4096;

/** What may stand behind a verb. */
type Syntax =
  | 'nothing'
  | 'text'
  | 'optional text'
  | 'path'
  | 'optional path'
  | 'host-port'
  | 'extended port'
  | 'extended passive'
  | 'type'
  | 'code'
  | 'number'
  | 'allocation'
  | 'offset';

interface Definition {
  readonly syntax: Syntax;
  /** The argument's name in the standard. */
  readonly argument?: string;
  readonly meaning: string;
  readonly standard: string;
}

const define = <const S extends Syntax>(
  syntax: S,
  argument: string | undefined,
  meaning: string,
  standard: string,
): Definition & { readonly syntax: S } => ({ syntax, ...(argument === undefined ? {} : { argument }), meaning, standard });

/** Every command, in the order of the standards. */
export const COMMANDS = {
  USER: define('text', 'user name', 'who wants to log in', 'RFC 959 §4.1.1'),
  PASS: define('optional text', 'password', 'the user’s password, in the clear', 'RFC 959 §4.1.1'),
  ACCT: define('text', 'account', 'an account, where a server asks for one', 'RFC 959 §4.1.1'),
  CWD: define('path', 'pathname', 'changes the working directory', 'RFC 959 §4.1.1'),
  CDUP: define('nothing', undefined, 'changes to the directory above', 'RFC 959 §4.1.1'),
  SMNT: define('path', 'pathname', 'mounts another file system', 'RFC 959 §4.1.1'),
  REIN: define('nothing', undefined, 'logs out; the connection stays', 'RFC 959 §4.1.1'),
  QUIT: define('nothing', undefined, 'ends the session', 'RFC 959 §4.1.1'),
  PORT: define('host-port', 'host-port', 'where the client listens for the data connection', 'RFC 959 §4.1.2'),
  PASV: define('nothing', undefined, 'asks the server to listen for the data connection', 'RFC 959 §4.1.2'),
  TYPE: define('type', 'type code', 'how files are represented on the data connection', 'RFC 959 §4.1.2'),
  STRU: define('code', 'structure code', 'the structure of files: F, no structure within', 'RFC 959 §4.1.2'),
  MODE: define('code', 'mode code', 'how data is cut on its way: S, a stream that ends with the connection', 'RFC 959 §4.1.2'),
  RETR: define('path', 'pathname', 'asks for a file', 'RFC 959 §4.1.3'),
  STOR: define('path', 'pathname', 'a file comes, to be stored under that name', 'RFC 959 §4.1.3'),
  STOU: define('optional text', 'name', 'a file comes, to be stored under a name of its own', 'RFC 959 §4.1.3'),
  APPE: define('path', 'pathname', 'data comes, to be put behind what the file holds', 'RFC 959 §4.1.3'),
  ALLO: define('allocation', 'size', 'how much room the next file needs', 'RFC 959 §4.1.3'),
  REST: define('offset', 'marker', 'where the next transfer begins within the file', 'RFC 3659 §5'),
  RNFR: define('path', 'pathname', 'what is to be renamed', 'RFC 959 §4.1.3'),
  RNTO: define('path', 'pathname', 'its new name', 'RFC 959 §4.1.3'),
  ABOR: define('nothing', undefined, 'breaks the transfer off', 'RFC 959 §4.1.3'),
  DELE: define('path', 'pathname', 'deletes a file', 'RFC 959 §4.1.3'),
  RMD: define('path', 'pathname', 'removes a directory', 'RFC 959 §4.1.3'),
  MKD: define('path', 'pathname', 'makes a directory', 'RFC 959 §4.1.3'),
  PWD: define('nothing', undefined, 'asks for the working directory', 'RFC 959 §4.1.3'),
  LIST: define('optional path', 'pathname', 'asks for a directory’s listing, for people', 'RFC 959 §4.1.3'),
  NLST: define('optional path', 'pathname', 'asks for the names in a directory, for programs', 'RFC 959 §4.1.3'),
  SITE: define('text', 'parameters', 'services of this server alone', 'RFC 959 §4.1.3'),
  SYST: define('nothing', undefined, 'asks for the server’s operating system', 'RFC 959 §4.1.3'),
  STAT: define('optional path', 'pathname', 'asks how things stand, over the control connection', 'RFC 959 §4.1.3'),
  HELP: define('optional text', 'command', 'asks for help', 'RFC 959 §4.1.3'),
  NOOP: define('nothing', undefined, 'nothing but a reply is asked for', 'RFC 959 §4.1.3'),
  FEAT: define('nothing', undefined, 'asks what the server has beyond RFC 959', 'RFC 2389 §3'),
  OPTS: define('text', 'command and options', 'options of a command to come', 'RFC 2389 §4'),
  EPRT: define('extended port', 'extended port', 'where the client listens, for any network protocol', 'RFC 2428 §2'),
  EPSV: define('extended passive', 'network protocol', 'asks the server to listen; it tells a port alone', 'RFC 2428 §3'),
  MDTM: define('path', 'pathname', 'asks when a file was last changed', 'RFC 3659 §3'),
  SIZE: define('path', 'pathname', 'asks how many octets a transfer of a file would be', 'RFC 3659 §4'),
  MLST: define('optional path', 'pathname', 'asks for the facts about one file or directory', 'RFC 3659 §7'),
  MLSD: define('optional path', 'pathname', 'asks for the facts about all in a directory', 'RFC 3659 §7'),
  AUTH: define('text', 'mechanism', 'asks to secure the control connection', 'RFC 2228 §3, RFC 4217 §4, §8'),
  ADAT: define('text', 'security data', 'data of the security mechanism', 'RFC 2228 §3'),
  PBSZ: define('number', 'buffer size', 'the largest protected block; 0 with TLS', 'RFC 2228 §3, RFC 4217 §9'),
  PROT: define('text', 'protection level', 'whether data connections are secured: P, or C for clear', 'RFC 2228 §3, RFC 4217 §9'),
  CCC: define('nothing', undefined, 'goes back to a clear control connection', 'RFC 2228 §3, RFC 4217 §5'),
  MIC: define('text', 'message', 'a command whose integrity is protected', 'RFC 2228 §3'),
  CONF: define('text', 'message', 'a command that is confidential', 'RFC 2228 §3'),
  ENC: define('text', 'message', 'a command that is protected both ways', 'RFC 2228 §3'),
} as const satisfies Record<string, Definition>;

export type Verb = keyof typeof COMMANDS;

type VerbOf<S extends Syntax> = { [V in Verb]: (typeof COMMANDS)[V]['syntax'] extends S ? V : never }[Verb];

export type Command =
  | { readonly verb: VerbOf<'nothing'> }
  /** Octets, one char each; empty where an optional one is left out. */
  | { readonly verb: VerbOf<'text' | 'optional text' | 'path' | 'optional path'>; readonly argument: string }
  | { readonly verb: 'PORT'; readonly endpoint: Endpoint }
  | { readonly verb: 'EPRT'; readonly endpoint: ExtendedPort }
  /** `null`: the protocol of the control connection; ALL: no other command will open data connections. */
  | { readonly verb: 'EPSV'; readonly protocol: number | 'ALL' | null }
  /** `parameter`: the format of A and E (`N`, `T`, `C`), the byte size of L. */
  | { readonly verb: 'TYPE'; readonly type: 'A' | 'E' | 'I' | 'L'; readonly parameter: string | null }
  | { readonly verb: 'STRU' | 'MODE'; readonly code: string }
  /** 0 to 2^32 − 1. */
  | { readonly verb: 'PBSZ'; readonly size: Bytes }
  | { readonly verb: 'ALLO'; readonly size: Bytes; readonly recordSize: Bytes | null }
  | { readonly verb: 'REST'; readonly offset: Bytes };

export interface CommandError {
  readonly error: 'unknown command' | 'syntax';
  /** The first word, upper case. */
  readonly word: string;
  /** What is wrong, in a few words. */
  readonly text: string;
}

/** RFC 775 and RFC 1123 §4.1.3.1: what older clients call them. */
const ALIASES: Readonly<Record<string, Verb>> = { XCWD: 'CWD', XCUP: 'CDUP', XPWD: 'PWD', XMKD: 'MKD', XRMD: 'RMD' };

/** Telnet commands of two octets and, with an option, of three (RFC 854). */
const TELNET: Readonly<Record<number, string>> = {
  242: 'Data Mark',
  244: 'Interrupt Process',
  245: 'Abort Output',
  251: 'WILL',
  252: 'WON’T',
  253: 'DO',
  254: 'DON’T',
};

/** A line without its CRLF, one char an octet. */
export function decodeCommand(line: string): Command | CommandError {
  return scan(line).command;
}

/** The line without its CRLF. */
export function commandLine(command: Command): string {
  switch (command.verb) {
    case 'PORT':
      return `PORT ${encodeHostPort(command.endpoint)}`;
    case 'EPRT':
      return `EPRT ${encodeExtendedPort(command.endpoint)}`;
    case 'EPSV':
      return command.protocol === null ? 'EPSV' : `EPSV ${command.protocol}`;
    case 'TYPE':
      return `TYPE ${command.type}${command.parameter === null ? '' : ` ${command.parameter}`}`;
    case 'STRU':
    case 'MODE':
      return `${command.verb} ${command.code}`;
    case 'ALLO':
      return `ALLO ${command.size}${command.recordSize === null ? '' : ` R ${command.recordSize}`}`;
    case 'PBSZ':
      return `PBSZ ${command.size}`;
    case 'REST':
      return `REST ${command.offset}`;
    default:
      return 'argument' in command && command.argument !== '' ? `${command.verb} ${command.argument}` : command.verb;
  }
}

export function encodeCommand(command: Command): Uint8Array {
  return bytesOfOctets(`${commandLine(command)}\r\n`);
}

/** One line for an arrow, with pathnames as the text that they are. */
export function commandLabel(command: Command): string {
  return textOfOctets(commandLine(command));
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
  const fields: Field[] = [];
  const begin = telnetPrefix(line, fields);
  let end = begin;
  while (end < line.length && line[end] !== ' ' && end - begin < 12) end++;
  const word = line.slice(begin, end);
  const upper = word.toUpperCase();
  const verb = ALIASES[upper] ?? upper;
  if (!isVerb(verb) || (end < line.length && line[end] !== ' ')) {
    fields.push({ name: 'verb', value: printable(word), start: begin, end, meaning: 'no command of FTP', malformed: true });
    return { command: { error: 'unknown command', word: upper, text: 'no such command' }, fields };
  }
  const { syntax, meaning, standard, ...named } = COMMANDS[verb] as Definition;
  fields.push({ name: 'verb', value: verb, start: begin, end, meaning, standard });
  const start = end + 1;
  const argument = line.slice(start);
  const name = named.argument ?? 'argument';
  const wrong = (problem: string): Scan => ({
    command: { error: 'syntax', word: verb, text: problem },
    fields: [...fields, { name, value: problem, start: Math.min(start, line.length), end: line.length, malformed: true }],
  });
  const right = (command: Command, field?: Field): Scan => ({ command, fields: field ? [...fields, field] : fields });
  const plain = (value = argument, about?: string): Field => ({
    name,
    value,
    start,
    end: line.length,
    ...(about === undefined ? {} : { meaning: about }),
  });
  if (line.length + 2 > COMMAND_LINE_LIMIT) return wrong(`a command has at most ${COMMAND_LINE_LIMIT} octets`);
  // RFC 959 §5.3.2: strings are of characters other than CR and LF; NUL would end a pathname early on many a system.
  if (/[\0\r\n\xff]/.test(argument)) return wrong('an argument holds no NUL, CR, LF or Telnet command');
  switch (syntax) {
    case 'nothing':
      return argument.trim() === '' ? right({ verb } as Command) : wrong(`${verb} has no argument`);
    case 'text':
    case 'path':
    case 'optional text':
    case 'optional path': {
      if (argument === '' && (syntax === 'text' || syntax === 'path')) return wrong(`${verb} wants a ${name}`);
      return right({ verb, argument } as Command, argument === '' ? undefined : plain(textOfOctets(argument)));
    }
    case 'host-port': {
      const endpoint = decodeHostPort(argument);
      if ('error' in endpoint) return wrong(endpoint.error);
      return right({ verb: 'PORT', endpoint }, dissectHostPort(argument, start));
    }
    case 'extended port': {
      const endpoint = decodeExtendedPort(argument);
      if ('error' in endpoint) return wrong(endpoint.error);
      return right({ verb: 'EPRT', endpoint }, dissectExtendedPort(argument, start));
    }
    case 'extended passive': {
      if (argument === '') return right({ verb: 'EPSV', protocol: null });
      if (argument.toUpperCase() === 'ALL')
        return right({ verb: 'EPSV', protocol: 'ALL' }, plain('ALL', 'no other command opens data connections from here on'));
      if (!/^\d{1,5}$/.test(argument)) return wrong('a network protocol (1 for IPv4, 2 for IPv6) or ALL is expected');
      return right({ verb: 'EPSV', protocol: Number(argument) }, plain());
    }
    case 'type': {
      const parts = /^([AEIL])(?: ([NTC]|\d{1,3}))?$/i.exec(argument);
      const type = parts?.[1]?.toUpperCase() as 'A' | 'E' | 'I' | 'L' | undefined;
      const parameter = parts?.[2]?.toUpperCase() ?? null;
      const fits = type === 'I' ? parameter === null : type === 'L' ? /^\d+$/.test(parameter ?? '') : !/^\d/.test(parameter ?? 'N');
      if (!type || !fits) return wrong('A, E (with N, T or C), I or L with a byte size is expected');
      return right({ verb: 'TYPE', type, parameter }, plain(argument, TYPES[type]));
    }
    case 'code': {
      if (!/^[A-Za-z]$/.test(argument)) return wrong('a code of one letter is expected');
      const code = argument.toUpperCase();
      const codes: Readonly<Record<string, string>> = verb === 'MODE' ? MODES : STRUCTURES;
      if (!Object.hasOwn(codes, code)) return wrong(`one of ${Object.keys(codes).join(', ')} is expected`);
      return right({ verb: verb as 'MODE' | 'STRU', code }, plain(code, codes[code]));
    }
    case 'number': {
      // RFC 2228 §8.1, and RFC 4217 §9, which adds the 0.
      if (!/^\d{1,10}$/.test(argument) || Number(argument) >= 2 ** 32) return wrong('a number from 0 to 4294967295 is expected');
      return right({ verb: 'PBSZ', size: Number(argument) }, plain(argument, argument === '0' ? 'no blocks: data is a stream' : undefined));
    }
    case 'allocation': {
      const parts = /^(\d{1,15})(?: R (\d{1,15}))?$/i.exec(argument);
      if (!parts) return wrong('a number of octets is expected');
      return right({ verb: 'ALLO', size: Number(parts[1]), recordSize: parts[2] === undefined ? null : Number(parts[2]) }, plain());
    }
    case 'offset': {
      // RFC 3659 §5.3: in stream mode the marker is a number of octets.
      if (!/^\d{1,15}$/.test(argument)) return wrong('a number of octets is expected');
      return right({ verb: 'REST', offset: Number(argument) }, plain(argument, 'octets of the file that are skipped'));
    }
  }
}

const TYPES: Readonly<Record<'A' | 'E' | 'I' | 'L', string>> = {
  A: 'ASCII: lines of text, each ended by CRLF on the wire',
  E: 'EBCDIC text',
  I: 'image: octets as they are',
  L: 'local bytes; of 8 bits, the same as image',
};
const MODES: Readonly<Record<string, string>> = { S: 'stream', B: 'block', C: 'compressed' };
const STRUCTURES: Readonly<Record<string, string>> = { F: 'file: no structure within', R: 'records', P: 'pages' };

/** Where the command begins behind Telnet commands, which are told as fields. */
function telnetPrefix(line: string, fields: Field[]): number {
  let at = 0;
  while (line.charCodeAt(at) === 0xff) {
    const code = line.charCodeAt(at + 1);
    const name = TELNET[code];
    if (name === undefined) break;
    const end = Math.min(line.length, at + (code >= 0xfb ? 3 : 2));
    fields.push({ name: 'Telnet', value: name, start: at, end, meaning: 'a Telnet command, read over', standard: 'RFC 959 §4.1.3' });
    at = end;
  }
  return at;
}

function isVerb(word: string): word is Verb {
  return Object.hasOwn(COMMANDS, word);
}

function printable(text: string): string {
  return text.replace(/[^ -~]/g, '?');
}
