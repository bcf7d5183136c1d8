import { expect, it } from 'vitest';
import type { MetricSeries, Run } from '../../engines/run.ts';
import { textbookRun } from '../fixtures/recorded-runs.ts';
import { partOf } from '../part.ts';
import { tilesOf } from './summary.ts';

const series = (metric: string, subject: string, value: number, unit: MetricSeries['unit'] = ''): MetricSeries => ({
  metric,
  subjects: [subject],
  unit,
  doc: '',
  at: Float64Array.of(1),
  values: Float64Array.of(value),
});

const tiles = (run: Run, focus: number | null = null) =>
  tilesOf(partOf({ run, focus })).map(
    ({ name, entries }) =>
      `${name}: ${entries.map(({ subject, value, expected }) => `${subject} ${value}${expected ? '!' : ''}`).join(', ')}`,
  );

it('what an expectation names comes first, then times, then the rest', () => {
  expect(tiles(textbookRun())).toEqual([
    'delivery time: alice@crepes.fr → bob@hamburger.edu 360 ms!',
    'lookup time: alice-pc → mail.crepes.fr 1.02 s',
    'queue length: mail.crepes.fr 0',
  ]);
});

it('of a cell are those that were measured since it began', () => {
  expect(tiles(textbookRun(), 1).map((tile) => tile.split(':')[0])).toEqual(['delivery time', 'queue length']);
});

it('subjects of one metric share a tile, the expected one first', () => {
  const run = textbookRun();
  const check = { ...run.checks[0]!, text: 'expect queries at  NS2.example.org  < 9' };
  const queries = ['local-dns', 'ns1.example.org', 'ns2.example.org.', 'ns22.example.org'].map((host, i) => series('queries', host, i + 1));
  const lookups = ['a', 'b'].map((host) => ({ ...series('lookup time', host, 5e6, 'ns'), subjects: [host, 'www.example.org.'] }));
  const lookup = { ...check, text: 'expect lookup time of b for www.example.org < 1 s' };
  expect(tiles({ ...run, checks: [lookup], series: lookups })).toEqual([
    'lookup time: b → www.example.org 5 ms!, a → www.example.org 5 ms',
  ]);
  const mixed = { ...run, checks: [check], series: [series('lookup time', 'a', 5e6, 'ns'), ...queries] };
  expect(tiles(mixed)).toEqual(['queries: ns2.example.org 3!, local-dns 1, ns1.example.org 2, ns22.example.org 4', 'lookup time: a 5 ms']);
});

it.each([
  ['expect mean lookup time of c[1..2] < 1 s', 'lookup time: c1 → x.org 5 ms!, c2 → x.org 5 ms!, d → x.org 5 ms'],
  [
    'expect 95th percentile lookup time of d, c[1..2] for x.org in the last step < 1 s',
    'lookup time: c1 → x.org 5 ms!, c2 → x.org 5 ms!, d → x.org 5 ms!',
  ],
  ['expect greatest lookup time of d < 1 s', 'lookup time: d → x.org 5 ms!, c1 → x.org 5 ms, c2 → x.org 5 ms'],
  ['expect mean queries at d < 1 s', 'lookup time: c1 → x.org 5 ms, c2 → x.org 5 ms, d → x.org 5 ms'],
])('an expectation of a statistic is about its subjects: %s', (text, tile) => {
  const run = textbookRun();
  const lookups = ['c1', 'c2', 'd'].map((host) => ({ ...series('lookup time', host, 5e6, 'ns'), subjects: [host, 'x.org.'] }));
  expect(tiles({ ...run, checks: [{ ...run.checks[0]!, text }], series: lookups })).toEqual([tile]);
});

it('the congestion window of a large transfer is plotted without asking, right after what is expected', () => {
  const run = textbookRun();
  const samples = Float64Array.from({ length: 40 }, (_, i) => i);
  const idle = series('congestion window', 'b', 14_600, 'B');
  const busy = { ...series('congestion window', 'a', 0, 'B'), at: samples, values: samples };
  const of = (all: MetricSeries[]) => tilesOf(partOf({ run: { ...run, series: [...run.series, ...all] }, focus: null }));
  const shown = of([idle, busy]);
  expect(shown.map(({ name, plotted }) => [name, plotted])).toEqual([
    ['delivery time', false],
    ['congestion window', true],
    ['lookup time', false],
    ['queue length', false],
  ]);
  // What went on is told before what did not.
  expect(shown[1]!.entries.map(({ subject }) => subject)).toEqual(['a', 'b']);

  const short = { ...busy, at: samples.subarray(0, 5), values: samples.subarray(0, 5) };
  expect(of([short]).filter(({ plotted }) => plotted)).toEqual([]);
});
