/** Formatting of a document, of a range, and of the line that was just ended. */
import type { FormattingOptions, Range, TextDocumentIdentifier, TextEdit } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { editsWithin, type FormattingEdit, format } from '../language/formatter.ts';
import type { Programs } from '../programs.ts';
import { rangeOf } from '../ranges.ts';

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
  if (!range) return toProtocol(all, document);
  const start = document.offsetAt(range.start);
  // A range of whole lines ends where the next one begins, which is not part of it.
  const end = Math.max(start, document.offsetAt(range.end) - (range.end.character === 0 && range.end.line > range.start.line ? 1 : 0));
  return toProtocol(editsWithin(all, source.text, { start, end }), document);
}

function toProtocol(edits: readonly FormattingEdit[], document: TextDocument): TextEdit[] {
  return edits.map(({ start, end, text }) => ({ range: rangeOf(document, start, end), newText: text }));
}
