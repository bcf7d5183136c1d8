/** Figures and comparisons of a sweep, as data, as text and as a drawing. */
import { describe, expect, it } from 'vitest';
import { MILLISECOND } from '../../engines/quantities.ts';
import { recordedRun } from '../../engines/recorded-run-for-tests.ts';
import { COMPARE, PLAN, swept } from '../fixtures/swept.ts';
import { decodeOutput, encodeOutput } from '../output.ts';
import { sequenceSvg } from '../static/svg.ts';
import { describeSweep } from '../static/sweeps.ts';
import { describeRun } from '../static/text.ts';
import { comparedPlots, comparisonRows, shownRows } from './comparison.ts';
import { isLogarithmic, layOutPanel, tickNear } from './figure-layout.ts';
import { csvOf, estimateText, figuresOf, shortLabels, tableOf } from './figures.ts';

describe('a figure', () => {
  const [figure] = figuresOf(swept());

  it('has a panel a unit, a line for each alternative and each value of the other parameters, and each bound once', () => {
    expect(figure!.name).toBe('transfer time, goodput against rtt');
    expect(figure!.panels.map(({ unit, lines }) => [unit, lines.map(({ label }) => label)])).toEqual([
      [
        'ns',
        [
          'transfer time, x, size 1 MB',
          'transfer time, x, size 2 MB',
          'transfer time, y, size 1 MB',
          'transfer time, y, size 2 MB',
          'bound, transfer time, x, size 1 MB, transfer time, y, size 1 MB',
          'bound, transfer time, x, size 2 MB, transfer time, y, size 2 MB',
        ],
      ],
      ['bit/s', ['goodput, x, size 1 MB', 'goodput, x, size 2 MB', 'goodput, y, size 1 MB', 'goodput, y, size 2 MB']],
    ]);
  });

  it('has means with margins, and bounds without', () => {
    const [line] = figure!.panels[0]!.lines;
    expect(line!.points.map(({ x, mean, count }) => [x, mean, count])).toEqual([
      [10e6, 201.5e6, 2],
      [100e6, 1101.5e6, 2],
    ]);
    // Two values 1 ms apart: s = 0.707 ms, t(1) = 12.706.
    expect(line!.points[0]!.margin! / 1e6).toBeCloseTo(12.706 * 0.5, 2);
    expect(figure!.panels[0]!.lines[4]!.points.map(({ mean, margin }) => [mean, margin])).toEqual([
      [200e6, null],
      [1100e6, null],
    ]);
  });

  it('is a table, and CSV in base units', () => {
    const { head, rows } = tableOf(figure!);
    expect([head[0], head[1], rows[0]!.slice(0, 2), rows.length]).toEqual([
      'rtt',
      'transfer time, x, size 1 MB',
      ['10 ms', '202 ms ± 6.35 ms'],
      2,
    ]);
    expect(csvOf(figure!).split('\n').slice(0, 2)).toEqual([
      'line,rtt (ns),mean,margin of 95 %,runs,unit',
      expect.stringMatching(/^"transfer time, x, size 1 MB",10000000,201500000,635\d+(\.\d+)?,2,ns$/),
    ]);
  });

  it('leaves out what has no result', () => {
    const [partly] = figuresOf(swept(PLAN, ({ values, alternative }) => values[0] === 10e6 && alternative === 'x'));
    expect(partly!.panels[0]!.lines.map(({ points }) => points.length)).toEqual([1, 1, 1, 1]);
    expect(figuresOf(swept(PLAN, () => false))[0]!.panels).toEqual([]);
  });

  describe('of what some of the runs have measured', () => {
    // In the second repeat, and at 100 ms in none, the transfer ends.
    const survivors = (results = swept()) => ({
      ...results,
      results: results.results.map((result) =>
        result.repeat === 1 && result.values[0] === 10e6
          ? result
          : { ...result, measured: { ...result.measured, values: [[[], ...result.measured.values[0]!.slice(1)]] } },
      ),
    });
    const [partly] = figuresOf(survivors());

    it('says in how many', () => {
      expect(tableOf(partly!).rows.map((row) => row.slice(0, 2))).toEqual([
        ['10 ms', '201 ms (1 of 2 runs)'],
        ['100 ms', '–'],
      ]);
      expect(estimateText({ mean: 2e9, margin: 1e9, count: 4, of: 8 }, 'ns')).toBe('2 s ± 1 s (4 of 8 runs)');
    });

    it('has hollow dots', () => {
      const { lines } = layOutPanel(partly!.panels[0]!, partly!.axis, { width: 600, height: 260 });
      expect(lines[0]!.dots.map(({ partial }) => partial)).toEqual([true]);
      expect(
        layOutPanel(partly!.panels[1]!, partly!.axis, { width: 600, height: 260 }).lines[0]!.dots.map(({ partial }) => partial),
      ).toEqual([false, false]);
      expect(sequenceSvg({ run: recordedRun(), focus: null, sweeps: [survivors()] }).match(/class="partial"/g)).toHaveLength(4);
    });

    it('says where none has', () => {
      const none = swept();
      const empty = {
        ...none,
        results: none.results.map((result) => ({ ...result, measured: { ...result.measured, values: [[[], []]] } })),
      };
      expect(describeSweep(empty)).toContain('\ntransfer time, goodput against rtt\n  nothing was measured\n');
      expect(sequenceSvg({ run: recordedRun(), focus: null, sweeps: [empty] })).toContain('nothing was measured');
    });
  });

  it.each([
    [[['goodput', 'a → b', '', 'n 1']], ['goodput']],
    [
      [
        ['goodput', '', 'x'],
        ['goodput', '', 'y'],
      ],
      ['x', 'y'],
    ],
    [
      [
        ['goodput', 'a', ''],
        ['time', 'b', ''],
      ],
      ['goodput, a', 'time, b'],
    ],
  ])('is labelled by what differs (%#)', (labels, short) => expect(shortLabels(labels)).toEqual(short));
});

describe('its layout', () => {
  it.each([
    [[10, 30, 100, 300, 1000], true],
    [[1, 2, 5, 10, 20, 50], true],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10], false],
    [[10, 20, 40], false],
    [[0, 1, 10, 100], false],
    [[5], false],
  ])('%j is spread by ratios: %s', (values, logarithmic) => expect(isLogarithmic(values)).toBe(logarithmic));

  const [figure] = figuresOf(swept());
  const layout = layOutPanel(figure!.panels[0]!, figure!.axis, { width: 600, height: 260 });

  it('has the swept values as ticks, dots within the axes, and bands around means', () => {
    expect(layout.marks.map(({ label }) => label)).toEqual(['10 ms', '100 ms']);
    for (const { dots } of layout.lines)
      for (const { x, y } of dots) {
        expect(x).toBeGreaterThan(layout.left);
        expect(x).toBeLessThan(layout.right);
        expect(y).toBeGreaterThanOrEqual(layout.top);
        expect(y).toBeLessThanOrEqual(layout.bottom);
      }
    expect(layout.lines.map(({ band }) => band !== '')).toEqual([true, true, true, true, false, false]);
    expect(layout.values[0]!.label).toBe('0 s');
    // It goes along above the means and back below them, as far away.
    const { band, dots } = layout.lines[0]!;
    const heights = band
      .slice(1, -1)
      .split('L')
      .map((point) => Number(point.split(' ')[1]));
    expect(heights[0]! + heights[3]!).toBeCloseTo(2 * dots[0]!.y, 0);
    expect(heights[0]).toBeLessThan(heights[3]!);
  });

  it('finds the value under the pointer', () => {
    expect([layout.left, layout.right].map((x) => tickNear(layout, x))).toEqual([0, 1]);
  });

  it('has no band below no time', () => {
    const points = [1, 2].map((x) => ({ x, mean: 1e9, margin: 3e9, count: 2, of: 2 }));
    const line = { label: '', isBound: false, points };
    const place = { width: 600, height: 260 };
    const lowest = (unit: 'ns' | '') =>
      layOutPanel({ unit, lines: [line] }, { parameter: 'n', unit: '', values: [1, 2] }, place).values[0]!.label;
    expect([lowest('ns'), lowest('')]).toEqual(['0 s', expect.stringMatching(/^[-−]/)]);
  });

  it('labels as many values as there is room for, the last among them', () => {
    const values = Array.from({ length: 100 }, (_, i) => (i + 1) * MILLISECOND);
    const { marks } = layOutPanel({ unit: 'ns', lines: [] }, { parameter: 'rtt', unit: 'ns', values }, { width: 400, height: 200 });
    const labels = marks.map(({ label }) => label).filter((label) => label !== '');
    expect(labels.length).toBeLessThan(12);
    expect(labels.at(-1)).toBe('100 ms');
  });
});

describe('a comparison', () => {
  const compared = swept(COMPARE);

  it('is a table of metrics by alternative', () => {
    expect(
      comparisonRows(compared).map(({ metric, subject, unit, cells }) => [metric, subject, unit, cells.map((cell) => cell?.mean)]),
    ).toEqual([['goodput', 'a → b', 'bit/s', [101.5e6, 201.5e6]]]);
  });

  it('of many metrics shows those that all have, each with as many subjects as any other, and how many there are besides', () => {
    const row = (metric: string, i: number, everywhere = true) =>
      ({ metric, subject: `peer${i}`, unit: '', cells: [null, null].map((_, k) => (everywhere || k === 0 ? ONE : null)) }) as const;
    const ONE = { mean: 1, margin: null, count: 1, of: 1 };
    const many = (metric: string, everywhere?: boolean) => Array.from({ length: 100 }, (_, i) => row(metric, i, everywhere));
    const { rows, unshown } = shownRows([...many('only one has it', false), ...many('bytes'), row('completion time', 0)]);
    expect([rows.length, unshown]).toEqual([60, 141]);
    expect(rows.at(-1)!.metric).toBe('completion time');
    expect(new Set(rows.map(({ metric }) => metric))).toEqual(new Set(['bytes', 'completion time']));
    expect(shownRows(many('bytes').slice(0, 60)).unshown).toBe(0);
  });

  it('shows what all have measured last, beside what one alone has much of, and says how much is left out', () => {
    const results = compared.results.map((result) => ({
      ...result,
      measured: {
        ...result.measured,
        rows: [
          ...Array.from({ length: result.alternative === 'x' ? 80 : 2 }, (_, i) => ({ metric: 'goodput', subject: `peer${i}`, value: 1 })),
          { metric: 'transfer time', subject: 'a → b', value: 3e9 },
        ],
      },
    }));
    const told = describeSweep({ ...compared, results });
    expect(told).toMatch(/\n {2}transfer time, a → b +3 s +3 s\n {2}and 21 more\n/);
  });

  it('draws the first run of each over the other', () => {
    const [plot] = comparedPlots(compared);
    expect(plot!.picture!.panels[0]!.lines.map(({ subject, values }) => [subject, [...values]])).toEqual([
      ['x', [1, 2, 1]],
      ['y', [1, 2, 1]],
    ]);
  });

  it('is told as text', () => {
    expect(describeSweep(compared)).toMatch(/\nMetrics\n +x +y\n {2}goodput, a → b +102 Mbit\/s ± [\d.]+ Mbit\/s +202 Mbit\/s ± /);
  });
});

describe('a sweep', () => {
  it('is told as text, with the runs at which an expectation fails, and what is missing', () => {
    const told = describeSweep(swept(PLAN, ({ point }) => point > 2));
    expect(told).toMatch(/^sweep rtt .*\n14 of 16 runs · 2 repeats, 95 % confidence\n\ntransfer time, goodput against rtt\n {2}rtt /);
    expect(told).toContain('  ✗ expect transfer time < 5 s  (10 of 14 runs)\n      y, rtt 100 ms, size 1 MB, seed 1: 2201000000 ns\n');
    expect(told).toContain('\nWithout a result\n  missing: 1-2\n');
  });

  it('tells of the first failures only', () => {
    const failing = { ...PLAN, repeats: 8 };
    expect(describeSweep(swept(failing))).toMatch(/\n {6}and 11 more\n/);
  });

  it('stands in an output beside its run, and in the drawing and text of it', () => {
    const output = decodeOutput(encodeOutput({ run: recordedRun(), focus: null, sweeps: [swept(), swept(COMPARE)] }));
    expect(output.sweeps).toEqual([swept(), swept(COMPARE)]);
    const svg = sequenceSvg(output);
    expect(svg.match(/class="band"/g)).toHaveLength(8);
    expect(svg.match(/class="bound" d="M\d/g)).toHaveLength(4);
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    expect(describeRun(output)).toContain('\nsweep rtt over 10 ms');
  });
});
