/** The language server as a web worker. */
import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { inProtocolOrder } from './protocol-order.ts';
import { serve } from './server.ts';
import { withoutStaleRequests } from './stale-requests.ts';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
const options = { ...withoutStaleRequests, ...inProtocolOrder() };
serve(createConnection(new BrowserMessageReader(scope), new BrowserMessageWriter(scope), options), async () => ({
  kind: 'unreadable',
  reason: 'the editor does not read files for the language server',
}));
