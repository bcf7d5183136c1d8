import { describe, expect, it, test } from 'vitest';
import { textbookRun } from '../fixtures/recorded-runs.ts';
import { decodeOutput, encodeOutput } from '../output.ts';
import { proseHtml } from './prose.ts';
import { reportHtml } from './report.ts';
import { upTo } from './up-to.ts';

const output = { run: { ...textbookRun(), title: 'A <title> & more' }, focus: null };

it('a report carries the run whole', () => {
  const html = reportHtml({ output, rendererScript: '' });
  const data = /id="netscenario-output">([^<]*)</.exec(html)![1]!;
  expect(data).toBe(Buffer.from(encodeOutput(output)).toString('base64'));
  expect(decodeOutput(Buffer.from(data, 'base64')).run.title).toBe('A <title> & more');
  expect(html).toContain('<title>A &lt;title&gt; &amp; more</title>');
});

it('nothing in the renderer’s script ends its element early', () => {
  const html = reportHtml({ output, rendererScript: 'say("</script>", "</SCRIPT >", "<!--", "<script>")' });
  expect(html.match(/<\/script/gi)?.length).toBe(2);
  expect(html.match(/<script/gi)?.length).toBe(2);
  expect(html).not.toContain('<!--');
  const script = /<script type="module">(.*?)<\/script>/s.exec(html)![1]!;
  const said: string[] = [];
  new Function('say', script)((...texts: string[]) => said.push(...texts));
  expect(said).toEqual(['</script>', '</SCRIPT >', '<!--', '<script>']);
});

it('a report asks for nothing from elsewhere', () => {
  const html = reportHtml({ output, rendererScript: '' });
  expect(html).toContain("default-src 'none'");
  expect(html).not.toMatch(/(?:src|href)=/);
});

describe('the report of a notebook', () => {
  const cells = [
    { kind: 'prose', text: '# A *lesson*\n\nSee [RFC 5321](https://www.rfc-editor.org/rfc/rfc5321).' },
    { kind: 'code', text: 'host a // <&>', source: 0 },
    { kind: 'prose', text: 'And then:' },
    { kind: 'code', text: 'a resolves b', source: 1 },
    { kind: 'code', text: 'never run', source: -1 },
  ] as const;
  const html = reportHtml({ output, cells, rendererScript: '' });
  const body = html.slice(html.indexOf('<body>'));

  it('reads as the notebook does', () => {
    const marks = [
      '<h1>A <em>lesson</em></h1>',
      '<a href="https://www.rfc-editor.org/rfc/rfc5321">',
      '<pre class="cell">host a // &lt;&amp;&gt;</pre>',
      'data-focus="0"',
      '<p>And then:</p>',
      '<pre class="cell">a resolves b</pre>',
      'data-focus="1"',
      '<pre class="cell">never run</pre>',
    ];
    const places = marks.map((mark) => body.indexOf(mark));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(body.match(/data-focus/g)?.length).toBe(2);
  });

  it('holds the run once', () => expect(body.match(/id="netscenario-output"/g)?.length).toBe(1));
});

test('below a cell, metrics are those of the moment when its steps were done', () => {
  const { run } = output;
  const series = (value: number[]) => ({ ...run.series[0]!, metric: 'm', at: Float64Array.from(value), values: Float64Array.from(value) });
  const step = (source: number, endedAt: number) => ({ ...run.steps[0]!, at: { source, start: 0, end: 1 }, endedAt });
  const whole = { ...run, duration: 90, steps: [step(0, 10), step(1, 20), step(2, 30)], series: [series([1, 10, 11]), series([25])] };
  const samples = (source: number) => upTo(whole, source).series.map(({ at, values }) => [[...at], [...values]]);
  expect(samples(0)).toEqual([
    [
      [1, 10],
      [1, 10],
    ],
  ]);
  expect(samples(1)[0]![0]).toEqual([1, 10, 11]);
  expect(upTo(whole, 1).duration).toBe(20);
  expect(upTo(whole, 2)).toBe(whole);
});

test.each([
  ['| a | b |\n|---|---|\n| 1 | 2 |', '<td>2</td>'],
  ['```\nx < y\n```', '<pre><code>x &lt; y\n</code></pre>'],
  ['before <!-- cell --> after', '<p>before  after</p>'],
  ['<!-- a\nb -->', ''],
  ['a <b onclick="x()">word</b>', 'a &lt;b onclick=&quot;x()&quot;&gt;word&lt;/b&gt;'],
  ['<script>alert(1)</script>', '<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>'],
  ['[x](javascript:alert(1))', '<p><a>x</a></p>'],
  ['[x](data:text/html,y)', '<p><a>x</a></p>'],
  ['[next](./02.md)', '<p><a>next</a></p>'],
  ['![a boat](https://example.org/boat.png)', '<em>a boat</em>'],
  ['<!-- a --><img src=x onerror=y>', '&lt;img'],
])('prose %j', (text, expected) => {
  const html = proseHtml(text);
  expect(html).toContain(expected);
  // Nothing but what Markdown makes.
  expect(html.replace(/<\/?(?:p|pre|code|em|a|table|thead|tbody|tr|th|td)>/g, '')).not.toContain('<');
});
