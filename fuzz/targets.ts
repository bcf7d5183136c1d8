/** Where targets and their saved failures are: NAME.fuzz.ts anywhere in the project, and fuzz-failures/ beside it. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { FuzzTarget } from '../engines/fuzz-target.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const FLOORS = ['engines', 'server', 'notebook-renderer', 'extension', 'cli', 'fuzz'];

export interface FoundTarget {
  /** The file's name without `.fuzz.ts`. */
  readonly name: string;
  readonly url: string;
}

/** In the order of their paths. */
export function findTargets(): FoundTarget[] {
  return FLOORS.flatMap((floor) =>
    readdirSync(join(root, floor), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.fuzz.ts'))
      .sort()
      .map((path) => ({ name: basename(path, '.fuzz.ts'), url: pathToFileURL(join(root, floor, path)).href })),
  );
}

export async function targetIn(url: string): Promise<FuzzTarget> {
  return ((await import(url)) as { default: FuzzTarget }).default;
}

const folderOf = (url: string): string => join(dirname(fileURLToPath(url)), 'fuzz-failures');

/** Inputs that made the target fail once. */
export function savedFailures({ name, url }: FoundTarget): { readonly file: string; readonly input: Uint8Array }[] {
  let files: string[] = [];
  try {
    files = readdirSync(folderOf(url));
  } catch {
    return [];
  }
  return files
    .filter((file) => file.startsWith(`${name}-`) && file.endsWith('.bin'))
    .sort()
    .map((file) => ({ file, input: new Uint8Array(readFileSync(join(folderOf(url), file))) }));
}

/** Gives the path of the new file. */
export function saveFailure({ name, url }: FoundTarget, input: Uint8Array): string {
  mkdirSync(folderOf(url), { recursive: true });
  const path = join(folderOf(url), `${name}-${createHash('sha256').update(input).digest('hex').slice(0, 12)}.bin`);
  writeFileSync(path, input);
  return path.slice(root.length);
}
