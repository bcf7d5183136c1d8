/**
 * The head of a message: its start line and its header section (RFC 9112 §2.1, §3, §4, §5).
 *
 * Limits: 8,000 octets a request line (§3 asks for at least as many), 8,190 a field's line, 100 lines, 65,536 octets of a header section.
 * A request that breaks a rule is answered with the status that goes with it, and the connection closed: what follows
 * a message of unclear extent cannot be trusted (§11.2).
 */
import { decodeField, encodeFields, type Fields, fieldValues, isToken } from './header-field.ts';
import { decodeAuthority, decodeTarget, encodeTarget, type RequestTarget } from './request-target.ts';

export const START_LINE_LIMIT = 8_000;
export const FIELD_LINE_LIMIT = 8_190;
export const FIELDS_LIMIT = 100;
export const HEADER_SECTION_LIMIT = 65_536;

/** `HTTP/1.1` is [1, 1]. */
export type Version = readonly [major: number, minor: number];

export interface RequestHead {
  readonly method: string;
  readonly target: RequestTarget;
  readonly version: Version;
  readonly fields: Fields;
}

export interface ResponseHead {
  readonly version: Version;
  /** 100 to 599. */
  readonly status: number;
  /** May be empty. */
  readonly reason: string;
  readonly fields: Fields;
}

/** Why a message is none: the status that its sender is answered with, and what is wrong in a few words. */
export interface HeadError {
  readonly status: 400 | 413 | 414 | 431 | 501 | 505;
  readonly error: string;
}

const VERSION = /^HTTP\/(\d)\.(\d)$/;

/** A request's lines without their CRLFs, from the request line to the last field. Total. */
export function decodeRequestHead(lines: readonly string[]): RequestHead | HeadError {
  const start = decodeRequestLine(lines[0] ?? '');
  if ('error' in start) return start;
  const fields = decodeHeaderSection(lines.slice(1));
  if ('error' in fields) return fields;
  const head = { ...start, fields };
  const problem = hostProblem(head);
  return problem ? { status: 400, error: problem } : head;
}

/** `GET /index.html HTTP/1.1` (§3). Exactly one space between its parts: a lenient reader could be led to another target. */
export function decodeRequestLine(line: string): Omit<RequestHead, 'fields'> | HeadError {
  const parts = line.split(' ');
  const [method = '', target = '', version = ''] = parts;
  if (parts.length !== 3 || !isToken(method)) return { status: 400, error: 'no request line: a method, a target, a version' };
  const numbers = VERSION.exec(version);
  if (!numbers) return { status: 400, error: 'no HTTP version at the end of the request line' };
  if (numbers[1] !== '1') return { status: 505, error: `HTTP/${numbers[1]}.${numbers[2]} is not spoken here` };
  const decoded = decodeTarget(method, target);
  if (!decoded) return { status: 400, error: 'no request target' };
  return { method, target: decoded, version: [1, Number(numbers[2])] };
}

/** A response's lines without their CRLFs. Total. */
export function decodeResponseHead(lines: readonly string[]): ResponseHead | HeadError {
  const start = decodeStatusLine(lines[0] ?? '');
  if ('error' in start) return start;
  const fields = decodeHeaderSection(lines.slice(1));
  return 'error' in fields ? fields : { ...start, fields };
}

/** `HTTP/1.1 200 OK` (§4). The space behind the code may be missing where no phrase follows. */
export function decodeStatusLine(line: string): Omit<ResponseHead, 'fields'> | HeadError {
  const parts = /^HTTP\/(\d)\.(\d) ([1-5]\d\d)(?: ([\t -~\x80-\xff]*))?$/.exec(line);
  if (!parts) return { status: 400, error: 'no status line: a version, a code of three digits, a reason' };
  if (parts[1] !== '1') return { status: 505, error: `HTTP/${parts[1]}.${parts[2]} is not spoken here` };
  return { version: [1, Number(parts[2])], status: Number(parts[3]), reason: parts[4] ?? '' };
}

/** Lines without their CRLFs. */
export function decodeHeaderSection(lines: readonly string[]): Fields | HeadError {
  if (lines.length > FIELDS_LIMIT) return { status: 431, error: `more than ${FIELDS_LIMIT} header fields` };
  const fields = [];
  let size = 0;
  for (const line of lines) {
    size += line.length + 2;
    if (size > HEADER_SECTION_LIMIT || line.length + 2 > FIELD_LINE_LIMIT) {
      return { status: 431, error: 'a header section that is too large' };
    }
    const field = decodeField(line);
    if ('error' in field) return { status: 400, error: field.error };
    fields.push(field);
  }
  return fields;
}

/** §3.2: a request of HTTP/1.1 has Host once, and any request at most once; its value names a host. */
function hostProblem({ version, fields, target }: RequestHead): string | null {
  const hosts = fieldValues(fields, 'Host');
  if (hosts.length > 1) return 'Host more than once';
  const [host] = hosts;
  if (host === undefined) return version[1] >= 1 ? 'no Host' : null;
  // An authority that is empty goes with a target that has none either (RFC 9110 §7.2).
  if (host === '' && target.form !== 'absolute') return null;
  return decodeAuthority(host) ? null : 'a Host that is none';
}

/** With the empty line. */
export function encodeRequestHead(head: RequestHead): string {
  return `${requestLine(head)}\r\n${encodeFields(head.fields)}\r\n`;
}

function requestLine({ method, target, version }: Omit<RequestHead, 'fields'>): string {
  return `${method} ${encodeTarget(target)} HTTP/${version[0]}.${version[1]}`;
}

/** With the empty line. */
export function encodeResponseHead(head: ResponseHead): string {
  return `${statusLine(head)}\r\n${encodeFields(head.fields)}\r\n`;
}

export function statusLine({ version, status, reason }: Omit<ResponseHead, 'fields'>): string {
  return `HTTP/${version[0]}.${version[1]} ${status} ${reason}`;
}
