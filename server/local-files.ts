/** Reads files of this machine, for the command line and for the language server as a process. */
import { existsSync, realpathSync } from 'node:fs';
import { constants, type FileHandle, open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { formatSize } from '../engines/format.ts';
import { type FileContent, folderContent, MAXIMUM_FILE_SIZE } from './language/compilation.ts';

/** Bytes asked for at once. */
const CHUNK = 256 * 1024;

/** The file of a `file:` URI; the folder, where it ends in a slash. Never throws: what cannot be read says why, in one line for the author. */
export async function readLocalUri(uri: string): Promise<FileContent> {
  if (!uri.startsWith('file:')) return unreadable('only local files can be read here');
  let path: string;
  try {
    path = fileURLToPath(uri);
  } catch {
    return unreadable('no local file can have this name');
  }
  return uri.endsWith('/') ? readLocalFolder(path) : readLocalFile(path);
}

/** What lies in the folder at a path; symbolic links count as what they lead to. Never throws. */
async function readLocalFolder(path: string): Promise<FileContent> {
  try {
    const entries = await readdir(path, { withFileTypes: true });
    return folderContent(
      await Promise.all(
        entries.map(async (entry) => {
          const target = entry.isSymbolicLink() ? await stat(join(path, entry.name)).catch(() => null) : entry;
          return { name: entry.name, folder: target?.isDirectory() === true };
        }),
      ),
    );
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return unreadable('there is no such folder');
    if (code === 'ENOTDIR') return unreadable('this is a file, not a folder');
    return unreadable(reasonOf(error));
  }
}

/** The file at a path. Never throws; never waits for a writer, and never reads more than MAXIMUM_FILE_SIZE and a little. */
export async function readLocalFile(path: string): Promise<Exclude<FileContent, { kind: 'folder' }>> {
  let handle: FileHandle | undefined;
  try {
    // Asked before it is opened: opening a device may do something, and opening a pipe waits for its writer.
    const { size } = refuseSpecial(await stat(path));
    if (size > MAXIMUM_FILE_SIZE) return tooLarge(size);
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    refuseSpecial(await handle.stat());
    return await readWhole(handle, size);
  } catch (error) {
    return unreadable(reasonOf(error));
  } finally {
    await handle?.close();
  }
}

/** The size is a hint: files of /proc tell 0, and a log grows while it is read. */
async function readWhole(handle: FileHandle, expected: number): Promise<Exclude<FileContent, { kind: 'folder' }>> {
  let bytes = new Uint8Array(Math.min(Math.max(expected + 1, 4096), MAXIMUM_FILE_SIZE + 1));
  let length = 0;
  for (;;) {
    const { bytesRead } = await handle.read(bytes, length, Math.min(CHUNK, bytes.length - length), null);
    if (bytesRead === 0) return { kind: 'bytes', bytes: bytes.slice(0, length) };
    length += bytesRead;
    if (length > MAXIMUM_FILE_SIZE) return tooLarge(length);
    if (length < bytes.length) continue;
    const larger = new Uint8Array(Math.min(bytes.length * 2, MAXIMUM_FILE_SIZE + 1));
    larger.set(bytes);
    bytes = larger;
  }
}

class SpecialFile extends Error {}

function refuseSpecial<S extends { isFile(): boolean; isDirectory(): boolean }>(found: S): S {
  if (found.isDirectory()) throw new SpecialFile('this is a folder, not a file');
  if (!found.isFile()) throw new SpecialFile('this is not a regular file');
  return found;
}

const unreadable = (reason: string): Extract<FileContent, { kind: 'unreadable' }> => ({ kind: 'unreadable', reason });

const tooLarge = (size: number) =>
  unreadable(`the file is too large: ${formatSize(size)}; at most ${formatSize(MAXIMUM_FILE_SIZE)} are read`);

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'there is no such file',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  EISDIR: 'this is a folder, not a file',
  ELOOP: 'its symbolic links go round in a circle',
  ENAMETOOLONG: 'its name is too long',
};

function reasonOf(error: unknown): string {
  if (error instanceof SpecialFile) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? `it cannot be read (${code ?? String(error)})`;
}

/** The reference page of the package that a program is part of: it lies in `dist/server/`, or as a source in `server/`. */
export function referencePage(program: string | undefined): string | undefined {
  if (program === undefined || !existsSync(program)) return undefined;
  const page = ['../../../docs/language.md', '../../docs/language.md'].map((path) => join(realpathSync(program), path)).find(existsSync);
  return page && pathToFileURL(page).href;
}
