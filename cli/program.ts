/** Reads a program (a scenario file, or the cells of a notebook) and the files it names, and compiles it. */
import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { formatSize } from '../engines/format.ts';
import { type Compilation, type FileContent, MAXIMUM_FILE_SIZE, type SourceText } from '../server/language/compilation.ts';
import { compile } from '../server/language/compile.ts';
import { parseNotebook } from '../server/language/notebook.ts';
import { Complaint } from './complaint.ts';

export interface Program {
  readonly path: string;
  readonly sources: readonly SourceText[];
  readonly compilation: Compilation;
  /** Lines before each source within the file it came from: a notebook's cell begins somewhere in it. */
  readonly firstLines: readonly number[];
}

/** Throws a Complaint for a program file that cannot be read; what it names and cannot be read becomes a diagnostic. */
export async function loadProgram(path: string): Promise<Program> {
  const content = await readContent(path);
  if (content.kind === 'unreadable') throw new Complaint(`${path}: ${content.reason}`);
  const uri = pathToFileURL(path).href;
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content.bytes);
  } catch {
    throw new Complaint(`${path}: this is no text in UTF-8`);
  }
  const cells = path.endsWith('.md')
    ? parseNotebook(text).cells.filter((cell) => cell.kind === 'code')
    : [{ text: text.replace(/^\ufeff/, ''), line: 0 }];
  const sources = cells.map((cell, i) => ({
    uri: cells.length > 1 || path.endsWith('.md') ? `${uri}#cell-${i + 1}` : uri,
    text: cell.text,
  }));
  return { path, sources, firstLines: cells.map((cell) => cell.line), compilation: await compileWithFiles(sources) };
}

async function compileWithFiles(sources: readonly SourceText[]): Promise<Compilation> {
  const files = new Map<string, FileContent>();
  for (;;) {
    const compilation = compile(sources, files);
    if (compilation.missing.length === 0) return compilation;
    for (const uri of compilation.missing) {
      files.set(
        uri,
        uri.startsWith('file:')
          ? await readContent(fileURLToPath(uri))
          : { kind: 'unreadable', reason: 'only local files can be read here' },
      );
    }
  }
}

async function readContent(path: string): Promise<FileContent> {
  try {
    const { size } = await stat(path);
    if (size > MAXIMUM_FILE_SIZE)
      return {
        kind: 'unreadable',
        reason: `the file is too large: ${formatSize(size)}; at most ${formatSize(MAXIMUM_FILE_SIZE)} are read`,
      };
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
}
