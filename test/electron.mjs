/**
 * Runs the suite in VS Code for the desktop, downloaded by @vscode/test-electron. Where it cannot be downloaded this says that
 * it did not run, and exits 0; with --require it exits 1.
 */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../scripts/root.mjs';
import { workspace } from './workspace.mjs';

/** undefined where VS Code cannot be had; otherwise whether the suite passed. */
export async function runElectron() {
  const { downloadAndUnzipVSCode, runTests } = await import('@vscode/test-electron');
  let vscodeExecutablePath;
  try {
    const cachePath = join(root, '.vscode-test');
    vscodeExecutablePath = await downloadAndUnzipVSCode({
      version: 'stable',
      cachePath,
      timeout: 20_000,
      reporter: { report() {}, error() {} },
    });
  } catch (error) {
    return { ran: false, reason: error instanceof Error ? error.message : String(error) };
  }
  const folder = await workspace('electron-workspace', { special: true });
  const userData = mkdtempSync(join(tmpdir(), 'netscenario-electron-'));
  try {
    await runTests({
      vscodeExecutablePath,
      extensionDevelopmentPath: root,
      extensionTestsPath: join(root, 'dist', 'test', 'node.cjs'),
      launchArgs: [
        folder,
        '--disable-extensions',
        '--disable-workspace-trust',
        `--user-data-dir=${userData}`,
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      ],
    });
    return { ran: true, ok: true };
  } catch {
    return { ran: true, ok: false };
  }
}

if (process.argv[1]?.endsWith('electron.mjs')) {
  const { ran, ok, reason } = await runElectron();
  if (!ran) console.log(`VS Code for the desktop did not run: it cannot be downloaded here (${reason})`);
  process.exit(ran ? (ok ? 0 : 1) : process.argv.includes('--require') ? 1 : 0);
}
