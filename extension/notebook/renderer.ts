/** What the notebook renderer asks of the editor: to show where in the scenario something was said. */
import * as vscode from 'vscode';
import type { RevealMessage } from '../../notebook-renderer/app.tsx';
import { cellOf } from './program.ts';

const RENDERER = 'netscenario-run';

export function connectRenderer(): vscode.Disposable {
  const messaging = vscode.notebooks.createRendererMessaging(RENDERER);
  return messaging.onDidReceiveMessage(({ editor, message }) => {
    if (isReveal(message)) void reveal(editor, message);
  });
}

/** Anything else that comes from the renderer's frame is ignored. */
export function isReveal(message: unknown): message is RevealMessage {
  const { type, uri, start, end } = (message ?? {}) as Partial<RevealMessage>;
  return type === 'reveal' && typeof uri === 'string' && Number.isInteger(start) && Number.isInteger(end);
}

/** Selects that range of the cell, or of the file that the program imported. */
export async function reveal(editor: vscode.NotebookEditor, place: Pick<RevealMessage, 'uri' | 'start' | 'end'>): Promise<void> {
  const cell = cellOf(editor.notebook, place.uri);
  const document = cell ? cell.document : await vscode.workspace.openTextDocument(vscode.Uri.parse(place.uri, true));
  const selection = new vscode.Range(document.positionAt(place.start), document.positionAt(place.end));
  if (cell) {
    const range = new vscode.NotebookRange(cell.index, cell.index + 1);
    editor.selections = [range];
    editor.revealRange(range, vscode.NotebookEditorRevealType.InCenterIfOutsideViewport);
  }
  const shown = await vscode.window.showTextDocument(document, { selection, preserveFocus: false });
  shown.revealRange(selection);
}
