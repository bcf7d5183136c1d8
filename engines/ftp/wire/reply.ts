/**
 * FTP replies (RFC 959 §4.2): a three-digit code and text, on one line or more.
 *
 * A reply of several lines begins with `code-` and ends with the first line that begins with `code` and a space. What stands
 * between is free, but a server keeps a line there from looking like the end; here it begins with a space, as RFC 2389 §3.2
 * and RFC 3659 §7.2 want it. Total. Limits: 4096 octets a line with its CRLF, 1000 lines.
 */
import type { Field } from '../../field.ts';
import { bytesOfOctets, octetsOf, textOfOctets } from '../../network/octets.ts';
import type { Bytes } from '../../quantities.ts';
import { dissectHostPort, findExtendedPort, findHostPort } from './host-port.ts';

export interface Reply {
  /** 100 to 699, the second digit 0 to 5; those that begin with 6 are protected (RFC 2228 §5). */
  readonly code: number;
  /** At least one, without codes: of several, those between the first and the last without the space before them. */
  readonly lines: readonly string[];
}

export interface ReplyError {
  readonly error: string;
}

export const REPLY_LINE_LIMIT: Bytes = 4096;
export const REPLY_LINES_LIMIT = 1000;

/** What the codes mean, in the order of RFC 959 §4.2.2; then those of later documents. */
export const REPLY_CODES: Readonly<Record<number, readonly [meaning: string, standard: string]>> = {
  110: ['a restart marker', 'RFC 959 §4.2.2'],
  120: ['the service will be ready in some minutes', 'RFC 959 §4.2.2'],
  125: ['the data connection is open already; the transfer begins', 'RFC 959 §4.2.2'],
  150: ['the data connection is about to be opened', 'RFC 959 §4.2.2'],
  200: ['the command was carried out', 'RFC 959 §4.2.2'],
  202: ['the command is not needed here', 'RFC 959 §4.2.2'],
  211: ['how the server stands, or help on it', 'RFC 959 §4.2.2, RFC 2389 §3'],
  212: ['how a directory stands', 'RFC 959 §4.2.2'],
  213: ['how a file stands: its size, its time', 'RFC 959 §4.2.2, RFC 3659 §3, §4'],
  214: ['help', 'RFC 959 §4.2.2'],
  215: ['the name of the system', 'RFC 959 §4.2.2'],
  220: ['ready for a new user', 'RFC 959 §4.2.2'],
  221: ['the control connection is closed', 'RFC 959 §4.2.2'],
  225: ['the data connection is open, no transfer is under way', 'RFC 959 §4.2.2'],
  226: ['the data connection is closed; what was asked for is done', 'RFC 959 §4.2.2'],
  227: ['the server listens: address and port', 'RFC 959 §4.2.2'],
  229: ['the server listens: the port', 'RFC 2428 §3'],
  230: ['the user is logged in', 'RFC 959 §4.2.2'],
  232: ['the user is logged in, by the security exchange', 'RFC 2228 §5'],
  234: ['the security exchange begins', 'RFC 2228 §5, RFC 4217 §4'],
  235: ['the security exchange is complete', 'RFC 2228 §5'],
  250: ['what was asked for is done', 'RFC 959 §4.2.2'],
  257: ['a pathname, in quotes', 'RFC 959 §4.2.2'],
  331: ['a password is needed', 'RFC 959 §4.2.2'],
  332: ['an account is needed', 'RFC 959 §4.2.2'],
  334: ['security data is needed', 'RFC 2228 §5'],
  350: ['one more command is needed', 'RFC 959 §4.2.2'],
  421: ['the service is not available; the control connection is closed', 'RFC 959 §4.2.2'],
  425: ['the data connection cannot be opened', 'RFC 959 §4.2.2'],
  426: ['the connection was closed; the transfer is broken off', 'RFC 959 §4.2.2'],
  431: ['what is needed for security is not available', 'RFC 2228 §5'],
  450: ['not done: the file is not available now', 'RFC 959 §4.2.2'],
  451: ['not done: a local error', 'RFC 959 §4.2.2'],
  452: ['not done: there is not enough room', 'RFC 959 §4.2.2'],
  500: ['not understood', 'RFC 959 §4.2.2'],
  501: ['a mistake in the argument', 'RFC 959 §4.2.2'],
  502: ['the command is not implemented', 'RFC 959 §4.2.2'],
  503: ['not in this order', 'RFC 959 §4.2.2'],
  504: ['not implemented for this argument', 'RFC 959 §4.2.2'],
  521: ['no data connection at this level of protection', 'RFC 4217 §10.2'],
  522: ['another network protocol is needed, or TLS failed on the data connection', 'RFC 2428 §2, RFC 4217 §10.2'],
  530: ['not logged in', 'RFC 959 §4.2.2'],
  532: ['an account is needed to store files', 'RFC 959 §4.2.2'],
  533: ['not at this level of protection', 'RFC 2228 §5'],
  534: ['refused for reasons of policy', 'RFC 2228 §5'],
  536: ['this level of protection is not offered', 'RFC 2228 §5'],
  550: ['not done: no such file, or no permission', 'RFC 959 §4.2.2'],
  551: ['not done: the type of a page is unknown', 'RFC 959 §4.2.2'],
  552: ['broken off: there is not enough room', 'RFC 959 §4.2.2'],
  553: ['not done: the name is not allowed', 'RFC 959 §4.2.2'],
  554: ['not done: the restart point does not fit', 'RFC 1123 §4.1.2.11'],
};

const SEVERITIES: Readonly<Record<string, string>> = {
  '1': 'positive preliminary: another reply follows',
  '2': 'positive completion',
  '3': 'positive intermediate: another command is needed',
  '4': 'transient negative completion: try again later',
  '5': 'permanent negative completion: do not repeat',
  '6': 'protected',
};

const CATEGORIES: Readonly<Record<string, string>> = {
  '0': 'syntax',
  '1': 'information',
  '2': 'connections',
  '3': 'authentication and accounting',
  '4': 'unspecified',
  '5': 'file system',
};

const FIRST_LINE = /^([1-6][0-5][0-9])(?:([ -])([^\0\r\n]*))?$/;

/** Gathers the lines of one reply. Feed it lines until it gives a reply or an error. */
export class ReplyGatherer {
  readonly #lines: string[] = [];
  #code: string | null = null;

  /** A line without its CRLF; null while more lines are to come. */
  add(line: string): Reply | ReplyError | null {
    if (this.#code === null) {
      const parts = FIRST_LINE.exec(line);
      if (!parts) return { error: 'no reply: a code of three digits, then a space or hyphen, then text' };
      this.#lines.push(parts[3] ?? '');
      if (parts[2] !== '-') return this.#reply(parts[1] as string);
      this.#code = parts[1] as string;
      return null;
    }
    if (this.#lines.length >= REPLY_LINES_LIMIT) return { error: `a reply has at most ${REPLY_LINES_LIMIT} lines` };
    if (/[\0\r\n]/.test(line)) return { error: 'a line of text holds no NUL, CR or LF' };
    const last = line === this.#code || line.startsWith(`${this.#code} `);
    // Some servers begin every line with the code and a hyphen.
    const text = last || line.startsWith(`${this.#code}-`) ? line.slice(4) : line.startsWith(' ') ? line.slice(1) : line;
    this.#lines.push(text);
    return last ? this.#reply(this.#code) : null;
  }

  #reply(code: string): Reply {
    return { code: Number(code), lines: this.#lines };
  }
}

/** A whole reply from its lines, without their CRLFs. */
export function decodeReply(lines: readonly string[]): Reply | ReplyError {
  const gatherer = new ReplyGatherer();
  for (const [i, line] of lines.entries()) {
    const result = gatherer.add(line);
    if (result) return i === lines.length - 1 || 'error' in result ? result : { error: 'text behind the last line' };
  }
  return { error: lines.length === 0 ? 'an empty reply' : 'the reply breaks off' };
}

/** The lines without their CRLFs. */
export function replyLines({ code, lines }: Reply): string[] {
  return lines.map((text, i) => (i === lines.length - 1 ? `${code} ${text}` : i === 0 ? `${code}-${text}` : ` ${text}`));
}

export function encodeReply(reply: Reply): Uint8Array {
  return bytesOfOctets(
    replyLines(reply)
      .map((line) => `${line}\r\n`)
      .join(''),
  );
}

/** All on one line, for an arrow or an outcome. */
export function replyLabel({ code, lines }: Reply): string {
  return textOfOctets(`${code} ${lines.join(', ')}`.trimEnd());
}

/** A pathname as a 257 reply quotes it: quotes within are doubled (RFC 959 appendix II). */
export function quotedPath(path: string): string {
  return `"${path.replaceAll('"', '""')}"`;
}

/** The pathname that the text of a 257 reply begins with; null where there is none. */
export function unquotedPath(text: string): string | null {
  const found = /^"((?:[^"]|"")*)"/.exec(text);
  return found ? (found[1] as string).replaceAll('""', '"') : null;
}

/** The fields of a reply's bytes, CRLFs included. Total. */
export function dissectReply(bytes: Uint8Array): Field[] {
  const octets = octetsOf(bytes);
  const fields: Field[] = [];
  const gatherer = new ReplyGatherer();
  let done = false;
  let first = true;
  let start = 0;
  while (start < octets.length) {
    const crlf = octets.indexOf('\r\n', start);
    const end = crlf < 0 ? octets.length : crlf;
    const line = octets.slice(start, end);
    if (done) {
      fields.push({ name: 'rest', value: 'more than one reply', start, end: octets.length, malformed: true });
      break;
    }
    const result = gatherer.add(line);
    if (result && 'error' in result) {
      fields.push({ name: 'reply line', value: result.error, start, end, malformed: true });
      done = true;
    } else {
      fields.push(...(first || result ? dissectCodedLine(line, start, result !== null) : [textField(line, 0, start)]));
      done = result !== null;
    }
    first = false;
    if (crlf < 0) fields.push({ name: 'CRLF', value: 'missing', start: end, end, malformed: true });
    start = crlf < 0 ? octets.length : crlf + 2;
  }
  if (!done) fields.push({ name: 'reply', value: 'breaks off', start: octets.length, end: octets.length, malformed: true });
  return fields;
}

function dissectCodedLine(line: string, at: number, last: boolean): Field[] {
  const [first, second, third] = line as unknown as [string, string, string];
  const code = line.slice(0, 3);
  const [meaning, standard] = REPLY_CODES[Number(code)] ?? [SEVERITIES[first] as string, 'RFC 959 §4.2.1'];
  const fields: Field[] = [
    {
      name: 'reply code',
      value: code,
      start: at,
      end: at + 3,
      meaning,
      standard,
      children: [
        { name: 'severity', value: first, start: at, end: at + 1, meaning: SEVERITIES[first] as string },
        { name: 'category', value: second, start: at + 1, end: at + 2, meaning: CATEGORIES[second] as string },
        { name: 'specification', value: third, start: at + 2, end: at + 3 },
      ],
    },
  ];
  if (line.length > 3) {
    const about = last ? 'the last line of the reply' : 'more lines of this reply follow';
    fields.push({ name: 'separator', value: last ? 'space' : '-', start: at + 3, end: at + 4, meaning: about });
  }
  if (line.length > 4) fields.push(textField(line, 4, at, code));
  return fields;
}

/** The text of a line from `from` on, with what a program reads in it. */
function textField(line: string, from: number, at: number, code = ''): Field {
  const text = line.slice(from);
  const start = at + from;
  const field: Field = { name: 'text', value: textOfOctets(text), start, end: start + text.length };
  if (code === '227') {
    const found = findHostPort(text);
    if (found) return { ...field, children: [dissectHostPort(text.slice(found.start, found.end), start + found.start)] };
  } else if (code === '229') {
    const found = findExtendedPort(text);
    const standard = 'RFC 2428 §3';
    const meaning = 'on the address of the control connection';
    if (found)
      return {
        ...field,
        children: [{ name: 'port', value: String(found.value), start: start + found.start, end: start + found.end, meaning, standard }],
      };
  } else if (code === '257') {
    const path = unquotedPath(text);
    if (path !== null) {
      const end = start + quotedPath(path).length;
      return { ...field, children: [{ name: 'pathname', value: textOfOctets(path), start, end, standard: 'RFC 959 appendix II' }] };
    }
  }
  return field;
}
