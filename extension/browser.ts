/** Entry point in the browser: the language server and a run are web workers. */
import * as vscode from 'vscode';
import { LanguageClient } from 'vscode-languageclient/browser';
import { activate as activateOn, deactivate } from './activate.ts';
import { clientOptions } from './language-client.ts';

const start = (context: vscode.ExtensionContext, name: string): Worker =>
  new Worker(vscode.Uri.joinPath(context.extensionUri, 'dist', name).toString(true));

export const activate = (context: vscode.ExtensionContext): void =>
  activateOn(context, {
    languageClient: (context) =>
      new LanguageClient('netscenario', 'netscenario', start(context, 'server/browser.js'), clientOptions(context)),
    runWorker: (context) => {
      const worker = start(context, 'run/browser.js');
      return {
        post: (message) => worker.postMessage(message),
        onMessage: (receive) => {
          worker.onmessage = ({ data }) => receive(data);
        },
        onCrash: (crashed) => {
          worker.onerror = ({ message }) => crashed(message ?? 'its worker failed');
          worker.onmessageerror = () => crashed('a message from its worker could not be read');
        },
        terminate: () => worker.terminate(),
      };
    },
  });
export { deactivate };
