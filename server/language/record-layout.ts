/**
 * The records in a zone's block, laid out in columns: name, TTL and class, type, data, comment.
 *
 * Theory of operation: entries are lines, but for parentheses (RFC 1035 §5.1). What stands before the data of an entry is put into
 * the block's columns; the data is left as it is written, and the further lines of an entry in parentheses are moved with the
 * block. Only white space is replaced. Which word is the owner and which the type is told by the reader of master files; of an entry
 * that it cannot read, what the words look like tells it. A record without an owner is indented past the owners; one that has a
 * place below them, and could be read as one with an owner, keeps it.
 */
import { type MasterFileEntry, readMasterFile } from '../../engines/dns/master-file/master-file.ts';
import { readEntry, type Token } from '../../engines/dns/master-file/tokens.ts';
import type { TextRange } from './compilation.ts';
import type { FormattingEdit } from './formatter.ts';
import { isClass, isTtl } from './record-place.ts';
import { isRecordType } from './record-types.ts';

export interface RecordLayout {
  /** Before a record, and before the closing brace. */
  readonly indent: string;
  readonly outdent: string;
  readonly tabSize: number;
  /** For lines that are new. */
  readonly eol: string;
}

/** An entry with a record in it. Offsets are those of the text within the braces. */
interface RecordLine {
  readonly owner: TextRange | null;
  /** TTL and class. */
  readonly before: readonly TextRange[];
  readonly type: TextRange;
  /** What stands behind the type, the trailing comment left aside; null where that is nothing. */
  readonly data: TextRange | null;
}

interface Entry {
  readonly start: number;
  readonly end: number;
  /** Of its first token, or comment; −1 in an empty line. */
  readonly first: number;
  readonly record: RecordLine | null;
  /** Of a directive. */
  readonly words: readonly TextRange[];
  /** Behind what is written on its only line. */
  readonly comment: TextRange | null;
}

/** Edits within the braces `block`, whose offsets are those of the text; null where something is not as master files have it. */
export function recordEdits(text: string, block: TextRange, layout: RecordLayout): FormattingEdit[] | null {
  const from = block.start + 1;
  const records = text.slice(from, block.end - 1);
  // A carriage return of its own ends lines for some.
  if (/\r(?!\n)|[^\S \t\r\n]/.test(records)) return null;
  const isReversed = /in-addr\.arpa/i.test(text.slice(text.lastIndexOf('\n', block.start) + 1, block.start));
  const entries = entriesOf(records, isReversed);
  if (!entries) return null;
  const isOneLine = !records.includes('\n');
  const chunks = isOneLine ? onOneLine(entries) : inColumns(records, entries, layout);
  const edits: FormattingEdit[] = [];
  let at = 0;
  const put = (start: number, gap: string): void => {
    if (records.slice(at, start) !== gap) edits.push({ start: from + at, end: from + start, text: gap });
  };
  for (const { start, end, gap, leads } of chunks) {
    put(start, leads ? lineEnds(records.slice(at, start), at === 0 ? 1 : 2, layout.eol) + gap : gap);
    at = end;
  }
  const rest = records.slice(at);
  if (isOneLine) put(records.length, chunks.length === 0 ? '' : ' ');
  else put(records.length, lineEnds(rest, 1, layout.eol) + layout.outdent);
  return edits;
}

/** What is written in one piece, and the white space before it; where it leads a line, behind the line's end. */
interface Chunk extends TextRange {
  readonly gap: string;
  readonly leads: boolean;
}

/** The line ends in white space, so many at most; one where there is none. */
function lineEnds(blanks: string, most: number, eol: string): string {
  const found = blanks.match(/\r?\n/g) ?? [eol];
  return found.slice(0, most).join('');
}

/** null where parentheses stand before the data, or something is never closed. */
function entriesOf(records: string, isReversed: boolean): Entry[] | null {
  const entries: Entry[] = [];
  const known = entriesRead(records, isReversed);
  let ownerColumn = -1;
  for (let at = 0; at < records.length; ) {
    const { tokens, end, problem } = readEntry(records, at);
    if (problem) return null;
    const read = tokens[0] && known.get(tokens[0].start);
    const entry = entryOf(records, at, end, tokens, isReversed, read, ownerColumn);
    if (!entry) return null;
    if (read?.owner) ownerColumn = columnOf(records, read.owner.start);
    entries.push(entry);
    at = end;
  }
  return entries;
}

/** As the reader of master files has them, by where they start. Their names are relative to some zone of that kind. */
function entriesRead(records: string, isReversed: boolean): ReadonlyMap<number, MasterFileEntry> {
  const origin = isReversed ? 'in-addr.arpa.' : 'example.';
  const { entries } = readMasterFile(records, { origin, defaultTtl: 0, indented: true });
  return new Map(entries.map((entry) => [entry.start, entry]));
}

function entryOf(
  records: string,
  start: number,
  end: number,
  tokens: readonly Token[],
  isReversed: boolean,
  read: MasterFileEntry | undefined,
  ownerColumn: number,
): Entry | null {
  const written = records.slice(start, end).trimEnd();
  const [first] = tokens;
  const isOneLine = !written.includes('\n', written.length - written.trimStart().length);
  if (!first) {
    const at = written.trimStart();
    if (at !== '' && !at.startsWith(';')) return null;
    const comment = at === '' ? null : { start: start + written.length - at.length, end: start + written.length };
    return { start, end, first: comment?.start ?? -1, record: null, words: [], comment };
  }
  if (records.slice(start, first.start).trim() !== '') return null;
  const last = tokens.at(-1)!;
  const behind = isOneLine ? records.slice(last.end, start + written.length) : '';
  const sign = behind.indexOf(';');
  const comment = sign < 0 ? null : { start: last.end + sign, end: start + written.length };
  const contentEnd = sign < 0 ? start + written.length : last.end + behind.slice(0, sign).trimEnd().length;
  if (first.text.startsWith('$') && !first.quoted) {
    if (!isOneLine || !areApart(records, tokens) || contentEnd > last.end) return null;
    return { start, end, first: first.start, record: null, words: tokens, comment };
  }
  const at = read ? tokens.findIndex((token) => token.start === read.type.start) : typeAt(tokens, isReversed);
  if (at < 0) return null;
  const type = tokens[at]!;
  if (!areApart(records, tokens.slice(0, at + 1))) return null;
  const gap = records.slice(type.end, contentEnd);
  const data = gap.trim() === '' ? null : { start: type.end + gap.length - gap.trimStart().length, end: contentEnd };
  // The data begins on the line of the type.
  if (data && records.slice(type.end, data.start).includes('\n')) return null;
  const hasOwner = read ? read.owner !== undefined : at > 0 && !leavesOwnerOut(tokens, isReversed);
  // `in A 192.0.2.1` in the column of the owners may be meant as one.
  const standsAsOwner = !hasOwner && /^in$/i.test(first.text) && columnOf(records, first.start) <= ownerColumn;
  const owner = hasOwner || standsAsOwner ? first : null;
  return { start, end, first: first.start, record: { owner, before: tokens.slice(owner ? 1 : 0, at), type, data }, words: [], comment };
}

/** Nothing but blanks stands between words. */
function areApart(records: string, tokens: readonly Token[]): boolean {
  return tokens.every((token, i) => i === 0 || /^[ \t]*$/.test(records.slice(tokens[i - 1]!.end, token.start)));
}

const standsBefore = ({ text }: Token): boolean => isTtl(text) || isClass(text);

/** Index of the token that is the type, where the owner may be left out; −1 where there is none. */
function typeAt(tokens: readonly Token[], isReversed: boolean): number {
  let at = leavesOwnerOut(tokens, isReversed) ? 0 : 1;
  while (at < tokens.length && standsBefore(tokens[at]!)) at++;
  return at < tokens.length ? at : -1;
}

/** The first word is the type, or what stands before it; `ns A 10.0.0.1` is of `ns`. */
function leavesOwnerOut(tokens: readonly Token[], isReversed: boolean): boolean {
  const first = tokens[0]!;
  if (isClass(first.text) || (isTtl(first.text) && !isReversed)) return true;
  if (!isRecordType(first.text)) return false;
  let at = 1;
  while (at < tokens.length && standsBefore(tokens[at]!)) at++;
  const hasTypeBehind = at < tokens.length - 1 && !tokens[at]!.quoted && isRecordType(tokens[at]!.text);
  return !hasTypeBehind;
}

const columnOf = (records: string, offset: number): number => offset - records.lastIndexOf('\n', offset - 1);
const widthOf = ({ start, end }: TextRange): number => end - start;
const widthOfAll = (words: readonly TextRange[]): number => words.reduce((width, word) => width + widthOf(word) + 1, -1);
const widest = (widths: readonly number[]): number => widths.reduce((most, width) => Math.max(most, width), 0);

/** What is put into columns: owner, what stands before the type, type, data. */
function partsOf({ record, words }: Entry): readonly TextRange[] {
  if (!record) return words;
  const { owner, before, type, data } = record;
  return [...(owner ? [owner] : []), ...before, type, ...(data ? [data] : [])];
}

/** A comment on a line of its own. */
const isAlone = ({ record, words }: Entry): boolean => record === null && words.length === 0;

/** `{ @ MX 10 mail }`: one blank between what would be columns. */
function onOneLine([entry]: readonly Entry[]): Chunk[] {
  return entry ? partsOf(entry).map(({ start, end }) => ({ start, end, gap: ' ', leads: false })) : [];
}

function inColumns(records: string, entries: readonly Entry[], { indent, tabSize }: RecordLayout): Chunk[] {
  const lines = entries.flatMap(({ record }) => record ?? []);
  const owners = widest(lines.map(({ owner }) => (owner ? widthOf(owner) : 0)));
  const before = widest(lines.map((line) => widthOfAll(line.before)));
  const types = widest(lines.map(({ type, data }) => (data ? widthOf(type) : 0)));
  const beforeAt = owners === 0 ? 0 : owners + 1;
  const typeAt = beforeAt + (before > 0 ? before + 1 : 0);
  const dataAt = typeAt + types + 1;
  /** Where what is written on an entry's line ends, its comment left aside. */
  const endOf = ({ record, words }: Entry): number => {
    if (!record) return widthOfAll(words);
    return record.data ? dataAt + widthOf(record.data) : typeAt + widthOf(record.type);
  };
  const commented = entries.filter((entry) => entry.comment !== null && !isAlone(entry));
  // Whoever set one apart has begun a column.
  const inColumn = commented.some(({ comment }) => /[ \t]{2}$/.test(records.slice(Math.max(0, comment!.start - 2), comment!.start)));
  const commentAt = inColumn ? widest(commented.map(endOf)) + 2 : 0;
  const columns = (blanks: string): number => [...blanks].reduce((width, sign) => width + (sign === '\t' ? tabSize : 1), 0);
  const least = leastIndentation(records, columns);

  const chunks: Chunk[] = [];
  for (const entry of entries) {
    const { start, first, record, words, comment } = entry;
    if (first < 0) continue;
    let at = 0;
    const put = (part: TextRange, column: number, leads: boolean): void => {
      chunks.push({ start: part.start, end: part.end, gap: `${leads ? indent : ''}${' '.repeat(column - at)}`, leads });
      at = column + widthOf(part);
    };
    if (record) {
      if (record.owner) put(record.owner, 0, true);
      for (const [i, word] of record.before.entries()) put(word, i === 0 ? beforeAt : at + 1, i === 0 && !record.owner);
      put(record.type, typeAt, !record.owner && record.before.length === 0);
      if (record.data) {
        const [own, ...further] = linesIn(records, record.data);
        put(own!, dataAt, false);
        for (const { start: from, end } of further) {
          const blanks = records.slice(records.lastIndexOf('\n', from - 1) + 1, from);
          chunks.push({ start: from, end, gap: `${indent}${' '.repeat(Math.max(0, columns(blanks) - least))}`, leads: true });
        }
      }
    } else for (const [i, word] of words.entries()) put(word, i === 0 ? 0 : at + 1, i === 0);
    if (!comment) continue;
    if (isAlone(entry)) chunks.push({ ...comment, gap: start === 0 ? ' ' : indent, leads: start > 0 });
    else put(comment, inColumn ? commentAt : at + 1, false);
  }
  return chunks;
}

/** What is written on each of the lines of a range. */
function linesIn(records: string, { start, end }: TextRange): TextRange[] {
  const lines: TextRange[] = [];
  let at = start;
  for (const line of records.slice(start, end).split('\n')) {
    const from = at + line.length - line.trimStart().length;
    if (line.trim() !== '') lines.push({ start: from, end: at + line.trimEnd().length });
    at += line.length + 1;
  }
  return lines;
}

/** Columns before the line that begins furthest to the left, of those behind the first. */
function leastIndentation(records: string, columns: (blanks: string) => number): number {
  const lines = records
    .split('\n')
    .slice(1)
    .filter((line) => line.trim() !== '');
  const leading = lines.map((line) => columns(line.slice(0, line.length - line.trimStart().length)));
  return leading.reduce((least, width) => Math.min(least, width), Number.POSITIVE_INFINITY);
}
