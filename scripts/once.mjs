/** Opens one notebook in a real editor, headless, runs all of its cells, and gives what each came to. */
import { join } from 'node:path';
import { root } from './root.mjs';
import { runSuite } from './suite-host.mjs';

const THEMES = { light: 'Default Light Modern', dark: 'Default Dark Modern' };

/** `theme`: light or dark. `seen(page)` may look at the page, and use it, before it closes. */
export async function runOnce({ notebook, theme, width, height, seen }) {
  const named = THEMES[theme];
  // The editor would keep to its own theme without a word.
  if (!named) throw new Error(`there is no theme ${theme}`);
  return runSuite({ suite: await bundle({ notebook, theme: named }), folder: join(root, 'samples'), width, height, seen });
}

/** What the extension host runs, with the notebook's name and the theme in it. */
async function bundle(parameters) {
  const { default: esbuild } = await import('esbuild');
  const outfile = join(root, 'dist', 'test', 'once.cjs');
  await esbuild.build({
    entryPoints: [join(root, 'test', 'suite', 'once.ts')],
    outfile,
    bundle: true,
    format: 'cjs',
    platform: 'browser',
    external: ['vscode'],
    define: { NETSCENARIO_ONCE: JSON.stringify(parameters) },
    logLevel: 'warning',
  });
  return outfile;
}
