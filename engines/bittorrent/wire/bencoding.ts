/**
 * Bencoding (BEP 3): integers `i42e`, byte strings `4:spam`, lists `l…e` and dictionaries `d…e`, inside each other.
 *
 * Theory of operation. Decoding gives a tree of values that know their places, so that an info hash can be taken over the very bytes
 * and a dissector needs no second parser. There is one way to write a value, and no other is taken: no leading zeros, no `-0`, the keys
 * of a dictionary sorted and each once. So what is decoded is encoded to the same bytes.
 * Limits: 64 levels, 250,000 values (keys count, too), integers up to 2^53 − 1 either way.
 */
import type { Field } from '../../field.ts';
import { count } from '../../format.ts';
import { octetsOf, utf8Octets } from '../../network/octets.ts';
import type { Bytes } from '../../quantities.ts';

export const DEPTH_LIMIT = 64;
export const VALUES_LIMIT = 250_000;

/** Where a value stands; `end` is exclusive. */
interface Place {
  readonly start: Bytes;
  readonly end: Bytes;
}

export interface BencodedInteger extends Place {
  readonly kind: 'integer';
  readonly value: number;
}

export interface BencodedString extends Place {
  readonly kind: 'string';
  /** A view of the input. */
  readonly value: Uint8Array;
}

export interface BencodedList extends Place {
  readonly kind: 'list';
  readonly items: readonly Bencoded[];
}

export interface BencodedDictionary extends Place {
  readonly kind: 'dictionary';
  /** By key, in octets; in the order of their bytes. */
  readonly entries: ReadonlyMap<string, { readonly key: BencodedString; readonly value: Bencoded }>;
}

export type Bencoded = BencodedInteger | BencodedString | BencodedList | BencodedDictionary;

export interface BencodingError {
  readonly error: string;
  /** Offset of the byte at which it was noticed. */
  readonly at: Bytes;
}

/** What can be encoded: a `string` is text, and goes as UTF-8; keys are octets; numbers are whole. An entry that is undefined is left out. */
export type Bencodable = number | string | Uint8Array | readonly Bencodable[] | { readonly [key: string]: Bencodable | undefined };

/** One value that is all of the bytes. Total. */
export function decodeBencoded(bytes: Uint8Array): Bencoded | BencodingError {
  const start = decodeBencodedStart(bytes);
  if ('error' in start || start.end === bytes.length) return start;
  return { error: `${count(bytes.length - start.end, 'byte')} behind the end of the value`, at: start.end };
}

/** The value that the bytes begin with: others may follow (BEP 9 puts a piece of metadata behind a dictionary). Total. */
export function decodeBencodedStart(bytes: Uint8Array): Bencoded | BencodingError {
  try {
    return new Decoder(bytes).value(0, 0);
  } catch (problem) {
    if (!(problem instanceof Refused)) throw problem;
    return { error: problem.error, at: problem.at };
  }
}

/** No Error: nobody looks at its stack. */
class Refused implements BencodingError {
  readonly error: string;
  readonly at: Bytes;
  constructor(error: string, at: Bytes) {
    this.error = error;
    this.at = at;
  }
}

const [ZERO, NINE, MINUS, COLON] = [0x30, 0x39, 0x2d, 0x3a];
const [D, E, I, L] = [0x64, 0x65, 0x69, 0x6c];
/** 2^53 − 1 has as many. */
const DIGITS = 16;

class Decoder {
  readonly #bytes: Uint8Array;
  #values = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  value(start: Bytes, depth: number): Bencoded {
    if (++this.#values > VALUES_LIMIT) throw new Refused(`more than ${VALUES_LIMIT} values`, start);
    const first = this.#bytes[start];
    if (first === I) return this.#integer(start);
    if (isDigit(first)) return this.#string(start);
    if (first !== L && first !== D)
      throw new Refused(first === undefined ? 'it breaks off' : 'a value begins with i, l, d or a digit', start);
    if (depth === DEPTH_LIMIT) throw new Refused(`more than ${DEPTH_LIMIT} levels`, start);
    return first === L ? this.#list(start, depth + 1) : this.#dictionary(start, depth + 1);
  }

  #integer(start: Bytes): BencodedInteger {
    const negative = this.#bytes[start + 1] === MINUS;
    const { value, end } = this.#digits(start + (negative ? 2 : 1));
    if (negative && value === 0) throw new Refused('-0 is no integer', start);
    this.#expect(E, end, 'an integer ends with e');
    return { kind: 'integer', value: negative ? -value : value, start, end: end + 1 };
  }

  #string(start: Bytes): BencodedString {
    const { value: length, end } = this.#digits(start);
    this.#expect(COLON, end, 'a string’s length ends with a colon');
    const from = end + 1;
    const there = this.#bytes.length - from;
    if (length > there) throw new Refused(`a string of ${length} bytes; ${there} are there`, start);
    return { kind: 'string', value: this.#bytes.subarray(from, from + length), start, end: from + length };
  }

  #list(start: Bytes, depth: number): BencodedList {
    const items: Bencoded[] = [];
    let at = start + 1;
    while (this.#bytes[at] !== E) {
      const item = this.value(at, depth);
      items.push(item);
      at = item.end;
    }
    return { kind: 'list', items, start, end: at + 1 };
  }

  #dictionary(start: Bytes, depth: number): BencodedDictionary {
    const entries = new Map<string, { key: BencodedString; value: Bencoded }>();
    let before: string | null = null;
    let at = start + 1;
    while (this.#bytes[at] !== E) {
      if (this.#bytes[at] !== undefined && !isDigit(this.#bytes[at])) throw new Refused('a key is a string', at);
      const key = this.value(at, depth) as BencodedString;
      const octets = octetsOf(key.value);
      // Octets compare as their bytes do: BEP 3 wants raw strings sorted.
      if (before !== null && octets <= before) {
        throw new Refused(octets === before ? 'a key stands twice' : 'keys are not sorted', at);
      }
      const value = this.value(key.end, depth);
      entries.set(octets, { key, value });
      before = octets;
      at = value.end;
    }
    return { kind: 'dictionary', entries, start, end: at + 1 };
  }

  #digits(start: Bytes): { readonly value: number; readonly end: Bytes } {
    let value = 0;
    let at = start;
    while (isDigit(this.#bytes[at]) && at - start <= DIGITS) value = value * 10 + ((this.#bytes[at++] as number) - ZERO);
    if (at === start) throw new Refused(at < this.#bytes.length ? 'a digit is missing' : 'it breaks off', at);
    if (at - start > 1 && this.#bytes[start] === ZERO) throw new Refused('a number with a leading zero', start);
    if (value > Number.MAX_SAFE_INTEGER) throw new Refused('a number beyond 2^53 − 1', start);
    return { value, end: at };
  }

  #expect(byte: number, at: Bytes, error: string): void {
    if (this.#bytes[at] !== byte) throw new Refused(at < this.#bytes.length ? error : 'it breaks off', at);
  }
}

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE;

/** The one way to write it. Whole numbers up to 2^53 − 1 either way. */
export function encodeBencoded(value: Bencodable): Uint8Array {
  const parts: (string | Uint8Array)[] = [];
  write(value, parts);
  return concatenated(parts);
}

function write(value: Bencodable, parts: (string | Uint8Array)[]): void {
  if (typeof value === 'number') parts.push(`i${value}e`);
  else if (typeof value === 'string') writeOctets(utf8Octets(value), parts);
  else if (value instanceof Uint8Array) parts.push(`${value.length}:`, value);
  else if (isList(value)) {
    parts.push('l');
    for (const item of value) write(item, parts);
    parts.push('e');
  } else {
    parts.push('d');
    for (const key of Object.keys(value).sort(byOctets)) {
      const entry = value[key];
      if (entry === undefined) continue;
      writeOctets(key, parts);
      write(entry, parts);
    }
    parts.push('e');
  }
}

const isList = (value: Bencodable): value is readonly Bencodable[] => Array.isArray(value);
const byOctets = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function writeOctets(octets: string, parts: (string | Uint8Array)[]): void {
  parts.push(`${octets.length}:${octets}`);
}

function concatenated(parts: readonly (string | Uint8Array)[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    if (typeof part === 'string') for (let i = 0; i < part.length; i++) bytes[at + i] = part.charCodeAt(i);
    else bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** As it can be encoded again; for comparing. Strings stay bytes. */
export function bencodable(value: Bencoded): Bencodable {
  switch (value.kind) {
    case 'integer':
    case 'string':
      return value.value;
    case 'list':
      return value.items.map(bencodable);
    case 'dictionary':
      return Object.fromEntries([...value.entries].map(([key, entry]) => [key, bencodable(entry.value)]));
  }
}

/** The value of that key, if it is of that kind; undefined otherwise. */
export function entryOf<Kind extends Bencoded['kind']>(
  dictionary: BencodedDictionary,
  key: string,
  kind: Kind,
): Extract<Bencoded, { readonly kind: Kind }> | undefined {
  const value = dictionary.entries.get(key)?.value;
  return value?.kind === kind ? (value as Extract<Bencoded, { readonly kind: Kind }>) : undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a string; null where it is no UTF-8. */
export function textOf({ value }: BencodedString): string | null {
  try {
    return utf8.decode(value);
  } catch {
    return null;
  }
}

const STANDARD = 'BEP 3';
/** Bytes of a string, and values of a list or dictionary, that are shown. */
const SHOWN_BYTES = 200;
const SHOWN_VALUES = 200;

/** What a key stands for, where that is known: for people. */
export interface KeyMeaning {
  readonly meaning: string;
  readonly standard?: string;
  /** How its bytes are shown, where they are no text. */
  readonly show?: (bytes: Uint8Array) => string;
}

/** The fields of a value that is all of the bytes; `keys` are explained wherever they stand. Total. */
export function dissectBencoded(bytes: Uint8Array, keys: Readonly<Record<string, KeyMeaning>> = {}): readonly Field[] {
  const decoded = decodeBencoded(bytes);
  if ('error' in decoded) {
    const { error, at } = decoded;
    return [{ name: 'bencoding', value: error, start: Math.min(at, bytes.length), end: bytes.length, malformed: true, standard: STANDARD }];
  }
  return [fieldOf(decoded.kind, decoded, keys)];
}

/** The field of one value, by that name. */
export function fieldOf(name: string, node: Bencoded, keys: Readonly<Record<string, KeyMeaning>>, known?: KeyMeaning): Field {
  const { start, end } = node;
  const field = { name, start, end, standard: known?.standard ?? STANDARD, ...(known ? { meaning: known.meaning } : {}) };
  switch (node.kind) {
    case 'integer':
      return { ...field, value: String(node.value) };
    case 'string':
      return { ...field, value: known?.show?.(node.value) ?? shownString(node) };
    case 'list':
      return {
        ...field,
        value: count(node.items.length, 'item'),
        ...children(
          node.items.map((item, i) => [String(i + 1), item]),
          keys,
        ),
      };
    case 'dictionary':
      return {
        ...field,
        value: count(node.entries.size, 'entry', 'entries'),
        ...children(
          [...node.entries].map(([key, entry]) => [key, entry.value, entry.key.start]),
          keys,
        ),
      };
  }
}

type Child = readonly [name: string, value: Bencoded, start?: Bytes];

function children(found: readonly Child[], keys: Readonly<Record<string, KeyMeaning>>): { readonly children?: readonly Field[] } {
  if (found.length === 0) return {};
  const fields = found.slice(0, SHOWN_VALUES).map(([name, value, start]): Field => {
    const inDictionary = start !== undefined;
    const field = fieldOf(inDictionary ? shownKey(name) : name, value, keys, inDictionary ? keyMeaning(keys, name) : undefined);
    return inDictionary ? { ...field, start } : field;
  });
  const hidden = found.slice(SHOWN_VALUES);
  const [first, last] = [hidden[0], hidden.at(-1)];
  if (first && last)
    fields.push({ name: 'further values', value: String(hidden.length), start: first[2] ?? first[1].start, end: last[1].end });
  return { children: fields };
}

const keyMeaning = (keys: Readonly<Record<string, KeyMeaning>>, key: string): KeyMeaning | undefined =>
  Object.hasOwn(keys, key) ? keys[key] : undefined;

const isPlain = (text: string | null): text is string => text !== null && !/\p{C}/u.test(text);

function shownKey(octets: string): string {
  const text = octets.slice(0, SHOWN_BYTES);
  return /^[ -~]*$/.test(text) ? text : `${octets.length} B`;
}

function shownString(node: BencodedString): string {
  if (node.value.length <= SHOWN_BYTES) {
    const text = textOf(node);
    if (isPlain(text)) return text;
  }
  return `${node.value.length} B`;
}
