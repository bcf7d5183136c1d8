/** npm run pictures: takes the README's pictures of a real editor, docs/images/notebook.png and notebook-dark.png. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './root.mjs';
import { main, run, SetUpError, setUp, underCurrentNode } from './set-up.mjs';

const NOTEBOOK = '01-mail-walkthrough.netscenario.md';
const MESSAGE = /MAIL FROM/;

await main(async () => {
  await setUp();
  underCurrentNode();
  const build = await run(process.execPath, ['esbuild.mjs', '--production']);
  if (build.code !== 0) throw new SetUpError('the build failed: see above');
  const { runOnce } = await import('./once.mjs');
  const images = join(root, 'docs', 'images');
  mkdirSync(images, { recursive: true });
  for (const [theme, file] of [
    ['light', 'notebook.png'],
    ['dark', 'notebook-dark.png'],
  ]) {
    await runOnce({
      notebook: NOTEBOOK,
      theme,
      width: 1280,
      height: 1320,
      seen: async (page) => {
        await inspect(page);
        await page.screenshot({ path: join(images, file) });
        console.log(`wrote docs/images/${file}`);
      },
    });
  }
  return 0;
});

/** Scrolls to Alice's mail and opens one of its messages, as a reader would. */
async function inspect(page) {
  const frame = await frameWithMessages(page);
  const message = frame.locator('[role="option"].ns-message', { hasText: MESSAGE }).first();
  await page.mouse.move(60, 600);
  for (let i = 0; i < 60; i++) {
    const box = await message.boundingBox();
    if (box && box.y > 760 && box.y < 830) break;
    await page.mouse.wheel(0, box && box.y <= 760 ? -40 : 40);
    await page.waitForTimeout(60);
  }
  const { x, y, width, height } = await message.boundingBox();
  await page.mouse.click(x + width / 2, y + height / 2);
  await frame.getByRole('complementary', { name: 'Inspector' }).waitFor();
  // Where nothing answers to a pointer.
  await page.mouse.move(20, 640);
  await page.waitForTimeout(800);
}

async function frameWithMessages(page) {
  for (let i = 0; i < 100; i++) {
    for (const frame of page.frames()) {
      const first = frame.locator('[role="option"].ns-message', { hasText: MESSAGE }).first();
      if ((await first.count().catch(() => 0)) > 0) return frame;
    }
    await page.mouse.wheel(0, 120);
    await page.waitForTimeout(150);
  }
  throw new Error('no message was drawn');
}
