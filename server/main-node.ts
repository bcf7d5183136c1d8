/** The language server as a process: over IPC for VS Code, over `--stdio` for any other editor. */
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { readLocalUri, referencePage } from './local-files.ts';
import { inProtocolOrder } from './protocol-order.ts';
import { serve } from './server.ts';
import { withoutStaleRequests } from './stale-requests.ts';

const options = { ...withoutStaleRequests, ...inProtocolOrder() };
serve(createConnection(ProposedFeatures.all, options), readLocalUri, referencePage(process.argv[1]));
