/** Plain scenario files: run beside their editor. */
import * as vscode from 'vscode';
import { equal, eventually, match, ok } from './assert.ts';
import { workspaceFile } from './editor.ts';
import { suite, test } from './runner.ts';

interface FileRun {
  readonly kind: string;
  readonly summary: { readonly checks: number; readonly passed: number } | null;
  readonly failure: string;
}

async function run(name: string, text?: string): Promise<FileRun> {
  const uri = workspaceFile(name);
  if (text !== undefined) await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  await vscode.window.showTextDocument(uri);
  return (await vscode.commands.executeCommand('netscenario.run', uri)) as FileRun;
}

const panels = (): vscode.Tab[] =>
  vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith('netscenario.run'));

suite('scenario files', () => {
  test('Run Scenario runs a file and shows the run beside it', async () => {
    const { kind, summary, failure } = await run('samples/mail-walkthrough.netscenario');
    equal(kind, 'ran', failure);
    ok(summary && summary.checks > 0, 'checks');
    equal(summary.passed, summary.checks, 'checks passed');
    const [panel] = await eventually('a panel', () => (panels().length > 0 ? panels() : null));
    match(panel!.label, /mail-walkthrough\.netscenario/);
    ok(panel!.group !== vscode.window.tabGroups.activeTabGroup || vscode.window.tabGroups.all.length === 1, 'the editor keeps the focus');
  });

  test('the same file has one panel, however often it runs', async () => {
    const before = panels().length;
    await run('samples/mail-walkthrough.netscenario');
    equal(panels().length, before);
  });

  test('a file with errors says so; mended and saved, it runs', async () => {
    const sound = 'host pc\nzone example.org on ns.example.org { www A 192.0.2.80 }\npc resolves www.example.org A\n';
    const { kind, failure } = await run('mended.netscenario', sound.replace('resolves', 'resolvs'));
    equal(kind, 'rejected');
    match(failure, /Not run: this file has an error/);
    const document = await vscode.workspace.openTextDocument(workspaceFile('mended.netscenario'));
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), sound);
    await vscode.workspace.applyEdit(edit);
    await document.save();
    // Saving starts a run of its own, which may take the place of this one.
    await eventually('the mended file has run', async () => {
      const again = (await vscode.commands.executeCommand('netscenario.run', document.uri)) as FileRun;
      return again.kind === 'ran';
    });
  });
});
