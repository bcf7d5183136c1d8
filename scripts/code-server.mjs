/**
 * code-server, the Node extension host that a machine with package registries only can have. It lives outside the project, in
 * the user's cache: it is large, builds natives, and is no dependency of the product.
 */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { found, needDebian, run, SetUpError } from './set-up.mjs';

const VERSION = '4.139.1';
const NODE = '24.21.0';

const cache = () => join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'netscenario', `code-server-${VERSION}`);
const entryIn = (folder) => join(folder, 'node_modules', 'code-server', 'out', 'node', 'entry.js');
const nodeIn = (folder) => join(folder, 'node_modules', 'node', 'bin', 'node');

/** Installs it if it is not there. Gives the Node to run it with, and its entry; throws a SetUpError that says what is missing. */
export async function codeServer() {
  const folder = cache();
  if (!existsSync(join(folder, 'complete'))) await install(folder);
  return { node: nodeIn(folder), entry: entryIn(folder) };
}

/**
 * Where its natives find Node's headers, as npm's setting. They use Node-API, whose headers fit every Node, so those of another
 * Node will do; without any, node-gyp would fetch some from Node's own host.
 */
async function nodeHeaders() {
  const prefix = () =>
    [join(process.execPath, '..', '..'), '/usr', '/usr/local'].find((place) => existsSync(join(place, 'include', 'node', 'node_api.h')));
  if (!prefix() && process.getuid?.() === 0 && found('apt-get'))
    await needDebian(['libnode-dev', () => prefix() !== undefined, 'Node’s headers']);
  const place = prefix();
  return place ? { npm_config_nodedir: place } : {};
}

async function install(folder) {
  // Its natives are built here.
  await needDebian(
    ['g++ make python3', () => found('g++') && found('make') && found('python3'), 'g++, make and python3, to build code-server’s natives'],
    [
      'libkrb5-dev',
      () => existsSync('/usr/include/gssapi/gssapi.h') || existsSync('/usr/include/gssapi.h'),
      'libkrb5-dev, to build code-server’s natives',
    ],
  );
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  writeFileSync(join(part, 'package.json'), JSON.stringify({ private: true }));
  // Its install script wants to run under the Node that it will run with.
  const words = ['install', '--no-audit', '--no-fund', '--loglevel=error', `node@${NODE}`];
  const node = await run('npm', words, { cwd: part, capture: true });
  const env = { PATH: `${join(part, 'node_modules', 'node', 'bin')}:${process.env.PATH}`, ...(await nodeHeaders()) };
  const server = node.code === 0 ? await run('npm', [...words, `code-server@${VERSION}`], { cwd: part, capture: true, env }) : node;
  if (server.code !== 0 || !existsSync(entryIn(part)))
    throw new SetUpError(`code-server could not be installed:\n${server.output.slice(-4000)}`);
  writeFileSync(join(part, 'complete'), VERSION);
  rmSync(folder, { recursive: true, force: true });
  renameSync(part, folder);
}
