/** Same seed, same run: the fingerprint of every sample in this host is the one that the command line gets in Node. */
import * as vscode from 'vscode';
import { equal, ok } from './assert.ts';
import { codeCells, errorText, open, runAll, workspaceFile } from './editor.ts';
import { suite, test } from './runner.ts';

suite('fingerprints', () => {
  test('every sample runs to the same fingerprint as on the command line', async () => {
    const expected = JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(workspaceFile('fingerprints.json')))) as Record<
      string,
      string
    >;
    const names = Object.keys(expected);
    ok(names.length > 0, 'there are samples');
    for (const name of names) {
      const notebook = await open(workspaceFile(name));
      const cells = codeCells(notebook);
      const last = (await runAll(notebook))[cells.length - 1]!;
      equal(last.executionSummary?.success, true, `${name}: ${errorText(last)}`);
      const metadata = last.outputs.map((output) => output.metadata as { summary?: { fingerprint: string } }).find((each) => each?.summary);
      equal(metadata?.summary?.fingerprint, expected[name], name);
    }
  });
});
