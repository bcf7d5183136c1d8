/**
 * The plots of a sweep as data: a line for each alternative, each value of the parameters that it is not drawn against, and each
 * subject; at each value of the parameter the mean of the repeats, with its confidence interval.
 */
import { formatValue } from '../../engines/format.ts';
import type { Unit } from '../../engines/run.ts';
import { type Estimate, estimate } from '../../engines/sweep/confidence.ts';
import type { SweepAxis, SweepPlot } from '../../engines/sweep/plan.ts';
import type { PointResult } from '../../engines/sweep/result.ts';
import type { SweepResults } from '../../engines/sweep/results.ts';

export interface SweepFigure {
  /** `transfer time against rtt`. */
  readonly name: string;
  readonly axis: SweepAxis;
  /** The values of the parameter at which there is a run, rising. */
  readonly at: readonly number[];
  /** One a unit. */
  readonly panels: readonly SweepPanel[];
  /** Lines that there was no room for. */
  readonly unshown: number;
  /** Both axes by ratios, so that a power law is a straight line. All values are above 0, without margins. */
  readonly byRatios?: boolean;
}

export interface SweepPanel {
  readonly unit: Unit;
  readonly lines: readonly SweepLine[];
}

export interface SweepLine {
  readonly label: string;
  /** What theory allows, drawn dashed. */
  readonly isBound: boolean;
  /** By rising value of the parameter; values without a result are left out. */
  readonly points: readonly SweptValue[];
}

export interface SweptValue extends Portion {
  readonly x: number;
}

/** An estimate from some of the repeats: the others measured nothing, or there is no run of them. */
export interface Portion extends Estimate {
  /** How many repeats there are. */
  readonly of: number;
}

/** In how many of the runs it was measured says as much as the value: a download that half of them never end looks fast. */
export const isPartial = ({ count, of }: Portion): boolean => count < of;

/** The confidence interval. Nothing takes less than no time, nor has less than no bytes: there it ends at 0. */
export function bandOf({ mean, margin }: Estimate, unit: Unit): readonly [low: number, high: number] {
  const low = mean - (margin ?? 0);
  const atLeastZero = mean >= 0 && (unit === 'ns' || unit === 'B' || unit === 'bit/s');
  return [atLeastZero ? Math.max(0, low) : low, mean + (margin ?? 0)];
}

/** Lines in one panel, bounds not counted. */
const MOST_LINES = 8;

export function figuresOf(swept: SweepResults): SweepFigure[] {
  return swept.plan.plots.flatMap((plot, i) => (plot.against < 0 ? [] : [figureOf(swept, plot, i)]));
}

/** `10 ms`, `30`. */
export const axisLabel = (value: number, { unit }: Pick<SweepAxis, 'unit'>): string => formatValue(value, unit);

interface Gathered {
  readonly unit: Unit;
  readonly label: readonly string[];
  readonly values: Map<number, number[]>;
  readonly bounds: Map<number, number[]>;
}

function figureOf({ plan, results }: SweepResults, { measures, against }: SweepPlot, index: number): SweepFigure {
  const axis = plan.axes[against]!;
  const gathered = new Map<string, Gathered>();
  for (const result of results) {
    const x = result.values[against]!;
    for (const [k, measured] of (result.measured.values[index] ?? []).entries()) {
      const measure = measures[k]!;
      const others = othersOf(result, plan.axes, against);
      for (const { subject, value, bound } of measured) {
        const key = JSON.stringify([k, subject, ...others]);
        const line = gathered.get(key) ?? {
          unit: measure.unit,
          label: [measure.label, subject, ...others],
          values: new Map(),
          bounds: new Map(),
        };
        gathered.set(key, line);
        add(line.values, x, value);
        if (bound !== null) add(line.bounds, x, bound);
      }
    }
  }
  const all = [...gathered.values()];
  // A subject says something where its measure has several.
  const subjectsOf = (measure: string | undefined): number =>
    new Set(all.filter(({ label }) => label[0] === measure).map(({ label }) => label[1])).size;
  const labels = shortLabels(
    all.map(({ label: [measure = '', subject = '', ...others] }) => [measure, subjectsOf(measure) > 1 ? subject : '', ...others]),
  );
  const units = [...new Set(measures.map(({ unit }) => unit))];
  let unshown = 0;
  const panels = units.map((unit) => {
    const own = all.flatMap((line, i) => (line.unit === unit ? [{ ...line, label: labels[i]! }] : []));
    unshown += Math.max(0, own.length - MOST_LINES);
    const shown = own.slice(0, MOST_LINES);
    return {
      unit,
      lines: [
        ...shown.map(({ label, values }): SweepLine => ({ label, isBound: false, points: estimates(values, plan.repeats) })),
        ...boundLines(shown),
      ],
    };
  });
  const names = [...new Set(measures.map(({ label }) => label))].join(', ');
  const at = [...new Set(results.flatMap(({ stopped, values }) => (stopped === null ? [values[against]!] : [])))].sort((a, b) => a - b);
  return { name: `${names} against ${axis.parameter}`, axis, at, panels: panels.filter(({ lines }) => lines.length > 0), unshown };
}

function add(values: Map<number, number[]>, x: number, value: number): void {
  const known = values.get(x);
  if (known) known.push(value);
  else values.set(x, [value]);
}

/** The alternative, and the values of the other parameters. */
function othersOf({ alternative, values }: PointResult, axes: readonly SweepAxis[], against: number): string[] {
  const parameters = axes.flatMap((axis, i) => (i === against ? [] : [`${axis.parameter} ${axisLabel(values[i]!, axis)}`]));
  return [alternative ?? '', ...parameters];
}

const estimates = (values: ReadonlyMap<number, number[]>, of: number): SweptValue[] =>
  [...values].sort(([a], [b]) => a - b).map(([x, all]) => ({ x, ...estimate(all), of }));

/** A bound that is the same for several lines is drawn once. */
function boundLines(lines: readonly { readonly label: string; readonly bounds: ReadonlyMap<number, number[]> }[]): SweepLine[] {
  const byCourse = new Map<string, { readonly of: string[]; readonly points: SweptValue[] }>();
  for (const { label, bounds } of lines) {
    if (bounds.size === 0) continue;
    // Of a bound that depends on the seed, too, the mean.
    const points = estimates(bounds, 0).map((point) => ({ ...point, margin: null }));
    const key = JSON.stringify(points);
    const known = byCourse.get(key);
    if (known) known.of.push(label);
    else byCourse.set(key, { of: [label], points });
  }
  const several = byCourse.size > 1;
  return [...byCourse.values()].map(({ of, points }) => ({ label: several ? `bound, ${of.join(', ')}` : 'bound', isBound: true, points }));
}

/** What all of them have in common tells nothing: only the parts that differ are said; of a single line, what it is. */
export function shortLabels(labels: readonly (readonly string[])[]): string[] {
  if (labels.length === 1) return [labels[0]!.filter((part) => part !== '')[0] ?? ''];
  const length = labels.reduce((most, label) => Math.max(most, label.length), 0);
  const differing = Array.from({ length }, (_, i) => i).filter((i) => new Set(labels.map((label) => label[i])).size > 1);
  return labels.map((label) =>
    differing
      .map((i) => label[i] ?? '')
      .filter((part) => part !== '')
      .join(', '),
  );
}

/** `1.24 s ± 15 ms`, and where not all runs have it, `(4 of 8 runs)`. */
export function estimateText(portion: Portion, unit: Unit): string {
  const { mean, margin, count, of } = portion;
  const told = (value: number): string => formatValue(unit === 'ns' ? Math.round(value) : value, unit);
  const text = margin === null || margin === 0 ? told(mean) : `${told(mean)} ± ${told(margin)}`;
  return isPartial(portion) ? `${text} (${count} of ${of} runs)` : text;
}

/** Rows: values of the parameter; columns: lines of all panels. */
export interface FigureTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export function tableOf({ axis, at, panels }: SweepFigure): FigureTable {
  const lines = panels.flatMap(({ unit, lines }) => lines.map((line) => ({ line, unit })));
  return {
    head: [axis.parameter, ...lines.map(({ line }) => line.label)],
    rows: at.map((x) => [
      axisLabel(x, axis),
      ...lines.map(({ line, unit }) => {
        const point = line.points.find((one) => one.x === x);
        return point ? estimateText(point, unit) : '–';
      }),
    ]),
  };
}

const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** All estimates, one a row, in base units. */
export function csvOf({ axis, panels }: SweepFigure): string {
  const rows = [`line,${quoted(axis.unit === '' ? axis.parameter : `${axis.parameter} (${axis.unit})`)},mean,margin of 95 %,runs,unit`];
  for (const { unit, lines } of panels) {
    for (const { label, points } of lines) {
      for (const { x, mean, margin, count } of points) rows.push([quoted(label), x, mean, margin ?? '', count, unit].join(','));
    }
  }
  return `${rows.join('\n')}\n`;
}
