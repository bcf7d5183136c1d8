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
/** Rows of the table in which alternatives are compared: of more, each metric keeps those of the hosts that are declared first. */
const MAXIMUM_ROWS = 1_000;

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
    if (!Number.isFinite(value)) return [];
    const bounds = boundsOf(
      run,
      measure,
      series.flatMap(({ subjects }) => subjects),
    );
    const bound = measure.bound === null ? Number.NaN : pooled(run, bounds, measure.statistic, measure.bound);
    return [{ subject: '', value, bound: finiteOrNull(bound) }];
  }
  if (series.length === 0) {
    // What has never been counted is 0.
    const definition = metrics.find(({ name }) => name === measure.metric);
    const named = measure.subjects.map((pool) => (pool?.length === 1 ? (pool[0] as string) : null));
    if (definition && isCount(definition) && !named.includes(null)) {
      return [{ subject: subjectText(named as string[]), value: 0, bound: null }];
    }
  }
  return series
    .filter(hasLast)
    .slice(0, MAXIMUM_SUBJECTS)
    .map((one) => ({
      subject: subjectText(one.subjects),
      value: lastOf(one),
      bound: finiteOrNull(boundsOf(run, measure, one.subjects)[0]?.values.at(-1)),
    }));
}

/** A result is JSON, which knows no infinity, such as the ratio to a bound of 0: what has no finite value was not measured. */
const finiteOrNull = (value: number | undefined): number | null => (Number.isFinite(value) ? (value as number) : null);

const lastOf = ({ values }: MetricSeries): number => values[values.length - 1] as number;
const hasLast = (series: MetricSeries): boolean => Number.isFinite(lastOf(series));

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
      const finite = Array.from(values.keys()).filter((i) => Number.isFinite(values[i]));
      const kept = indexesOf(finite.length).map((i) => finite[i] as number);
      return { subject: subjectText(subjects), at: kept.map((i) => at[i] as number), values: kept.map((i) => values[i] as number) };
    });
}

/** Evenly chosen, the first and the last among them. */
function indexesOf(length: number): number[] {
  if (length <= MAXIMUM_SAMPLES) return Array.from({ length }, (_, i) => i);
  return Array.from({ length: MAXIMUM_SAMPLES }, (_, i) => Math.round((i * (length - 1)) / (MAXIMUM_SAMPLES - 1)));
}

/** In the order in which they were measured first. */
function rowsOf(run: Run): MeasuredRow[] {
  const all = run.series.filter(hasLast);
  const chosen = all.length > MAXIMUM_ROWS ? evenly(run, all) : all;
  return chosen.map((series) => ({ metric: series.metric, subject: subjectText(series.subjects), value: lastOf(series) }));
}

/**
 * The first subjects of each metric, of all metrics alike. First is who is declared first, and not who measured first, which differs
 * between the runs that are compared.
 */
function evenly(run: Run, all: readonly MetricSeries[]): MetricSeries[] {
  const places = new Map(run.hosts.map(({ name }, i) => [plainName(name), i]));
  const placed = all.map((series, index) => ({
    series,
    index,
    hosts: series.subjects.map((name) => places.get(plainName(name)) ?? run.hosts.length),
  }));
  const byMetric = new Map<string, typeof placed>();
  for (const one of placed) {
    const own = byMetric.get(one.series.metric);
    if (own) own.push(one);
    else byMetric.set(one.series.metric, [one]);
  }
  const ranked = [...byMetric.values()].flatMap((own) =>
    own.sort((a, b) => inOrder(a.hosts, b.hosts)).map((one, rank) => ({ ...one, rank })),
  );
  return ranked
    .sort((a, b) => a.rank - b.rank || (a.series.metric < b.series.metric ? -1 : 1))
    .slice(0, MAXIMUM_ROWS)
    .sort((a, b) => a.index - b.index)
    .map(({ series }) => series);
}

function inOrder(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((place, i) => place !== b[i]);
  return at < 0 ? 0 : (a[at] as number) - (b[at] ?? 0);
}
