/** Compiles a program together with the files it names, wherever those come from. */
import type { Compilation, FileContent, SourceText } from './compilation.ts';
import { compile } from './compile.ts';

/** Reads several files. One that it does not give counts as unreadable. */
export type ReadFiles = (uris: readonly string[]) => Promise<Iterable<readonly [uri: string, content: FileContent]>>;

/** Asks for what is missing, and for what that names in turn, until nothing is; `files` keeps what was read. Throws what `read` throws. */
export async function compileWithFiles(
  sources: readonly SourceText[],
  read: ReadFiles,
  files: Map<string, FileContent> = new Map(),
): Promise<Compilation> {
  for (;;) {
    const compilation = compile(sources, files);
    const { missing } = compilation;
    if (missing.length === 0) return compilation;
    for (const [uri, content] of await read(missing)) files.set(uri, content);
    for (const uri of missing) if (!files.has(uri)) files.set(uri, { kind: 'unreadable', reason: 'it was not read' });
  }
}
