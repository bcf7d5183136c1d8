/** The plots that the author asked for: which series they show, by unit. */
import { formatValue } from '../../engines/format.ts';
import { plainName } from '../../engines/plain-name.ts';
import type { MetricSeries, Unit } from '../../engines/run.ts';
import type { PlottedMetric } from '../../engines/scenario.ts';
import type { Part } from '../part.ts';
import { interruptionsOf, subjectOf } from './interruptions.ts';
import { betweenOf, csvOf, type Line, MOST_LINES, type PlotPanel, rangeOf, readingAt } from './plot-layout.ts';

/** A picture of lines over time. */
export interface PlotPicture {
  /** `congestion window and round-trip time`. */
  readonly name: string;
  /** At least one, each of at least one line. */
  readonly panels: readonly PlotPanel[];
  /** Lines that there was no room for. */
  readonly unshown: number;
  /** All values, one a row. */
  readonly csv: () => string;
}

export interface AskedPlot {
  /** Where it is asked for, to tell it from others. */
  readonly key: string;
  /** null: nothing was measured. */
  readonly picture: PlotPicture | null;
  readonly name: string;
}

export function askedPlotsOf({ run, views, startedAt }: Part): AskedPlot[] {
  return views.flatMap(({ view, at }): AskedPlot[] => {
    if (view.kind !== 'plot') return [];
    const names = [...new Set(view.curves.map(({ metric }) => metric))];
    const name = names.length < 2 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
    const measured = run.series.map((series) => since(series, startedAt)).filter(({ values }) => values.length > 0);
    // In the order in which they are asked for.
    const chosen = [...new Set(view.curves.flatMap((curve) => measured.filter((series) => isMeant(curve, series))))];
    return [
      {
        key: `${at.source} ${at.start}`,
        name,
        picture: chosen.length === 0 ? null : pictureOf(name, chosen, names.length > 1, run.series),
      },
    ];
  });
}

const isMeant = ({ metric, subjects }: PlottedMetric, series: MetricSeries): boolean =>
  metric === series.metric &&
  subjects.every((pool, i) => pool === null || pool.some((name) => plainName(name) === plainName(series.subjects[i] ?? '')));

function since(series: MetricSeries, startedAt: number): MetricSeries {
  let first = 0;
  while (first < series.at.length && series.at[first]! < startedAt) first++;
  return first === 0 ? series : { ...series, at: series.at.subarray(first), values: series.values.subarray(first) };
}

function pictureOf(name: string, chosen: readonly MetricSeries[], several: boolean, all: readonly MetricSeries[]): PlotPicture {
  const units = [...new Set(chosen.map(({ unit }) => unit))];
  const byUnit = units.map(
    (unit): PlotPanel => ({ unit, lines: chosen.filter((series) => series.unit === unit).map((series) => lineOf(series, several, all)) }),
  );
  return {
    name,
    panels: byUnit.map(({ unit, lines }) => ({ unit, lines: lines.slice(0, MOST_LINES) })),
    unshown: byUnit.reduce((sum, { lines }) => sum + Math.max(0, lines.length - MOST_LINES), 0),
    csv: () => byUnit.map(({ unit, lines }) => csvOf(units.length > 1 ? 'value' : name, unit, lines)).join('\n'),
  };
}

function lineOf(series: MetricSeries, several: boolean, all: readonly MetricSeries[]): Line {
  const { metric, unit, at, values } = series;
  const subject = subjectOf(series);
  return {
    subject: several ? [metric, subject].filter((part) => part !== '').join(', ') : subject || 'the whole run',
    between: betweenOf(metric, unit),
    interruptions: interruptionsOf(series, all),
    at,
    values,
  };
}

/** Moments that a table of values has, besides the first one. */
const ROWS = 10;

/** What the lines read at evenly spaced moments, for who does not look at pictures. */
export function readingsOf(
  panels: readonly PlotPanel[],
  { from, to }: { readonly from: number; readonly to: number },
): { readonly at: number; readonly cells: readonly string[] }[] {
  return Array.from({ length: ROWS + 1 }, (_, i) => {
    const at = from + ((to - from) * i) / ROWS;
    const cells = panels.flatMap(({ unit, lines }) => lines.map((line) => toldAt(line, at, unit)));
    return { at, cells };
  });
}

function toldAt(line: Line, at: number, unit: Unit): string {
  const reading = readingAt(line, at);
  return reading ? formatValue(reading.value, unit) : '';
}

/** `10 kB to 1.2 MB, 340 samples`. */
export function rangeText(line: Line, unit: Unit): string {
  const { least, greatest } = rangeOf(line);
  const samples = line.values.length;
  const range = least === greatest ? formatValue(least, unit) : `${formatValue(least, unit)} to ${formatValue(greatest, unit)}`;
  return `${range}, ${samples === 1 ? '1 sample' : `${String(samples).replace(/\B(?=(\d{3})+$)/g, ',')} samples`}`;
}
