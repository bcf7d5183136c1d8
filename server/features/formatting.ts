/** Formatting of a document, of a range, and of the line that was just ended. */
import type { FormattingOptions, Range, TextDocumentIdentifier, TextEdit } from 'vscode-languageserver';
import { editsWithin, format } from '../language/formatter.ts';
import type { Programs } from '../programs.ts';
import { rangeOf } from './diagnostics.ts';

/** `range`: its lines alone. */
export function formatting(
  programs: Programs,
  { textDocument, options }: { readonly textDocument: TextDocumentIdentifier; readonly options: FormattingOptions },
  range?: Range,
): TextEdit[] {
  const place = programs.place(textDocument.uri, range?.start ?? { line: 0, character: 0 });
  if (!place) return [];
  const { document, source } = place;
  const { tabSize, insertSpaces, insertFinalNewline = false } = options;
  // A cell of a notebook ends where its text ends.
  const isFile = place.program.uri === document.uri;
  const all = format(source, { tabSize, insertSpaces, insertFinalNewline: insertFinalNewline && isFile });
  const edits = range ? editsWithin(all, source.text, { start: document.offsetAt(range.start), end: document.offsetAt(range.end) }) : all;
  return edits.map(({ start, end, text }) => ({ range: rangeOf(document, start, end), newText: text }));
}
