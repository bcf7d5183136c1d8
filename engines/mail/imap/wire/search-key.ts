/** Search keys (RFC 3501 §6.4.4), as data: what a message must be. Nested at most DEPTH_LIMIT deep. */
import { formatDate, parseDate } from './date.ts';
import { type Scanner, writeAstring } from './scanner.ts';
import { formatSequenceSet, parseSequenceSet, type SequenceSet } from './sequence-set.ts';

const DEPTH_LIMIT = 50;

/** Keys that stand alone. */
const PLAIN = [
  'ALL',
  'ANSWERED',
  'DELETED',
  'DRAFT',
  'FLAGGED',
  'NEW',
  'OLD',
  'RECENT',
  'SEEN',
  'UNANSWERED',
  'UNDELETED',
  'UNDRAFT',
  'UNFLAGGED',
  'UNSEEN',
] as const;
/** Keys with a text. */
const TEXTS = ['BCC', 'BODY', 'CC', 'FROM', 'SUBJECT', 'TEXT', 'TO'] as const;
/** Keys with a date: of arrival, and of the Date header field. */
const DATES = ['BEFORE', 'ON', 'SINCE', 'SENTBEFORE', 'SENTON', 'SENTSINCE'] as const;
const SIZES = ['LARGER', 'SMALLER'] as const;
const KEYWORDS = ['KEYWORD', 'UNKEYWORD'] as const;

export const SEARCH_KEYS: readonly string[] = [
  ...PLAIN,
  ...TEXTS,
  ...DATES,
  ...SIZES,
  ...KEYWORDS,
  'HEADER',
  'NOT',
  'OR',
  'UID',
  'sequence set',
  '( … )',
];

export type SearchKey =
  | { readonly key: (typeof PLAIN)[number] }
  /** Octets in the charset of the command. */
  | { readonly key: (typeof TEXTS)[number]; readonly text: string }
  | { readonly key: 'HEADER'; readonly field: string; readonly text: string }
  /** Days since 1970-01-01. */
  | { readonly key: (typeof DATES)[number]; readonly day: number }
  | { readonly key: (typeof SIZES)[number]; readonly size: number }
  | { readonly key: (typeof KEYWORDS)[number]; readonly flag: string }
  | { readonly key: 'NOT'; readonly operand: SearchKey }
  | { readonly key: 'OR'; readonly first: SearchKey; readonly second: SearchKey }
  | { readonly key: 'UID' | 'sequence set'; readonly set: SequenceSet }
  | { readonly key: 'AND'; readonly all: readonly SearchKey[] };

const KEY = /[A-Za-z]+/y;
const SET = /[\d*:,]+/y;
const DATE = /"?\d{1,2}-[A-Za-z]{3}-\d{4}"?/y;

const among = <T extends string>(names: readonly T[], name: string): name is T => (names as readonly string[]).includes(name);

/** null for what is no search key. */
export function scanSearchKey(scanner: Scanner, depth = 0): SearchKey | null {
  if (depth > DEPTH_LIMIT) return null;
  const nested = () => scanSearchKey(scanner, depth + 1);
  if (scanner.octets[scanner.at] === '(') {
    const all = scanner.list(nested, 1);
    return all && { key: 'AND', all };
  }
  const name = scanner.match(KEY)?.[0]?.toUpperCase();
  if (name === undefined) {
    const set = parseSequenceSet(scanner.match(SET)?.[0] ?? '');
    return set && { key: 'sequence set', set };
  }
  if (among(PLAIN, name)) return { key: name };
  if (!scanner.space()) return null;
  if (among(TEXTS, name)) {
    const text = scanner.astring();
    return text === null ? null : { key: name, text };
  }
  if (among(DATES, name)) {
    const day = parseDate((scanner.match(DATE)?.[0] ?? '').replaceAll('"', ''));
    return day === null ? null : { key: name, day };
  }
  if (among(SIZES, name)) {
    const size = scanner.number();
    return size === null ? null : { key: name, size };
  }
  if (among(KEYWORDS, name)) {
    const flag = scanner.atom();
    return flag === null ? null : { key: name, flag };
  }
  switch (name) {
    case 'HEADER': {
      const field = scanner.astring();
      const text = field !== null && scanner.space() ? scanner.astring() : null;
      return field === null || text === null ? null : { key: 'HEADER', field, text };
    }
    case 'NOT': {
      const operand = nested();
      return operand && { key: 'NOT', operand };
    }
    case 'OR': {
      const first = nested();
      const second = first && scanner.space() ? nested() : null;
      return first && second && { key: 'OR', first, second };
    }
    case 'UID': {
      const set = parseSequenceSet(scanner.match(SET)?.[0] ?? '');
      return set && { key: 'UID', set };
    }
    default:
      return null;
  }
}

export function writeSearchKey(search: SearchKey): string {
  switch (search.key) {
    case 'AND':
      return `(${search.all.map(writeSearchKey).join(' ')})`;
    case 'NOT':
      return `NOT ${writeSearchKey(search.operand)}`;
    case 'OR':
      return `OR ${writeSearchKey(search.first)} ${writeSearchKey(search.second)}`;
    case 'UID':
      return `UID ${formatSequenceSet(search.set)}`;
    case 'sequence set':
      return formatSequenceSet(search.set);
    case 'HEADER':
      return `HEADER ${writeAstring(search.field)} ${writeAstring(search.text)}`;
    default:
      if ('text' in search) return `${search.key} ${writeAstring(search.text)}`;
      if ('day' in search) return `${search.key} ${formatDate(search.day)}`;
      if ('size' in search) return `${search.key} ${search.size}`;
      if ('flag' in search) return `${search.key} ${search.flag}`;
      return search.key;
  }
}
