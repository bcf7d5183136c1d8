/** Places in documents, as the protocol says them. */
import type { Position, Range } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';

/** Of a document. */
export const START: Position = { line: 0, character: 0 };

/** From the offsets that the language counts. */
export const rangeOf = (document: TextDocument, start: number, end: number): Range => ({
  start: document.positionAt(start),
  end: document.positionAt(end),
});
