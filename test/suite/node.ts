/**
 * The suite as a small extension of its own, for an editor on a server: it runs when the window is open, and writes each line
 * and the results to files that NETSCENARIO_TEST_RESULTS names. `run` serves @vscode/test-electron, which calls it.
 */
import { appendFileSync, renameSync, writeFileSync } from 'node:fs';
import * as vscode from 'vscode';
import './all.ts';
import './restricted.ts';
import { runTests } from './runner.ts';

export async function run(): Promise<void> {
  const file = process.env.NETSCENARIO_TEST_RESULTS;
  const restricted = process.env.NETSCENARIO_TEST_RESTRICTED === '1';
  const results = await runTests(
    (line) => (file ? appendFileSync(`${file}.log`, `${line}\n`) : console.log(line)),
    (suite) => (suite === 'restricted mode') === restricted,
  );
  if (file) {
    writeFileSync(`${file}.part`, JSON.stringify(results));
    renameSync(`${file}.part`, file);
  }
  if (results.failed > 0) throw new Error(`${results.failed} failed`);
}

export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(vscode.commands.registerCommand('netscenario-test.run', run));
  if (process.env.NETSCENARIO_TEST_RESULTS) void run().catch(() => {});
}
