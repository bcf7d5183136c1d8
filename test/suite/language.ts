/** What the language server shows in files and cells. */
import * as vscode from 'vscode';
import { equal, eventually, match, ok } from './assert.ts';
import { codeCells, codeOf, edit, notebookOf, problems, workspaceFile } from './editor.ts';
import { suite, test } from './runner.ts';

const textOf = (document: vscode.TextDocument, range: vscode.Range): string => document.getText(range);

suite('language', () => {
  test('a file shows its errors, and loses them when they are mended', async () => {
    const uri = workspaceFile('typed.netscenario');
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode('host alice\nhost {\n'));
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    equal(document.languageId, 'netscenario', 'language');
    const [problem] = await eventually('an error', () => (problems(document).length > 0 ? problems(document) : null));
    equal(problem!.range.start.line, 1, 'line of the error');
    equal(problem!.source, 'netscenario');
    await edit(document, 'host alice\n');
    await eventually('no error', () => problems(document).length === 0);
  });

  test('what a cell declares is known below it, and not above', async () => {
    const notebook = await notebookOf(
      'below.netscenario.md',
      'alice resolves www.example.org A',
      'host alice',
      'alice resolves www.example.org A',
    );
    const [first, second, third] = codeCells(notebook).map(({ document }) => document);
    await eventually('the first cell knows no alice', () => problems(first!).length === 1);
    equal(problems(second!).map(codeOf), [], 'errors of the second cell');
    equal(problems(third!).map(codeOf), [], 'errors of the third cell');
  });

  test('two notebooks never see each other', async () => {
    await notebookOf('one.netscenario.md', 'host alice');
    const other = await notebookOf('two.netscenario.md', 'alice resolves www.example.org A');
    await eventually('an unknown host', () => problems(codeCells(other)[0]!.document).length === 1);
  });

  test('an unknown host is underlined exactly, and the quick fix mends it', async () => {
    const notebook = await notebookOf('fix.netscenario.md', 'host alice-pc', 'alice-pd resolves www.example.org A');
    const { document } = codeCells(notebook)[1]!;
    const [problem] = await eventually('an error', () => (problems(document).length > 0 ? problems(document) : null));
    equal(codeOf(problem!), 'unknown-host');
    equal(textOf(document, problem!.range), 'alice-pd', 'underlined');
    match(problem!.message, /alice-pd/);
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      problem!.range,
      'quickfix',
    );
    const action = actions.find(({ title }) => title.includes('alice-pc'));
    ok(action?.edit, `a quick fix for alice-pc among ${JSON.stringify(actions.map(({ title }) => title))}`);
    ok(await vscode.workspace.applyEdit(action.edit), 'the fix was refused');
    equal(document.getText(), 'alice-pc resolves www.example.org A');
    await eventually('no error', () => problems(document).length === 0);
  });

  test('completion knows the hosts of the cells above', async () => {
    const notebook = await notebookOf('complete.netscenario.md', 'host alice-pc\nhost bob-phone', 'al');
    const { document } = codeCells(notebook)[1]!;
    const list = await eventually('completion', async () => {
      const found = await vscode.commands.executeCommand<vscode.CompletionList>(
        'vscode.executeCompletionItemProvider',
        document.uri,
        new vscode.Position(0, 2),
      );
      const labels = found.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
      return labels.includes('alice-pc') ? labels : null;
    });
    ok(list.includes('host'), 'statements are offered, too');
  });

  test('hover tells what a word means', async () => {
    const notebook = await notebookOf('hover.netscenario.md', 'host alice-pc { latency 20 ms }');
    const { document } = codeCells(notebook)[0]!;
    const at = new vscode.Position(0, document.getText().indexOf('latency') + 2);
    const text = await eventually('hover', async () => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', document.uri, at);
      const shown = hovers.flatMap(({ contents }) => contents).map((content) => (typeof content === 'string' ? content : content.value));
      return shown.join('\n') || null;
    });
    match(text, /delay|latency/i);
  });

  test('a file that changes on disk is read again', async () => {
    const zone = workspaceFile('changing.zone');
    const write = (text: string) => vscode.workspace.fs.writeFile(zone, new TextEncoder().encode(text));
    await write('$ORIGIN example.org.\n$TTL 300\n@ IN SOA ns admin 1 2 3 4 5\n@ IN NS ns\nns IN A 192.0.2.1\nwww IN A\n');
    const notebook = await notebookOf('changing.netscenario.md', 'zone example.org on ns.example.org { from "changing.zone" }');
    const { document } = codeCells(notebook)[0]!;
    await eventually('the truncated zone file is told', () => problems(document).length > 0);
    await write('$ORIGIN example.org.\n$TTL 300\n@ IN SOA ns admin 1 2 3 4 5\n@ IN NS ns\nns IN A 192.0.2.1\nwww IN A 192.0.2.2\n');
    await eventually('no error any more', () => problems(document).length === 0);
  });
});
