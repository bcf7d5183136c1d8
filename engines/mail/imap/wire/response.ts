/**
 * IMAP responses (RFC 3501 §7): a tagged or untagged status, untagged data, or `+` for go on.
 *
 * Total. A response is one string of octets with its literals in place and without its last CRLF. Limits: those of its reader
 * (client.ts), and VALUE_DEPTH_LIMIT. A dissection shows at most RESPONSES_SHOWN responses of one message, and lists VALUES_SHOWN
 * deep.
 */
import type { Field } from '../../../field.ts';
import { bytesOfOctets, octetsOf, textOfOctets } from '../../../network/octets.ts';
import { Scanner } from './scanner.ts';
import { isAtom, isList, scanValue, type Value, writeValue } from './value.ts';

export type Status = 'OK' | 'NO' | 'BAD' | 'BYE' | 'PREAUTH';

export interface ResponseCode {
  /** Upper case. */
  readonly name: string;
  /** As it stands behind the name; empty for nothing. */
  readonly argument: string;
}

export interface StatusResponse {
  readonly kind: 'status';
  /** null: untagged. */
  readonly tag: string | null;
  readonly status: Status;
  readonly code: ResponseCode | null;
  readonly text: string;
}

export type Response =
  | StatusResponse
  /** `number`: of EXISTS, RECENT, EXPUNGE and FETCH. `name`: upper case. */
  | { readonly kind: 'data'; readonly name: string; readonly number: number | null; readonly values: readonly Value[] }
  | { readonly kind: 'continuation'; readonly text: string };

/** The codes given here, and others that a client may meet: what they mean, where they are laid down. */
export const RESPONSE_CODES: Readonly<Record<string, readonly [meaning: string, standard: string]>> = {
  ALERT: ['to be shown to the user', 'RFC 3501 §7.1'],
  BADCHARSET: ['SEARCH in a charset that is not supported', 'RFC 3501 §7.1'],
  CAPABILITY: ['what the server can do', 'RFC 3501 §7.1'],
  PARSE: ['a message could not be taken apart', 'RFC 3501 §7.1'],
  PERMANENTFLAGS: ['flags that can be changed for good', 'RFC 3501 §7.1'],
  'READ-ONLY': ['the folder is open to read alone', 'RFC 3501 §7.1'],
  'READ-WRITE': ['the folder is open to read and to change', 'RFC 3501 §7.1'],
  TRYCREATE: ['the folder is not there, and could be made', 'RFC 3501 §7.1'],
  UIDNEXT: ['the UID of the next message', 'RFC 3501 §7.1'],
  UIDVALIDITY: ['as long as it stays, UIDs name the same messages', 'RFC 3501 §7.1'],
  UNSEEN: ['the first message that nobody has read', 'RFC 3501 §7.1'],
  APPENDUID: ['the UID of the message put in', 'RFC 4315 §3'],
  COPYUID: ['the UIDs of the copies', 'RFC 4315 §3'],
  UIDNOTSTICKY: ['the folder’s UIDs do not last', 'RFC 4315 §3'],
  TOOBIG: ['the message is larger than the server takes', 'RFC 4469 §4.2'],
  ALREADYEXISTS: ['the folder is there already', 'RFC 5530 §3'],
  AUTHENTICATIONFAILED: ['who it is was not proved', 'RFC 5530 §3'],
  UNAVAILABLE: ['something that will pass', 'RFC 5530 §3'],
  CANNOT: ['it can never be done', 'RFC 5530 §3'],
  CLIENTBUG: ['the client made a mistake', 'RFC 5530 §3'],
  EXPUNGEISSUED: ['some of the messages are gone', 'RFC 5530 §3'],
  LIMIT: ['more than the server allows', 'RFC 5530 §3'],
  NONEXISTENT: ['the folder is not there', 'RFC 5530 §3'],
  OVERQUOTA: ['the mailbox would be over its quota', 'RFC 5530 §3'],
  PRIVACYREQUIRED: ['not in clear', 'RFC 5530 §3'],
};

const STATUS = /(OK|NO|BAD|BYE|PREAUTH)(?= |$)/iy;
const CODE = / \[([A-Za-z0-9/_-]{1,40})(?: ([^\]\r\n\0]*))?\]/y;
const NAME = /[A-Za-z]+/y;
const STANDARDS: Readonly<Record<string, string>> = {
  CAPABILITY: 'RFC 3501 §7.2.1',
  LIST: 'RFC 3501 §7.2.2',
  LSUB: 'RFC 3501 §7.2.3',
  STATUS: 'RFC 3501 §7.2.4',
  SEARCH: 'RFC 3501 §7.2.5',
  FLAGS: 'RFC 3501 §7.2.6',
  EXISTS: 'RFC 3501 §7.3.1',
  RECENT: 'RFC 3501 §7.3.2',
  EXPUNGE: 'RFC 3501 §7.4.1',
  FETCH: 'RFC 3501 §7.4.2',
  NAMESPACE: 'RFC 2342 §5',
};

/** Literals in place, without the last CRLF, one char an octet. */
export function decodeResponse(octets: string): Response | { readonly error: string } {
  return scan(octets).response;
}

/** With literals where octets want them, without the last CRLF. */
export function encodeResponse(response: Response): string {
  switch (response.kind) {
    case 'continuation':
      return `+ ${response.text}`;
    case 'data': {
      const { number, name, values } = response;
      return ['*', ...(number === null ? [] : [number]), name, ...values.map(writeValue)].join(' ');
    }
    case 'status': {
      const { tag, status, code, text } = response;
      const coded = code === null ? [] : [`[${code.name}${code.argument === '' ? '' : ` ${code.argument}`}]`];
      return [tag ?? '*', status, ...coded, ...(text === '' ? [] : [text])].join(' ');
    }
  }
}

export function responseBytes(octets: readonly string[]): Uint8Array {
  return bytesOfOctets(octets.map((one) => `${one}\r\n`).join(''));
}

/** One line for an arrow: the first response, literals as their length alone, the last one if there are several. */
export function responseLabel(responses: readonly string[]): string {
  const line = (octets: string) => textOfOctets(octets.split('\r\n', 1)[0] as string).slice(0, 300);
  const [first, last] = [responses[0], responses.at(-1)];
  if (first === undefined || last === undefined) return '';
  return responses.length === 1 ? line(first) : [line(first), ...(responses.length > 2 ? ['…'] : []), line(last)].join(' / ');
}

/** Where each response of several begins and ends, without its CRLF; literals are not looked into. The last one may be cut off. */
export function responseSpans(octets: string): { readonly start: number; readonly end: number }[] {
  const spans: { start: number; end: number }[] = [];
  for (let start = 0; start < octets.length; ) {
    let at = start;
    let end = -1;
    while (end < 0) {
      const line = octets.indexOf('\r\n', at);
      if (line < 0) end = octets.length;
      else {
        const announced = /\{(\d{1,10})\}$/.exec(octets.slice(Math.max(at, line - 13), line));
        if (announced) at = line + 2 + Number(announced[1]);
        else end = line;
        if (at >= octets.length && end < 0) end = octets.length;
      }
    }
    spans.push({ start, end });
    start = end + 2;
  }
  return spans;
}

const RESPONSES_SHOWN = 200;

/** The bytes of one or more responses, CRLFs included. */
export function dissectResponses(bytes: Uint8Array): Field[] {
  const octets = octetsOf(bytes);
  const fields: Field[] = [];
  const spans = responseSpans(octets);
  for (const { start, end } of spans.slice(0, RESPONSES_SHOWN)) {
    const { response, fields: children } = scan(octets.slice(start, end));
    const name =
      'error' in response ? 'Response' : response.kind === 'status' ? 'Status' : response.kind === 'data' ? response.name : 'Go on';
    const value = textOfOctets(octets.slice(start, end).split('\r\n', 1)[0] as string).slice(0, 200);
    const malformed = 'error' in response ? { malformed: true, value: response.error } : {};
    const moved = children.map((field) => shifted(field, start));
    fields.push({ name, value, start, end, ...malformed, ...(moved.length > 0 ? { children: moved } : {}) });
  }
  const more = spans[RESPONSES_SHOWN];
  if (more) fields.push({ name: 'More', value: `${spans.length - RESPONSES_SHOWN} responses`, start: more.start, end: octets.length });
  if (!octets.endsWith('\r\n')) fields.push({ name: 'CRLF', value: 'missing', start: octets.length, end: octets.length, malformed: true });
  return fields;
}

function shifted(field: Field, by: number): Field {
  const children = field.children?.map((child) => shifted(child, by));
  return { ...field, start: field.start + by, end: field.end + by, ...(children ? { children } : {}) };
}

interface Scan {
  readonly response: Response | { readonly error: string };
  readonly fields: readonly Field[];
}

function scan(octets: string): Scan {
  const scanner = new Scanner(octets);
  const fields: Field[] = [];
  const wrong = (error: string): Scan => ({
    response: { error },
    fields: [...fields, { name: 'Syntax', value: error, start: Math.min(scanner.at, octets.length), end: octets.length, malformed: true }],
  });
  if (scanner.word('+')) {
    scanner.space();
    const text = octets.slice(scanner.at);
    if (/[\0\r\n]/.test(text)) return wrong('a continuation is one line');
    fields.push({ name: 'Text', value: textOfOctets(text), start: scanner.at, end: octets.length, standard: 'RFC 3501 §7.5' });
    return { response: { kind: 'continuation', text }, fields };
  }
  const untagged = scanner.word('*');
  const tag = untagged ? null : scanner.tag();
  if (tag === null && !untagged) return wrong('a tag, * or + is expected');
  if (tag !== null)
    fields.push({
      name: 'Tag',
      value: tag,
      start: 0,
      end: scanner.at,
      meaning: 'of the command that it answers',
      standard: 'RFC 3501 §2.2.2',
    });
  if (!scanner.space()) return wrong('a response is expected');
  const statusAt = scanner.at;
  const status = scanner.match(STATUS)?.[1]?.toUpperCase() as Status | undefined;
  if (status !== undefined) {
    fields.push({ name: 'Status', value: status, start: statusAt, end: scanner.at, standard: 'RFC 3501 §7.1' });
    return statusResponse(scanner, fields, tag, status, wrong);
  }
  if (tag !== null) return wrong('OK, NO or BAD is expected');
  const numberAt = scanner.at;
  const number = scanner.number();
  if (number !== null) {
    fields.push({ name: 'Number', value: String(number), start: numberAt, end: scanner.at });
    if (!scanner.space()) return wrong('a name is expected');
  }
  const nameAt = scanner.at;
  const name = scanner.match(NAME)?.[0].toUpperCase();
  if (name === undefined) return wrong('a name is expected');
  const standard = STANDARDS[name];
  fields.push({ name: 'Data', value: name, start: nameAt, end: scanner.at, ...(standard ? { standard } : {}) });
  const values: Value[] = [];
  while (!scanner.atEnd) {
    if (!scanner.space()) return wrong('a space is expected');
    // Servers end a SEARCH without results, and others, by a space.
    if (scanner.atEnd) break;
    const start = scanner.at;
    const value = scanValue(scanner);
    if (value === undefined) return wrong('a value is expected');
    values.push(value);
    fields.push(name === 'FETCH' && isList(value) ? fetchField(octets, start, scanner.at) : valueField('Value', value, start, scanner.at));
  }
  return { response: { kind: 'data', name, number, values }, fields };
}

function statusResponse(scanner: Scanner, fields: Field[], tag: string | null, status: Status, wrong: (error: string) => Scan): Scan {
  const { octets } = scanner;
  const codeAt = scanner.at + 1;
  const found = scanner.match(CODE);
  const code = found ? { name: (found[1] as string).toUpperCase(), argument: found[2] ?? '' } : null;
  if (code) {
    const [meaning, standard] = RESPONSE_CODES[code.name] ?? ['a response code', 'RFC 3501 §7.1'];
    const value = `${code.name}${code.argument === '' ? '' : ` ${code.argument}`}`;
    fields.push({ name: 'Response code', value: textOfOctets(value), start: codeAt, end: scanner.at, meaning, standard });
  }
  scanner.space();
  const text = octets.slice(scanner.at);
  if (/[\0\r\n]/.test(text)) return wrong('a text is one line');
  if (text !== '') fields.push({ name: 'Text', value: textOfOctets(text), start: scanner.at, end: octets.length });
  return { response: { kind: 'status', tag, status, code, text }, fields };
}

/** The pairs of a FETCH response. */
function fetchField(octets: string, start: number, end: number): Field {
  const scanner = new Scanner(octets, start + 1);
  const children: Field[] = [];
  while (scanner.at < end - 1) {
    scanner.space();
    const name = scanValue(scanner);
    scanner.space();
    const at = scanner.at;
    const value = scanValue(scanner);
    if (name === undefined || value === undefined || !isAtom(name)) break;
    children.push({ ...valueField(name.atom, value, at, scanner.at), name: name.atom });
  }
  return { name: 'Items', value: `${children.length} of the message`, start, end, children };
}

function valueField(name: string, value: Value, start: number, end: number): Field {
  if (value === null) return { name, value: 'NIL', start, end };
  if (typeof value === 'string') {
    const shown = value.length > 200 || value.includes('\r\n') ? `${value.length} octets` : textOfOctets(value);
    return { name, value: shown, start, end };
  }
  return { name, value: isAtom(value) ? value.atom : textOfOctets(writeValue(value)).replace(/\r\n/g, ' ').slice(0, 200), start, end };
}
