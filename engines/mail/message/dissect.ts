/**
 * The fields of mail data, for the inspector: header fields, the parts of a multipart with their delimiters, the lines of what is
 * text as it travels, and what they stand for where a transfer encoding hides it.
 * Limits: 500 lines of a body, 1,000 characters of a decoded text; those of mime.ts.
 */
import type { Field } from '../../field.ts';
import { count, formatSize } from '../../format.ts';
import { octetsOf, textOfOctets } from '../../network/octets.ts';
import { parameterText } from './content-fields.ts';
import { parseDateTime } from './date-time.ts';
import { decodeUnstructured } from './encoded-word.ts';
import type { HeaderField } from './message-format.ts';
import { type Entity, fileNameOf, isMultipart, parseMime, textOf } from './mime.ts';
import { decodeTransfer } from './transfer-encoding.ts';

const BODY_LINES_SHOWN = 500;
const TEXT_SHOWN = 1000;

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
  'content-disposition': ['whether to show it with the text or to keep it as a file', 'RFC 2183 §2'],
  'dkim-signature': ['a domain vouches for the message', 'RFC 6376 §3.5'],
  'authentication-results': ['what its receiver found of who sent it', 'RFC 8601 §2.2'],
  'received-spf': ['whether the host may send for the domain', 'RFC 7208 §9.1'],
  'content-transfer-encoding': ['how the body is written in what the transport can carry', 'RFC 2045 §6'],
};

/** The fields of mail data as it stands on the wire behind DATA: dots doubled, the terminating line included if it is there. Total. */
export function dissectContent(bytes: Uint8Array): Field[] {
  const wire = octetsOf(bytes);
  const terminated = wire === '.\r\n' || wire.endsWith('\r\n.\r\n');
  const octets = terminated ? wire.slice(0, -3) : wire;
  const fields = entityFields(octets, parseMime(octets), true);
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

/** Header section, empty line, body. `stuffed`: leading dots are doubled. */
function entityFields(octets: string, entity: Entity, stuffed: boolean): Field[] {
  const fields: Field[] = [];
  let headerEnd = entity.start;
  if (entity.fields.length > 0) {
    headerEnd = Math.max(entity.fields.at(-1)?.end as number, entity.malformed.at(-1)?.end ?? 0);
    const lines = [...entity.fields.map(headerLine), ...entity.malformed.map(malformedLine)].sort((a, b) => a.start - b.start);
    fields.push({
      name: 'header section',
      value: count(entity.fields.length, 'field'),
      start: entity.start,
      end: headerEnd,
      standard: 'RFC 5322 §2.2',
      children: lines,
    });
  }
  if (entity.bodyStart > headerEnd)
    fields.push({ name: 'empty line', value: '', start: headerEnd, end: entity.bodyStart, meaning: 'ends the header section' });
  if (entity.bodyStart < entity.end) fields.push(body(octets, entity, stuffed));
  return fields;
}

function body(octets: string, entity: Entity, stuffed: boolean): Field {
  const { bodyStart, end, type, parts, problem } = entity;
  const range = { name: 'body', start: bodyStart, end, ...(problem ? { malformed: true, meaning: problem } : {}) };
  if (isMultipart(type) && parts.length > 0)
    return {
      ...range,
      value: `${type}: ${count(parts.length, 'part')}`,
      standard: 'RFC 2046 §5.1',
      children: partFields(octets, entity, stuffed),
    };
  const enclosed = parts[0];
  if (enclosed) return { ...range, value: 'a message', standard: 'RFC 2046 §5.2.1', children: entityFields(octets, enclosed, stuffed) };
  const lines = bodyLines(octets, bodyStart, end, stuffed);
  const decoded = decodedField(octets, entity, stuffed);
  return {
    ...range,
    value: count(lines.total, 'line'),
    standard: 'RFC 5322 §2.3',
    children: decoded
      ? [
          { name: 'as it travels', value: entity.encoding, start: bodyStart, end, children: lines.shown, ...travels(entity.encoding) },
          decoded,
        ]
      : lines.shown,
  };
}

/** Delimiters, parts, and what stands around them. */
function partFields(octets: string, { bodyStart, end, delimiters, parts }: Entity, stuffed: boolean): Field[] {
  const fields: Field[] = [];
  let at = bodyStart;
  const around = (to: number, name: string) => {
    if (octets.slice(at, to).trim() !== '')
      fields.push({
        name,
        value: count(bodyLines(octets, at, to, stuffed).total, 'line'),
        start: at,
        end: to,
        meaning: 'for readers without MIME',
        standard: 'RFC 2046 §5.1.1',
      });
  };
  for (const [i, delimiter] of delimiters.entries()) {
    if (i === 0) around(delimiter.start, 'preamble');
    const behind = Math.min(delimiter.end + 2, end);
    fields.push({
      name: delimiter.closing ? 'closing delimiter' : 'delimiter',
      value: octets.slice(delimiter.start, delimiter.end),
      start: delimiter.start,
      end: behind,
      meaning: delimiter.closing ? 'no part follows' : 'two hyphens and the boundary: a part follows',
      standard: 'RFC 2046 §5.1.1',
    });
    at = behind;
    const part = delimiter.closing ? undefined : parts[i];
    if (!part) continue;
    const name = fileNameOf(part);
    fields.push({
      name: `part ${i + 1}`,
      value: name === null ? part.type : `${part.type}, ${name}`,
      start: part.start,
      end: part.end,
      standard: 'RFC 2046 §5.1',
      children: entityFields(octets, part, stuffed),
    });
    at = part.end;
  }
  around(end, 'epilogue');
  return fields;
}

const TRAVELS: Readonly<Record<string, readonly [meaning: string, standard: string]>> = {
  base64: ['three octets as four characters of 64', 'RFC 2045 §6.8'],
  'quoted-printable': ['an octet beyond ASCII as = and two hexadecimal digits', 'RFC 2045 §6.7'],
  '8bit': ['octets beyond ASCII as they are', 'RFC 2045 §2.8'],
};

function travels(encoding: string): Pick<Field, 'meaning' | 'standard'> {
  const [meaning, standard] = TRAVELS[encoding] ?? [];
  return meaning && standard ? { meaning, standard } : {};
}

/** What a body stands for, where that is not what is there to see. */
function decodedField(octets: string, entity: Entity, stuffed: boolean): Field | null {
  const { bodyStart: start, end, encoding, parameters } = entity;
  if (encoding === '7bit' || encoding === 'binary') return null;
  const wire = octets.slice(start, end);
  const encoded = stuffed ? wire.replace(/(^|\r\n)\./g, '$1') : wire;
  const decoded = decodeTransfer(encoded, encoding);
  if (decoded === null) return { name: 'decoded', value: `${encoding} is no transfer encoding known here`, start, end, malformed: true };
  const text = textOf(encoded, { ...entity, bodyStart: 0, end: encoded.length });
  const from = `from ${encoding}${text === null ? '' : `, ${parameterText(parameters, 'charset') ?? 'us-ascii'}`}`;
  const shown = text === null ? formatSize(decoded.length) : text.length > TEXT_SHOWN ? `${text.slice(0, TEXT_SHOWN)}…` : text;
  return { name: text === null ? 'octets' : 'text', value: shown, start, end, meaning: `decoded ${from}` };
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

/** The lines from `start` to `end`: how many there are, and the first of them. */
function bodyLines(octets: string, start: number, end: number, stuffed: boolean): { total: number; shown: Field[] } {
  const shown: Field[] = [];
  let total = 0;
  for (let at = start; at < end; total++) {
    const found = octets.indexOf('\r\n', at);
    const lineEnd = found < 0 || found > end ? end : found;
    if (shown.length < BODY_LINES_SHOWN) {
      const doubled = stuffed && octets[at] === '.';
      shown.push({
        name: 'line',
        value: textOfOctets(octets.slice(doubled ? at + 1 : at, Math.min(lineEnd, at + 1000))),
        start: at,
        end: Math.min(lineEnd + 2, end),
        ...(doubled ? { meaning: 'its leading dot is doubled on the wire', standard: 'RFC 5321 §4.5.2' } : {}),
      });
    }
    at = lineEnd + 2;
  }
  return { total, shown };
}
