/**
 * The Internet Message Format (RFC 5322 §2): header fields, an empty line, a body. Messages are octet strings (one char an
 * octet) with lines ended by CRLF. Any octets are a message: what is no header section is body.
 * Limit: fields beyond the 2,000th count as body.
 */
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

/** Without the fields that are not wanted, in one pass over the octets. */
export function withoutFields(octets: string, unwanted: (field: HeaderField) => boolean): string {
  const pieces: string[] = [];
  let at = 0;
  for (const field of decodeMessage(octets).fields) {
    if (!unwanted(field)) continue;
    pieces.push(octets.slice(at, field.start));
    at = field.end;
  }
  return pieces.join('') + octets.slice(at);
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
