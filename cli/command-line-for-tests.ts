/** The command line as tests use it: words in, what it prints out; and a folder of files to give it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { commandLine, type Terminal } from './command-line.ts';

export interface Printed {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** On a pipe: no colours, no status, lines as long as they are. */
export async function netscenario(...words: string[]): Promise<Printed> {
  return on({}, ...words);
}

/** On a terminal that differs from that. */
export async function on(more: Partial<Terminal>, ...words: string[]): Promise<Printed> {
  const out: string[] = [];
  const error: string[] = [];
  const code = await commandLine(words, {
    out: (text) => void out.push(text),
    error: (text) => void error.push(text),
    status: null,
    color: false,
    width: Number.POSITIVE_INFINITY,
    ...more,
  });
  return { code, out: out.join(''), error: error.join('') };
}

export interface TestFolder {
  readonly path: string;
  /** Writes a file into it; its path. */
  file(name: string, content: string | Uint8Array): string;
}

/** A folder of the file of tests that calls this, gone after them. */
export function folderForTests(): TestFolder {
  const path = mkdtempSync(join(tmpdir(), 'netscenario-'));
  afterAll(() => rmSync(path, { recursive: true, force: true }));
  const file = (name: string, content: string | Uint8Array): string => {
    const place = join(path, name);
    writeFileSync(place, content);
    return place;
  };
  return { path, file };
}
