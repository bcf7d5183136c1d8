/** The language server's life, and the files that it asks the editor for. */
import * as vscode from 'vscode';
import type { BaseLanguageClient, LanguageClientOptions } from 'vscode-languageclient';
import type { InitializationOptions } from '../server/initialization.ts';
import { READ_FILE_REQUEST, type ReadFileResult } from '../server/read-file.ts';
import { readNamedFile } from './files.ts';

export const clientOptions = (context: vscode.ExtensionContext): LanguageClientOptions => ({
  documentSelector: [{ language: 'netscenario' }],
  diagnosticCollectionName: 'netscenario',
  initializationOptions: {
    // The server has no file system of its own in a browser.
    readsFilesThroughClient: true,
    runCommand: 'netscenario.run',
    captureCommand: 'netscenario.capture',
    suggestCommand: 'editor.action.triggerSuggest',
    // A notebook's cells are one program: what is wrong in all of them is known at once.
    pushesDiagnostics: true,
    referenceUri: vscode.Uri.joinPath(context.extensionUri, 'docs', 'language.md').toString(),
  } satisfies InitializationOptions,
});

export interface LanguageServer {
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export function startLanguageServer(create: () => BaseLanguageClient): LanguageServer {
  let client = create();
  const start = async () => {
    client.onRequest(READ_FILE_REQUEST, async ({ uri }: { uri: string }): Promise<ReadFileResult> => {
      const content = await readNamedFile(uri);
      return content.kind === 'bytes' ? { kind: 'bytes', base64: base64(content.bytes) } : content;
    });
    try {
      await client.start();
    } catch (error) {
      vscode.window.showErrorMessage(vscode.l10n.t('The netscenario language server did not start: {0}', String(error)));
    }
  };
  let started = start();
  const stop = async () => {
    await started;
    if (client.isRunning()) await client.stop();
  };
  return {
    stop,
    restart: async () => {
      await stop();
      await client.dispose();
      client = create();
      started = start();
      await started;
    },
  };
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let i = 0; i < bytes.length; i += 0x8000) binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary);
}
