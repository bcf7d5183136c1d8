/** Notebooks on disk: read, shown, saved byte for byte; refused where they are no text. */
import * as vscode from 'vscode';
import { equal, eventually, match, ok } from './assert.ts';
import { codeCells, edit, NOTEBOOK_TYPE, notebookFile, open, outputText, runAll, save, workspaceFile } from './editor.ts';
import { suite, test } from './runner.ts';

const encoder = new TextEncoder();
const bytesOf = async (uri: vscode.Uri): Promise<string> =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(await vscode.workspace.fs.readFile(uri));

const odd =
  '\ufeff\r\n# Title\r\n\r\nprose   \r\n~~~~ netscenario  collapsed=1 \r\nhost a\r\n\r\n~~~~\r\n\r\n\r\n  ```netscenario\r\n  host b\r\n  ```\r\ntail\r\n```js\r\nx\r\n```\r\n```netscenario\r\nhost c';

suite('notebooks', () => {
  test('a file named NAME.netscenario.md is a notebook', async () => {
    const notebook = await open(workspaceFile('samples/01-mail-walkthrough.netscenario.md'));
    equal(notebook.notebookType, NOTEBOOK_TYPE);
    ok(codeCells(notebook).length > 1, 'code cells');
    equal(codeCells(notebook)[0]!.document.languageId, 'netscenario');
    equal(notebook.cellAt(0).kind, vscode.NotebookCellKind.Markup);
    equal(vscode.window.activeNotebookEditor?.notebook.uri.toString(), notebook.uri.toString(), 'the editor that is shown');
  });

  test('saving after an edit that was undone writes the identical bytes', async () => {
    const notebook = await notebookFile('odd.netscenario.md', encoder.encode(odd));
    const { document } = codeCells(notebook)[0]!;
    const before = document.getText();
    await edit(document, 'something else');
    await edit(document, before);
    ok(notebook.isDirty, 'an edit makes it dirty');
    await save(notebook);
    equal(await bytesOf(notebook.uri), odd);
  });

  test('an edited cell changes its own lines and no others', async () => {
    const notebook = await notebookFile('edited.netscenario.md', encoder.encode(odd));
    await edit(codeCells(notebook)[1]!.document, 'host bob');
    await save(notebook);
    equal(await bytesOf(notebook.uri), odd.replace('  host b\r\n', '  host bob\r\n'));
  });

  test('new cells are written in fences and read back', async () => {
    const notebook = await notebookFile('new.netscenario.md', 'Only prose');
    const change = new vscode.WorkspaceEdit();
    const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, 'host a // ```', 'netscenario');
    change.set(notebook.uri, [vscode.NotebookEdit.insertCells(1, [cell])]);
    ok(await vscode.workspace.applyEdit(change), 'the edit was refused');
    await save(notebook);
    equal(await bytesOf(notebook.uri), 'Only prose\n\n````netscenario\nhost a // ```\n````\n');
  });

  test('code in another language is kept as its own block', async () => {
    const notebook = await notebookFile('python.netscenario.md', 'Prose\n\n```netscenario\nhost a\n```\n\nMore\n');
    await vscode.languages.setTextDocumentLanguage(codeCells(notebook)[0]!.document, 'python');
    await eventually('the cell is Python', () => codeCells(notebook)[0]?.document.languageId === 'python');
    const change = new vscode.WorkspaceEdit();
    const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, '# ```\nx = 1', 'javascript');
    change.set(notebook.uri, [vscode.NotebookEdit.insertCells(3, [cell])]);
    ok(await vscode.workspace.applyEdit(change), 'the edit was refused');
    await save(notebook);
    const written = await bytesOf(notebook.uri);
    match(written, /^Prose\n\n[\s\S]*```python\nhost a\n```\n[\s\S]*More\n[\s\S]*````javascript\n# ```\nx = 1\n````\n$/);
    ok(!written.includes('```netscenario'), 'no scenario is left');
  });

  for (const [name, file, reason] of [
    ['a binary file', 'binary.netscenario.md', /not text in UTF-8|NUL/],
    ['a file of 50 MB', 'large.netscenario.md', /too large/],
    ['a file with NUL bytes', 'nul.netscenario.md', /NUL/],
  ] as const) {
    test(`${name} is refused with the reason, and never opened as an empty notebook`, async () => {
      const uri = workspaceFile(file);
      if (file.startsWith('nul')) await vscode.workspace.fs.writeFile(uri, encoder.encode('# Title\n\0\n'));
      const before = await vscode.workspace.fs.stat(uri);
      let opened: vscode.NotebookDocument | undefined;
      let message = '';
      try {
        opened = await vscode.workspace.openNotebookDocument(uri);
      } catch (error) {
        message = error instanceof Error ? error.message : String(error);
      }
      ok(!opened, `it was opened with ${opened?.cellCount} cells`);
      match(message, reason, 'reason');
      equal((await vscode.workspace.fs.stat(uri)).size, before.size, 'size of the file');
    });
  }

  test('the command makes a new notebook whose cells run', async () => {
    const notebook = await vscode.commands.executeCommand<vscode.NotebookDocument>('netscenario.newNotebook');
    equal(notebook.notebookType, NOTEBOOK_TYPE);
    ok(notebook.isUntitled, 'untitled');
    ok(notebook.uri.path.endsWith('.netscenario.md'), `named as a notebook: ${notebook.uri.path}`);
    equal(codeCells(notebook).length, 1);
    const [cell] = await runAll(notebook);
    ok(outputText(cell!, 'text/plain').includes('192.0.2.80'), 'its cell ran');
    const another = await vscode.commands.executeCommand<vscode.NotebookDocument>('netscenario.newNotebook');
    ok(another.uri.path !== notebook.uri.path, 'a second one has a name of its own');
    const folder = vscode.workspace.workspaceFolders![0]!.uri;
    const taken = vscode.Uri.joinPath(folder, 'scenario-3.netscenario.md');
    await vscode.workspace.fs.writeFile(taken, new TextEncoder().encode('# Mine\n'));
    try {
      const third = await vscode.commands.executeCommand<vscode.NotebookDocument>('netscenario.newNotebook');
      ok(!third.uri.path.endsWith('scenario-3.netscenario.md'), 'a file that is there is not what saving would overwrite');
    } finally {
      await vscode.workspace.fs.delete(taken);
    }
  });
});
