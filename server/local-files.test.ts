import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MAXIMUM_FILE_SIZE } from './language/compilation.ts';
import { readLocalFile, readLocalUri, referencePage } from './local-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'netscenario-files-'));
const at = (name: string) => join(folder, name);

beforeAll(() => {
  mkdirSync(at('folder'));
  execFileSync('mkfifo', [at('pipe')]);
  symlinkSync('/dev/zero', at('endless'));
  symlinkSync('circle', at('circle'));
  for (const [name, size] of [
    ['largest', MAXIMUM_FILE_SIZE],
    ['too-large', MAXIMUM_FILE_SIZE + 1],
  ] as const) {
    writeFileSync(at(name), '');
    truncateSync(at(name), size);
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

it.each([0, 1, 4095, 4096, 300_000])('reads a file of %d bytes whole', async (size) => {
  const content = Uint8Array.from({ length: size }, (_, i) => i * 7);
  writeFileSync(at('100% b#c?.zone'), content);
  const uri = pathToFileURL(at('100% b#c?.zone')).href;
  expect(await readLocalFile(at('100% b#c?.zone'))).toEqual({ kind: 'bytes', bytes: content });
  expect(await readLocalUri(uri)).toEqual({ kind: 'bytes', bytes: content });
});

it('reads up to the limit', async () => {
  const content = await readLocalFile(at('largest'));
  expect(content.kind === 'bytes' && content.bytes.length).toBe(MAXIMUM_FILE_SIZE);
});

it.runIf(process.platform === 'linux')('reads a file that tells no size', async () => {
  expect(await readLocalFile('/proc/version')).toEqual({ kind: 'bytes', bytes: new Uint8Array(readFileSync('/proc/version')) });
});

it.each([
  ['nowhere', 'there is no such file'],
  ['largest/below', 'there is no such file'],
  ['folder', 'this is a folder, not a file'],
  ['pipe', 'this is not a regular file'],
  ['endless', 'this is not a regular file'],
  ['circle', 'its symbolic links go round in a circle'],
  ['too-large', 'the file is too large: 16.8 MB; at most 16.8 MB are read'],
])('%s cannot be read: %s', async (name, reason) => {
  expect(await readLocalFile(at(name))).toEqual({ kind: 'unreadable', reason });
});

it('lists a folder where the URI ends in a slash, links by what they lead to', async () => {
  mkdirSync(at('tree/b'), { recursive: true });
  writeFileSync(at('tree/a b'), '');
  symlinkSync('b', at('tree/link'));
  symlinkSync('nowhere', at('tree/Z'));
  expect(await readLocalUri(`${pathToFileURL(at('tree')).href}/`)).toEqual({
    kind: 'folder',
    entries: [
      { name: 'Z', folder: false },
      { name: 'a b', folder: false },
      { name: 'b', folder: true },
      { name: 'link', folder: true },
    ],
  });
  expect(await readLocalUri(`${pathToFileURL(at('nowhere')).href}/`)).toEqual({ kind: 'unreadable', reason: 'there is no such folder' });
  expect(await readLocalUri(`${pathToFileURL(at('largest')).href}/`)).toEqual({
    kind: 'unreadable',
    reason: 'this is a file, not a folder',
  });
});

it.each([
  ['https://example.org/x', 'only local files can be read here'],
  ['file://evil/x', 'no local file can have this name'],
  ['file:///w/a%2f..%2fb', 'no local file can have this name'],
  ['file:///w/100%.zone', 'no local file can have this name'],
])('%s cannot be read: %s', async (uri, reason) => {
  expect(await readLocalUri(uri)).toEqual({ kind: 'unreadable', reason });
});

it('finds the reference page of the package that a program lies in', () => {
  expect(referencePage(new URL('./main-node.ts', import.meta.url).pathname)).toBe(new URL('../docs/language.md', import.meta.url).href);
  expect(referencePage('/nowhere/server/node.cjs')).toBeUndefined();
});
