/**
 * The values of MIME's header fields: a media type or disposition with its parameters (RFC 2045 §5.1, RFC 2183 §2), and the
 * parameters' continuations and charsets (RFC 2231). Reading is total: what stands wrong is read over.
 * Limits: the first 10,000 octets of a value and its first 100 parameters count.
 */
import { textOfOctets, utf8Octets } from '../../network/octets.ts';
import { textIn } from './charset.ts';
import { decodeUnstructured } from './encoded-word.ts';

export interface Parameter {
  /** In lower case, with the stars and numbers of RFC 2231. */
  readonly attribute: string;
  /** Octets, without the quotes of a quoted string. */
  readonly value: string;
}

/** `text/plain; charset=utf-8`, `attachment; filename=menu.txt`, `base64`. */
export interface ParameterisedValue {
  /** In lower case. */
  readonly value: string;
  readonly parameters: readonly Parameter[];
}

const VALUE_LIMIT = 10_000;
const PARAMETERS_LIMIT = 100;

/** RFC 2045 §5.1: any ASCII but space, controls and tspecials. */
const TOKEN = /[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]+/y;
/** What agents write unquoted although it is no token, such as a boundary with `=` in it. */
const LOOSE = /[^\s;()"]+/y;

/** null for what does not begin with a token, or with two around a slash where `slash` says so. */
export function parseParameterised(octets: string, slash: boolean): ParameterisedValue | null {
  const text = octets.slice(0, VALUE_LIMIT);
  let at = skipBlanks(text, 0);
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? '';
    at += found.length;
    return found;
  };
  let value = take(TOKEN);
  if (value === '') return null;
  if (slash) {
    at = skipBlanks(text, at);
    if (text[at] !== '/') return null;
    at = skipBlanks(text, at + 1);
    const subtype = take(TOKEN);
    if (subtype === '') return null;
    value += `/${subtype}`;
  }
  const parameters: Parameter[] = [];
  while (parameters.length < PARAMETERS_LIMIT) {
    at = skipTo(text, at, ';');
    if (at >= text.length) break;
    at = skipBlanks(text, at + 1);
    const attribute = take(TOKEN).toLowerCase();
    at = skipBlanks(text, at);
    if (attribute === '' || text[at] !== '=') continue;
    at = skipBlanks(text, at + 1);
    if (text[at] !== '"') {
      parameters.push({ attribute, value: take(LOOSE) });
      continue;
    }
    const end = endOfQuoted(text, at);
    parameters.push({ attribute, value: unquoted(text.slice(at, end)) });
    at = end;
  }
  return { value: value.toLowerCase(), parameters };
}

/** Behind white space and comments (RFC 5322 §3.2.2), which may lie in each other. */
function skipBlanks(text: string, start: number): number {
  let depth = 0;
  let at = start;
  for (; at < text.length; at++) {
    const char = text[at] as string;
    if (char === '(') depth++;
    else if (depth > 0 && char === '\\') at++;
    else if (depth > 0 && char === ')') depth--;
    else if (depth === 0 && !/\s/.test(char)) break;
  }
  return Math.min(at, text.length);
}

/** The next `char` outside of comments and quoted strings; the end if there is none. */
function skipTo(text: string, start: number, char: string): number {
  let at = start;
  while (at < text.length && text[at] !== char) {
    if (text[at] === '"') at = endOfQuoted(text, at);
    else if (text[at] === '(') at = skipBlanks(text, at);
    else at++;
  }
  return at;
}

/** Behind the closing quote of the quoted string that begins at `start`; the end of the text if it is not closed. */
function endOfQuoted(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function unquoted(quoted: string): string {
  const closed = quoted.length > 1 && endOfQuoted(quoted, 0) === quoted.length && quoted.endsWith('"');
  return quoted.slice(1, closed ? -1 : undefined).replace(/\\(.)/gs, '$1');
}

/**
 * A parameter as text: put together from its continuations and decoded from its charset (RFC 2231 §3, §4). Of one in both forms
 * the one with a charset counts. undefined where it is missing.
 */
export function parameterText(parameters: readonly Parameter[], name: string): string | undefined {
  const find = (attribute: string) => parameters.find((one) => one.attribute === attribute)?.value;
  const extended = find(`${name}*`);
  if (extended !== undefined) return decodeExtended([[extended, true]]);
  const segments: [value: string, encoded: boolean][] = [];
  for (let i = 0; ; i++) {
    const [plain, encoded] = [find(`${name}*${i}`), find(`${name}*${i}*`)];
    const value = encoded ?? plain;
    if (value === undefined) break;
    segments.push([value, encoded !== undefined]);
  }
  if (segments.length > 0) return decodeExtended(segments);
  const value = find(name);
  return value === undefined ? undefined : textOfOctets(value);
}

/** The first segment names charset and language, if it is encoded; each says for itself whether it is (§4.1). */
function decodeExtended(segments: readonly (readonly [value: string, encoded: boolean])[]): string {
  const [first, encoded] = segments[0] as readonly [string, boolean];
  const parts = encoded ? /^([^']*)'[^']*'(.*)$/s.exec(first) : null;
  const octets = segments
    .map(([value, isEncoded], i) => {
      const rest = i === 0 && parts ? (parts[2] as string) : value;
      return isEncoded ? rest.replace(/%([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))) : rest;
    })
    .join('');
  return textIn(parts?.[1] || 'utf-8', octets) ?? textOfOctets(octets);
}

/**
 * A file's name from a disposition's `filename` or a media type's `name`, without folders in front of it (RFC 2183 §2.3). Encoded
 * words, which do not belong there (RFC 2047 §5) but occur, are decoded.
 */
export function fileNameIn(parameters: readonly Parameter[], name: 'filename' | 'name'): string | undefined {
  const text = parameterText(parameters, name);
  if (text === undefined) return undefined;
  const decoded = /=\?.*\?=/.test(text) ? decodeUnstructured(utf8Octets(text)) : text;
  return decoded.slice(Math.max(decoded.lastIndexOf('/'), decoded.lastIndexOf('\\')) + 1);
}

const PIECE = 60;

/**
 * A parameter, ready to stand behind `; `: as token, quoted string, or where it is beyond ASCII or too long for a line, in UTF-8 with
 * percent escapes and in pieces (RFC 2231). Control characters become spaces.
 */
export function writeParameter(attribute: string, text: string): string[] {
  const clean = text.replace(/[\0-\x1f\x7f]+/g, ' ');
  if (/^[ -~]{0,60}$/.test(clean)) {
    TOKEN.lastIndex = 0;
    if (TOKEN.exec(clean)?.[0] === clean) return [`${attribute}=${clean}`];
    return [`${attribute}="${clean.replace(/["\\]/g, '\\$&')}"`];
  }
  const escaped = utf8Octets(clean).replace(/[^!#$&+\-.0-9A-Z^_`a-z{|}~]/g, (octet) => {
    return `%${octet.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
  });
  const value = `utf-8''${escaped}`;
  if (value.length <= PIECE) return [`${attribute}*=${value}`];
  const pieces: string[] = [];
  for (let at = 0; at < value.length; ) {
    let end = Math.min(at + PIECE, value.length);
    // A piece does not end inside of an escape.
    if (value[end - 1] === '%') end--;
    else if (value[end - 2] === '%') end -= 2;
    pieces.push(`${attribute}*${pieces.length}*=${value.slice(at, end)}`);
    at = end;
  }
  return pieces;
}
