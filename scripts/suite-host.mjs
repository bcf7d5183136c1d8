/** Runs a bundle in the web extension host of VS Code in Chromium, and gives what it told. */
import { launchBrowser } from './browser.mjs';
import { freePort, serveEditor } from './web-editor.mjs';

const LIMIT = 1_800_000;
const RESULTS = 'NETSCENARIO-RESULTS ';
const TELLS = 'NETSCENARIO-TELLS ';

/**
 * Resolves with the data that the suite printed behind NETSCENARIO-RESULTS; what it printed behind NETSCENARIO-TELLS goes to `tell`. `seen` may look at the
 * page before it closes.
 */
export async function runSuite({ suite, folder, width, height, verbose = false, tell = () => {}, seen }) {
  const server = await serveEditor({ port: await freePort(), folder, suite });
  const browser = await launchBrowser({ width, height });
  const { page } = browser;
  let late;
  try {
    const results = await new Promise((resolve, reject) => {
      late = setTimeout(() => reject(new Error(`the suite did not end within ${LIMIT / 1000} s`)), LIMIT);
      const ready = Promise.all([
        page.exposeFunction('codeAutomationLog', (_type, words) => {
          const text = words.map(String).join(' ');
          if (text.startsWith(RESULTS)) resolve(JSON.parse(text.slice(RESULTS.length)));
          // The workbench itself has much to tell, too.
          else if (text.startsWith(TELLS)) tell(text.slice(TELLS.length));
        }),
        page.exposeFunction('codeAutomationExit', (code) => reject(new Error(`the suite ended with code ${code} and gave no results`))),
      ]);
      if (verbose) page.on('console', (message) => console.log('   ', message.text()));
      ready.then(() => page.goto(server.url, { timeout: 120_000 })).catch(reject);
    });
    await seen?.(page);
    return results;
  } finally {
    clearTimeout(late);
    await browser.close();
    server.close();
  }
}
