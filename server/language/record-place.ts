/** Where one stands in the records of a zone's block, for completion and hover. */
import { readEntry, type Token } from '../../engines/dns/master-file/tokens.ts';
import { type FieldFormat, type FieldKind, formatOf } from '../../engines/dns/record-format.ts';
import { isRecordType } from './record-types.ts';

/** A part of an entry; of its data, which field. Where an owner can stand, a type can as well, and where a type can, a TTL and a class. */
export type RecordPlace = { readonly part: 'owner' | 'type' } | { readonly part: 'data'; readonly field: FieldFormat };

export interface RecordWord {
  readonly token: Token;
  readonly place: RecordPlace;
}

/** What a line can begin with in place of a record; files are included in files alone. */
export const directives: ReadonlyMap<string, { readonly doc: string; readonly standard: string }> = new Map([
  ['$ORIGIN', { doc: 'What relative names end with, from here on', standard: 'RFC 1035 §5.1' }],
  [
    '$TTL',
    { doc: 'How long the records from here on may be kept in caches, where they do not say it themselves', standard: 'RFC 2308 §4' },
  ],
]);

/** Fields that the rest of the data belongs to. */
const REPEATED: ReadonlySet<FieldKind> = new Set(['types', 'strings']);

/** What comes next at the end of a text of records; null where nothing can be told: in a comment, a text, parentheses. */
export function recordPlace(records: string, origin: string | null): RecordPlace | null {
  const start = entryStart(records, records.length);
  const { tokens, end, problem } = readEntry(records, start);
  if (problem || end < records.length) return null;
  if (records.endsWith('\n')) return { part: 'owner' };
  if (records.slice(tokens.at(-1)?.end ?? start).includes(';')) return null;
  return placeBehind(tokens, origin);
}

/** The word of a text of records that an offset lies in, its ends included, and what it is; null in a comment, between words. */
export function recordWordAt(records: string, offset: number, origin: string | null): RecordWord | null {
  const { tokens } = readEntry(records, entryStart(records, offset));
  const index = tokens.findIndex(({ start, end }) => start <= offset && offset <= end);
  const place = index < 0 ? null : placeBehind(tokens.slice(0, index), origin);
  return place && { token: tokens[index]!, place };
}

/** Entries are lines, but for parentheses. */
function entryStart(records: string, offset: number): number {
  const open = records.lastIndexOf('(', offset - 1);
  const from = open > records.lastIndexOf(')', offset - 1) ? open : offset;
  return from === 0 ? 0 : records.lastIndexOf('\n', from - 1) + 1;
}

export const isTtl = (word: string): boolean => /^\d+[a-z\d]*$/i.test(word);
export const isClass = (word: string): boolean => /^(?:IN|CH|HS|CS)$/i.test(word);

function placeBehind(tokens: readonly Token[], origin: string | null): RecordPlace | null {
  if (tokens.length === 0) return { part: 'owner' };
  if (tokens[0]!.text.startsWith('$')) return null;
  const reversed = origin !== null && /in-addr\.arpa\.?$/i.test(origin);
  const standsBefore = ({ text }: Token): boolean => isTtl(text) || isClass(text);
  const ownerLeftOut = isRecordType(tokens[0]!.text) || (standsBefore(tokens[0]!) && !reversed);
  let at = ownerLeftOut ? 0 : 1;
  while (at < tokens.length && standsBefore(tokens[at]!)) at++;
  if (at === tokens.length) return { part: 'type' };
  const fields = formatOf(tokens[at]!.text.toUpperCase())?.fields ?? [];
  const count = tokens.length - at - 1;
  const field = fields[count] ?? fields.at(-1);
  return field && (count < fields.length || REPEATED.has(field.kind)) ? { part: 'data', field } : null;
}
