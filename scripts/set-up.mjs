/**
 * Gets a bare machine ready: the packages of the lock file, and what Debian's packages give (Chromium, tshark, a compiler).
 * Uses nothing but what Node 20 brings, since it runs before anything is installed.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromiumPath } from './browser.mjs';
import { root } from './root.mjs';

const modules = join(root, 'node_modules');
/** The lock file that node_modules was installed from. */
const stamp = join(modules, '.netscenario-lock');
const newerNode = join(modules, 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');

/** The environment of every child: a current Node first on the path, and no downloads that only a browser maker's host serves. */
export function environment() {
  // An npm around this one has noted its own Node there, which packages' install scripts then take for theirs.
  const { npm_config_user_agent: _, ...inherited } = process.env;
  return {
    ...inherited,
    PATH: `${join(modules, 'node', 'bin')}:${join(modules, '.bin')}:${process.env.PATH}`,
    PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1',
  };
}

export class SetUpError extends Error {}

/**
 * Installs what is missing; with `tools`, also the programs that tests check ours against. Fails with a SetUpError that names what it
 * cannot install.
 */
export async function setUp({ tools = false } = {}) {
  // Both wait for the network most of the time.
  const results = await Promise.allSettled([installPackages(), needDebian(...BROWSER, ...(tools ? TOOLS : []))]);
  for (const { status, reason } of results) if (status === 'rejected') throw reason;
}

async function installPackages() {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  if (!installedFrom(lock)) {
    console.log('Installing the packages of package-lock.json …');
    const words = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
    const { code } = await ended(spawn('npm', words, { cwd: root, stdio: 'inherit', env: environment() }));
    if (code !== 0) throw new SetUpError('npm ci failed: see above');
  }
  writeFileSync(stamp, lock);
}

/** Packages of Debian, whether what they give is there, and what it is for. */
const BROWSER = [['chromium fonts-dejavu-core', () => chromiumPath() !== undefined, 'Chromium, for the editor in the browser']];
const TOOLS = [
  ['tshark', () => found('tshark'), 'tshark, to check captures'],
  [
    'parallel slurm-wlm munge',
    () => found('parallel') && found('sbatch') && found('munged'),
    'GNU parallel and Slurm, to run sweeps as jobs',
  ],
  ['neovim', () => found('nvim'), 'Neovim, to edit a scenario in another editor'],
  ['openssl', () => found('openssl'), 'openssl, to check TLS and S/MIME'],
  ['gnupg', () => found('gpg'), 'gpg, to check OpenPGP'],
  ['bind9-utils ldnsutils', () => found('named-checkzone') && found('ldns-read-zone'), 'BIND’s and ldns’s tools, to check zones'],
  ['python3-dnspython python3-cryptography', () => imports('dns.dnssec, cryptography'), 'dnspython, to validate what is signed'],
  ['ffmpeg', () => found('ffprobe'), 'ffmpeg, to make segments of video and check manifests'],
  [
    'python3-dkim python3-nacl python3-spf python3-yaml',
    () => imports('dkim, nacl.signing, spf, yaml'),
    'dkimpy and pyspf’s test suite, to check who may send',
  ],
  ['aria2 python3-libtorrent', () => found('aria2c') && imports('libtorrent'), 'aria2 and libtorrent, to check .torrent files'],
];

const imports = (modules) => spawnSync('/usr/bin/python3', ['-c', `import ${modules}`]).status === 0;

/** What npm notes down after an install by hand. */
function installedFrom(lock) {
  const hidden = join(modules, '.package-lock.json');
  if (!existsSync(hidden) || !existsSync(newerNode)) return false;
  const installed = JSON.parse(readFileSync(hidden, 'utf8')).packages;
  return Object.entries(JSON.parse(lock).packages).every(([path, { version, optional, link }]) => {
    if (path === '' || link) return true;
    return installed[path] ? installed[path].version === version : optional === true;
  });
}

export const found = (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** Installs those of the packages of Debian that are missing, at once, where it may; says in one line what is missing where it may not. */
export async function needDebian(...needs) {
  const missing = needs.filter(([, present]) => !present());
  if (missing.length === 0) return;
  const packages = missing.map(([names]) => names).join(' ');
  const what = (some) => some.map(([, , use]) => use).join('; ');
  if (process.getuid?.() !== 0 || !found('apt-get'))
    throw new SetUpError(`missing: ${what(missing)} (Debian: apt-get install ${packages})`);
  console.log(`Installing ${packages} …`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = async (...words) => (await ended(spawn('apt-get', words, { stdio: ['ignore', 'ignore', 'inherit'], env }))).code === 0;
  const install = ['install', '--yes', '--no-install-recommends', ...packages.split(' ')];
  if (!(await apt(...install)) && !((await apt('update')) && (await apt(...install))))
    throw new SetUpError(`apt-get could not install ${packages}`);
  const still = missing.filter(([, present]) => !present());
  if (still.length > 0) throw new SetUpError(`missing even after apt-get install ${packages}: ${what(still)}`);
}

/** Runs this script again under the project's own, current Node, if it is not there yet; does not return then. */
export function underCurrentNode() {
  if (process.execPath === newerNode || Number(process.versions.node.split('.')[0]) >= 24 || !existsSync(newerNode)) return;
  const { status, signal } = spawnSync(newerNode, process.argv.slice(1), { stdio: 'inherit', env: environment() });
  process.exit(signal ? 1 : (status ?? 1));
}

/**
 * Runs a command of the project to its end; resolves with its exit code and, with `capture`, its output. `tell` gets whole lines
 * as they come; `nicer` is how much more it lets others go first, up to 19.
 */
export function run(command, words, { capture = false, tell, nicer = 0, env = {}, cwd = root } = {}) {
  const output = capture || tell ? 'pipe' : 'inherit';
  const child = spawn(command, words, { cwd, env: { ...environment(), ...env }, stdio: ['ignore', output, output] });
  if (nicer > 0 && child.pid !== undefined) setPriority(child.pid, Math.min(19, getPriority() + nicer));
  if (tell) for (const input of [child.stdout, child.stderr]) createInterface({ input }).on('line', tell);
  return ended(child);
}

function ended(child) {
  return new Promise((resolve, reject) => {
    let output = '';
    child.stdout?.on('data', (data) => (output += data));
    child.stderr?.on('data', (data) => (output += data));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}

/** The body of a command: complaints in one line, anything else with its stack; exits by the result. */
export async function main(body) {
  try {
    process.exitCode = await body();
  } catch (error) {
    console.error(error instanceof SetUpError ? error.message : error);
    process.exitCode = 1;
  }
}
