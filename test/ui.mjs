/**
 * What a person does, in a real editor in a real browser: opens the notebook, types, sees squiggles and suggestions, runs a
 * cell, clicks an arrow in the diagram and reads its bytes. Screenshots of what was seen go to out/.
 */
import { join } from 'node:path';
import { launchBrowser } from '../scripts/browser.mjs';
import { root } from '../scripts/root.mjs';
import { freePort, serveEditor } from '../scripts/web-editor.mjs';

const NOTEBOOK = '01-mail-walkthrough.netscenario.md';

export async function runUi() {
  const server = await serveEditor({ port: await freePort(), folder: join(root, 'samples') });
  const browser = await launchBrowser({ width: 1500, height: 1200 });
  const { page } = browser;
  page.setDefaultTimeout(30_000);
  const seen = (name) => page.screenshot({ path: join(root, 'out', `ui-${name}.png`) });
  let passed = 0;
  let failed = 0;
  const step = async (name, body) => {
    // What a step needs is what the ones before it did: after a failure the rest would only fail, too.
    if (failed > 0) {
      failed++;
      console.log(`  NOT OK  ${name} (not tried)`);
      return;
    }
    try {
      await body();
      passed++;
      console.log(`  ok      ${name}`);
    } catch (error) {
      failed++;
      console.log(`  NOT OK  ${name}\n${String(error?.stack ?? error).replace(/^/gm, '          ')}`);
      await seen('failure').catch(() => {});
    }
  };
  const cells = page.locator('.notebookOverlay .cell-list-container .code-cell-row');
  // Escape without suggestions would leave the cell.
  const dismissSuggestions = async () => {
    const suggestions = page.locator('.suggest-widget.visible');
    await page.waitForTimeout(500);
    if (!(await suggestions.isVisible())) return;
    await page.keyboard.press('Escape');
    await suggestions.waitFor({ state: 'hidden' });
  };
  /** As a hand does it: with the wheel, over the notebook's left margin. */
  const scrollTo = async (element) => {
    await page.mouse.move(370, 600);
    await until('the wheel brings it into view', async () => {
      const box = await element.boundingBox();
      if (box && box.y > 200 && box.y < 700) return true;
      await page.mouse.wheel(0, box && box.y < 200 ? -200 : 250);
      return false;
    });
  };
  const command = async (title) => {
    await page.keyboard.press('F1');
    await page.locator('.quick-input-widget input').fill(`>${title}`);
    await page.locator('.quick-input-list .monaco-list-row', { hasText: title }).first().waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  };
  try {
    await page.goto(server.url);
    await step('the notebook opens from the explorer, with prose and highlighted code', async () => {
      await page.locator('.explorer-folders-view').getByText(NOTEBOOK).dblclick();
      const code = cells.first().locator('.view-line', { hasText: 'scenario' }).first();
      // VS Code for the Web asks whether the notebook is trusted.
      const trust = page.getByRole('button', { name: 'Open Notebook' });
      await code.or(trust).first().waitFor();
      if (await trust.isVisible()) await trust.click();
      await code.waitFor();
      // The grammar comes a moment after the text.
      await until('the code has three colours', async () => {
        const spans = cells.first().locator('.view-line span span');
        return (await spans.evaluateAll((all) => new Set(all.map((span) => getComputedStyle(span).color)).size)) >= 3;
      });
    });
    await step('an unknown host that is typed gets a squiggle, which goes when it is taken back', async () => {
      await cells.nth(1).locator('.view-line').first().click();
      await page.keyboard.press('Control+Home');
      await page.keyboard.type('nobody-pc resolves www.crepes.fr A');
      await dismissSuggestions();
      await page.keyboard.press('Enter');
      await cells.nth(1).locator('.squiggly-error').first().waitFor();
      await seen('squiggle');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Control+Shift+K');
      await cells.nth(1).locator('.squiggly-error').first().waitFor({ state: 'detached' });
    });
    await step('suggestions know the hosts that are declared in the cell above', async () => {
      await page.keyboard.press('Control+Home');
      await page.keyboard.type('ali');
      await page.keyboard.press('Control+Space');
      await page.locator('.suggest-widget .monaco-list-row', { hasText: 'alice-pc' }).first().waitFor();
      await seen('suggestions');
      await dismissSuggestions();
      for (let i = 0; i < 3; i++) await page.keyboard.press('Backspace');
    });
    let frame;
    await step('running the notebook draws its messages in the output’s frame', async () => {
      await command('Notebook: Run All');
      frame = await frameWith(page, '[role="option"].ns-message');
      const labels = await frame.locator('[role="option"].ns-message').allTextContents();
      if (!labels.some((label) => /HELO|EHLO|MAIL FROM|220/.test(label))) throw new Error(`no SMTP among ${JSON.stringify(labels)}`);
      await seen('run');
    });
    await step('a click on an arrow shows its bytes and fields', async () => {
      const message = frame.locator('[role="option"].ns-message', { hasText: /MAIL FROM|HELO|EHLO/ }).first();
      await scrollTo(message);
      const { x, y, width, height } = await message.boundingBox();
      await page.mouse.click(x + width / 2, y + height / 2);
      const inspector = frame.getByRole('complementary', { name: 'Inspector' });
      await inspector.waitFor();
      const bytes = await inspector.getByLabel('Bytes', { exact: true }).textContent();
      if (!/4d 41 49 4c|48 45 4c 4f|45 48 4c 4f/i.test((bytes ?? '').replace(/([0-9a-f]{2})\s*/gi, '$1 ')))
        throw new Error(`bytes: ${bytes}`);
      if ((await inspector.getByRole('treeitem').count()) < 2) throw new Error('no fields');
      await scrollTo(inspector);
      await seen('inspector');
    });
    await step('the message leads back to the statement that caused it', async () => {
      await frame.getByRole('button', { name: 'alice-pc sends mail from alice@crepes.fr to bob@hamburger.edu' }).first().click();
      await page.locator('.notebookOverlay .cell .selected-text').first().waitFor({ state: 'attached' });
    });
    await step('the status bar of the cell tells its checks', async () => {
      await page
        .locator('.cell-statusbar-container', { hasText: /\d+ of \d+ checks?/ })
        .first()
        .waitFor();
    });
    await step('a scenario in a cell of Markdown is shown in colours', async () => {
      await command('Notebook: Insert Markdown Cell Above');
      await page.keyboard.insertText(FENCED);
      await page.keyboard.press('Escape');
      const shown = await frameWith(page, '.vscode-code-block span[class^="mtk"]');
      const words = shown.locator('.vscode-code-block', { hasText: 'host alice' }).locator('span[class^="mtk"]');
      if ((await coloursOf(words)) < 3) throw new Error(`colours: ${await words.allTextContents()}`);
      await seen('markdown-cell');
    });
    await step('a scenario in Markdown has colours in the editor', async () => {
      await command('File: New Untitled Text File');
      await page.keyboard.press('F1');
      await page.locator('.quick-input-widget input').fill('>Change Language Mode');
      await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Change Language Mode' }).first().waitFor();
      await page.keyboard.press('Enter');
      await page.getByPlaceholder('Select Language Mode').waitFor();
      await page.locator('.quick-input-widget input').fill('Markdown');
      await page.locator('.quick-input-list .monaco-list-row', { hasText: '(markdown)' }).first().waitFor();
      await page.keyboard.press('Enter');
      await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
      await page.keyboard.insertText(FENCED);
      const words = page.locator('.editor-instance .view-line', { hasText: 'host' }).locator('span span');
      await until('the fence has three colours', async () => (await coloursOf(words)) >= 3);
    });
    await step('and in the preview, while it is written', async () => {
      await command('Markdown: Open Preview to the Side');
      const shown = await frameWith(page, '.netscenario-keyword');
      const words = shown.locator('pre .netscenario-keyword');
      const told = async () => (await words.allTextContents()).join(' ');
      await until('the words of the language have their colour', async () => (await told()) === 'host');
      if ((await coloursOf(shown.locator('pre span'))) < 3) throw new Error('the preview has no three colours');
      await page.locator('.editor-instance .view-line', { hasText: 'host' }).first().click();
      await page.keyboard.press('End');
      await page.keyboard.insertText('\nalice crashes');
      await until('what is written has it, too', async () => (await told()) === 'host crashes');
      await seen('markdown-preview');
    });
  } finally {
    await browser.close();
    server.close();
  }
  return { passed, failed };
}

/** A scenario within Markdown. */
const FENCED = 'In prose:\n\n```netscenario\nhost alice { up 5 Mbps } // soon\n```\n';

const coloursOf = (words) => words.evaluateAll((all) => new Set(all.map((word) => getComputedStyle(word).color)).size);

/** The frame of a webview that shows such an element. */
async function frameWith(page, selector, limit = 30_000) {
  const end = Date.now() + limit;
  for (;;) {
    for (const frame of page.frames())
      if (
        (await frame
          .locator(selector)
          .count()
          .catch(() => 0)) > 0
      )
        return frame;
    if (Date.now() > end)
      throw new Error(
        `no frame shows ${selector}; frames: ${page
          .frames()
          .map((frame) => frame.url())
          .join(', ')}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function until(what, probe, limit = 15_000) {
  const end = Date.now() + limit;
  while (!(await probe())) {
    if (Date.now() > end) throw new Error(`${what}: not so after ${limit / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

if (process.argv[1]?.endsWith('ui.mjs')) {
  const { passed, failed } = await runUi();
  console.log(`${passed} passed, ${failed} failed`);
  process.exit(failed === 0 && passed > 0 ? 0 : 1);
}
