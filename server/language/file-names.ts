/** Names of files, while they are written: which folder is looked in, what fits there, and how it is put into the text. */
import type { FolderEntry, SourceText, TextRange } from './compilation.ts';
import type { CompletionItem } from './completion.ts';
import type { Entry, Property, Slot } from './entry.ts';
import { expectedAt } from './parser/expectation.ts';
import type { State } from './pattern.ts';
import type { SyntaxTree } from './syntax.ts';
import { resolveUri } from './uri.ts';

/** A line is looked at so far back. */
const MAXIMUM_LINE = 4_000;

/** A name in quotes, as far as it is written. */
export interface FileNamePlace {
  /** URI of the folder whose entries can follow, with a slash at its end. */
  readonly folder: string;
  /** The part behind the last slash, up to the next one or the closing quote. */
  readonly range: TextRange;
  /** What is typed of it. */
  readonly typed: string;
  /** Nothing but the name's beginning is written: what looks like a scheme is not read as one behind `./`. */
  readonly isFirst: boolean;
  readonly isClosed: boolean;
  readonly endings: readonly string[];
}

/** The name that is written at an offset; null elsewhere. `before` is a syntax tree of the text or of an earlier state of it. */
export function fileNameAt({ uri, text }: SourceText, offset: number, before: SyntaxTree | null): FileNamePlace | null {
  const quote = openQuote(text, offset);
  if (quote < 0) return null;
  const written = text.slice(quote + 1, offset);
  // An escape: the name has a character that no path needs.
  if (written.includes('\\')) return null;
  const slot = fileSlot(text, quote, before);
  if (!slot) return null;
  const start = quote + 1 + written.lastIndexOf('/') + 1;
  const above = text.slice(quote + 1, start);
  const folder = resolveUri(uri, above === '' ? './' : above);
  if (!folder.ok) return null;
  const rest = /^([^"/\\\r\n]*)[^"\r\n]*"/.exec(text.slice(offset, offset + MAXIMUM_LINE));
  return {
    folder: folder.uri.endsWith('/') ? folder.uri : `${folder.uri}/`,
    range: { start, end: offset + (rest ? rest[1]!.length : 0) },
    typed: text.slice(start, offset),
    isFirst: above === '',
    isClosed: rest !== null,
    endings: slot.endings,
  };
}

/** Where the text in quotes begins that is open at the offset, on its line; −1 where none is. */
function openQuote(text: string, offset: number): number {
  const line = text.lastIndexOf('\n', offset - 1) + 1;
  if (offset - line > MAXIMUM_LINE) return -1;
  let open = -1;
  for (let i = line; i < offset; i++) {
    const sign = text[i];
    if (open >= 0) {
      if (sign === '\\') i++;
      else if (sign === '"') open = -1;
    } else if (sign === '"') {
      if (text.startsWith('"""', i)) return -1;
      open = i;
    } else if (text.startsWith('//', i)) return -1;
  }
  return open;
}

/** The slot that a text at this place fills, if it is one for the name of a real file. */
function fileSlot(text: string, at: number, before: SyntaxTree | null): Slot<unknown> | undefined {
  const { slot, states } = expectedAt(text, at, before);
  const slots = slot ? [slot] : states.flatMap((state: State<Entry | Property>) => state.slots.map((edge) => edge.slot));
  return slots.find(({ meaning }) => meaning === 'file');
}

/**
 * What fits of the entries of the folder, in their order, folders behind the files: names that begin with a dot only where one is
 * typed, none that a text in quotes could not hold. `isSelf`: whether a URI is that of the document that is written, which names
 * itself nowhere.
 */
export function fileNames(place: FileNamePlace, entries: readonly FolderEntry[], isSelf: (uri: string) => boolean): CompletionItem[] {
  const { folder, range, typed, isFirst, isClosed, endings } = place;
  const item = (name: string, isFolder: boolean): CompletionItem => ({
    label: isFolder ? `${name}/` : name,
    kind: isFolder ? 'folder' : 'file',
    insertText: `${asWritten(name, isFirst)}${isFolder ? '/' : isClosed ? '' : '"'}`,
    snippet: false,
    range,
    detail: '',
    doc: '',
  });
  const shown = entries.filter(({ name }) => (!name.startsWith('.') || typed.startsWith('.')) && !/["\\\p{Cc}]/u.test(name));
  const fits = (name: string): boolean => endings.length === 0 || endings.some((ending) => name.toLowerCase().endsWith(ending));
  const isOther = (name: string): boolean => !isSelf(`${folder}${encodeURIComponent(name)}`);
  return [
    ...shown.filter(({ name, folder: isFolder }) => !isFolder && fits(name) && isOther(name)).map(({ name }) => item(name, false)),
    ...shown.filter(({ folder: isFolder }) => isFolder).map(({ name }) => item(name, true)),
  ];
}

/** A percent sign that could be taken for an escape is one; what looks like a scheme has `./` in front. */
function asWritten(name: string, isFirst: boolean): string {
  const path = name.replace(/%(?=[0-9A-Fa-f]{2})/g, '%25');
  return isFirst && /^[A-Za-z][A-Za-z0-9+.-]+:/.test(path) ? `./${path}` : path;
}
