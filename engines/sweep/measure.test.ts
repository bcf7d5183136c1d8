/** What a point tells of its run. */
import { describe, expect, it } from 'vitest';
import { scenarioForTests } from '../network/scenario-for-tests.ts';
import type { Run } from '../run.ts';
import { simulate } from '../simulation.ts';
import { type MeasuredRow, measure } from './measure.ts';
import type { SweptMeasure } from './plan.ts';

const AT = { source: 0, start: 0, end: 0 };
const send = (to: string, size: number) =>
  ({ parent: -1, timing: { kind: 'then' }, action: { kind: 'transfer.send', from: 'a', to, size }, text: '', at: AT }) as const;
/** Twice to b, once to c; 5 ms each way. */
const run: Run = simulate(
  scenarioForTests({ a: { up: 10e6 }, b: {}, c: {} }, { steps: [send('b', 1_000_000), send('b', 2_000_000), send('c', 500_000)] }),
);

const of = (more: Partial<SweptMeasure>): SweptMeasure => ({
  metric: 'transfer time',
  subjects: [null, null],
  statistic: null,
  unit: 'ns',
  bound: null,
  label: '',
  ...more,
});
const axis = { parameter: 'n', unit: '', values: [1] } as const;
const valuesOf = (more: Partial<SweptMeasure>) =>
  measure(run, { plots: [{ measures: [of(more)], against: 0, withBound: false }], axes: [axis] }).values[0]![0]!;
const series = (to: string) => run.series.find(({ metric, subjects }) => metric === 'transfer time' && subjects[1] === to)!.values;

describe('a measure', () => {
  it('is the last value of each subject', () => {
    expect(valuesOf({})).toEqual([
      { subject: 'a → b', value: series('b')[1], bound: null },
      { subject: 'a → c', value: series('c')[0], bound: null },
    ]);
    expect(valuesOf({ subjects: [['A.'], ['c']] }).map(({ subject }) => subject)).toEqual(['a → c']);
  });

  it('is a statistic of all values of all subjects', () => {
    const all = [...series('b'), ...series('c')];
    expect(valuesOf({ statistic: 'greatest' })).toEqual([{ subject: '', value: Math.max(...all), bound: null }]);
    expect(valuesOf({ statistic: 'mean' })[0]!.value).toBeCloseTo(all.reduce((sum, value) => sum + value, 0) / 3, 3);
  });

  it('has the bound of its subjects, which no transfer beats', () => {
    const measured = valuesOf({ bound: 'transfer time bound' });
    for (const { value, bound } of measured) expect(value).toBeGreaterThanOrEqual(bound!);
    // Over 10 Mbit/s, and there, back and there again.
    const latency = run.series.find(({ metric }) => metric === 'transfer time bound')!;
    expect(measured[1]!.bound! - measured[0]!.bound!).toBeCloseTo(-((1_500_000 * 8) / 10e6) * 1e9, -1);
    expect(latency.subjects).toEqual(['a', 'b']);
    expect(valuesOf({ bound: 'transfer time bound', statistic: 'greatest' })[0]!.bound).toBe(measured[0]!.bound);
  });

  it('of what was not measured is nothing; of what was never counted, 0', () => {
    expect(valuesOf({ metric: 'lookup time' })).toEqual([]);
    expect(valuesOf({ metric: 'lookup time', statistic: 'mean' })).toEqual([]);
    expect(valuesOf({ metric: 'packets dropped', subjects: [['a']] })).toEqual([{ subject: 'a', value: 0, bound: null }]);
  });

  it('over time is a course of 200 samples at most, its ends among them', () => {
    const window = of({ metric: 'congestion window', unit: 'B' });
    const { courses, values, rows } = measure(run, { plots: [{ measures: [window], against: -1, withBound: false }], axes: [] });
    const whole = run.series.find(({ metric }) => metric === 'congestion window')!;
    const [course] = courses[0]![0]!;
    expect(course!.at.length).toBeLessThanOrEqual(200);
    expect([course!.at[0], course!.at.at(-1)]).toEqual([whole.at[0], whole.at.at(-1)]);
    expect(values).toEqual([[]]);
    expect(rows).toContainEqual({ metric: 'transfer time', subject: 'a → c', value: series('c')[0] });
  });

  it('that is not finite was not measured: JSON has no infinity', () => {
    const endless = {
      ...run,
      series: run.series.map((one) =>
        one.metric === 'transfer time'
          ? { ...one, values: Float64Array.from(one.values, () => Infinity) }
          : one.metric === 'transfer time bound'
            ? { ...one, values: Float64Array.from(one.values, () => Number.NaN) }
            : one,
      ),
    };
    const told = (asked: SweptMeasure, against: number) =>
      measure(endless, { plots: [{ measures: [asked], against, withBound: true }], axes: against < 0 ? [] : [axis] });
    expect(told(of({}), 0).values[0]![0]).toEqual([]);
    expect(told(of({ statistic: 'mean' }), 0).values[0]![0]).toEqual([]);
    const bounded = told(of({ metric: 'goodput', bound: 'transfer time bound' }), 0).values[0]![0]!;
    expect(bounded.map(({ bound }) => bound)).toEqual([null, null]);
    const compared = told(of({}), -1);
    for (const { at, values } of compared.courses[0]![0]!) expect([at, values]).toEqual([[], []]);
    expect(compared.rows.filter(({ metric }) => metric === 'transfer time')).toEqual([]);
    expect(compared.rows.length).toBeGreaterThan(0);
  });
});

describe('the rows of a comparison', () => {
  const rowsOf = (all: readonly { readonly metric: string; readonly subjects: readonly string[] }[], names: readonly string[]) =>
    measure(
      {
        ...run,
        hosts: names.map((name) => ({ ...run.hosts[0]!, name })),
        series: all.map((one) => ({ ...run.series[0]!, ...one, at: Float64Array.of(1), values: Float64Array.of(1) })),
      },
      { plots: [], axes: [] },
    ).rows;
  const peers = Array.from({ length: 2_000 }, (_, i) => `peer${i + 1}`);
  const each = (metric: string, names: readonly string[]) => names.map((name) => ({ metric, subjects: [name] }));
  const last = { metric: 'transfer time', subjects: ['peer1', 'peer2'] };

  it('are all metrics, whoever measured first', () => {
    const rows = rowsOf([...each('bytes uploaded', peers.slice(0, 100)), last], peers);
    expect(rows).toHaveLength(101);
    expect(rows.at(-1)).toEqual({ metric: 'transfer time', subject: 'peer1 → peer2', value: 1 });
  });

  it('are, of more than there is room for, those of the first hosts for each metric, in whatever order they were measured', () => {
    const one = rowsOf([...each('bytes uploaded', peers), ...each('share ratio', [...peers].reverse()), last], peers);
    const other = rowsOf([last, ...each('share ratio', peers), ...each('bytes uploaded', [...peers].reverse())], peers);
    const keys = (rows: readonly MeasuredRow[]) => rows.map(({ metric, subject }) => `${metric} ${subject}`).sort();
    expect(one).toHaveLength(1_000);
    expect(keys(one)).toEqual(keys(other));
    expect(one.at(-1)!.metric).toBe('transfer time');
    const uploaded = one.flatMap(({ metric, subject }) => (metric === 'bytes uploaded' ? [subject] : []));
    expect([uploaded.length, uploaded.at(-1)]).toEqual([500, 'peer500']);
  });
});
