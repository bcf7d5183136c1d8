/** The language server as a process: over IPC for VS Code, over `--stdio` for any other editor. */
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { readLocalUri, referencePage } from './local-files.ts';
import { serve } from './server.ts';
import { withoutStaleRequests } from './stale-requests.ts';

serve(createConnection(ProposedFeatures.all, withoutStaleRequests), readLocalUri, referencePage(process.argv[1]));
