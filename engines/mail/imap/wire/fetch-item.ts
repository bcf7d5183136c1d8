/** What FETCH asks of a message (RFC 3501 §6.4.5), as data. */
import { type Scanner, writeAstring } from './scanner.ts';

/** A part of a message's body: `BODY[1.2.HEADER.FIELDS (Subject)]<0.100>`. */
export interface Section {
  /** Part numbers from the outside in; empty for the message itself. */
  readonly part: readonly number[];
  /** `null`: all of it. */
  readonly text: 'HEADER' | 'HEADER.FIELDS' | 'HEADER.FIELDS.NOT' | 'TEXT' | 'MIME' | null;
  /** Of HEADER.FIELDS and HEADER.FIELDS.NOT, as written. */
  readonly fields: readonly string[];
}

export interface Partial {
  readonly offset: number;
  readonly length: number;
}

const PLAIN = [
  'ENVELOPE',
  'FLAGS',
  'INTERNALDATE',
  'RFC822',
  'RFC822.HEADER',
  'RFC822.SIZE',
  'RFC822.TEXT',
  'BODY',
  'BODYSTRUCTURE',
  'UID',
] as const;

export type FetchItem =
  | { readonly item: (typeof PLAIN)[number] }
  /** `peek`: without marking it as read. */
  | { readonly item: 'BODY[]'; readonly section: Section; readonly peek: boolean; readonly partial: Partial | null };

/** §6.4.5: macros stand for several items, and stand alone. */
export const MACROS: Readonly<Record<string, readonly FetchItem[]>> = {
  ALL: [{ item: 'FLAGS' }, { item: 'INTERNALDATE' }, { item: 'RFC822.SIZE' }, { item: 'ENVELOPE' }],
  FAST: [{ item: 'FLAGS' }, { item: 'INTERNALDATE' }, { item: 'RFC822.SIZE' }],
  FULL: [{ item: 'FLAGS' }, { item: 'INTERNALDATE' }, { item: 'RFC822.SIZE' }, { item: 'ENVELOPE' }, { item: 'BODY' }],
};

export const FETCH_ITEMS: readonly string[] = [...PLAIN, 'BODY[section]<partial>', 'BODY.PEEK[section]<partial>', ...Object.keys(MACROS)];

const NAME = /[A-Za-z0-9.]+/y;
const PART = /(\d{1,9})(?:\.(?=\d)|(?=[.\]]))/y;
const PARTIAL = /<(\d{1,10})\.(\d{1,10})>/y;
const SECTION_TEXT = /HEADER\.FIELDS\.NOT|HEADER\.FIELDS|HEADER|TEXT|MIME/iy;
/** Of the part numbers in a section. */
const PARTS_LIMIT = 50;

/** One item, several in parentheses, or a macro. */
export function scanFetchItems(scanner: Scanner): FetchItem[] | null {
  if (scanner.octets[scanner.at] === '(') return scanner.list(() => scanFetchItem(scanner), 1);
  const start = scanner.at;
  const macro = MACROS[scanner.match(NAME)?.[0].toUpperCase() ?? ''];
  if (macro) return [...macro];
  scanner.at = start;
  const item = scanFetchItem(scanner);
  return item && [item];
}

function scanFetchItem(scanner: Scanner): FetchItem | null {
  const name = scanner.match(NAME)?.[0].toUpperCase() ?? '';
  const peek = name === 'BODY.PEEK';
  if (peek || name === 'BODY') {
    const section = scanSection(scanner);
    if (section === null) return null;
    if (section !== 'none') {
      const partial = scanPartial(scanner);
      return partial === 'wrong' ? null : { item: 'BODY[]', section, peek, partial };
    }
    if (peek) return null;
  }
  return (PLAIN as readonly string[]).includes(name) ? ({ item: name } as FetchItem) : null;
}

/** `none` where no bracket stands. */
export function scanSection(scanner: Scanner): Section | 'none' | null {
  if (!scanner.word('[')) return 'none';
  const part: number[] = [];
  for (;;) {
    const found = scanner.match(PART);
    if (!found) break;
    part.push(Number(found[1]));
    if (Number(found[1]) === 0 || part.length > PARTS_LIMIT) return null;
  }
  if (part.length > 0 && !scanner.word('.')) return scanner.word(']') ? { part, text: null, fields: [] } : null;
  const text = scanner.match(SECTION_TEXT)?.[0].toUpperCase() as Section['text'] | undefined;
  if (text === undefined) return part.length === 0 && scanner.word(']') ? { part, text: null, fields: [] } : null;
  // §6.4.5: MIME is a part's.
  if (text === 'MIME' && part.length === 0) return null;
  let fields: string[] = [];
  if (text === 'HEADER.FIELDS' || text === 'HEADER.FIELDS.NOT') {
    const listed = scanner.space() ? scanner.list(() => scanner.astring(), 1) : null;
    if (!listed) return null;
    fields = listed;
  }
  return scanner.word(']') ? { part, text, fields } : null;
}

function scanPartial(scanner: Scanner): Partial | null | 'wrong' {
  if (scanner.octets[scanner.at] !== '<') return null;
  const found = scanner.match(PARTIAL);
  // §9: the length is not zero.
  return !found || Number(found[2]) === 0 ? 'wrong' : { offset: Number(found[1]), length: Number(found[2]) };
}

export function writeFetchItems(items: readonly FetchItem[]): string {
  const written = items.map(writeFetchItem);
  return written.length === 1 ? (written[0] as string) : `(${written.join(' ')})`;
}

function writeFetchItem(item: FetchItem): string {
  if (item.item !== 'BODY[]') return item.item;
  const partial = item.partial === null ? '' : `<${item.partial.offset}.${item.partial.length}>`;
  return `BODY${item.peek ? '.PEEK' : ''}${writeSection(item.section)}${partial}`;
}

export function writeSection({ part, text, fields }: Section): string {
  const named = text === null ? [] : [fields.length > 0 ? `${text} (${fields.map(writeAstring).join(' ')})` : text];
  return `[${[...part, ...named].join('.')}]`;
}
