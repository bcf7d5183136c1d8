/** The language server as a process: over IPC for VS Code, over `--stdio` for any other editor. */
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { readLocalUri } from './local-files.ts';
import { serve } from './server.ts';
import { withoutStaleRequests } from './stale-requests.ts';

serve(createConnection(ProposedFeatures.all, withoutStaleRequests), readLocalUri, referencePage());

/** The page of the package that this program is part of: it lies in `dist/server/`, or as a source in `server/`. */
function referencePage(): string | undefined {
  const [, program] = process.argv;
  if (program === undefined || !existsSync(program)) return undefined;
  const page = ['../../../docs/language.md', '../../docs/language.md'].map((path) => join(realpathSync(program), path)).find(existsSync);
  return page && pathToFileURL(page).href;
}
