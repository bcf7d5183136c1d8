/** Same seed, same run: the fingerprint of every sample in this host is the one that the command line gets in Node. */
import * as vscode from 'vscode';
import { equal, eventually, ok } from './assert.ts';
import { codeCells, ended, errorText, open, startCell, workspaceFile } from './editor.ts';
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
      // The last cell's run is the whole program.
      const last = () => codeCells(notebook).at(-1)!;
      await startCell(notebook, last().index);
      await eventually(`${name} has run`, () => ended(last()), 60_000);
      equal(last().executionSummary?.success, true, `${name}: ${errorText(last())}`);
      const metadata = last()
        .outputs.map((output) => output.metadata as { summary?: { fingerprint: string } })
        .find((each) => each?.summary);
      equal(metadata?.summary?.fingerprint, expected[name], name);
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
    }
  }, 1_200_000);
});
