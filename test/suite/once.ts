/**
 * Opens one notebook as a newcomer would, runs all of its cells, and tells what each came to; then stays open, to be looked at.
 * The harness puts the notebook's name and the theme into `once.json` of the page's address: see scripts/start.mjs.
 */
import * as vscode from 'vscode';
import { sleep } from './assert.ts';
import { errorText, open, outputText, runAll, workspaceFile } from './editor.ts';

declare const NETSCENARIO_ONCE: { readonly notebook: string; readonly theme: string };

export async function run(): Promise<void> {
  const { notebook: name, theme } = NETSCENARIO_ONCE;
  const update = (section: string, key: string, value: unknown) =>
    vscode.workspace.getConfiguration(section).update(key, value, vscode.ConfigurationTarget.Global);
  await update('workbench', 'colorTheme', theme);
  await update('chat', 'disableAIFeatures', true);
  await update('notebook', 'globalToolbar', true);
  for (const command of [
    'workbench.action.closeAllEditors',
    'workbench.action.closeSidebar',
    'workbench.action.closePanel',
    'workbench.action.closeAuxiliaryBar',
    'notifications.clearAll',
  ]) {
    await vscode.commands.executeCommand(command);
  }
  const notebook = await open(workspaceFile(name));
  const cells = await runAll(notebook);
  const results = cells.map((cell) => {
    const metadata = cell.outputs
      .map((output) => output.metadata as { summary?: { checks: number; passed: number } })
      .find((each) => each?.summary);
    const failure = cell.executionSummary?.success === true ? null : errorText(cell) || 'it did not run';
    return {
      cell: cell.index + 1,
      // What a person would read of it: a long run has thousands of lines.
      text: outputText(cell, 'text/plain').slice(0, 20_000),
      checks: metadata?.summary?.checks ?? 0,
      passed: metadata?.summary?.passed ?? 0,
      error: failure,
    };
  });
  await vscode.commands.executeCommand('notebook.focusTop');
  await sleep(1500);
  console.log(`NETSCENARIO-RESULTS ${JSON.stringify(results)}`);
  await new Promise(() => {});
}
