/** Entry point on the desktop and on servers: the language server is a process, a run is a thread. */
import { Worker } from 'node:worker_threads';
import * as vscode from 'vscode';
import { LanguageClient, TransportKind } from 'vscode-languageclient/node';
import { activate as activateOn, deactivate } from './activate.ts';
import { clientOptions } from './language-client.ts';

const file = (context: vscode.ExtensionContext, name: string): string => vscode.Uri.joinPath(context.extensionUri, 'dist', name).fsPath;

export const activate = (context: vscode.ExtensionContext): void =>
  activateOn(context, {
    languageClient: (context) =>
      new LanguageClient(
        'netscenario',
        'netscenario',
        { module: file(context, 'server/node.cjs'), transport: TransportKind.ipc },
        clientOptions(context),
      ),
    runWorker: (context) => {
      const worker = new Worker(file(context, 'run/node.cjs'));
      let ended = false;
      return {
        post: (message) => worker.postMessage(message),
        onMessage: (receive) => void worker.removeAllListeners('message').on('message', receive),
        onCrash: (crashed) => {
          worker.removeAllListeners('error').on('error', (error) => crashed(error.message));
          worker.removeAllListeners('exit').on('exit', (code) => ended || crashed(`exit code ${code}`));
        },
        terminate: () => {
          ended = true;
          void worker.terminate();
        },
      };
    },
  });
export { deactivate };
