/**
 * The HTTP dissector: a message's fields by its kind. `request` and `response` begin with a head, and may go on with (part of) their
 * content; `content` is (part of) the content of a message whose head was another one.
 */
import type { Dissector, Field } from '../../field.ts';
import { count, formatSize } from '../../format.ts';
import { octetsOf, textOfOctets } from '../../network/octets.ts';
import { decodeChunkSize } from './chunk.ts';
import { decodeRequestLine, decodeStatusLine, FIELDS_LIMIT } from './head.ts';
import { decodeField, type HeaderField, hasMember } from './header-field.ts';
import { HEADER_FIELDS } from './header-fields.ts';
import { isKnownMethod, METHODS } from './methods.ts';
import { encodeTarget } from './request-target.ts';
import { STATUSES } from './status.ts';

/** Lines of a text and chunks that are shown. */
const SHOWN = 200;
/** Beyond, a content is not looked into. */
const TEXT_LIMIT = 64 * 1024;

export const dissectHttp: Dissector = (bytes, kind) => {
  switch (kind) {
    case 'request':
    case 'response':
      return dissectMessage(octetsOf(bytes), kind);
    case 'content':
      return bytes.length === 0 ? [] : [contentField(0, bytes.length, null)];
    default:
      return [{ name: 'message', value: `no kind of HTTP message: ${kind}`, start: 0, end: bytes.length, malformed: true }];
  }
};

function dissectMessage(octets: string, kind: 'request' | 'response'): Field[] {
  const found: Field[] = [];
  const decoded: HeaderField[] = [];
  const lines: Field[] = [];
  const startEnd = endOfLine(octets, 0);
  found.push(kind === 'request' ? requestLineField(octets.slice(0, startEnd)) : statusLineField(octets.slice(0, startEnd)));
  if (startEnd === octets.length) return [...found, missing(startEnd)];
  let at = startEnd + 2;
  const sectionStart = at;
  while (at < octets.length) {
    const end = endOfLine(octets, at);
    if (end === at) break;
    const field = decodeField(octets.slice(at, end));
    if ('error' in field) lines.push({ name: 'line', value: field.error, start: at, end, malformed: true });
    else {
      decoded.push(field);
      lines.push(headerFieldOf(field, at, end));
    }
    at = Math.min(end + 2, octets.length);
  }
  if (lines.length > 0) {
    found.push({
      name: 'header section',
      value: count(lines.length, 'field'),
      start: sectionStart,
      end: at,
      standard: 'RFC 9112 §5',
      ...(lines.length > FIELDS_LIMIT ? { malformed: true } : {}),
      children: lines,
    });
  }
  if (!octets.startsWith('\r\n', at)) return [...found, missing(at)];
  found.push({ name: 'empty line', value: '', start: at, end: at + 2, meaning: 'ends the header section', standard: 'RFC 9112 §2.1' });
  at += 2;
  if (at < octets.length) {
    if (hasMember(decoded, 'Transfer-Encoding', 'chunked')) found.push(...chunkFields(octets, at));
    else found.push(contentField(at, octets.length, textOf(octets, at, decoded)));
  }
  return found;
}

function requestLineField(line: string): Field {
  const decoded = decodeRequestLine(line);
  const field = { name: 'request line', value: line.slice(0, 200), start: 0, end: line.length, standard: 'RFC 9112 §3' };
  if ('error' in decoded) return { ...field, value: decoded.error, malformed: true };
  const { method, target } = decoded;
  const targetStart = method.length + 1;
  const targetEnd = line.lastIndexOf(' ');
  const known = isKnownMethod(method) ? METHODS[method] : null;
  return {
    ...field,
    children: [
      {
        name: 'method',
        value: method,
        start: 0,
        end: method.length,
        meaning: known?.meaning ?? 'no method of RFC 9110',
        standard: known?.standard ?? 'RFC 9110 §9',
      },
      {
        name: 'request target',
        value: encodeTarget(target),
        start: targetStart,
        end: targetEnd,
        meaning: TARGETS[target.form],
        standard: 'RFC 9112 §3.2',
      },
      { name: 'HTTP version', value: line.slice(targetEnd + 1), start: targetEnd + 1, end: line.length, standard: 'RFC 9112 §2.3' },
    ],
  };
}

const TARGETS = {
  origin: 'the path, for the server that it is on; Host says for which website',
  absolute: 'the whole URI, for a proxy',
  authority: 'where a tunnel is to lead',
  asterisk: 'the server as a whole',
} as const;

const CLASSES = [
  '',
  'interim: the final response follows',
  'success',
  'further action is needed',
  'the client’s error',
  'the server’s error',
];

function statusLineField(line: string): Field {
  const decoded = decodeStatusLine(line);
  const field = { name: 'status line', value: line.slice(0, 200), start: 0, end: line.length, standard: 'RFC 9112 §4' };
  if ('error' in decoded) return { ...field, value: decoded.error, malformed: true };
  const { status, reason } = decoded;
  const phrase: Field[] =
    reason === '' ? [] : [{ name: 'reason phrase', value: reason, start: 13, end: line.length, meaning: 'for people' }];
  return {
    ...field,
    children: [
      { name: 'HTTP version', value: line.slice(0, 8), start: 0, end: 8, standard: 'RFC 9112 §2.3' },
      {
        name: 'status code',
        value: String(status),
        start: 9,
        end: 12,
        meaning: CLASSES[Math.floor(status / 100)] as string,
        standard: STATUSES[status]?.standard ?? 'RFC 9110 §15',
      },
      ...phrase,
    ],
  };
}

function headerFieldOf({ name, value }: HeaderField, start: number, end: number): Field {
  const known = HEADER_FIELDS[name.toLowerCase()];
  return { name, value, start, end, ...(known ? { meaning: known.meaning, standard: known.standard } : {}) };
}

/** Chunks as far as they are in this message, and the trailer section. */
function chunkFields(octets: string, from: number): Field[] {
  const fields: Field[] = [];
  let at = from;
  while (at < octets.length && fields.length < SHOWN) {
    const end = endOfLine(octets, at);
    const size = decodeChunkSize(octets.slice(at, end));
    if (size === null || end === octets.length) {
      return [...fields, { name: 'chunk size', value: 'none', start: at, end, malformed: true, standard: 'RFC 9112 §7.1' }];
    }
    const line = {
      name: 'chunk size',
      value: `${size} (${octets.slice(at, end).slice(0, 40)})`,
      start: at,
      end,
      meaning: 'in hexadecimal',
      standard: 'RFC 9112 §7.1',
    };
    if (size === 0) {
      fields.push({ name: 'last chunk', value: '0', start: at, end: end + 2, standard: 'RFC 9112 §7.1', children: [line] });
      if (end + 2 < octets.length) {
        fields.push({ name: 'trailer section', value: '', start: end + 2, end: octets.length, standard: 'RFC 9112 §7.1.2' });
      }
      return fields;
    }
    const dataEnd = Math.min(end + 2 + size, octets.length);
    const next = Math.min(dataEnd + 2, octets.length);
    fields.push({
      name: 'chunk',
      value: formatSize(size),
      start: at,
      end: next,
      standard: 'RFC 9112 §7.1',
      children: [line, { name: 'chunk data', value: `${dataEnd - end - 2} B`, start: end + 2, end: dataEnd }],
    });
    at = next;
  }
  if (at < octets.length) fields.push({ name: 'further chunks', value: `${octets.length - at} B`, start: at, end: octets.length });
  return fields;
}

function contentField(start: number, end: number, text: readonly Field[] | null): Field {
  return {
    name: 'content',
    value: `${end - start} B`,
    start,
    end,
    standard: 'RFC 9110 §6.4',
    ...(text && text.length > 0 ? { children: text } : {}),
  };
}

/** The lines of a content that says it is text. */
function textOf(octets: string, start: number, fields: readonly HeaderField[]): Field[] | null {
  const type = fields.find(({ name }) => name.toLowerCase() === 'content-type')?.value ?? '';
  if (!/^(text\/|application\/(json|xml|dash\+xml))/i.test(type) || octets.length - start > TEXT_LIMIT) return null;
  const lines: Field[] = [];
  for (let at = start; at < octets.length && lines.length < SHOWN; ) {
    const newline = octets.indexOf('\n', at);
    const end = newline < 0 ? octets.length : newline + 1;
    lines.push({ name: 'line', value: textOfOctets(octets.slice(at, end)).trimEnd().slice(0, 1000), start: at, end });
    at = end;
  }
  return lines;
}

function endOfLine(octets: string, from: number): number {
  const end = octets.indexOf('\r\n', from);
  return end < 0 ? octets.length : end;
}

function missing(at: number): Field {
  return { name: 'CRLF', value: 'missing', start: at, end: at, malformed: true };
}
