/**
 * POP3 replies (RFC 1939 §3): `+OK` or `-ERR` with a text for people, perhaps a response code before it (RFC 2449 §8); of some
 * commands, lines behind it up to one that is a dot, those that begin with a dot having a second one before it. `+ ` is the
 * server's challenge within AUTH (RFC 5034 §4).
 *
 * Total. Limits: 512 octets a line of a reply (RFC 2449 §4); what follows is content, whose limit its reader sets.
 */
import { type Field, moved } from '../../../field.ts';
import { bytesOfOctets, octetsOf, textOfOctets } from '../../../network/octets.ts';
import type { Bytes } from '../../../quantities.ts';
import { dissectContent } from '../../message/dissect.ts';
import { RESPONSE_LINE_LIMIT } from '../../sasl/exchange.ts';
import { stuffDots } from '../../smtp/wire/transparency.ts';

export const REPLY_LINE_LIMIT: Bytes = 512;
/** Of a challenge. */
export const CHALLENGE_LINE_LIMIT: Bytes = RESPONSE_LINE_LIMIT;

export type Status = 'ok' | 'error';

/** The response codes given here, with what they mean (RFC 2449 §8, RFC 3206). */
export const RESPONSE_CODES: Readonly<Record<string, readonly [meaning: string, standard: string]>> = {
  'IN-USE': ['another session has the maildrop', 'RFC 2449 §8.1.2'],
  'LOGIN-DELAY': ['too soon after the last login', 'RFC 2449 §8.1.1'],
  'SYS/TEMP': ['something that will pass', 'RFC 3206 §3'],
  'SYS/PERM': ['something that will not', 'RFC 3206 §3'],
  AUTH: ['who it is was not proved', 'RFC 3206 §4'],
};

export interface Reply {
  readonly status: Status;
  /** Upper case, without brackets; null for none. */
  readonly code: string | null;
  readonly text: string;
}

const REPLY = /^(\+OK|-ERR)(?: (?:\[([A-Za-z0-9/-]{1,40})\] ?)?(.*))?$/s;

/** A line without its CRLF. */
export function decodeReply(line: string): Reply | { readonly error: string } {
  const parts = REPLY.exec(line);
  if (!parts || /[\0\r\n]/.test(line)) return { error: '+OK or -ERR is expected' };
  const [, indicator, code, text] = parts;
  return { status: indicator === '+OK' ? 'ok' : 'error', code: code?.toUpperCase() ?? null, text: text ?? '' };
}

/** The line without its CRLF. */
export function replyLine({ status, code, text }: Reply): string {
  return [status === 'ok' ? '+OK' : '-ERR', ...(code === null ? [] : [`[${code}]`]), ...(text === '' ? [] : [text])].join(' ');
}

/** What follows a reply is given as lines ended by CRLF; null: nothing, not even the line with the dot. */
export function encodeReply(reply: Reply, content: string | null): Uint8Array {
  const line = `${replyLine(reply)}\r\n`;
  return bytesOfOctets(content === null ? line : line + stuffDots(content));
}

export function replyLabel(reply: Reply): string {
  return textOfOctets(replyLine(reply));
}

/** `kind`: `reply` alone; `lines` or `message` behind it. */
export function dissectReply(bytes: Uint8Array, kind: 'reply' | 'lines' | 'message'): Field[] {
  const octets = octetsOf(bytes);
  const end = octets.indexOf('\r\n');
  const line = end < 0 ? octets : octets.slice(0, end);
  const fields = statusFields(line);
  if (end < 0) return [...fields, { name: 'CRLF', value: 'missing', start: line.length, end: line.length, malformed: true }];
  const rest = end + 2;
  if (kind === 'message' && fields[0]?.malformed !== true) return [...fields, ...moved(dissectContent(bytes.subarray(rest)), rest)];
  if (kind === 'lines') return [...fields, ...lineFields(octets, rest)];
  if (rest < octets.length) fields.push({ name: 'rest', value: 'more than one line', start: rest, end: octets.length, malformed: true });
  return fields;
}

/** A challenge within AUTH, CRLF included. */
export function dissectChallenge(bytes: Uint8Array): Field[] {
  const octets = octetsOf(bytes);
  const end = octets.endsWith('\r\n') ? octets.length - 2 : octets.length;
  if (!octets.startsWith('+')) return [{ name: 'Challenge', value: '+ is expected', start: 0, end: octets.length, malformed: true }];
  return [
    { name: 'Indicator', value: '+', start: 0, end: 1, meaning: 'go on', standard: 'RFC 5034 §4' },
    {
      name: 'Challenge',
      value: textOfOctets(octets.slice(2, end)),
      start: Math.min(2, end),
      end,
      meaning: 'base64 of what the mechanism asks',
    },
  ];
}

function statusFields(line: string): Field[] {
  const reply = decodeReply(line);
  if ('error' in reply) return [{ name: 'Status', value: reply.error, start: 0, end: line.length, malformed: true }];
  const ok = reply.status === 'ok';
  const end = ok ? 3 : 4;
  const fields: Field[] = [
    { name: 'Status', value: line.slice(0, end), start: 0, end, meaning: ok ? 'done' : 'refused', standard: 'RFC 1939 §3' },
  ];
  let at = Math.min(end + 1, line.length);
  if (reply.code !== null) {
    const codeEnd = at + reply.code.length + 2;
    const [meaning, standard] = RESPONSE_CODES[reply.code] ?? ['a response code', 'RFC 2449 §8'];
    fields.push({ name: 'Response code', value: reply.code, start: at, end: codeEnd, meaning, standard });
    at = Math.min(codeEnd + (line[codeEnd] === ' ' ? 1 : 0), line.length);
  }
  if (at < line.length) fields.push({ name: 'Text', value: textOfOctets(line.slice(at)), start: at, end: line.length });
  return fields;
}

const LINES_SHOWN = 500;

function lineFields(octets: string, from: number): Field[] {
  const fields: Field[] = [];
  let at = from;
  while (at < octets.length && fields.length < LINES_SHOWN) {
    const end = octets.indexOf('\r\n', at);
    const lineEnd = end < 0 ? octets.length : end;
    const line = octets.slice(at, lineEnd);
    const last = line === '.';
    fields.push({
      name: last ? 'End' : 'Line',
      value: last ? '.' : textOfOctets(line.startsWith('.') ? line.slice(1) : line),
      start: at,
      end: lineEnd,
      ...(last ? { meaning: 'the line that ends it', standard: 'RFC 1939 §3' } : {}),
    });
    at = lineEnd + 2;
  }
  if (at < octets.length) fields.push({ name: 'More', value: `${octets.length - at} B`, start: at, end: octets.length });
  return fields;
}
