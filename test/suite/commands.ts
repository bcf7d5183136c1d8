/** The commands of the palette, through the dialogs that a person sees. */
import * as vscode from 'vscode';
import { equal, match, ok } from './assert.ts';
import { accepting, codeCells, errorText, NOTEBOOK_TYPE, notebookOf, runAll, workspaceFile, written } from './editor.ts';
import { suite, test } from './runner.ts';

const WORLD = 'scenario "Exported"\nhost alice-pc\nzone example.org on ns.example.org { www A 192.0.2.80 }';
const LOOKUP = 'alice-pc resolves www.example.org A';

suite('commands', () => {
  test('Open Samples opens a sample as a notebook of its own, which runs', async () => {
    const before = new Set(vscode.workspace.notebookDocuments);
    const notebook = await accepting('netscenario.openSamples', 'a sample is open', () => {
      const shown = vscode.window.activeNotebookEditor?.notebook;
      return shown && !before.has(shown) ? shown : null;
    });
    equal(notebook.notebookType, NOTEBOOK_TYPE);
    ok(notebook.isUntitled, 'what is installed is not edited');
    ok(codeCells(notebook).length > 1, 'code cells');
    const cells = await runAll(notebook);
    equal(cells[cells.length - 1]!.executionSummary?.success, true, errorText(cells[cells.length - 1]!));
  });

  test('Open Samples puts a sample with the files that it names into a folder of its own, where it runs', async () => {
    const name = 'network/02-faults.netscenario.md';
    const opened = async () => (await vscode.commands.executeCommand('netscenario.openSamples', name)) as vscode.NotebookDocument;
    const notebook = await opened();
    equal(notebook.uri.toString(), workspaceFile('02-faults/02-faults.netscenario.md').toString());
    ok((await written('02-faults/train.csv')) !== null, 'the trace lies beside it');
    const cells = await runAll(notebook);
    equal(cells.map(errorText).join(''), '');
    equal((await opened()).uri.toString(), workspaceFile('02-faults-2/02-faults.netscenario.md').toString());
  });

  test('Export Capture writes the last run as pcapng', async () => {
    await runAll(await notebookOf('exported.netscenario.md', WORLD, LOOKUP));
    const bytes = await accepting('netscenario.exportCapture', 'a capture', () => written('exported.pcapng'));
    equal([...bytes.subarray(0, 4)], [0x0a, 0x0d, 0x0d, 0x0a], 'section header');
    ok(bytes.length > 500, `packets in ${bytes.length} bytes`);
  });

  test('Capture runs a file and writes what went over its lines', async () => {
    const uri = workspaceFile('captured.netscenario');
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(`${WORLD}\n${LOOKUP}\n`));
    await vscode.window.showTextDocument(uri);
    const bytes = await accepting('netscenario.capture', 'a capture', () => written('captured.pcapng'));
    equal([...bytes.subarray(0, 4)], [0x0a, 0x0d, 0x0d, 0x0a], 'section header');
    ok(bytes.length > 500, `packets in ${bytes.length} bytes`);
  });

  test('Export HTML Report writes a page that needs nothing else', async () => {
    await runAll(await notebookOf('told.netscenario.md', WORLD, LOOKUP));
    const page = new TextDecoder().decode(await accepting('netscenario.exportReport', 'a report', () => written('told.html')));
    match(page, /^<!doctype html>/i);
    match(page, /Exported/);
    match(page, /www\.example\.org/);
    equal(page.match(/class="cell"/g)?.length, 2, 'cells');
    equal(page.match(/data-focus="\d"/g)?.length, 2, 'outputs below them');
    ok(!/<script[^>]+src=|<link[^>]+href="http/i.test(page), 'nothing is loaded from elsewhere');
  });

  test('an export without a run says what to do first', async () => {
    const notebook = await notebookOf('unrun.netscenario.md', WORLD);
    await vscode.window.showNotebookDocument(notebook);
    await vscode.commands.executeCommand('netscenario.exportCapture');
    equal(await written('unrun.pcapng'), null);
  });
});
