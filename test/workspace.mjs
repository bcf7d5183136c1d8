/** The folder that the suites open: a copy of the samples and fixtures, with what is too large to keep, or is computed. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { root } from '../scripts/root.mjs';
import { run } from '../scripts/set-up.mjs';

/** Made afresh under out/; its path. `special`: with what only an editor that reads the machine's own files can meet. */
export async function workspace(name, { special = false } = {}) {
  const folder = join(root, 'out', name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  cpSync(join(root, 'test', 'fixtures'), folder, { recursive: true });
  cpSync(join(root, 'samples'), join(folder, 'samples'), { recursive: true });
  const binary = Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 37) % 256));
  writeFileSync(join(folder, 'large.zone'), Buffer.alloc(50_000_000, 'www A 192.0.2.1\n'));
  writeFileSync(join(folder, 'binary.zone'), binary);
  writeFileSync(join(folder, 'binary.netscenario.md'), binary);
  writeFileSync(join(folder, 'large.netscenario.md'), Buffer.alloc(50_000_000, 'A line of prose.\n'));
  if (special && process.platform !== 'win32') execFileSync('mkfifo', [join(folder, 'pipe.zone')]);
  const notebooks = notebooksOf(folder);
  // Every editor's folder has the same samples.
  fingerprints ??= fingerprintsOf(folder, notebooks);
  writeFileSync(join(folder, 'fingerprints.json'), JSON.stringify(await fingerprints));
  return folder;
}

let fingerprints;

/** A scenario file is put into a notebook of one cell beside it. */
function notebooksOf(folder) {
  const samples = readdirSync(join(folder, 'samples'), { recursive: true }).map((path) => `samples/${path.replaceAll('\\', '/')}`);
  const scenarios = samples.filter((path) => path.endsWith('.netscenario') && isWhole(join(folder, path)));
  for (const path of scenarios) {
    writeFileSync(
      join(folder, `${path}.md`),
      `\`\`\`netscenario\n${readFileSync(join(folder, path), 'utf8').replace(/\n$/, '')}\n\`\`\`\n`,
    );
  }
  const notebooks = [...samples.filter((path) => path.endsWith('.netscenario.md')), ...scenarios.map((path) => `${path}.md`)];
  return notebooks.sort((a, b) => (a < b ? -1 : 1));
}

/** By notebook: what the command line computes in Node, on all processors. */
async function fingerprintsOf(folder, notebooks) {
  const found = Object.fromEntries(notebooks.map((path) => [path, '']));
  const left = [...notebooks];
  const worker = async () => {
    for (let path = left.shift(); path !== undefined; path = left.shift()) {
      const words = [join(root, 'dist/cli/netscenario.mjs'), 'run', path, '--fingerprint'];
      const { output, code } = await run(process.execPath, words, { cwd: folder, capture: true });
      // 1 may be a check that fails, which is another test's business; without a run there is no fingerprint, and the suite says so.
      found[path] = /^[0-9a-f]{64}$/m.exec(output)?.[0] ?? `none: netscenario run ends with ${code}:\n${output}`;
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return found;
}

/** A file that is there to be imported does nothing by itself. */
const isWhole = (path) => /^\s*(scenario|expect)\b/m.test(readFileSync(path, 'utf8'));
