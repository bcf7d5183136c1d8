/** Formatting of a document, of a range, of the line that was just ended, and of the block that was just closed. */
import type { DocumentOnTypeFormattingParams, FormattingOptions, Range, TextDocumentIdentifier, TextEdit } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { editsWithin, type FormattingEdit, format } from '../language/formatter.ts';
import { blockClosedAt } from '../language/tree-slots.ts';
import { treeOf } from '../language/trees.ts';
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

export function formattingOnType(programs: Programs, parameters: DocumentOnTypeFormattingParams): TextEdit[] {
  const { position, ch, textDocument } = parameters;
  if (ch === '\n') {
    const above = { line: Math.max(0, position.line - 1), character: 0 };
    return formatting(programs, parameters, { start: above, end: above });
  }
  const place = programs.place(textDocument.uri, position);
  const closed = place && blockClosedAt(treeOf(place.source), place.offset);
  const start = closed ? place.document.positionAt(closed.start) : position;
  return formatting(programs, parameters, { start, end: position });
}

function toProtocol(edits: readonly FormattingEdit[], document: TextDocument): TextEdit[] {
  return edits.map(({ start, end, text }) => ({ range: rangeOf(document, start, end), newText: text }));
}
