/** Runs the suite in the web extension host: VS Code for the Web in Chromium. Prints each test; exits 0 iff all passed. */
import { join } from 'node:path';
import { root } from '../scripts/root.mjs';
import { runSuite } from '../scripts/suite-host.mjs';
import { workspace } from './workspace.mjs';

export async function runWebHost({ verbose = false, tell = console.log } = {}) {
  const folder = await workspace('web-workspace');
  return runSuite({ suite: join(root, 'dist', 'test', 'web.cjs'), folder, verbose, tell });
}

if (process.argv[1]?.endsWith('web-host.mjs')) {
  const { passed, failed } = await runWebHost({ verbose: process.argv.includes('--verbose') });
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}
