/** What a point tells of its run. */
import { describe, expect, it } from 'vitest';
import { scenarioForTests } from '../network/scenario-for-tests.ts';
import type { Run } from '../run.ts';
import { simulate } from '../simulation.ts';
import { measure } from './measure.ts';
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
});
