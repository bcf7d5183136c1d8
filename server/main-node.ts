/** The language server as a process: over IPC for VS Code, over `--stdio` for any other editor. */
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { connectionOptions } from './connection-options.ts';
import { readLocalUri, referencePage } from './local-files.ts';
import { serve } from './server.ts';

serve(createConnection(ProposedFeatures.all, connectionOptions()), readLocalUri, referencePage(process.argv[1]));
