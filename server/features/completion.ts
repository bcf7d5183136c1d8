/** Completion: what the language can put at a place, as the protocol says it. */
import {
  type CompletionItem,
  CompletionItemKind,
  type CompletionList,
  type CompletionParams,
  InsertTextFormat,
} from 'vscode-languageserver';
import { type ClientSupport, markup } from '../client-support.ts';
import type { InitializationOptions } from '../initialization.ts';
import * as language from '../language/completion.ts';
import { fileNameAt, fileNames } from '../language/file-names.ts';
import { indexOfSource } from '../language/locate.ts';
import { holdsInOrder } from '../language/spelling.ts';
import { type NamedFiles, same } from '../named-files.ts';
import type { Programs } from '../programs.ts';
import { rangeOf } from '../ranges.ts';

const KINDS: Record<language.CompletionKind, CompletionItemKind> = {
  keyword: CompletionItemKind.Keyword,
  property: CompletionItemKind.Property,
  host: CompletionItemKind.Variable,
  zone: CompletionItemKind.Module,
  mailbox: CompletionItemKind.Folder,
  film: CompletionItemKind.Class,
  parameter: CompletionItemKind.Constant,
  unit: CompletionItemKind.Unit,
  'record-type': CompletionItemKind.EnumMember,
  value: CompletionItemKind.Value,
  file: CompletionItemKind.File,
  folder: CompletionItemKind.Folder,
};

/** Items of one answer. A list of thousands of hosts is cut to those that begin with what is typed, and asked for again at the next key. */
const MAXIMUM_ITEMS = 300;

export async function completion(
  programs: Programs,
  files: Pick<NamedFiles, 'entriesOf'>,
  { textDocument, position }: CompletionParams,
  { snippets, markdown }: ClientSupport,
  { suggestCommand }: InitializationOptions,
): Promise<CompletionList> {
  const place = programs.place(textDocument.uri, position);
  if (!place) return { isIncomplete: false, items: [] };
  const { program, source, document, offset } = place;
  const analysis = programs.recentAnalysis(program);
  const name = fileNameAt(source, offset, analysis.program.sources[indexOfSource(analysis, source.uri)]?.tree ?? null);
  const own = program.uri.replace(/[?#].*$/, '');
  const all = name
    ? fileNames(name, await files.entriesOf(name.folder), (uri) => same(uri, own))
    : language.complete(analysis, source, offset);
  const shown = all.length > MAXIMUM_ITEMS ? fitting(all, source.text.slice(all[0]!.range.start, offset)).slice(0, MAXIMUM_ITEMS) : all;
  const items = shown.map(
    ({ label, kind, insertText, snippet, range, detail, doc }, i): CompletionItem => ({
      label,
      kind: KINDS[kind],
      detail,
      documentation: markup(doc, markdown.completion),
      textEdit: { range: rangeOf(document, range.start, range.end), newText: snippet && !snippets ? label : insertText },
      insertTextFormat: snippet && snippets ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
      // A slash that is taken, and not typed, asks for nothing.
      ...(kind === 'folder' && suggestCommand !== undefined && { command: { title: 'Complete what lies in it', command: suggestCommand } }),
      // The language gives the likeliest first.
      sortText: String(i).padStart(5, '0'),
    }),
  );
  return { isIncomplete: all.length > MAXIMUM_ITEMS, items };
}

/** Those whose label holds the typed characters in their order, as editors match; those that begin with them first. */
function fitting(items: readonly language.CompletionItem[], written: string): readonly language.CompletionItem[] {
  const typed = written.toLowerCase();
  if (typed === '') return items;
  const beginning: language.CompletionItem[] = [];
  const others: language.CompletionItem[] = [];
  for (const item of items) {
    const label = item.label.toLowerCase();
    if (label.startsWith(typed)) beginning.push(item);
    else if (holdsInOrder(label, typed)) others.push(item);
  }
  return [...beginning, ...others];
}
