/**
 * Runs the suite in the Node extension host: code-server with the packaged extension installed as a user installs it, and a
 * small extension beside it that holds the suite. Prints each test; exits 0 iff all passed.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { launchBrowser } from '../scripts/browser.mjs';
import { codeServer } from '../scripts/code-server.mjs';
import { root } from '../scripts/root.mjs';
import { run } from '../scripts/set-up.mjs';
import { CALM_SETTINGS, freePort } from '../scripts/web-editor.mjs';
import { workspace } from './workspace.mjs';

const LIMIT = 1_800_000;
const PACKAGE = [
  'package',
  '--no-dependencies',
  '--allow-missing-repository',
  '--allow-unused-files-pattern',
  '--skip-license',
  '--no-rewrite-relative-links',
  '-o',
];

export async function runNodeHost({ tell = console.log } = {}) {
  const { node, entry } = await codeServer();
  const place = join(root, 'out', 'node-host');
  rmSync(place, { recursive: true, force: true });
  const data = join(place, 'data');
  const extensions = join(place, 'extensions');
  mkdirSync(join(data, 'User'), { recursive: true });
  mkdirSync(extensions, { recursive: true });
  // Without a question at the start, a folder is not trusted.
  const settings = { ...CALM_SETTINGS, 'security.workspace.trust.startupPrompt': 'never' };
  writeFileSync(join(data, 'User', 'settings.json'), JSON.stringify(settings));

  const vsix = join(place, 'netscenario.vsix');
  await succeed('vsce', [...PACKAGE, vsix], root);
  const suite = await packageSuite(place);
  for (const file of [vsix, suite]) {
    await succeed(node, [entry, '--extensions-dir', extensions, '--user-data-dir', data, '--install-extension', file], place);
  }

  const folder = await workspace('node-workspace', { special: true });
  writeFileSync(join(place, 'outside.zone'), '@ 300 SOA ns hostmaster 1 2 3 4 5\n@ 300 NS ns\nns 300 A 192.0.2.1\n');
  symlinkSync(join(place, 'outside.zone'), join(folder, 'link.zone'));
  symlinkSync(place, join(folder, 'linked'));
  const session = { node, entry, data, extensions, folder, place, tell };
  const trusted = await runSession(session, 'results', ['--disable-workspace-trust'], {});
  const restricted = await runSession(session, 'restricted', [], { NETSCENARIO_TEST_RESTRICTED: '1' });
  return {
    passed: trusted.passed + restricted.passed,
    failed: trusted.failed + restricted.failed,
    failures: [...trusted.failures, ...restricted.failures],
  };
}

/** One start of the editor on the folder; what the suite in it gives. */
async function runSession({ node, entry, data, extensions, folder, place, tell }, name, more, env) {
  const results = join(place, `${name}.json`);
  const port = await freePort();
  const words = ['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--user-data-dir', data, '--extensions-dir', extensions];
  const quiet = ['--disable-telemetry', '--disable-update-check', ...more];
  const server = spawn(node, [entry, ...words, ...quiet, folder], {
    stdio: 'ignore',
    env: { ...process.env, ...env, NETSCENARIO_TEST_RESULTS: results },
  });
  let browser;
  try {
    await until('code-server answers', async () => (await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined))?.ok, 30_000);
    browser = await launchBrowser();
    // Its first page takes a while on a busy machine.
    await browser.page.goto(`http://127.0.0.1:${port}/?folder=${folder}`, { timeout: 120_000 });
    let told = 0;
    await until(
      'the suite ended',
      () => {
        const log = existsSync(`${results}.log`) ? readFileSync(`${results}.log`, 'utf8') : '';
        const whole = log.lastIndexOf('\n') + 1;
        if (whole > told) tell(log.slice(told, whole - 1));
        told = whole;
        return existsSync(results);
      },
      LIMIT,
    );
    return JSON.parse(readFileSync(results, 'utf8'));
  } catch (error) {
    await browser?.page.screenshot({ path: join(root, 'out', 'node-host-failure.png') });
    throw error;
  } finally {
    await browser?.close();
    server.kill();
  }
}

/** The suite as an extension that is active as soon as the window is open. */
async function packageSuite(place) {
  const folder = join(place, 'suite');
  mkdirSync(folder);
  await cp(join(root, 'dist', 'test', 'node.cjs'), join(folder, 'suite.cjs'));
  const manifest = {
    name: 'netscenario-test',
    publisher: 'netscenario',
    version: '0.0.0',
    engines: { vscode: '^1.100.0' },
    main: './suite.cjs',
    activationEvents: ['onStartupFinished'],
    capabilities: { untrustedWorkspaces: { supported: true } },
    contributes: { commands: [{ command: 'netscenario-test.run', title: 'Run the netscenario suite' }] },
    files: ['suite.cjs'],
  };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'README.md'), 'The suite of netscenario, for a Node extension host.\n');
  const file = join(place, 'netscenario-test.vsix');
  await succeed('vsce', [...PACKAGE, file], folder);
  return file;
}

async function succeed(command, words, cwd) {
  const { code, output } = await run(command, words, { cwd, capture: true });
  if (code !== 0) throw new Error(`${command} ${words.join(' ')} ended with ${code}:\n${output}`);
}

async function until(what, probe, limit) {
  const end = Date.now() + limit;
  while (!(await probe())) {
    if (Date.now() > end) throw new Error(`${what}: not so after ${limit / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

if (process.argv[1]?.endsWith('node-host.mjs')) {
  const { passed, failed } = await runNodeHost();
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}
