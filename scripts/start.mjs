/**
 * npm start                 builds the product and serves it: VS Code in the browser with the extension and the samples
 * npm start -- --port 3000  at that port
 * npm start -- --once       (or with no terminal attached) opens the first sample notebook headless, runs all of its cells,
 *                           prints what each came to, writes screenshots and a report under out/, and exits by the result
 */
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './root.mjs';
import { main, run, SetUpError, setUp, underCurrentNode } from './set-up.mjs';

const samples = join(root, 'samples');

await main(async () => {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '3000' }, once: { type: 'boolean', default: false } } });
  const port = Number(values.port);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new SetUpError(`--port takes a number from 1 to 65535, not “${values.port}”`);
  await setUp();
  underCurrentNode();
  const build = await run(process.execPath, ['esbuild.mjs', '--production']);
  if (build.code !== 0) throw new SetUpError('the build failed: see above');
  return values.once || !process.stdout.isTTY ? once() : serve(port);
});

async function serve(port) {
  const { serveEditor } = await import('./web-editor.mjs');
  const editor = await serveEditor({ port, folder: samples });
  console.log(`
netscenario in VS Code:  ${editor.url}

Open a notebook, ${firstNotebook()} first, and press “Run All”. Edits stay in the browser; the files in samples/ do not change.
Ctrl-C ends it.`);
  await new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  editor.close();
  return 0;
}

function firstNotebook() {
  const [name] = readdirSync(samples)
    .filter((name) => name.endsWith('.netscenario.md'))
    .sort((a, b) => (a < b ? -1 : 1));
  if (!name) throw new SetUpError('there is no notebook in samples/');
  return name;
}

async function once() {
  const { runOnce } = await import('./once.mjs');
  const name = firstNotebook();
  const out = join(root, 'out');
  mkdirSync(out, { recursive: true });
  let results;
  for (const [theme, file] of [
    ['dark', 'notebook-dark.png'],
    ['light', 'notebook.png'],
  ]) {
    results = await runOnce({
      notebook: name,
      theme,
      width: 1300,
      height: 1900,
      seen: (page) => page.screenshot({ path: join(out, file) }),
    });
  }
  let failed = 0;
  console.log(`\n${name}`);
  for (const { cell, text, checks, passed, error } of results) {
    console.log(`\n── cell ${cell} ${'─'.repeat(60)}\n${error ?? text}`);
    console.log(
      error ? '✗ this cell failed' : checks === 0 ? '(no checks)' : `${passed === checks ? '✓' : '✗'} ${passed} of ${checks} checks passed`,
    );
    if (error || passed !== checks) failed++;
  }
  const report = await run(process.execPath, ['dist/cli/netscenario.mjs', 'report', join('samples', name), '--out', 'out/report.html']);
  console.log(
    `\nwrote ${['notebook.png', 'notebook-dark.png', 'report.html']
      .filter((file) => existsSync(join(out, file)))
      .map((file) => `out/${file}`)
      .join(', ')}`,
  );
  console.log(failed === 0 ? `all ${results.length} cells ran and every check passed` : `${failed} of ${results.length} cells failed`);
  return failed === 0 && results.length > 0 && report.code === 0 ? 0 : 1;
}
