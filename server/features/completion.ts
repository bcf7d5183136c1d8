/** Completion: what the language can put at a place, as the protocol says it. */
import { type CompletionItem, CompletionItemKind, type CompletionParams, InsertTextFormat, MarkupKind } from 'vscode-languageserver';
import { type CompletionKind, complete } from '../language/completion.ts';
import type { Programs } from '../programs.ts';
import { rangeOf } from './diagnostics.ts';

const KINDS: Record<CompletionKind, CompletionItemKind> = {
  keyword: CompletionItemKind.Keyword,
  property: CompletionItemKind.Property,
  host: CompletionItemKind.Variable,
  zone: CompletionItemKind.Module,
  mailbox: CompletionItemKind.Folder,
  parameter: CompletionItemKind.Constant,
  unit: CompletionItemKind.Unit,
  'record-type': CompletionItemKind.EnumMember,
  value: CompletionItemKind.Value,
};

export function completion(programs: Programs, { textDocument, position }: CompletionParams): CompletionItem[] {
  const place = programs.place(textDocument.uri, position);
  if (!place) return [];
  const { program, source, document, offset } = place;
  return complete(program.sources, programs.files, source.uri, offset).map(
    ({ label, kind, insertText, snippet, range, detail, doc }, i): CompletionItem => ({
      label,
      kind: KINDS[kind],
      detail,
      documentation: { kind: MarkupKind.Markdown, value: doc },
      textEdit: { range: rangeOf(document, range.start, range.end), newText: insertText },
      insertTextFormat: snippet ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
      // The language gives the likeliest first.
      sortText: String(i).padStart(5, '0'),
    }),
  );
}
