/**
 * When what a plot shows stood still: a film whose playout buffer was empty, say. The catalogue of metrics names the total of time
 * that grew meanwhile, and each sample of that total ends the time by which it has grown.
 */
import { formatDuration } from '../../engines/format.ts';
import { metrics } from '../../engines/metrics.ts';
import { MICROSECOND } from '../../engines/quantities.ts';
import type { MetricSeries } from '../../engines/run.ts';
import { formatCount } from '../format.ts';
import type { Line, PlotPanel } from './plot-layout.ts';

export interface Span {
  readonly from: number;
  readonly to: number;
}

export interface Interruptions {
  /** `rebuffering time, tv`. */
  readonly name: string;
  /** In the order of time; they do not touch. */
  readonly spans: readonly Span[];
}

/** Interruptions in a plot, and whose colour they have: that of its n-th line, or, where all lines share them, one of their own. */
export interface Shade extends Interruptions {
  readonly line: number | null;
}

/** `alice → bob`; empty for the run as a whole. */
export const subjectOf = ({ subjects }: Pick<MetricSeries, 'subjects'>): string =>
  subjects.map((each) => each.replace(/(.)\.$/, '$1')).join(' → ');

/** Those since the first sample of the series; null of what is never interrupted. `all`: everything that was measured. */
export function interruptionsOf(series: MetricSeries, all: readonly MetricSeries[]): Interruptions | null {
  const by = metrics.find(({ name }) => name === series.metric)?.interruptedBy;
  if (by === undefined) return null;
  const total = all.find(({ metric, subjects }) => metric === by && subjects.every((name, i) => name === series.subjects[i]));
  const since = series.at[0] ?? 0;
  const spans = total ? spansOf(total).filter(({ to }) => to > since) : [];
  return { name: [by, subjectOf(series)].filter((part) => part !== '').join(', '), spans };
}

/** A total that falls begins anew. */
export function spansOf({ at, values }: Pick<MetricSeries, 'at' | 'values'>): Span[] {
  const spans: { from: number; to: number }[] = [];
  for (let i = 0; i < at.length; i++) {
    const grown = values[i]! - (i === 0 ? 0 : values[i - 1]!);
    // Less is the rounding of sums.
    if (grown < MICROSECOND) continue;
    const to = at[i]!;
    const from = to - grown;
    const last = spans.at(-1);
    if (last && from - last.to < MICROSECOND) last.to = to;
    else spans.push({ from, to });
  }
  return spans;
}

/** What a plot shades; of lines that stand still together, once. */
export function shadesOf(panels: readonly PlotPanel[]): Shade[] {
  const lines: readonly Line[] = panels.flatMap((panel) => panel.lines);
  const shades = new Map<string, Shade>();
  for (const [line, { interruptions }] of lines.entries()) {
    if (interruptions && !shades.has(interruptions.name)) shades.set(interruptions.name, { ...interruptions, line });
  }
  const all = [...shades.values()].filter(({ spans }) => spans.length > 0);
  return shades.size === 1 ? all.map((shade) => ({ ...shade, line: null })) : all;
}

/** `3 times, 12.4 s`. */
export function spansText({ spans }: Interruptions): string {
  const time = spans.reduce((sum, { from, to }) => sum + to - from, 0);
  return `${spans.length === 1 ? 'once' : `${formatCount(spans.length)} times`}, ${formatDuration(Math.round(time))}`;
}
