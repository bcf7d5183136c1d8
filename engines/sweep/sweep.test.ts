/** Points, their results as lines, and what becomes of many of them. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { metrics } from '../metrics.ts';
import { estimate, studentQuantile } from './confidence.ts';
import { linesOf, merge, parseRanges, ranges } from './merge.ts';
import { pointCount, pointOf, type SweepPlan } from './plan.ts';
import { lineOf, NOTHING_MEASURED, type PointResult, parseLine } from './result.ts';
import { allHolds, checksOf } from './results.ts';

const plan = (more: Partial<SweepPlan> = {}): SweepPlan => ({
  text: 'sweep n over …',
  at: { source: 0, start: 0, end: 0 },
  alternatives: [],
  axes: [
    { parameter: 'n', unit: '', values: [10, 30, 100] },
    { parameter: 'rtt', unit: 'ns', values: [1e6, 5e6] },
  ],
  repeats: 2,
  plots: [],
  expectations: ['expect goodput > 1 Mbps'],
  ...more,
});

const result = (point: number, more: Partial<PointResult> = {}): PointResult => ({
  ...pointOf(plan(), 7, point),
  sweep: 'a'.repeat(64),
  of: 12,
  stopped: null,
  fingerprint: 'b'.repeat(64),
  measured: NOTHING_MEASURED,
  checks: [{ passed: true, measured: '2 Mbit/s' }],
  ...more,
});

describe('the points of a plan', () => {
  it('are the product of its values, the last parameter first, the repeats before it', () => {
    expect(pointCount(plan())).toBe(12);
    expect([1, 2, 3, 5, 12].map((point) => pointOf(plan(), 7, point))).toEqual([
      { point: 1, alternative: null, values: [10, 1e6], repeat: 1, seed: 7 },
      { point: 2, alternative: null, values: [10, 1e6], repeat: 2, seed: 8 },
      { point: 3, alternative: null, values: [10, 5e6], repeat: 1, seed: 7 },
      { point: 5, alternative: null, values: [30, 1e6], repeat: 1, seed: 7 },
      { point: 12, alternative: null, values: [100, 5e6], repeat: 2, seed: 8 },
    ]);
  });

  it('are those of each alternative in turn', () => {
    const compared = plan({ alternatives: ['x', 'y'], axes: [], repeats: 3 });
    expect(Array.from({ length: 6 }, (_, i) => pointOf(compared, 1, i + 1).alternative)).toEqual(['x', 'x', 'x', 'y', 'y', 'y']);
  });

  it('have seeds of 32 bits', () => expect(pointOf(plan(), 2 ** 32 - 1, 2).seed).toBe(0));

  it.each([0, 13, 1.5, Number.NaN])('there is no point %d', (point) => expect(() => pointOf(plan(), 1, point)).toThrow(RangeError));

  it('are all different', () => {
    const all = Array.from({ length: 12 }, (_, i) => JSON.stringify({ ...pointOf(plan(), 1, i + 1), point: 0 }));
    expect(new Set(all).size).toBe(12);
  });
});

describe('a result as a line', () => {
  const measured = fc.record({
    subject: fc.string(),
    value: fc.double({ noNaN: true, noDefaultInfinity: true }),
    bound: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  });
  const numbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 4 });
  const some = fc.record({
    values: fc.array(fc.array(fc.array(measured, { maxLength: 3 }), { maxLength: 2 }), { maxLength: 2 }),
    courses: fc.array(
      fc.array(fc.array(fc.record({ subject: fc.string(), at: numbers, values: numbers }), { maxLength: 2 }), { maxLength: 2 }),
    ),
    rows: fc.array(fc.record({ metric: fc.string(), subject: fc.string(), value: fc.double({ noNaN: true, noDefaultInfinity: true }) })),
  });

  it('is the result again, and one line', () => {
    fc.assert(
      fc.property(some, fc.option(fc.string()), (told, stopped) => {
        const line = lineOf(result(3, { measured: told, stopped }));
        expect(line).not.toContain('\n');
        const again = parseLine(line);
        expect(typeof again).toBe('object');
        expect(lineOf(again as PointResult)).toBe(line);
      }),
    );
  });

  it.each([
    ['', /cut off/],
    [lineOf(result(1)).slice(0, -20), /cut off/],
    ['null', /no result/],
    ['[]', /no result/],
    ['{"sweep":"x"}', /no result/],
    [lineOf(result(1)).replace('"point":1', '"point":13'), /no result/],
    [lineOf(result(1)).replace('"of":12', '"of":4e9'), /no result/],
    [lineOf(result(1)).replace('"repeat":1', '"repeat":"1"'), /no result/],
    [lineOf(result(1)).replace('"courses":[]', '"courses":[[[{"subject":"a"}]]]'), /no result/],
  ])('is refused where it is none: %.30s', (line, why) => expect(parseLine(line)).toMatch(why));

  it('is refused where it is longer than any result is', () => expect(parseLine('x'.repeat(17 * 2 ** 20))).toMatch(/longer than 16 MiB/));

  it('of 3 plots of 16 measures of 16 subjects over time is read back', () => {
    const course = { subject: 'a-host-with-a-long-name → another', at: Array(200).fill(1234567890123), values: Array(200).fill(1 / 3) };
    const courses = Array(3).fill(Array(16).fill(Array(16).fill(course)));
    expect(typeof parseLine(lineOf(result(1, { measured: { ...NOTHING_MEASURED, courses } })))).toBe('object');
  });

  it('of anything is parsed or refused, never thrown at', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), fc.constantFrom('__proto__', '{"__proto__":null}')), (line) => void parseLine(line)),
    );
  });
});

describe('merging', () => {
  const all = Array.from({ length: 12 }, (_, i) => result(i + 1));

  it('gives the same whatever the order, the files, and how often a result comes', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([...all, ...all], { minLength: 24 }), fc.integer({ min: 0, max: 24 }), (shuffled, cut) => {
        const merged = merge([
          { name: 'a', text: linesOf(shuffled.slice(0, cut)) },
          { name: 'b', text: `\n${linesOf(shuffled.slice(cut))}\n` },
        ]);
        expect(typeof merged !== 'string' && linesOf(merged.results)).toBe(linesOf(all));
      }),
    );
  });

  it('names missing points as a list', () => {
    const merged = merge([{ name: 'a', text: linesOf([all[0]!, all[3]!, all[11]!]) }]);
    expect(typeof merged !== 'string' && ranges(merged.missing)).toBe('2-3,5-11');
  });

  it('prefers a run to one that was stopped, in whatever order they come, and names what has none', () => {
    const stopped = (point: number, at = 'at 100 events') => result(point, { stopped: at, fingerprint: '', checks: [] });
    const merged = (...results: PointResult[]) => {
      const all = merge([{ name: 'a', text: linesOf(results) }]);
      if (typeof all === 'string') throw new Error(all);
      return { lines: linesOf(all.results), stopped: all.stopped, missing: ranges(all.missing) };
    };
    const expected = { lines: linesOf([result(1), result(2)]), stopped: [], missing: '3-12' };
    expect(merged(stopped(1), result(2), result(1))).toEqual(expected);
    expect(merged(result(1), result(2), stopped(1))).toEqual(expected);
    expect(merged(stopped(1), stopped(1, 'at 200 events'))).toEqual({ ...merged(stopped(1, 'at 200 events'), stopped(1)), stopped: [1] });
  });

  it.each([
    [[], /no result/],
    [[result(1), result(2, { sweep: 'c'.repeat(64) })], /a:2 is of another sweep than a:1/],
    [[result(1), result(2, { of: 13 })], /another sweep/],
    [[result(1), result(1, { fingerprint: 'c'.repeat(64) })], /a:2 and a:1 are both of point 1, and differ/],
  ])('refuses what does not belong together (%#)', (results, why) => expect(merge([{ name: 'a', text: linesOf(results) }])).toMatch(why));

  it('lists are read back', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 300 }), { minLength: 1 }), (points) => {
        const rising = [...points].sort((a, b) => a - b);
        expect(parseRanges(ranges(rising), 300)).toEqual(rising);
      }),
    );
    for (const text of ['', 'a', '0', '3-2', '301', '1,,2', '1-', '-1', '1e2']) expect(parseRanges(text, 300), text).toBeNull();
  });
});

describe('what is expected of a sweep', () => {
  it('is told over all runs', () => {
    const failing = result(2, { checks: [{ passed: false, measured: '1 kbit/s' }] });
    const swept = { plan: plan(), results: [result(1), failing, result(3, { stopped: 'at a limit', checks: [] })] };
    expect(checksOf(swept)).toEqual([
      { text: 'expect goodput > 1 Mbps', passed: 1, of: 2, failed: [{ result: failing, measured: '1 kbit/s' }] },
    ]);
    expect(allHolds(swept)).toBe(false);
    expect(allHolds({ plan: plan(), results: [result(1)] })).toBe(true);
    expect(allHolds({ plan: plan(), results: [result(3, { stopped: 'at a limit', checks: [] })] })).toBe(false);
  });
});

describe('confidence', () => {
  it.each([
    [1, 12.706],
    [4, 2.776],
    [9, 2.262],
    [30, 2.042],
    [31, 2.0395],
    [60, 2.0003],
    [120, 1.9799],
    [1e6, 1.96],
  ])('Student’s t of %d degrees of freedom at 97.5 %% is %d', (degrees, quantile) =>
    expect(studentQuantile(degrees)).toBeCloseTo(quantile, 3),
  );

  it('of 2, 4, 4, 4, 5, 5, 7, 9 is 5 ± 1.79', () => {
    const { mean, margin, count } = estimate([2, 4, 4, 4, 5, 5, 7, 9]);
    expect([mean, count]).toEqual([5, 8]);
    // s = 2.138, t(7) = 2.3646.
    expect(margin).toBeCloseTo((2.3646 * 2.1381) / Math.sqrt(8), 3);
  });

  it('of one value is nothing, of equal ones 0', () => {
    expect(estimate([3])).toEqual({ mean: 3, margin: null, count: 1 });
    expect(estimate([0.1, 0.1, 0.1])).toEqual({ mean: 0.1, margin: 0, count: 3 });
  });
});

describe('bounds', () => {
  const bounded = metrics.filter(({ bound }) => bound !== undefined);
  it('there are some', () => expect(bounded.length).toBeGreaterThan(0));
  it.each(bounded.map((metric) => [metric.name, metric] as const))(
    'that of %s is a metric of its unit, of subjects of its kinds',
    (_, { bound, unit, subjects }) => {
      const found = metrics.find(({ name }) => name === bound);
      expect(found?.unit).toBe(unit);
      for (const { type } of found!.subjects) expect(subjects.map((one) => one.type)).toContain(type);
    },
  );
});
