/** What matters at a glance: one tile a metric, the last value of each of its series first. */
import { formatDuration, formatValue } from '../../engines/format.ts';
import type { MetricSeries } from '../../engines/run.ts';
import { formatCount } from '../format.ts';
import type { Part } from '../part.ts';

export interface Tile {
  readonly name: string;
  /** `alice@crepes.fr → bob@hamburger.edu`; empty for the run as a whole. */
  readonly subject: string;
  readonly value: string;
  readonly doc: string;
  /** Two or more values make a sparkline. */
  readonly at: readonly number[];
  readonly values: readonly number[];
}

/** Points of a sparkline. */
const MOST_POINTS = 120;

/** Series with a value since the part began; times first, since they are what most lessons are about. */
export function tilesOf(part: Part): Tile[] {
  const { run, startedAt } = part;
  const tiles: { tile: Tile; rank: number }[] = [];
  run.series.forEach((series, index) => {
    let first = 0;
    while (first < series.at.length && series.at[first]! < startedAt) first++;
    if (first === series.at.length) return;
    tiles.push({ tile: tileOf(series, first), rank: (series.unit === 'ns' ? 0 : 1e6) + index });
  });
  tiles.sort((a, b) => a.rank - b.rank);
  return tiles.map(({ tile }) => tile);
}

function tileOf(series: MetricSeries, first: number): Tile {
  const count = series.values.length - first;
  const stride = Math.max(1, Math.ceil(count / MOST_POINTS));
  const at: number[] = [];
  const values: number[] = [];
  for (let i = first; i < series.values.length; i += stride) {
    at.push(series.at[i]!);
    values.push(series.values[i]!);
  }
  return {
    name: series.metric,
    subject: series.subjects.map((subject) => subject.replace(/(.)\.$/, '$1')).join(' → '),
    value: formatValue(series.values.at(-1)!, series.unit),
    doc: series.doc,
    at,
    values,
  };
}

/** The run in one line: `16 messages · 1.56 s simulated · seed 1`. */
export function statusOf(part: Part): string[] {
  const { run } = part;
  const parts = [`${formatCount(part.messages.length)} ${part.messages.length === 1 ? 'message' : 'messages'}`];
  parts.push(`${formatDuration(run.duration)} simulated`);
  const lost = run.statistics.packetsLost;
  if (lost > 0) parts.push(`${formatCount(lost)} ${lost === 1 ? 'packet' : 'packets'} lost`);
  parts.push(`seed ${run.seed}`);
  return parts;
}
