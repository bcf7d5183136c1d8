import fc from 'fast-check';
import { parseFragment } from 'parse5';
import { expect, test } from 'vitest';
import { html, octetsOfHtml } from './html.ts';

/** Full of what means something in HTML. */
const text = fc.string({
  unit: fc.constantFrom('<', '>', '"', "'", '&', ';', '/', '=', '#', '!', '-', ' ', 'a', 'lt', 'script', 'p', 'ê'),
});

test('whatever a value is, a browser’s parser finds it where it was put, as text', () => {
  fc.assert(
    fc.property(text, (value) => {
      const [paragraph, ...others] = parseFragment(html`<p title="${value}">${value}</p>`.text).childNodes;
      expect(others).toEqual([]);
      expect(paragraph).toMatchObject({ tagName: 'p', attrs: [{ name: 'title', value }] });
      const children = (paragraph as unknown as { childNodes: { nodeName: string; value: string }[] }).childNodes;
      expect(children.map(({ nodeName, value: shown }) => [nodeName, shown])).toEqual(value === '' ? [] : [['#text', value]]);
    }),
    { numRuns: 2000 },
  );
});

test('HTML of this kind goes in as it is', () => {
  const items = ['a', '<b>'].map((one) => html`<li>${one}</li>`);
  expect(html`<ul>${items}${html`<li>${3}</li>`}</ul>`.text).toBe('<ul><li>a</li><li>&lt;b&gt;</li><li>3</li></ul>');
});

test('goes out as UTF-8', () => expect(octetsOfHtml(html`${'ê'}`)).toBe('\xc3\xaa'));
