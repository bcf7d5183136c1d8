/** Reads a program (a scenario file, or the cells of a notebook) and the files it names, and compiles it. */
import { pathToFileURL } from 'node:url';
import type { Compilation, FileContent, SourceText } from '../server/language/compilation.ts';
import { compileWithFiles } from '../server/language/compile-with-files.ts';
import { type Cell, parseNotebook } from '../server/language/notebook.ts';
import { readLocalFile, readLocalUri } from '../server/local-files.ts';
import { Complaint } from './complaint.ts';

export interface Program {
  readonly path: string;
  readonly sources: readonly SourceText[];
  readonly compilation: Compilation;
  /** The files that it names, by URI, in the order of reading. */
  readonly files: ReadonlyMap<string, FileContent>;
  /** Of a notebook, its prose among them; null for a scenario’s file. */
  readonly cells: readonly Cell[] | null;
  /** Lines before each source within the file it came from: a notebook's cell begins somewhere in it. */
  readonly firstLines: readonly number[];
}

/** The program's own file cannot be read. */
export class UnreadableProgram extends Complaint {
  readonly path: string;
  readonly reason: string;

  constructor(path: string, reason: string) {
    super(`${path}: ${reason}`);
    this.path = path;
    this.reason = reason;
  }
}

/** A file's text, byte order mark included. Throws an UnreadableProgram. */
export async function readText(path: string): Promise<string> {
  const content = await readLocalFile(path);
  if (content.kind === 'unreadable') throw new UnreadableProgram(path, content.reason);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content.bytes);
  } catch {
    throw new UnreadableProgram(path, 'this is no text in UTF-8');
  }
}

/** Throws an UnreadableProgram; what the program names and cannot be read becomes a diagnostic. */
export async function loadProgram(path: string): Promise<Program> {
  const text = await readText(path);
  const uri = pathToFileURL(path).href;
  const notebook = path.endsWith('.md') ? parseNotebook(text).cells : null;
  const cells = notebook?.filter((cell) => cell.kind === 'code') ?? [{ text: text.replace(/^\ufeff/, ''), line: 0 }];
  const sources = cells.map((cell, i) => ({
    uri: cells.length > 1 || path.endsWith('.md') ? `${uri}#cell-${i + 1}` : uri,
    text: cell.text,
  }));
  const files = new Map<string, FileContent>();
  const read = (uris: readonly string[]) => Promise.all(uris.map(async (uri) => [uri, await readLocalUri(uri)] as const));
  const compilation = await compileWithFiles(sources, read, files);
  return { path, sources, firstLines: cells.map((cell) => cell.line), compilation, files, cells: notebook };
}
