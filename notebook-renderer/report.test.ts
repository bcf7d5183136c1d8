import { expect, it } from 'vitest';
import { textbookRun } from './fixtures/recorded-runs.ts';
import { decodeOutput, encodeOutput } from './output.ts';
import { reportHtml } from './report.ts';

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
