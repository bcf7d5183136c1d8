/** Alternatives side by side: their metrics as a table, and their courses over each other. */
import { metrics } from '../../engines/metrics.ts';
import type { Unit } from '../../engines/run.ts';
import { estimate } from '../../engines/sweep/confidence.ts';
import type { SweepPlot } from '../../engines/sweep/plan.ts';
import type { SweepResults } from '../../engines/sweep/results.ts';
import { betweenOf, csvOf, type Line, MOST_LINES } from '../metrics/plot-layout.ts';
import type { PlotPicture } from '../metrics/plots.ts';
import { type Portion, shortLabels } from './figures.ts';

export interface ComparisonRow {
  readonly metric: string;
  readonly subject: string;
  readonly unit: Unit;
  /** By alternative; null where nothing was measured. */
  readonly cells: readonly (Portion | null)[];
}

/** The last value of each metric that any of the runs has measured. */
export function comparisonRows({ plan, results }: SweepResults): ComparisonRow[] {
  const bounds = new Set(metrics.map(({ bound }) => bound));
  const rows = new Map<string, { readonly metric: string; readonly subject: string; readonly values: Map<string, number[]> }>();
  for (const { alternative, measured } of results) {
    for (const { metric, subject, value } of measured.rows) {
      if (bounds.has(metric)) continue;
      const key = JSON.stringify([metric, subject]);
      const row = rows.get(key) ?? { metric, subject, values: new Map<string, number[]>() };
      rows.set(key, row);
      const name = alternative ?? '';
      row.values.set(name, [...(row.values.get(name) ?? []), value]);
    }
  }
  return [...rows.values()].map(({ metric, subject, values }) => ({
    metric,
    subject,
    unit: metrics.find(({ name }) => name === metric)?.unit ?? '',
    cells: plan.alternatives.map((name) => {
      const own = values.get(name);
      return own ? { ...estimate(own), of: plan.repeats } : null;
    }),
  }));
}

/** Rows that are shown at first. */
const MOST_ROWS = 60;

/**
 * Of many rows, those that say most: of each metric as many subjects as of any other, and before them what all alternatives have
 * measured. They stand in their order.
 */
export function shownRows(rows: readonly ComparisonRow[]): { readonly rows: readonly ComparisonRow[]; readonly unshown: number } {
  const seen = new Map<string, number>();
  const ranked = rows.map((row, index) => {
    const everywhere = !row.cells.includes(null);
    const key = `${everywhere} ${row.metric}`;
    const rank = seen.get(key) ?? 0;
    seen.set(key, rank + 1);
    return { row, index, rank: everywhere ? rank : rank + rows.length };
  });
  const chosen = ranked.sort((a, b) => a.rank - b.rank || a.index - b.index).slice(0, MOST_ROWS);
  return { rows: chosen.sort((a, b) => a.index - b.index).map(({ row }) => row), unshown: Math.max(0, rows.length - MOST_ROWS) };
}

export interface ComparedPlot {
  readonly name: string;
  /** null: nothing was measured. */
  readonly picture: PlotPicture | null;
}

/** Courses of the first repeat of each alternative. */
export function comparedPlots({ plan, results }: SweepResults): ComparedPlot[] {
  const first = results.filter(({ repeat }) => repeat === 1);
  return plan.plots.flatMap((plot, i): ComparedPlot[] => (plot.against < 0 ? [pictureOf(plot, i, first)] : []));
}

function pictureOf({ measures }: SweepPlot, index: number, results: SweepResults['results']): ComparedPlot {
  const name = [...new Set(measures.map(({ label }) => label))].join(', ');
  const all = results.flatMap(({ alternative, measured }) =>
    (measured.courses[index] ?? []).flatMap((courses, k) =>
      courses.map(({ subject, at, values }) => ({
        unit: measures[k]!.unit,
        between: betweenOf(measures[k]!.metric, measures[k]!.unit),
        label: [measures[k]!.metric, subject, alternative ?? ''],
        at: Float64Array.from(at),
        values: Float64Array.from(values),
      })),
    ),
  );
  if (all.length === 0) return { name, picture: null };
  const labels = shortLabels(all.map(({ label }) => label));
  const lines = all.map(({ unit, between, at, values }, i) => ({
    unit,
    line: { subject: labels[i]!, between, interruptions: null, at, values } satisfies Line,
  }));
  const units = [...new Set(lines.map(({ unit }) => unit))];
  const of = (unit: Unit): Line[] => lines.filter((one) => one.unit === unit).map(({ line }) => line);
  return {
    name,
    picture: {
      name,
      panels: units.map((unit) => ({ unit, lines: of(unit).slice(0, MOST_LINES) })),
      unshown: units.reduce((sum, unit) => sum + Math.max(0, of(unit).length - MOST_LINES), 0),
      csv: () => units.map((unit) => csvOf(units.length > 1 ? 'value' : name, unit, of(unit))).join('\n'),
    },
  };
}
