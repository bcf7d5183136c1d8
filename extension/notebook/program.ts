/**
 * A notebook's cells as one program.
 *
 * A source's URI is the notebook's own with the cell's fragment, so that relative names in a cell resolve beside the notebook,
 * whatever file system it lies on. The language server names cells the same way (server/program-uri.ts).
 */
import * as vscode from 'vscode';
import type { SourceText } from '../../server/language/compilation.ts';
import { programUri } from '../../server/program-uri.ts';

export const isScenario = (cell: vscode.NotebookCell): boolean =>
  cell.kind === vscode.NotebookCellKind.Code && cell.document.languageId === 'netscenario';

export const sourceUri = (cell: vscode.NotebookCell): string => programUri(cell.notebook.uri.toString(), cell.document.uri.toString());

/** The code cells down to that one, in document order. */
export function programDownTo(cell: vscode.NotebookCell): SourceText[] {
  return cell.notebook
    .getCells(new vscode.NotebookRange(0, cell.index + 1))
    .filter(isScenario)
    .map((each) => ({ uri: sourceUri(each), text: each.document.getText() }));
}

export function cellOf(notebook: vscode.NotebookDocument, uri: string): vscode.NotebookCell | undefined {
  return notebook.getCells().find((cell) => isScenario(cell) && sourceUri(cell) === uri);
}
