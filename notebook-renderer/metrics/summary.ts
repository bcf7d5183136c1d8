/**
 * What matters at a glance: one tile a metric, however many subjects it was measured for. What the author's expectations
 * name comes first, then what is plotted below, then times, since they are what most lessons are about.
 */
import { formatDuration, formatValue } from '../../engines/format.ts';
import { metrics } from '../../engines/metrics.ts';
import { type MetricSeries, PACKET_FATES, type Unit } from '../../engines/run.ts';
import { STATISTICS } from '../../engines/statistics.ts';
import { formatCount } from '../format.ts';
import type { Part } from '../part.ts';
import { withCourse } from './plot-layout.ts';

export interface Tile {
  readonly name: string;
  readonly doc: string;
  readonly unit: Unit;
  /** One a subject; at least one. What expectations name comes first, then what has a course over time. */
  readonly entries: readonly TileEntry[];
  /** Its plot is open until somebody closes it. */
  readonly plotted: boolean;
}

export interface TileEntry {
  /** `alice@crepes.fr → bob@hamburger.edu`; empty for the run as a whole. */
  readonly subject: string;
  /** Its last value. */
  readonly value: string;
  /** True where an expectation of the part is about it. */
  readonly expected: boolean;
  /** Its place in `run.series`. */
  readonly order: number;
  /** Two or more values make a sparkline. */
  readonly at: Float64Array;
  readonly values: Float64Array;
}

/** Metrics with a value since the part began. */
export function tilesOf(part: Part): Tile[] {
  const { run, startedAt } = part;
  const bounds = new Set(metrics.map(({ bound }) => bound));
  const expectations = part.checks.map((i) => run.checks[i]!.text);
  const tiled = new Map<
    string,
    { tile: Pick<Tile, 'name' | 'doc' | 'unit'>; rank: number; entries: { entry: TileEntry; rank: number }[] }
  >();
  run.series.forEach((series, index) => {
    let first = 0;
    while (first < series.at.length && series.at[first]! < startedAt) first++;
    if (first === series.at.length) return;
    const named = expectations.findIndex((text) => isAbout(text, series));
    // What theory says is for plots, unless the author asks for it.
    if (named < 0 && bounds.has(series.metric)) return;
    const entry = entryOf(series, index, first, named >= 0);
    const rank = named >= 0 ? named : (series.unit === 'ns' ? 1e6 : 2e6) + index;
    const metric = tiled.get(series.metric) ?? {
      tile: { name: series.metric, doc: series.doc, unit: series.unit },
      rank,
      entries: [],
    };
    tiled.set(series.metric, metric);
    metric.rank = Math.min(metric.rank, rank);
    metric.entries.push({ entry, rank: named >= 0 ? named : (withCourse([entry]).length > 0 ? 1e6 : 2e6) + index });
  });
  const tiles = [...tiled.values()].map(({ tile, rank, entries }) => {
    const sorted = { ...tile, entries: entries.sort((a, b) => a.rank - b.rank).map(({ entry }) => entry) };
    const plotted = showsPlot(part, sorted);
    return { tile: { ...sorted, plotted }, rank: plotted ? Math.min(rank, 1e5) : rank };
  });
  return tiles.sort((a, b) => a.rank - b.rank).map(({ tile }) => tile);
}

/**
 * The plot that a reader sees without asking is of the congestion window, where it was measured more often than messages were
 * sent, and not the same all the time: of a large transfer the sequence diagram is a single arrow, and how TCP went about it is the
 * picture to look at.
 */
function showsPlot({ messages, views }: Part, { name, entries }: Omit<Tile, 'plotted'>): boolean {
  // Where the author chose what is plotted, that is what there is to see.
  if (views.some(({ view }) => view.kind === 'plot')) return false;
  const samples = withCourse(entries)
    .filter(({ values }) => values.some((value) => value !== values[0]))
    .reduce((sum, { values }) => sum + values.length, 0);
  return name === 'congestion window' && samples > messages.length;
}

/**
 * Whether an expectation's text (`expect queries at a.root-servers.net = 1`) names this metric and all of its subjects; for one of a
 * statistic (`expect mean lookup time of client[1..20] < 50 ms`), the first of them, by a range as well.
 */
function isAbout(text: string, { metric, subjects }: MetricSeries): boolean {
  const said = text.toLowerCase().replace(/\s+/g, ' ');
  const statistic = STATISTICS.find((words) => said.startsWith(`expect ${words} `));
  const plain = statistic ? said.replace(`${statistic} `, '') : said;
  if (!plain.startsWith(`expect ${metric.toLowerCase()} `)) return false;
  const words = plain.split(/,? /).map(withoutDot);
  const isNamed = (subject: string): boolean => {
    const name = withoutDot(subject.toLowerCase());
    return words.some((word) => word === name || (word.includes('[') && name.startsWith(word.slice(0, word.indexOf('[')))));
  };
  return (statistic ? subjects.slice(0, 1) : subjects).every(isNamed);
}

const withoutDot = (name: string): string => name.replace(/(.)\.$/, '$1');

function entryOf(series: MetricSeries, order: number, first: number, expected: boolean): TileEntry {
  return {
    subject: series.subjects.map(withoutDot).join(' → '),
    value: formatValue(series.values.at(-1)!, series.unit),
    expected,
    order,
    at: series.at.subarray(first),
    values: series.values.subarray(first),
  };
}

/** Of the packets of this part, those that were to arrive and did not. */
function packetsLost({ run, packets }: Part): number {
  const underWay = PACKET_FATES.indexOf('under way');
  return packets.filter((i) => Number.isNaN(run.packets.receivedAt[i]!) && run.packets.fate[i] !== underWay).length;
}

/** The run in one line: `16 messages · 1.56 s simulated · seed 1`. */
export function statusOf(part: Part): string[] {
  const { run } = part;
  const parts = [`${formatCount(part.messages.length)} ${part.messages.length === 1 ? 'message' : 'messages'}`];
  parts.push(`${formatDuration(run.duration)} simulated`);
  const lost = packetsLost(part);
  if (lost > 0) parts.push(`${formatCount(lost)} ${lost === 1 ? 'packet' : 'packets'} lost`);
  parts.push(`seed ${run.seed}`);
  return parts;
}
