/** What is plotted: how it is said, and what is said of slips. */
import { describe, expect, it } from 'vitest';
import { compileText } from './annotated-source-for-tests.ts';
import { analyse } from './compile.ts';
import { complete } from './completion.ts';
import { hoverAt } from './hover.ts';

const WORLD = 'host pc[1..3]\nhost server\nserver transfers 2 MB to pc[1]\n';
const views = (text: string) => compileText(WORLD + text).scenario.views.map(({ view }) => view);
const complaints = (text: string) =>
  compileText(WORLD + text)
    .diagnostics.filter(({ severity }) => severity === 'error')
    .map(({ message }) => message);

describe('plot', () => {
  it.each([
    ['plot congestion window of server to pc[1]', [{ metric: 'congestion window', subjects: [['server'], ['pc1']] }]],
    ['plot goodput of server', [{ metric: 'goodput', subjects: [['server'], null] }]],
    ['plot goodput to pc[1..2]', [{ metric: 'goodput', subjects: [null, ['pc1', 'pc2']] }]],
    [
      'plot goodput, transfer time of server',
      [
        { metric: 'goodput', subjects: [null, null] },
        { metric: 'transfer time', subjects: [['server'], null] },
      ],
    ],
    ['plot mean response time', [{ metric: 'mean response time', subjects: [null, null] }]],
  ])('%s', (text, curves) => {
    const [view] = views(text);
    expect(view).toMatchObject({ kind: 'plot' });
    expect(view?.kind === 'plot' && view.curves.map(({ metric, subjects }) => ({ metric, subjects: subjects.slice(0, 2) }))).toEqual(
      curves,
    );
  });

  it.each([
    ['plot congestoin window', /`congestoin` does not fit here. Did you mean `congestion`\?/],
    ['plot cwnd', /Did you mean `congestion window`\?/],
    ['plot 5', /Expected a metric, such as/],
    ['plot', /Expected a metric, such as/],
    ['plot congestion', /Expected `window` here/],
    ['plot goodput of', /Expected a host here/],
    ['plot goodput of nobody', /nobody/],
    ['plot goodput,', /Expected a metric, such as .* behind the comma/],
    ['plot goodput of server against n', /Against a parameter, a plot stands in the block of a sweep/],
    [`plot ${Array.from({ length: 17 }, () => 'goodput').join(', ')}`, /A plot has room for 16 metrics/],
  ])('%s', (text, message) => {
    const [first, ...others] = complaints(text);
    expect(first).toMatch(message);
    expect(others).toEqual([]);
    expect(views(text)).toEqual([]);
  });

  it('offers metrics, then what they are measured of', () => {
    const labels = (text: string) => {
      const { sources, offset } = { sources: [{ uri: 'file:///w/a.netscenario', text: WORLD + text }], offset: (WORLD + text).length };
      return complete(analyse(sources, new Map()), sources[0]!, offset).map(({ label }) => label);
    };
    expect(labels('plot ')).toEqual(expect.arrayContaining(['congestion', 'goodput', 'lookup']));
    expect(labels('plot congestion ')).toEqual(['window']);
    expect(labels('plot congestion window of ')).toEqual(expect.arrayContaining(['server', 'pc2']));
    expect(labels('plot goodput, ')).toEqual(expect.arrayContaining(['transfer']));
  });

  it('explains a metric at its words, and a host at its name', () => {
    const text = `${WORLD}plot goodput, congestion window of server`;
    const analysis = analyse([{ uri: 'file:///w/a.netscenario', text }], new Map());
    expect(hoverAt(analysis, 'file:///w/a.netscenario', text.indexOf('window'))?.text).toMatch(/\*\*congestion window\*\*: /);
    expect(hoverAt(analysis, 'file:///w/a.netscenario', text.length - 1)?.text).toMatch(/^\*\*Host\*\* `server`/);
  });
});
