/**
 * The values that responses are made of (RFC 3501 §4): atoms, numbers among them; strings; NIL; parenthesized lists. Reading is
 * lenient where servers are: elements of a list may stand without a space between them, as the standard itself has it for
 * addresses and parts. Limits: lists in each other VALUE_DEPTH_LIMIT deep.
 */
import { scanSection, writeSection } from './fetch-item.ts';
import { type Scanner, writeString } from './scanner.ts';

export interface Atom {
  readonly atom: string;
}

/** Lists side by side without a space: the addresses of a field, the parts of a multipart (§9 envelope, body-type-mpart). */
export interface Adjacent {
  readonly adjacent: readonly Value[];
}

/** A string is octets; null is NIL. */
export type Value = null | string | Atom | Adjacent | readonly Value[];

export const VALUE_DEPTH_LIMIT = 100;

/** `\Seen`, `\*`, `12`, and what stands for itself in a folder's name. */
const ATOM = /\\\*|\\?[^\0-\x20\x7f-\xff(){%*"\\]+/y;
/** What a section follows. */
const SECTIONED = /BODY(?=\[)/iy;
const ORIGIN = /<\d{1,10}>/y;

export const atom = (text: string | number): Atom => ({ atom: String(text) });

export const isAtom = (value: Value | undefined): value is Atom => typeof value === 'object' && value !== null && 'atom' in value;
export const isList = (value: Value | undefined): value is readonly Value[] => Array.isArray(value);

export function scanValue(scanner: Scanner, depth = 0): Value | undefined {
  if (depth > VALUE_DEPTH_LIMIT) return undefined;
  if (scanner.word('(')) {
    const items: Value[] = [];
    for (;;) {
      if (scanner.word(')')) return items;
      if (items.length > 0) scanner.space();
      const item = scanValue(scanner, depth + 1);
      if (item === undefined) return undefined;
      items.push(item);
    }
  }
  const text = scanner.string();
  if (text !== null) return text;
  const sectioned = scanner.match(SECTIONED)?.[0];
  if (sectioned !== undefined) {
    const section = scanSection(scanner);
    if (section === null || section === 'none') return undefined;
    return { atom: `${sectioned.toUpperCase()}${writeSection(section)}${scanner.match(ORIGIN)?.[0] ?? ''}` };
  }
  const found = scanner.match(ATOM)?.[0];
  if (found === undefined) return undefined;
  return found.toUpperCase() === 'NIL' ? null : { atom: found };
}

export function writeValue(value: Value): string {
  if (value === null) return 'NIL';
  if (typeof value === 'string') return writeString(value);
  if ('atom' in value) return value.atom;
  if ('adjacent' in value) return value.adjacent.map(writeValue).join('');
  return `(${value.map(writeValue).join(' ')})`;
}
