/**
 * Every bundle of the product, by the place where it runs.
 *
 *   node esbuild.mjs                once, with source maps
 *   node esbuild.mjs --production   once, minified, no source maps
 *   node esbuild.mjs --watch        and again on every change
 *   node esbuild.mjs --tests        the suites that run inside an editor, too
 *
 * Ends with the size of each bundle.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import esbuild from 'esbuild';

const root = dirname(fileURLToPath(import.meta.url));
const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');
const tests = process.argv.includes('--tests');

const shared = {
  absWorkingDir: root,
  bundle: true,
  sourcemap: production ? false : 'linked',
  minify: production,
  legalComments: 'none',
  logLevel: 'warning',
  metafile: true,
  jsx: 'automatic',
  jsxImportSource: 'preact',
  loader: { '.css': 'text' },
  define: { 'process.env.NODE_ENV': production ? '"production"' : '"development"' },
};
const node = { ...shared, platform: 'node', target: 'node20', format: 'cjs' };
const browser = { ...shared, platform: 'browser', target: 'es2022', mainFields: ['browser', 'module', 'main'] };

// Extension hosts take a module of this package, whose type is "module", for CommonJS only where its name ends with `.cjs`.
const bundles = [
  { ...node, entryPoints: ['extension/node.ts'], outfile: 'dist/extension/node.cjs', external: ['vscode'] },
  { ...browser, entryPoints: ['extension/browser.ts'], outfile: 'dist/extension/browser.cjs', format: 'cjs', external: ['vscode'] },
  { ...node, entryPoints: ['server/main-node.ts'], outfile: 'dist/server/node.cjs', banner: { js: '#!/usr/bin/env node' } },
  { ...browser, entryPoints: ['extension/markdown-preview/main.ts'], outfile: 'dist/markdown-preview/main.js', format: 'iife' },
  { ...browser, entryPoints: ['server/main-browser.ts'], outfile: 'dist/server/browser.js', format: 'iife' },
  { ...node, entryPoints: ['extension/run/worker-node.ts'], outfile: 'dist/run/node.cjs' },
  { ...browser, entryPoints: ['extension/run/worker-browser.ts'], outfile: 'dist/run/browser.js', format: 'iife' },
  { ...browser, entryPoints: ['notebook-renderer/main.tsx'], outfile: 'dist/notebook-renderer/main.js', format: 'esm' },
  {
    ...node,
    entryPoints: ['cli/main.ts'],
    outfile: 'dist/cli/netscenario.mjs',
    format: 'esm',
    banner: { js: '#!/usr/bin/env node' },
  },
  { ...node, entryPoints: ['cli/point-worker.ts'], outfile: 'dist/cli/point-worker.mjs', format: 'esm' },
];
if (tests) {
  bundles.push(
    { ...browser, entryPoints: ['test/suite/web.ts'], outfile: 'dist/test/web.cjs', format: 'cjs', external: ['vscode'] },
    { ...node, entryPoints: ['test/suite/node.ts'], outfile: 'dist/test/node.cjs', external: ['vscode'] },
  );
}

/** The TextMate grammar comes from the vocabulary, so that no list of keywords is written twice. */
const grammar = {
  ...node,
  entryPoints: ['server/language/textmate.ts'],
  outfile: 'dist/.build/textmate.mjs',
  format: 'esm',
  sourcemap: false,
};

async function writeGrammar() {
  await esbuild.build(grammar);
  const { textMateGrammar } = await import(`${pathToFileURL(`${root}/dist/.build/textmate.mjs`).href}?${Date.now()}`);
  writeFileSync(`${root}/dist/netscenario.tmLanguage.json`, JSON.stringify(textMateGrammar()));
  rmSync(`${root}/dist/.build`, { recursive: true });
}

/** An extension in the browser cannot list its own folders; the samples' names and titles go with it as data, and what files they name. */
async function writeSampleList() {
  const depth = (name) => name.split('/').length;
  const samples = readdirSync(`${root}/samples`, { recursive: true })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => name.endsWith('.netscenario.md') || name.endsWith('.netscenario'))
    // What one opens first comes first, then the folders.
    .sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1))
    .map((name) => {
      const text = readFileSync(`${root}/samples/${name}`, 'utf8');
      const title = /^# (.+)$/m.exec(text)?.[1] ?? /^scenario\s+"(.*)"/m.exec(text)?.[1] ?? name;
      return { name, title };
    });
  const listed = await Promise.all(
    samples.map(async (sample) => ({ ...sample, files: await filesNamedBy(`${root}/samples/${sample.name}`) })),
  );
  writeFileSync(`${root}/dist/samples.json`, JSON.stringify(listed));
}

/** The files that a sample names, and those that they name, by paths from its folder; all of them lie there or below. */
async function filesNamedBy(path) {
  const { loadProgram } = await import('./cli/program.ts');
  const folder = `${pathToFileURL(dirname(path)).href}/`;
  const read = [...(await loadProgram(path)).files].filter(([, { kind }]) => kind === 'bytes').map(([uri]) => uri);
  return read.map((uri) => {
    if (!uri.startsWith(folder)) throw new Error(`${path} names ${uri}, which lies elsewhere: the sample could not be copied with it`);
    return decodeURIComponent(uri.slice(folder.length));
  });
}

function printSizes(results) {
  const outputs = results.flatMap((result) => Object.keys(result.metafile.outputs)).filter((file) => !file.endsWith('.map'));
  for (const file of outputs) {
    const kilobytes = (statSync(`${root}/${file}`).size / 1000).toFixed(1);
    console.log(`${kilobytes.padStart(9)} kB  ${file}`);
  }
}

// What an earlier build left behind would be packaged.
if (production) rmSync(`${root}/dist`, { recursive: true, force: true });
mkdirSync(`${root}/dist`, { recursive: true });
await writeGrammar();
await writeSampleList();
if (watch) {
  for (const bundle of bundles) {
    const context = await esbuild.context({ ...bundle, logLevel: 'info' });
    await context.watch();
  }
  console.log('watching');
} else {
  printSizes(await Promise.all(bundles.map((bundle) => esbuild.build(bundle))));
}
