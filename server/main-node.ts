/** The language server as a process: over IPC for VS Code, over `--stdio` for any other editor. */
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { formatSize } from '../engines/format.ts';
import { type FileContent, MAXIMUM_FILE_SIZE } from './language/compilation.ts';
import { serve } from './server.ts';

serve(createConnection(ProposedFeatures.all), async (uri): Promise<FileContent> => {
  if (!uri.startsWith('file:')) return { kind: 'unreadable', reason: 'only local files can be read here' };
  try {
    const path = fileURLToPath(uri);
    const { size } = await stat(path);
    if (size > MAXIMUM_FILE_SIZE) {
      return {
        kind: 'unreadable',
        reason: `the file is too large: ${formatSize(size)}; at most ${formatSize(MAXIMUM_FILE_SIZE)} are read`,
      };
    }
    return { kind: 'bytes', bytes: new Uint8Array(await readFile(path)) };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      ENOENT: 'there is no such file',
      EACCES: 'no permission to read it',
      EISDIR: 'this is a folder, not a file',
    };
    return { kind: 'unreadable', reason: reasons[code ?? ''] ?? `it cannot be read (${code ?? String(error)})` };
  }
});
