/** The bundle in a real browser, as a notebook or a report loads it. Needs Chromium (CHROMIUM, or /usr/bin/chromium). */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordedRun } from '../engines/recorded-run-for-tests.ts';
import { largeRun, sawToothRun, textbookRun } from './fixtures/recorded-runs.ts';
import { encodeOutput, type Output } from './output.ts';
import { reportHtml } from './report/report.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';

describe.skipIf(!existsSync(CHROMIUM))('the renderer in Chromium', { timeout: 60_000 }, () => {
  let browser: Browser;
  let bundle: string;

  beforeAll(async () => {
    const result = await build({
      entryPoints: [fileURLToPath(new URL('./main.tsx', import.meta.url))],
      bundle: true,
      format: 'esm',
      write: false,
      jsx: 'automatic',
      jsxImportSource: 'preact',
      loader: { '.css': 'text' },
    });
    bundle = result.outputFiles[0]!.text;
    browser = await chromium.launch({
      executablePath: CHROMIUM,
      args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--no-first-run'],
    });
  }, 60_000);
  afterAll(() => browser?.close());

  /** Renders as a notebook does: `activate`, then `renderOutputItem` with the bytes. Messages to the host gather in `window.posted`. */
  async function open(output: Output | Uint8Array, width = 1000): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    page.setDefaultTimeout(10_000);
    await page.setContent('<!doctype html><body style="margin:0"><div id="output"></div>');
    const data = Buffer.from(output instanceof Uint8Array ? output : encodeOutput(output)).toString('base64');
    await page.evaluate((given) => Object.assign(window, given), { script: bundle, data });
    // As text: the test runner rewrites the import of a function.
    await page.evaluate(`(async () => {
      const { activate } = await import(URL.createObjectURL(new Blob([script], { type: 'text/javascript' })));
      window.posted = [];
      window.renderer = activate({ postMessage: (message) => posted.push(message) });
      const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
      renderer.renderOutputItem({ id: '1', mime: '', data: () => bytes }, document.getElementById('output'));
    })()`);
    return page;
  }

  const selected = (page: Page) => page.getByRole('listbox').getByRole('option', { selected: true });

  it('shows title, checks, lifelines and messages with readable names', async () => {
    const page = await open({ run: textbookRun(), focus: null });
    await page.getByRole('heading', { name: 'Alice writes to Bob' }).waitFor();
    await page.getByText('✗ 1 of 2 checks failed').waitFor();
    await page.getByRole('listbox', { name: 'Sequence of 16 messages between 4 hosts' }).waitFor();
    await page.getByRole('option', { name: '1. 0 ms: alice-pc to local-dns: A? mail.crepes.fr, lost', exact: true }).waitFor();
    await page.getByRole('option', { name: '2. 1.000 s: alice-pc to local-dns: A? mail.crepes.fr, sent again', exact: true }).waitFor();
    const option = page.getByRole('option', { name: '7. 1.320 s: mail.crepes.fr to mail.hamburger.edu: MAIL FROM: <alice@crepes.fr>' });
    expect(await option.getAttribute('aria-posinset')).toBe('7');
    expect(await option.getAttribute('aria-setsize')).toBe('16');
    expect(await option.locator('.ns-number').textContent()).toBe('7');
    expect(await option.locator('title').first().textContent()).toMatch(/MAIL FROM: <alice@crepes\.fr>\n.*\n.*30 B\n.*took 20 ms$/);
    await page.close();
  });

  it('shows the pictures of a clip, and another one where somebody points at its bar', async () => {
    const clip = {
      name: 'bounce',
      pattern: 'bouncing ball',
      width: 48,
      height: 32,
      frameRate: 24,
      duration: 2e9,
      grain: 0,
      seed: 1,
    } as const;
    const encoding = { coding: 'both', control: { kind: 'constant quality', step: 1 }, groupLength: 24 } as const;
    const view = { kind: 'frames', clip, encodings: [encoding] } as const;
    const page = await open({ run: { ...textbookRun(), views: [{ view, at: { source: 0, start: 0, end: 0 } }] }, focus: null });
    const frames = page.getByRole('region', { name: 'Pictures of bounce' });
    const picture = frames.getByRole('img', { name: 'original picture 8' });
    await picture.waitFor();
    // The browser has read the PNG.
    expect(
      await picture.evaluate((image) => [(image as HTMLImageElement).naturalWidth, (image as HTMLImageElement).naturalHeight]),
    ).toEqual([48, 32]);
    const bars = frames.getByRole('img', { name: /^Bytes of each picture/ });
    const box = (await bars.boundingBox())!;
    await page.mouse.click(box.x + (24.5 / 48) * box.width, box.y + 20);
    await frames.getByRole('img', { name: 'original picture 24' }).waitFor();
    expect(await frames.getByText('key frame').count()).toBe(1);
    await frames.getByRole('slider', { name: 'Picture' }).press('ArrowRight');
    await frames.getByRole('img', { name: 'picture 25 as both shows it' }).waitFor();
    await page.close();
  });

  it('a click on a message opens its bytes and fields, lit together', async () => {
    const page = await open({ run: textbookRun(), focus: null });
    await page.getByRole('option', { name: /HELO crepes.fr/ }).click();
    const inspector = page.getByRole('complementary', { name: 'Inspector' });
    const bytes = inspector.getByRole('region', { name: 'Bytes' });
    await bytes.waitFor();
    expect(await bytes.locator('.ns-hex-row').first().textContent()).toContain('48 45 4c 4f 20');
    const fields = inspector.getByRole('tree', { name: 'Fields' }).getByRole('treeitem');
    expect(await fields.count()).toBeGreaterThan(0);
    await fields.first().hover();
    expect(await bytes.locator('.ns-lit').count()).toBeGreaterThan(0);
    await page.mouse.move(0, 0);
    expect(await bytes.locator('.ns-lit').count()).toBe(0);
    await bytes.locator('.ns-bytes').first().click();
    expect(await inspector.locator('.ns-field.ns-picked').count()).toBe(1);

    await inspector.getByRole('tab', { name: 'Packets' }).click();
    await inspector.getByText('TCP PSH, ACK · 16 B').waitFor();
    await inspector.getByRole('treeitem', { name: /^Transmission Control Protocol/ }).waitFor();
    await inspector.getByRole('tab', { name: 'Transcript' }).click();
    expect(await inspector.locator('.ns-dialogue .ns-lit').textContent()).toMatch(/C:\s*HELO crepes\.fr/);

    await inspector.getByRole('button', { name: 'alice-pc sends mail from alice@crepes.fr to bob@hamburger.edu' }).click();
    expect(await page.evaluate('posted')).toEqual([{ type: 'reveal', source: 1, uri: 'cell:b', start: 0, end: 61 }]);
    await page.close();
  });

  it('each field tells its meaning and its section of the standard', async () => {
    const page = await open({ run: textbookRun(), focus: 0 });
    await page
      .getByRole('option', { name: /A\? mail/ })
      .first()
      .click();
    const fields = page.getByRole('tree', { name: 'Fields' });
    const inspectorPane = page.locator('.ns-fields-pane');
    const id = fields.getByRole('treeitem', { name: /^ID:/ });
    const meaning = id.locator('.ns-field-meaning');
    expect(await meaning.isVisible()).toBe(true);
    expect(await meaning.getByRole('link', { name: 'RFC 1035 §4.1.1' }).getAttribute('href')).toBe(
      'https://www.rfc-editor.org/rfc/rfc1035#section-4.1.1',
    );
    const value = await id.locator('.ns-field-value').boundingBox();
    expect((await meaning.boundingBox())!.x).toBeGreaterThan(value!.x + value!.width);

    // The keys move through the fields, and the bytes follow.
    const lit = async () =>
      (await page.getByRole('region', { name: 'Bytes' }).locator('.ns-hex-bytes .ns-lit').allTextContents()).join(' ');
    await id.focus();
    expect(await lit()).toBe('1a 2b');
    await page.keyboard.press('ArrowDown');
    expect(await lit()).toBe('01 00');
    await page.keyboard.press('ArrowUp');
    expect(await lit()).toBe('1a 2b');
    await page.keyboard.press('End');
    const last = await fields.getByRole('treeitem', { selected: true }).boundingBox();
    const pane = await inspectorPane.boundingBox();
    expect(last!.y).toBeGreaterThanOrEqual(pane!.y);
    expect(last!.y + last!.height).toBeLessThanOrEqual(pane!.y + pane!.height);
    await id.focus();

    // In a narrow panel it stands under the field that is picked.
    await page.setViewportSize({ width: 440, height: 900 });
    const flags = fields.getByRole('treeitem', { name: /^Flags:/ }).locator('.ns-field-meaning');
    await flags.waitFor({ state: 'hidden' });
    expect(await meaning.isVisible()).toBe(true);
    const below = await id.locator('.ns-field-value').boundingBox();
    expect((await meaning.boundingBox())!.y).toBeGreaterThanOrEqual(below!.y + below!.height);
    await page.close();
  });

  it('a metric of many subjects is one tile that opens', async () => {
    const run = textbookRun();
    const hosts = Array.from({ length: 6 }, (_, i) => `ns${i}.example.org`);
    const queries = hosts.map((host) => ({ ...run.series[0]!, metric: 'queries', unit: '' as const, subjects: [host] }));
    const page = await open({ run: { ...run, series: [...run.series, ...queries] }, focus: null });
    const tiles = page.getByRole('region', { name: 'Metrics' });
    expect(await tiles.getByText('queries').count()).toBe(1);
    expect(await tiles.getByRole('term').count()).toBe(3);
    await tiles.getByRole('button', { name: '3 more' }).click();
    expect(await tiles.getByRole('term').allTextContents()).toEqual(hosts);
    await page.close();
  });

  it('plots the congestion window of a transfer; a click on a tile opens and closes a plot', async () => {
    const page = await open({ run: sawToothRun(60), focus: null });
    const tiles = page.getByRole('region', { name: 'Metrics' });
    const window = page.getByRole('figure', { name: 'congestion window over time' });
    await window.waitFor();
    expect(await window.getByRole('listitem').allTextContents()).toEqual(['server → laptop10 kB to 80 kB, 60 samples']);
    const labels = ['0 B', '20 kB', '40 kB', '60 kB', '80 kB', '0 s', '1 s', '2 s', '3 s', '4 s', '5 s', '6 s'];
    expect(await window.locator('text').allTextContents()).toEqual(labels);
    // The laptop sent nothing: its only sample stays behind a link.
    expect(await tiles.getByText('laptop → server').count()).toBe(0);
    await tiles.getByRole('button', { name: '1 more' }).click();
    await tiles.getByText('laptop → server').waitFor();
    expect(await window.count()).toBe(1);

    const trips = page.getByRole('figure', { name: 'round-trip time over time' });
    const tile = tiles.getByRole('button', { name: 'Plot of round-trip time' });
    expect(await tile.getAttribute('aria-expanded')).toBe('false');
    // Anywhere on the tile.
    await tiles.locator('.ns-tile', { hasText: 'round-trip time' }).locator('.ns-tile-value').click({ force: true });
    await trips.waitFor();
    expect(await tile.getAttribute('aria-expanded')).toBe('true');
    expect(await trips.getAttribute('id')).toBe(await tile.getAttribute('aria-controls'));
    await tile.press('Enter');
    expect(await trips.count()).toBe(0);
    await window.getByRole('button', { name: 'Close the plot of congestion window' }).click();
    expect(await window.count()).toBe(0);
    await page.close();
  });

  it('the ruler of a plot reads values under the mouse and by key, and sets the time', async () => {
    const page = await open({ run: sawToothRun(60), focus: null });
    const field = page.getByRole('slider', { name: 'Time in the plot of congestion window' });
    const box = (await field.boundingBox())!;
    const readings = page.locator('.ns-plot-readings');
    await page.mouse.move(box.x + box.width / 2, box.y + 60);
    await readings.waitFor();
    const [, time, value] = /^([\d.]+) s.*server → laptop(\d+) kB$/.exec((await readings.textContent())!)!;
    const sample = Math.floor(Number(time) * 10) - 1;
    expect(Number(value)).toBe(40 + ((sample - 3) % 9) * 5);
    expect(await readings.evaluate((element) => getComputedStyle(element).pointerEvents)).toBe('none');

    // A click moves the time of the diagram, and the plot marks it.
    await page.mouse.down();
    await page.mouse.up();
    expect(await page.getByRole('slider', { name: 'Time', exact: true }).getAttribute('aria-valuetext')).toBe(`${time} s`);
    await page.mouse.move(0, 0);
    expect(await readings.count()).toBe(0);
    expect(await page.locator('.ns-plot-time').count()).toBe(1);

    await field.focus();
    await page.keyboard.press('Home');
    expect(await field.getAttribute('aria-valuetext')).toBe('100.0 ms, server → laptop 10 kB');
    await page.keyboard.press('ArrowRight');
    expect(await field.getAttribute('aria-valuetext')).toBe('200.0 ms, server → laptop 20 kB');
    await page.keyboard.press('PageDown');
    expect(await field.getAttribute('aria-valuetext')).toBe('1.200 s, server → laptop 80 kB');
    await page.keyboard.press('End');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('slider', { name: 'Time', exact: true }).getAttribute('aria-valuetext')).toBe('5.900 s');
    await page.keyboard.press('Escape');
    expect(await readings.count()).toBe(0);
    await page.close();
  });

  it('a plot keeps within its frame in a host that pads outputs, and when it gets narrower', async () => {
    const page = await open({ run: sawToothRun(60), focus: null });
    const svg = page.locator('.ns-plot-field > svg');
    const overhang = async () => {
      const [drawn, frame] = [(await svg.boundingBox())!, (await page.getByRole('figure').boundingBox())!];
      return drawn.x + drawn.width - (frame.x + frame.width);
    };
    expect(await overhang()).toBeLessThanOrEqual(0);
    await page.addStyleTag({ content: '#output .ns { padding: 8px 30px }' });
    await page.waitForFunction(() => document.querySelector('.ns-plot-field > svg')!.getAttribute('width') === '938');
    expect(await overhang()).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 500, height: 900 });
    await page.waitForFunction(() => document.querySelector('.ns-plot-field > svg')!.getAttribute('width') === '438');
    expect(await overhang()).toBeLessThanOrEqual(0);
    await page.close();
  });

  it('a plot of a hundred thousand samples is a short path', async () => {
    const page = await open({ run: sawToothRun(100_000), focus: null });
    const path = page.locator('.ns-plot-field .ns-plot-line path');
    expect((await path.getAttribute('d'))!.length).toBeLessThan(50_000);
    const field = page.getByRole('slider', { name: 'Time in the plot of congestion window' });
    await field.hover();
    expect(await page.locator('.ns-plot-readings').textContent()).toMatch(/server → laptop\d+ kB$/);
    await page.close();
  });

  it('is walked with the keys', async () => {
    const page = await open({ run: textbookRun(), focus: null });
    const list = page.getByRole('listbox');
    await list.focus();
    await page.keyboard.press('ArrowDown');
    expect(await selected(page).getAttribute('aria-posinset')).toBe('1');
    expect(await list.getAttribute('aria-activedescendant')).toBe(await selected(page).getAttribute('id'));
    await page.keyboard.press('End');
    expect(await selected(page).getAttribute('aria-posinset')).toBe('16');
    await page.keyboard.press('ArrowUp');
    expect(await selected(page).getAttribute('aria-label')).toContain('QUIT');
    const box = await selected(page).locator('.ns-hit').boundingBox();
    const viewport = await page.locator('.ns-viewport').boundingBox();
    expect(box!.y).toBeGreaterThan(viewport!.y);
    expect(box!.y + box!.height).toBeLessThanOrEqual(viewport!.y + viewport!.height);
    const inspector = page.getByRole('complementary', { name: 'Inspector' });
    expect(await inspector.count()).toBe(0);
    await page.keyboard.press('Enter');
    await inspector.waitFor();
    await page.keyboard.press('Home');
    await inspector.getByText('A? mail.crepes.fr').first().waitFor();
    await page.keyboard.press('Escape');
    expect(await inspector.count()).toBe(0);
    await page.close();
  });

  it('shows what a protected message carries, to whoever has the keys', async () => {
    const page = await open({ run: recordedRun(), focus: null });
    const option = page.getByRole('option', { name: /TLS Application Data, inside: GET \// });
    expect(await option.locator('.ns-label').textContent()).toBe('🔒 TLS Application Data');
    await option.click();
    const inspector = page.getByRole('complementary', { name: 'Inspector' });
    // The record as it travelled, and then what is in it.
    const first = inspector.locator('.ns-hex-row').first();
    expect(await first.textContent()).toContain('17 03 03');
    await inspector.getByRole('tab', { name: 'Inside' }).click();
    await inspector.getByText('http GET /: decrypted with the session’s keys; an eavesdropper sees only the record.').waitFor();
    expect(await first.textContent()).toContain('47 45 54 20');
    await page.close();
  });

  it('filters, switches the axis, shows segments and jumps from a check to its message', async () => {
    const page = await open({ run: textbookRun(), focus: null });
    await page.getByRole('button', { name: /^dns/ }).click();
    await page.getByRole('listbox', { name: 'Sequence of 3 messages' }).waitFor();
    await page.getByRole('button', { name: /^smtp/ }).click();
    await page.getByRole('searchbox', { name: 'Filter messages' }).fill('nothing like it');
    await page.getByText('No message passes the filter.').waitFor();
    await page.getByRole('button', { name: 'Show all' }).click();
    await page.getByRole('button', { name: 'Time', exact: true }).click();
    await page.locator('.ns-gap').first().waitFor();
    await page.getByRole('button', { name: 'TCP segments' }).click();
    expect(await page.locator('.ns-segment').count()).toBeGreaterThan(4);
    await page.getByRole('button', { name: /expect delivery time/ }).click();
    expect(await selected(page).getAttribute('aria-label')).toContain('Do you like ketchup?');
    await page.close();
  });

  it('the time slider selects the message of that time and folds the state', async () => {
    const page = await open({ run: textbookRun(), focus: null });
    const state = page.getByRole('region', { name: 'State' });
    await state.getByText('from alice@crepes.fr').waitFor();
    const slider = page.getByRole('slider', { name: 'Time' });
    await slider.focus();
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowLeft');
    expect(await slider.getAttribute('aria-valuetext')).toBe('1.360 s');
    expect(await selected(page).getAttribute('aria-label')).toContain('RCPT TO');
    expect(await state.getByText('from alice@crepes.fr').count()).toBe(0);
    await state.getByText('alice@crepes.fr to bob@hamburger.edu').waitFor();
    await page.close();
  });

  it('a hundred thousand messages scroll with a small document', async () => {
    const page = await open({ run: largeRun(100_000), focus: null });
    await page.getByRole('listbox', { name: 'Sequence of 100,000 messages' }).waitFor();
    const nodes = () => page.evaluate(() => document.querySelectorAll('*').length);
    const most: number[] = [await nodes()];
    for (const share of [0.1, 0.33, 0.5, 0.9, 1]) {
      await page.evaluate((share) => {
        const viewport = document.querySelector('.ns-viewport')!;
        viewport.scrollTop = viewport.scrollHeight * share;
      }, share);
      await page.waitForTimeout(60);
      most.push(await nodes());
      const drawn = await page.evaluate(() => {
        const { top, bottom } = document.querySelector('.ns-viewport')!.getBoundingClientRect();
        return [...document.querySelectorAll('.ns-hit')].filter((hit) => {
          const box = hit.getBoundingClientRect();
          return box.bottom > top + 46 && box.top < bottom;
        }).length;
      });
      expect(drawn).toBeGreaterThan(8);
    }
    expect(Math.max(...most)).toBeLessThan(2500);
    await page.getByRole('listbox').focus();
    await page.keyboard.press('End');
    expect(await selected(page).getAttribute('aria-posinset')).toBe('100000');
    await page.close();
  });

  it('a cell that only declares tells what stands where; a cell shows its own part', async () => {
    const declares = await open({ run: textbookRun(), focus: 2 });
    await declares.getByText('3 hosts, 2 zones, 2 mail servers, 1 mailbox declared; 1 host filled in').waitFor();
    const rows = declares.getByRole('table', { name: 'Hosts' }).getByRole('row');
    expect(await rows.allTextContents()).toEqual([
      'HostAddressWhat it does',
      'alice-pc10.0.0.1runs no server',
      'mail.crepes.fr10.0.1.1zone crepes.frzone hamburger.edumail server',
      'mail.hamburger.edu10.0.2.1zone hamburger.edumail servermailbox bob@hamburger.edu',
      'Filled in',
      'local-dns10.0.0.53local DNS server',
    ]);
    expect(await declares.getByRole('listbox').count()).toBe(0);
    await declares.close();
    const second = await open({ run: textbookRun(), focus: 1 });
    await second.getByRole('listbox', { name: 'Sequence of 13 messages' }).waitFor();
    await second.getByRole('region', { name: 'Transcript' }).waitFor();
    await second.close();
  });

  it('bytes that are no output become a text that says so; the next output works', async () => {
    const page = await open(Uint8Array.from([1, 2, 3]));
    expect(await page.getByRole('alert').textContent()).toContain('not a saved run');
    const data = Buffer.from(encodeOutput({ run: textbookRun(), focus: null })).toString('base64');
    await page.evaluate((data) => {
      const bytes = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
      const { renderer } = window as unknown as { renderer: { renderOutputItem(item: object, element: Element): void } };
      renderer.renderOutputItem({ id: '1', mime: '', data: () => bytes }, document.getElementById('output')!);
    }, data);
    await page.getByRole('listbox').waitFor();
    await page.close();
  });

  it('a run whose tables lie is reported, not blank', async () => {
    const run = textbookRun();
    const page = await open({ run: { ...run, hosts: [] }, focus: null });
    expect(await page.getByRole('alert').textContent()).toContain('This output cannot be shown.');
    await page.close();
  });

  it('a report is one file that draws itself', async () => {
    const run = { ...textbookRun(), title: 'A </script><b>title</b>' };
    const html = reportHtml({ output: { run, focus: null }, rendererScript: bundle });
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith('data:') && request.url() !== 'http://report.test/') errors.push(request.url());
    });
    await page.route('http://report.test/', (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await page.goto('http://report.test/');
    await page.getByRole('heading', { name: 'A </script><b>title</b>' }).waitFor();
    await page.getByRole('option', { name: /HELO crepes.fr/ }).click();
    await page.getByRole('complementary', { name: 'Inspector' }).waitFor();
    expect(errors).toEqual([]);
    await page.close();

    const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
    await plain.route('http://report.test/', (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await plain.goto('http://report.test/');
    await plain.locator('noscript svg').waitFor();
    expect(await plain.locator('noscript pre').textContent()).toContain('MAIL FROM: <alice@crepes.fr>');
    await plain.close();
  });

  it('the report of a notebook draws below each cell what it added', async () => {
    const cells = [
      { kind: 'prose', text: '# First' },
      { kind: 'code', text: 'a', source: 0 },
      { kind: 'prose', text: '# Second' },
      { kind: 'code', text: 'b', source: 1 },
    ] as const;
    const html = reportHtml({ output: { run: textbookRun(), focus: null }, cells, rendererScript: bundle });
    const page = await browser.newPage();
    await page.route('http://report.test/', (route) => route.fulfill({ contentType: 'text/html', body: html }));
    await page.goto('http://report.test/');
    const [first, second] = [0, 1].map((focus) => page.locator(`.netscenario-run[data-focus="${focus}"]`)) as [Locator, Locator];
    await second.getByRole('option', { name: /HELO crepes.fr/ }).waitFor();
    expect(await first.getByRole('option', { name: /A\? mail.crepes.fr/ }).count()).toBeGreaterThan(0);
    expect(await first.getByRole('option', { name: /HELO crepes.fr/ }).count()).toBe(0);
    const [prose, output] = [await page.getByRole('heading', { name: 'Second' }).boundingBox(), await second.boundingBox()];
    expect(prose!.y).toBeLessThan(output!.y);
    await page.close();
  });
});
