/** Record data as people write it (RFC 1035 §5.1, RFC 3597 §5) and back. */
import { decodeBase64, encodeBase64 } from '../base64.ts';
import { type ParsedName, parseName, ROOT, readEscape } from './domain-name.ts';
import { ipv4Bytes, ipv6Bytes, ipv6Text } from './ip-address.ts';
import { readEntry, type Token } from './master-file/tokens.ts';
import { type FieldFormat, formatOf, typeName, typeNumber } from './record-format.ts';
import type { RecordData } from './records.ts';
import type { DomainName } from './scenario.ts';
import { parseTimestamp, timestampText } from './timestamp.ts';
import { hex, readData } from './wire/decode.ts';
import { writeData } from './wire/encode.ts';

/** `10 mail.crepes.fr.`, `"v=spf1 -all"`, `\# 2 c0de`. What its type's words cannot say is raw: bytes at the end of which there are none. */
export function presentation(data: RecordData, showName: (name: DomainName) => string = (name) => name): string {
  const format = formatOf(data.type);
  if (!format) return raw((data as { hex: string }).hex);
  const values = data as unknown as Record<string, unknown>;
  if (format.fields.some(({ key, kind }) => (kind === 'hex' || kind === 'base64') && values[key] === '')) {
    const bytes: number[] = [];
    writeData(bytes, data, new Map());
    return raw(hex(Uint8Array.from(bytes), 0, bytes.length));
  }
  return format.fields.map((field) => fieldText(field, values[field.key], showName)).join(' ');
}

/** RFC 3597 §5. */
function raw(bytes: string): string {
  return bytes === '' ? '\\# 0' : `\\# ${bytes.length / 2} ${bytes}`;
}

/** One field of the data. */
export function fieldText(field: FieldFormat, value: unknown, showName: (name: DomainName) => string): string {
  switch (field.kind) {
    case 'name':
    case 'uncompressed name':
      return showName(value as DomainName);
    case 'strings':
      return (value as readonly string[]).map(quoted).join(' ');
    case 'string':
    case 'text':
      return quoted(value as string);
    case 'timestamp':
      return timestampText(value as number);
    case 'types':
      return (value as readonly string[]).join(' ');
    default:
      return String(value);
  }
}

/** A string of bytes (one char each) between quotes, special and unprintable ones escaped. */
export function quoted(bytes: string): string {
  let text = '"';
  for (let i = 0; i < bytes.length; i++) {
    const code = bytes.charCodeAt(i);
    if (code < 0x20 || code > 0x7e) text += `\\${String(code).padStart(3, '0')}`;
    else text += code === 0x22 || code === 0x5c ? `\\${bytes[i]}` : bytes[i];
  }
  return `${text}"`;
}

/** A name that stands in an entry, for editors. */
export interface NameRange {
  readonly start: number;
  readonly end: number;
  readonly name: DomainName;
}

export type ParsedData =
  | { readonly ok: true; readonly data: RecordData; readonly names: readonly NameRange[] }
  | { readonly ok: false; readonly error: string; readonly start: number; readonly end: number };

/** Data in presentation form. Names without trailing dot are relative to `origin`. */
export function parseData(type: string, text: string, origin: DomainName = ROOT): ParsedData {
  const entry = readEntry(text, 0);
  if (entry.problem) return { ok: false, error: entry.problem.message, start: entry.problem.start, end: entry.problem.end };
  return parseTokens(type, entry.tokens, { start: 0, end: text.length }, (name) => parseName(name, origin));
}

/** Data from tokens; `whole` is where to point when something is missing. */
export function parseTokens(
  type: string,
  tokens: readonly Token[],
  whole: { readonly start: number; readonly end: number },
  toName: (text: string) => ParsedName,
): ParsedData {
  const number = typeNumber(type);
  const format = formatOf(type.toUpperCase());
  if (tokens[0]?.text === '\\#' && !tokens[0].quoted) return parseRaw(number ?? 0, tokens, whole);
  if (!format || number === undefined) {
    return { ok: false, error: `data of the type ${type} is written as \\# LENGTH HEX (RFC 3597 §5)`, ...span(tokens, whole) };
  }
  const data: Record<string, unknown> = { type: format.type };
  const names: NameRange[] = [];
  let next = 0;
  for (const field of format.fields) {
    const token = tokens[next];
    // A name may have no types: an empty non-terminal that is signed (RFC 4034 §4.1.2).
    if (!token && field.kind !== 'types') {
      if (field.name === format.type) return { ok: false, error: `${format.type} needs a target: ${field.meaning}`, ...whole };
      return {
        ok: false,
        error: `${format.type} needs ${format.fields.map((f) => f.name).join(' ')}; ${field.name} (${field.meaning}) is missing`,
        ...whole,
      };
    }
    if (isRest(field)) {
      const rest = parseRest(field, tokens.slice(next));
      if (!rest.ok) return rest;
      data[field.key] = rest.value;
      next = tokens.length;
      break;
    }
    const value = parseField(field, token as Token, toName);
    if (!value.ok) return value;
    data[field.key] = value.value;
    if (value.name !== undefined) names.push({ start: (token as Token).start, end: (token as Token).end, name: value.name });
    next++;
  }
  const extra = tokens[next];
  if (extra) {
    const last = tokens[tokens.length - 1] as Token;
    return {
      ok: false,
      error: `nothing may follow the data of a ${format.type} record (${format.standard})`,
      start: extra.start,
      end: last.end,
    };
  }
  return { ok: true, data: data as unknown as RecordData, names };
}

type ParsedField =
  | { readonly ok: true; readonly value: unknown; readonly name?: DomainName }
  | { readonly ok: false; readonly error: string; readonly start: number; readonly end: number };

/** Kinds that take all the tokens that are left. */
type RestKind = 'strings' | 'hex' | 'base64' | 'types';

const isRest = (field: FieldFormat): field is FieldFormat & { readonly kind: RestKind } =>
  field.kind === 'strings' || field.kind === 'hex' || field.kind === 'base64' || field.kind === 'types';

/** At least one token, but for `types`. Hex and base64 may be written in several pieces (RFC 4034 §2.2, §5.3). */
function parseRest(field: FieldFormat & { readonly kind: RestKind }, tokens: readonly Token[]): ParsedField {
  const text = tokens.map((token) => token.text).join('');
  const fail = (error: string, { start, end } = span(tokens, { start: 0, end: 0 })): ParsedField => ({ ok: false, error, start, end });
  switch (field.kind) {
    case 'strings': {
      const strings: string[] = [];
      for (const token of tokens) {
        const string = characterString(token, 255);
        if (typeof string !== 'string') return string;
        strings.push(string);
      }
      return { ok: true, value: strings };
    }
    case 'hex':
      return /^([0-9a-f]{2})*$/i.test(text)
        ? { ok: true, value: text.toLowerCase() }
        : fail(`${field.name} is written in hex, two digits a byte`);
    case 'base64': {
      const bytes = decodeBase64(text);
      return encodeBase64(bytes) === text ? { ok: true, value: text } : fail(`${field.name} is written in base64 (RFC 4648 §4)`);
    }
    case 'types': {
      const numbers = new Set<number>();
      for (const token of tokens) {
        const number = typeNumber(token.text);
        if (number === undefined) return fail(`“${clip(token.text)}” is no record type`, token);
        numbers.add(number);
      }
      return { ok: true, value: [...numbers].sort((a, b) => a - b).map(typeName) };
    }
  }
}

function parseField(field: FieldFormat, token: Token, toName: (text: string) => ParsedName): ParsedField {
  const fail = (error: string): ParsedField => ({ ok: false, error, start: token.start, end: token.end });
  switch (field.kind) {
    case 'ipv4':
      return ipv4Bytes(token.text) ? { ok: true, value: token.text } : fail(`“${clip(token.text)}” is no IPv4 address such as 192.0.2.1`);
    case 'ipv6': {
      const bytes = ipv6Bytes(token.text);
      return bytes ? { ok: true, value: ipv6Text(bytes) } : fail(`“${clip(token.text)}” is no IPv6 address such as 2001:db8::1`);
    }
    case 'uint8':
    case 'uint16':
    case 'uint32': {
      const limit = field.kind === 'uint8' ? 0xff : field.kind === 'uint16' ? 0xffff : 0xffffffff;
      const value = /^[0-9]{1,10}$/.test(token.text) ? Number(token.text) : Number.NaN;
      return value <= limit ? { ok: true, value } : fail(`${field.name} is a number from 0 to ${limit}; here is “${clip(token.text)}”`);
    }
    case 'time': {
      const value = parseTime(token.text, 0xffffffff);
      return value !== undefined
        ? { ok: true, value }
        : fail(`${field.name} is a number of seconds, or a time such as 1h30m; here is “${clip(token.text)}”`);
    }
    case 'name':
    case 'uncompressed name': {
      if (token.quoted) return fail('a name is not written in quotes');
      const name = toName(token.text);
      return name.ok ? { ok: true, value: name.name, name: name.name } : fail(name.error);
    }
    case 'tag':
      return /^[A-Za-z0-9]{1,255}$/.test(token.text)
        ? { ok: true, value: token.text }
        : fail('a tag is made of letters and digits (RFC 8659 §4.1)');
    case 'type': {
      const number = typeNumber(token.text);
      return number !== undefined ? { ok: true, value: typeName(number) } : fail(`“${clip(token.text)}” is no record type`);
    }
    case 'timestamp': {
      const value = parseTimestamp(token.text);
      return value !== undefined
        ? { ok: true, value }
        : fail(`${field.name} is a date and time written YYYYMMDDHHmmSS, in UTC; here is “${clip(token.text)}”`);
    }
    default: {
      const string = characterString(token, field.kind === 'string' ? 255 : 0xffff);
      return typeof string === 'string' ? { ok: true, value: string } : string;
    }
  }
}

/** A token's bytes; characters beyond ASCII count as their UTF-8 bytes. */
function characterString(token: Token, limit: number): string | (ParsedField & { readonly ok: false }) {
  let bytes = '';
  for (let i = 0; i < token.text.length; i++) {
    if (token.text[i] === '\\') {
      const escaped = readEscape(token.text, i);
      if (!escaped) {
        const start = token.start + (token.quoted ? 1 : 0) + i;
        return {
          ok: false,
          error: 'a backslash is followed by one character or by three digits from 000 to 255 (RFC 1035 §5.1)',
          start,
          end: start + 1,
        };
      }
      bytes += escaped.char;
      i = escaped.end - 1;
      continue;
    }
    const point = token.text.codePointAt(i) as number;
    if (point < 0x80) bytes += token.text[i];
    else {
      const character = String.fromCodePoint(point);
      for (const byte of new TextEncoder().encode(character)) bytes += String.fromCharCode(byte);
      i += character.length - 1;
    }
  }
  if (bytes.length > limit)
    return { ok: false, error: `the string has ${bytes.length} bytes; at most ${limit} are allowed`, start: token.start, end: token.end };
  return bytes;
}

function parseRaw(type: number, tokens: readonly Token[], whole: { readonly start: number; readonly end: number }): ParsedData {
  const range = span(tokens, whole);
  const length = tokens[1]?.text ?? '';
  const hex = tokens
    .slice(2)
    .map((token) => token.text)
    .join('')
    .toLowerCase();
  if (!/^[0-9]{1,5}$/.test(length) || !/^([0-9a-f]{2})*$/.test(hex))
    return { ok: false, error: 'raw data is written as \\# LENGTH HEX, two digits a byte (RFC 3597 §5)', ...range };
  if (hex.length / 2 !== Number(length))
    return { ok: false, error: `the length says ${Number(length)} bytes, the hex digits are ${hex.length / 2}`, ...range };
  if (hex.length > 2 * 0xffff) return { ok: false, error: 'data has at most 65,535 bytes', ...range };
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  const data = readData(bytes, type, 0, bytes.length);
  return data.ok ? { ok: true, data: data.data, names: [] } : { ok: false, error: data.error, ...range };
}

/** Seconds, from `3600` or from BIND's units `1w2d3h4m5s`; undefined if it is neither or beyond `limit`. */
export function parseTime(text: string, limit = 0x7fffffff): number | undefined {
  if (text.length > 40) return undefined;
  if (/^[0-9]+$/.test(text)) return Number(text) <= limit ? Number(text) : undefined;
  if (!/^([0-9]+[wdhms])+$/i.test(text)) return undefined;
  const seconds: Record<string, number> = { w: 604_800, d: 86_400, h: 3_600, m: 60, s: 1 };
  let total = 0;
  for (const [, count, unit] of text.toLowerCase().matchAll(/([0-9]+)([wdhms])/g))
    total += Number(count) * (seconds[unit as string] as number);
  return total <= limit ? total : undefined;
}

function span(tokens: readonly Token[], whole: { readonly start: number; readonly end: number }): { start: number; end: number } {
  const first = tokens[0];
  const last = tokens[tokens.length - 1];
  return first && last ? { start: first.start, end: last.end } : whole;
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}

/** Seconds for people: `1 d`, `1 h 30 min`, `45 s`. */
export function durationText(seconds: number): string {
  const parts: string[] = [];
  let rest = seconds;
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3_600],
    ['min', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(`${count} ${unit}`);
    rest -= count * size;
  }
  return parts.length === 0 ? '0 s' : parts.slice(0, 2).join(' ');
}
