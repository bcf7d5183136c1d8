/** The language server as a web worker. */
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { connectionOptions } from './connection-options.ts';
import { serve } from './server.ts';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
serve(createConnection(new BrowserMessageReader(scope), new BrowserMessageWriter(scope), connectionOptions()), async () => ({
  kind: 'unreadable',
  reason: 'the editor does not read files for the language server',
}));
