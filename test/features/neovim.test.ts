/** Neovim with the lines that docs/language-server.md gives for it, and the server as it is packed for npm. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const [, minor] = /^NVIM v0\.(\d+)/.exec(spawnSync('nvim', ['--version'], { encoding: 'utf8' }).stdout ?? '') ?? [];
const isBuilt = existsSync(join(root, 'dist', 'server', 'node.cjs'));
const missing = minor === undefined ? 'Neovim is not here (Debian: neovim)' : isBuilt ? '' : 'the package is not built (npm run build)';
if (missing) console.warn(`not tested: ${missing}`);

/** The lines of the docs for the Neovim at hand. */
function configuration(): string {
  const page = readFileSync(join(root, 'docs', 'language-server.md'), 'utf8');
  const [current, older] = [...page.matchAll(/^```lua\n(.*?)^```/gms)].map(([, lines]) => lines!);
  return Number(minor) >= 11 ? current! : older!;
}

/** What npm packs and puts on the path, without its dependencies: the bundles hold them. */
function installPackage(place: string): string {
  execFileSync('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', place], { cwd: root });
  const { name, version, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  execFileSync('tar', ['-xzf', `${name}-${version}.tgz`], { cwd: place });
  const commands = join(place, 'bin');
  mkdirSync(commands);
  for (const [command, path] of Object.entries(bin as Record<string, string>)) {
    execFileSync('chmod', ['+x', join(place, 'package', path)]);
    symlinkSync(resolve(place, 'package', path), join(commands, command));
  }
  return commands;
}

describe.skipIf(missing !== '')('Neovim', { timeout: 120_000 }, () => {
  const place = mkdtempSync(join(tmpdir(), 'netscenario-neovim-'));
  let told: Record<string, unknown>;

  beforeAll(() => {
    const commands = installPackage(place);
    const [files, results] = [join(place, 'files'), join(place, 'results.json')];
    mkdirSync(files);
    writeFileSync(join(place, 'init.lua'), configuration());
    writeFileSync(join(files, 'broken.netscenario'), 'host alice\nalise crashes\n');
    writeFileSync(join(files, 'world.netscenario'), 'host zoe\nhost bob\n');
    writeFileSync(join(files, 'loose.netscenario'), 'import "world.netscenario"\nhost     carol {   }\nbob   crashes\nzoo crashes\n');
    const words = ['--clean', '--headless', '-u', join(place, 'init.lua'), '-c', `luafile ${join(root, 'test/features/neovim.lua')}`];
    const { stderr } = spawnSync('nvim', words, {
      cwd: files,
      encoding: 'utf8',
      timeout: 100_000,
      env: {
        ...process.env,
        // The Node of the tests stands for the user's.
        PATH: [commands, resolve(process.execPath, '..'), process.env.PATH].join(delimiter),
        RESULTS: results,
        XDG_STATE_HOME: place,
        XDG_CACHE_HOME: place,
      },
    });
    told = existsSync(results) ? JSON.parse(readFileSync(results, 'utf8')) : { failure: stderr };
  }, 120_000);
  afterAll(() => rmSync(place, { recursive: true }));

  test('does all that it is told to', () => expect({ failure: told.failure, lines: told.lines }).toEqual({}));

  test('tells what is wrong, with its code', () => expect(told.problems).toEqual([{ code: 'unknown-host', line: 1, from: 0, to: 5 }]));

  test('applies the quick fix', () => expect(told.mended).toEqual(['host alice', 'alice crashes']));

  test('shows what a name stands for', () => expect(told.hover).toMatch(/^\*\*Host\*\* `alice`/));

  test('completes a name', () => expect(told.completion).toContain('alice'));

  test('renames a host', () => expect(told.renamed).toEqual(['host carol', 'carol crashes']));

  test('knows what is imported', () => expect(told.imported).toEqual([{ code: 'unknown-host', line: 3, from: 0, to: 3 }]));

  test('lays a file out', () =>
    expect(told['laid out']).toEqual(['import "world.netscenario"', 'host carol {}', 'bob crashes', 'zoo crashes']));

  test('leads to the imported file that declares a name', () => expect(told.definition).toEqual([2, 5]));
});
