/**
 * The Internet Message Format (RFC 5322 §2): header fields, an empty line, a body. Messages are octet strings (one char an
 * octet) with lines ended by CRLF. Any octets are a message: what is no header section is body.
 * Limits: fields beyond the 2,000th count as body; a dissection shows at most 500 lines of a body.
 */
import type { Field } from '../../field.ts';
import { count } from '../../format.ts';
import { octetsOf, textOfOctets } from '../../network/octets.ts';
import { parseDateTime } from './date-time.ts';
import { decodeUnstructured } from './encoded-word.ts';

export interface HeaderField {
  readonly name: string;
  /** Unfolded (§2.2.3), without the white space around it; octets, see `decodeUnstructured`. */
  readonly value: string;
  /** Range of the whole field with its CRLFs. */
  readonly start: number;
  readonly end: number;
  /** Where the value begins, behind the colon and white space. */
  readonly valueStart: number;
}

export interface Message {
  /** In their order. */
  readonly fields: readonly HeaderField[];
  /** Behind the empty line; where the message begins if there is no header section. */
  readonly bodyStart: number;
  /** Lines of the header section that are no fields, as ranges without CRLF. */
  readonly malformed: readonly { readonly start: number; readonly end: number }[];
}

const FIELDS_LIMIT = 2000;
const BODY_LINES_SHOWN = 500;
const FIELD = /^([!-9;-~]+)[ \t]*:[ \t]*/;

/** The message that stands from `from` to `to`; ranges count from the beginning of `octets`. */
export function decodeMessage(octets: string, from = 0, to = octets.length): Message {
  const fields: HeaderField[] = [];
  const malformed: { start: number; end: number }[] = [];
  let at = from;
  while (at < to && fields.length < FIELDS_LIMIT) {
    const lineEnd = endOfLine(octets, at, to);
    if (lineEnd === at) return { fields, bodyStart: Math.min(at + 2, to), malformed };
    const head = FIELD.exec(octets.slice(at, Math.min(lineEnd, at + 1000)));
    // A text that does not begin with a field has no header section at all.
    if (!head && fields.length === 0) return { fields: [], bodyStart: from, malformed: [] };
    let end = lineEnd;
    // Folded: the next line begins with white space (§2.2.3).
    while (head && end + 2 < to && (octets[end + 2] === ' ' || octets[end + 2] === '\t')) end = endOfLine(octets, end + 2, to);
    const next = Math.min(end + 2, to);
    if (head) {
      const valueStart = at + head[0].length;
      const value = withoutBlanks(octets.slice(valueStart, end).replace(/\r\n(?=[ \t])/g, ''));
      fields.push({ name: head[1] as string, value, start: at, end: next, valueStart });
    } else malformed.push({ start: at, end });
    at = next;
  }
  return { fields, bodyStart: at, malformed };
}

/** Where the line that begins at `start` ends, without its CRLF; at `to` at the latest. */
function endOfLine(octets: string, start: number, to = octets.length): number {
  const end = octets.indexOf('\r\n', start);
  return end < 0 || end > to ? to : end;
}

/** Without spaces and tabs around it. Not `trim`: it takes the octet A0 away, with which the UTF-8 of “à” ends. */
function withoutBlanks(value: string): string {
  let [start, end] = [0, value.length];
  while (start < end && isBlank(value[start])) start++;
  while (end > start && isBlank(value[end - 1])) end--;
  return value.slice(start, end);
}

function isBlank(char: string | undefined): boolean {
  return char === ' ' || char === '\t';
}

/** The first field of that name (names have no case), or undefined. */
export function fieldOf(message: Message, name: string): HeaderField | undefined {
  return message.fields.find((field) => field.name.toLowerCase() === name.toLowerCase());
}

/** The subject as text; null without one. */
export function subjectOf(octets: string): string | null {
  const field = fieldOf(decodeMessage(octets), 'Subject');
  return field ? decodeUnstructured(field.value) : null;
}

/** The fields in front of the message; one without a header section gets one, so that its first line is not taken for a field. */
export function prependFields(octets: string, fields: readonly string[]): string {
  const message = decodeMessage(octets);
  const headed = message.fields.length > 0 || octets.startsWith('\r\n');
  return `${fields.map((field) => `${field}\r\n`).join('')}${headed ? '' : '\r\n'}${octets}`;
}

/** A field's lines: `name: ` and `parts`, joined by spaces, folded before a part that would go beyond 78 columns (§2.1.1). Without the last CRLF. */
export function foldField(name: string, parts: readonly string[]): string {
  let line = `${name}:`;
  const lines: string[] = [];
  for (const part of parts) {
    if (line.length + 1 + part.length > 78 && line.trim() !== '' && line !== `${name}:`) {
      lines.push(line);
      line = '';
    }
    line += ` ${part}`;
  }
  return [...lines, line].join('\r\n');
}

const FIELD_MEANINGS: Readonly<Record<string, readonly [meaning: string, standard: string]>> = {
  from: ['the author', 'RFC 5322 §3.6.2'],
  sender: ['who sent it on the author’s behalf', 'RFC 5322 §3.6.2'],
  'reply-to': ['where answers go', 'RFC 5322 §3.6.2'],
  to: ['the recipients, for people; the servers go by RCPT', 'RFC 5322 §3.6.3'],
  cc: ['further recipients, for people', 'RFC 5322 §3.6.3'],
  subject: ['what it is about', 'RFC 5322 §3.6.5'],
  date: ['when its author finished it', 'RFC 5322 §3.6.1'],
  'message-id': ['names this message, unlike any other', 'RFC 5322 §3.6.4'],
  'in-reply-to': ['which message it answers', 'RFC 5322 §3.6.4'],
  received: ['a mail server took it on', 'RFC 5321 §4.4'],
  'return-path': ['where notifications go', 'RFC 5321 §4.4'],
  'mime-version': ['it follows MIME', 'RFC 2045 §4'],
  'content-type': ['what the body is', 'RFC 2045 §5'],
  'content-transfer-encoding': ['how the body is written in what the transport can carry', 'RFC 2045 §6'],
};

/** The fields of mail data as it stands on the wire behind DATA: dots doubled, the terminating line included if it is there. Total. */
export function dissectContent(bytes: Uint8Array): Field[] {
  const wire = octetsOf(bytes);
  const terminated = wire === '.\r\n' || wire.endsWith('\r\n.\r\n');
  const octets = terminated ? wire.slice(0, -3) : wire;
  const message = decodeMessage(octets);
  const fields: Field[] = [];
  if (message.fields.length > 0) {
    const last = Math.max(message.fields.at(-1)?.end as number, message.malformed.at(-1)?.end ?? 0);
    const lines = [...message.fields.map(headerLine), ...message.malformed.map(malformedLine)].sort((a, b) => a.start - b.start);
    fields.push({
      name: 'header section',
      value: count(message.fields.length, 'field'),
      start: 0,
      end: last,
      standard: 'RFC 5322 §2.2',
      children: lines,
    });
    if (message.bodyStart > last)
      fields.push({ name: 'empty line', value: '', start: last, end: message.bodyStart, meaning: 'ends the header section' });
  }
  if (message.bodyStart < octets.length) fields.push(body(octets, message.bodyStart));
  if (terminated) {
    const start = octets.length;
    fields.push({
      name: 'end of mail data',
      value: '.',
      start,
      end: wire.length,
      meaning: 'a dot alone on its line',
      standard: 'RFC 5321 §4.1.1.4',
    });
  }
  return fields;
}

function headerLine(field: HeaderField): Field {
  const [meaning, standard] = FIELD_MEANINGS[field.name.toLowerCase()] ?? [];
  const badDate = field.name.toLowerCase() === 'date' && parseDateTime(field.value) === null;
  return {
    name: field.name,
    value: decodeUnstructured(field.value),
    start: field.start,
    end: field.end,
    ...(badDate ? { malformed: true, meaning: 'no date as RFC 5322 §3.3 writes it' } : meaning ? { meaning } : {}),
    ...(standard ? { standard } : {}),
  };
}

function malformedLine({ start, end }: { start: number; end: number }): Field {
  return { name: 'line', value: 'no header field: a name, a colon, a value', start, end, malformed: true };
}

function body(octets: string, start: number): Field {
  const lines: Field[] = [];
  let at = start;
  let total = 0;
  while (at < octets.length) {
    const end = endOfLine(octets, at);
    total++;
    if (lines.length < BODY_LINES_SHOWN) {
      const stuffed = octets[at] === '.';
      lines.push({
        name: 'line',
        value: textOfOctets(octets.slice(stuffed ? at + 1 : at, Math.min(end, at + 1000))),
        start: at,
        end: Math.min(end + 2, octets.length),
        ...(stuffed ? { meaning: 'its leading dot is doubled on the wire', standard: 'RFC 5321 §4.5.2' } : {}),
      });
    }
    at = end + 2;
  }
  return { name: 'body', value: count(total, 'line'), start, end: octets.length, standard: 'RFC 5322 §2.3', children: lines };
}
