/** The editor as a person uses it: open, type, run, look. */
import * as vscode from 'vscode';
import { eventually, ok } from './assert.ts';

export const NOTEBOOK_TYPE = 'netscenario-notebook';
export const OUTPUT_MIME = 'application/vnd.netscenario.run';

export function workspaceFile(name: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  ok(folder, 'the suite needs a workspace folder');
  return vscode.Uri.joinPath(folder.uri, ...name.split('/'));
}

/** A notebook of those code cells in a file of the workspace, opened as a person opens it. */
export async function notebookOf(name: string, ...cells: string[]): Promise<vscode.NotebookDocument> {
  return notebookFile(name, `# ${name}\n\n${cells.map((cell) => `\`\`\`netscenario\n${cell}\n\`\`\`\n`).join('\n')}`);
}

export async function notebookFile(name: string, text: string | Uint8Array): Promise<vscode.NotebookDocument> {
  const uri = workspaceFile(name);
  await vscode.workspace.fs.writeFile(uri, typeof text === 'string' ? new TextEncoder().encode(text) : text);
  return open(uri);
}

export async function open(uri: vscode.Uri): Promise<vscode.NotebookDocument> {
  const notebook = await vscode.workspace.openNotebookDocument(uri);
  await vscode.window.showNotebookDocument(notebook);
  return notebook;
}

export const codeCells = (notebook: vscode.NotebookDocument): vscode.NotebookCell[] =>
  notebook.getCells().filter(({ kind }) => kind === vscode.NotebookCellKind.Code);

/** Runs every cell through the command that the toolbar's button gives; done when each one ended. */
export async function runAll(notebook: vscode.NotebookDocument): Promise<vscode.NotebookCell[]> {
  await select(notebook);
  await vscode.commands.executeCommand('notebook.execute', notebook.uri);
  await eventually('all cells ran', () => codeCells(notebook).every(ended), 30_000);
  return codeCells(notebook);
}

/** Starts one cell and does not wait for its end: see `ended`. */
export async function startCell(notebook: vscode.NotebookDocument, index: number): Promise<void> {
  await select(notebook);
  void vscode.commands.executeCommand('notebook.cell.execute', { ranges: [{ start: index, end: index + 1 }], document: notebook.uri });
}

/** The kernel is chosen by the editor; the command runs nothing before that. */
export async function select(notebook: vscode.NotebookDocument): Promise<void> {
  await vscode.window.showNotebookDocument(notebook);
  await vscode.commands.executeCommand('notebook.selectKernel', { id: 'netscenario', extension: 'netscenario.netscenario' });
}

export const ended = (cell: vscode.NotebookCell): boolean => cell.executionSummary?.success !== undefined;

export const outputText = (cell: vscode.NotebookCell, mime: string): string =>
  cell.outputs
    .flatMap(({ items }) => items)
    .filter((item) => item.mime === mime)
    .map(({ data }) => new TextDecoder().decode(data))
    .join('\n');

export const errorText = (cell: vscode.NotebookCell): string => outputText(cell, 'application/vnd.code.notebook.error');

export async function edit(document: vscode.TextDocument, text: string): Promise<void> {
  const change = new vscode.WorkspaceEdit();
  change.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
  ok(await vscode.workspace.applyEdit(change), 'the edit was refused');
}

export const problems = (document: vscode.TextDocument, severity = vscode.DiagnosticSeverity.Error): vscode.Diagnostic[] =>
  vscode.languages.getDiagnostics(document.uri).filter((each) => each.severity === severity);

export const codeOf = ({ code }: vscode.Diagnostic): unknown => (typeof code === 'object' ? code.value : code);

/** Saves it, unless the editor did so by itself: an editor in a browser does a second after an edit. */
export const save = (notebook: vscode.NotebookDocument): Promise<boolean> =>
  eventually('it is saved', async () => (await notebook.save()) || !notebook.isDirty);

/** Closes its tabs; it must not be dirty, or the editor asks. */
export async function close({ uri }: vscode.NotebookDocument): Promise<void> {
  const tabs = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs)
    .filter(({ input }) => input instanceof vscode.TabInputNotebook && input.uri.toString() === uri.toString());
  ok(tabs.length > 0, `no tab shows ${uri.toString()}`);
  await vscode.window.tabGroups.close(tabs);
}

/** What is dirty is closed as it is on disk: an editor that is no extension's test host would ask about it, and wait. */
export async function closeAll(): Promise<void> {
  const tabs = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs);
  await vscode.window.tabGroups.close(tabs().filter(({ isDirty }) => !isDirty));
  for (let left = tabs().length; left > 0; left--) await vscode.commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  await eventually('all tabs are closed', () => tabs().length === 0);
}

/** Runs a command that asks something, takes what is offered, and gives what `done` finds then. */
export async function accepting<T>(command: string, what: string, done: () => T | Promise<T>): Promise<NonNullable<T>> {
  let failure: unknown;
  vscode.commands.executeCommand(command).then(
    () => {},
    (error) => {
      failure = error;
    },
  );
  return eventually(what, async () => {
    if (failure) throw failure;
    const found = await done();
    if (!found) await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
    return found;
  });
}

/** A file's bytes, once it is written whole; null before. */
export async function written(name: string): Promise<Uint8Array | null> {
  try {
    const bytes = await vscode.workspace.fs.readFile(workspaceFile(name));
    return bytes.length > 0 ? bytes : null;
  } catch {
    return null;
  }
}
