/** Constructs and subscribes; what differs between hosts comes in as the platform. */
import * as vscode from 'vscode';
import type { BaseLanguageClient } from 'vscode-languageclient';
import { registerCommands } from './commands.ts';
import { RunPanels } from './editor/run-panel.ts';
import { type LanguageServer, startLanguageServer } from './language-client.ts';
import { Controller } from './notebook/controller.ts';
import { connectRenderer } from './notebook/renderer.ts';
import { MarkdownSerializer, NOTEBOOK_TYPE } from './notebook/serializer.ts';
import { CellStatusBar } from './notebook/status-bar.ts';
import { Runner, type RunWorker } from './run/runner.ts';

export interface Platform {
  languageClient(context: vscode.ExtensionContext): BaseLanguageClient;
  runWorker(context: vscode.ExtensionContext): RunWorker;
}

let server: LanguageServer | undefined;

export function activate(context: vscode.ExtensionContext, platform: Platform): void {
  const runner = new Runner(() => platform.runWorker(context));
  const language = startLanguageServer(() => platform.languageClient(context));
  server = language;
  const panels = new RunPanels(runner, context.extensionUri);
  context.subscriptions.push(
    runner,
    new Controller(runner),
    vscode.workspace.registerNotebookSerializer(NOTEBOOK_TYPE, new MarkdownSerializer(), { transientOutputs: true }),
    vscode.notebooks.registerNotebookCellStatusBarItemProvider(NOTEBOOK_TYPE, new CellStatusBar()),
    connectRenderer(),
    panels,
    // What could not be read before can be read now.
    vscode.workspace.onDidGrantWorkspaceTrust(() => language.restart()),
    ...registerCommands(context, language, panels),
  );
}

export const deactivate = (): Promise<void> | undefined => server?.stop();
