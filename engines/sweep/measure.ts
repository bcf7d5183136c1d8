/** What a point's run tells: the values that the plots of its sweep ask for, with their bounds. */
import { isCount, metrics } from '../metrics.ts';
import { plainName } from '../plain-name.ts';
import type { MetricSeries, Run } from '../run.ts';
import type { PlottedMetric } from '../scenario.ts';
import { addSamples, type Samples, type Statistic, statisticOf } from '../statistics.ts';
import type { SweepPlan, SweptMeasure } from './plan.ts';

/** Subjects of one metric that a point tells; the others are left out. */
const MAXIMUM_SUBJECTS = 16;
/** Samples of a course; of more, those are kept that an even choice of moments hits. */
const MAXIMUM_SAMPLES = 200;
/** Rows of the table in which alternatives are compared. */
const MAXIMUM_ROWS = 40;

export interface MeasuredValue {
  /** `server → pc`; empty for a statistic, and for the run as a whole. */
  readonly subject: string;
  readonly value: number;
  /** null where there is none. */
  readonly bound: number | null;
}

export interface MeasuredCourse {
  readonly subject: string;
  /** Nanoseconds. */
  readonly at: readonly number[];
  readonly values: readonly number[];
}

export interface MeasuredRow extends PlottedName {
  readonly value: number;
}

interface PlottedName {
  readonly metric: string;
  readonly subject: string;
}

export interface Measured {
  /** By plot, then by measure; of a plot over time, none. */
  readonly values: readonly (readonly (readonly MeasuredValue[])[])[];
  /** By plot, then by measure; of a plot against a parameter, none. */
  readonly courses: readonly (readonly (readonly MeasuredCourse[])[])[];
  /** The last value of every metric, where alternatives alone are compared. */
  readonly rows: readonly MeasuredRow[];
}

export function measure(run: Run, { plots, axes }: Pick<SweepPlan, 'plots' | 'axes'>): Measured {
  return {
    values: plots.map(({ measures, against }) => (against < 0 ? [] : measures.map((one) => valuesOf(run, one)))),
    courses: plots.map(({ measures, against }) => (against < 0 ? measures.map((one) => coursesOf(run, one)) : [])),
    rows: axes.length > 0 ? [] : rowsOf(run),
  };
}

export const subjectText = (subjects: readonly string[]): string => subjects.map((name) => name.replace(/(.)\.$/, '$1')).join(' → ');

function chosen(run: Run, { metric, subjects }: PlottedMetric): MetricSeries[] {
  const pools = subjects.map((names) => names && new Set(names.map(plainName)));
  return run.series.filter(
    (series) =>
      series.metric === metric &&
      series.values.length > 0 &&
      pools.every((pool, i) => pool?.has(plainName(series.subjects[i] ?? '')) ?? true),
  );
}

function valuesOf(run: Run, measure: SweptMeasure): MeasuredValue[] {
  const series = chosen(run, measure);
  if (measure.statistic !== null) {
    const value = pooled(run, series, measure.statistic, measure.metric);
    if (Number.isNaN(value)) return [];
    const bounds = boundsOf(
      run,
      measure,
      series.flatMap(({ subjects }) => subjects),
    );
    const bound = measure.bound === null ? Number.NaN : pooled(run, bounds, measure.statistic, measure.bound);
    return [{ subject: '', value, bound: Number.isNaN(bound) ? null : bound }];
  }
  if (series.length === 0) {
    // What has never been counted is 0.
    const definition = metrics.find(({ name }) => name === measure.metric);
    const named = measure.subjects.map((pool) => (pool?.length === 1 ? (pool[0] as string) : null));
    if (definition && isCount(definition) && !named.includes(null)) {
      return [{ subject: subjectText(named as string[]), value: 0, bound: null }];
    }
  }
  return series.slice(0, MAXIMUM_SUBJECTS).map(({ subjects, values }) => ({
    subject: subjectText(subjects),
    value: values[values.length - 1] as number,
    bound: boundsOf(run, measure, subjects)[0]?.values.at(-1) ?? null,
  }));
}

function pooled(run: Run, series: readonly MetricSeries[], statistic: Statistic, metric: string): number {
  const level = metrics.find(({ name }) => name === metric)?.course === 'level';
  const samples: Samples = { values: [], weights: [] };
  for (const { at, values } of series) addSamples(samples, at, values, level, -1, run.duration);
  return statisticOf(samples, statistic);
}

/** The bound's values for these subjects: those whose own subjects are all among them. */
function boundsOf(run: Run, { bound }: SweptMeasure, subjects: readonly string[]): MetricSeries[] {
  if (bound === null) return [];
  const known = new Set(subjects.map(plainName));
  return run.series.filter(
    (series) => series.metric === bound && series.values.length > 0 && series.subjects.every((one) => known.has(plainName(one))),
  );
}

function coursesOf(run: Run, measure: SweptMeasure): MeasuredCourse[] {
  return chosen(run, measure)
    .slice(0, MAXIMUM_SUBJECTS)
    .map(({ subjects, at, values }) => {
      const kept = indexesOf(at.length);
      return { subject: subjectText(subjects), at: kept.map((i) => at[i] as number), values: kept.map((i) => values[i] as number) };
    });
}

/** Evenly chosen, the first and the last among them. */
function indexesOf(length: number): number[] {
  if (length <= MAXIMUM_SAMPLES) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: MAXIMUM_SAMPLES }, (_, i) => Math.round((i * (length - 1)) / (MAXIMUM_SAMPLES - 1)));
}

function rowsOf(run: Run): MeasuredRow[] {
  return run.series
    .filter(({ values }) => values.length > 0)
    .slice(0, MAXIMUM_ROWS)
    .map(({ metric, subjects, values }) => ({ metric, subject: subjectText(subjects), value: values[values.length - 1] as number }));
}
