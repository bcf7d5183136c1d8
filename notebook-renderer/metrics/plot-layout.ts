/**
 * Where everything of a plot stands, as data: a metric over time, one line a series. Independent of the page, so that it can be
 * tested without one.
 *
 * Time runs over the whole part of the run that the output is about, so that plots of one output compare; a metric that was
 * measured in less than a third of it has a time axis of its own. The value axis starts at zero, unless what changes would be hardly visible
 * there.
 */
import { metrics } from '../../engines/metrics.ts';
import type { Unit } from '../../engines/run.ts';
import { SMALL, textWidth } from '../sequence/text-width.ts';
import type { Interruptions } from './interruptions.ts';
import { type Between, outline } from './outline.ts';
import type { PanelFrame } from './panel-frame.ts';
import { momentLabels, multiples, roundStep, valueLabels } from './ticks.ts';

/** Fewer samples are no course over time. */
export const COURSE = 3;

/** Lines in one plot; more cannot be told apart. */
export const MOST_LINES = 8;

/** One subject's values. Times rise; values are finite. */
export interface Line {
  readonly subject: string;
  readonly between: Between;
  /** When what it shows stood still; null of what never does. */
  readonly interruptions: Interruptions | null;
  readonly at: Float64Array;
  readonly values: Float64Array;
}

/** The marks of its frame are times. */
export interface PlotLayout extends PanelFrame {
  /** The times and values at its edges. */
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
  /** By line: data of an SVG path, and its samples where they are few enough to be seen apart. */
  readonly paths: readonly { readonly path: string; readonly dots: readonly { readonly x: number; readonly y: number }[] }[];
}

/**
 * Measurements of time and rate are taken when something happens, and a line leads from one to the next; sizes, counts, ratios, and
 * rates that somebody keeps to, are states, which hold until they change.
 */
export function betweenOf(metric: string, unit: Unit): Between {
  if (unit === 'bit/s') return metrics.find(({ name }) => name === metric)?.course === 'level' ? 'holds' : 'straight';
  return unit === 'ns' ? 'straight' : 'holds';
}

/** The series that a plot shows: those with enough samples. */
export const withCourse = <Series extends { readonly values: Float64Array }>(series: readonly Series[]): Series[] =>
  series.filter(({ values }) => values.length >= COURSE);

/** Least and greatest value. */
export function rangeOf({ values }: Pick<Line, 'values'>): { least: number; greatest: number } {
  let least = Infinity;
  let greatest = -Infinity;
  for (const value of values) {
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return { least, greatest };
}

/** Room above the lines, below them for the times, at the right for half a label, and at the left beside the values. */
const TOP = 10;
const BOTTOM = 24;
const RIGHT = 18;
const LEFT = 16;

/** Most labels are narrower, and plots one below the other have their times in line. */
const LEAST_LEFT = 64;

const BETWEEN_TIMES = 96;
const BETWEEN_VALUES = 38;

/** Samples nearer to one another than this, on average, get no dots. */
const BETWEEN_DOTS = 14;

/** Lines of one unit, which share an axis of values. */
export interface PlotPanel {
  readonly unit: Unit;
  readonly lines: readonly Line[];
}

interface Place {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly width: number;
  /** Of one panel. */
  readonly height: number;
}

/** Panels one below the other, over the same times, which stand in line. */
export function layOutPanels(panels: readonly PlotPanel[], place: Place): PlotLayout[] {
  const times = timesOf(
    panels.flatMap(({ lines }) => lines),
    place.startedAt,
    place.endedAt,
  );
  const layOut = (leastLeft: number): PlotLayout[] =>
    panels.map(({ unit, lines }) => layOutPlot(lines, { ...place, unit, times, leastLeft }));
  const alone = layOut(LEAST_LEFT);
  return alone.length === 1 ? alone : layOut(Math.max(LEAST_LEFT, ...alone.map(({ left }) => left)));
}

export function layOutPlot(
  lines: readonly Line[],
  told: Place & { readonly unit: Unit; readonly times?: { readonly from: number; readonly to: number }; readonly leastLeft?: number },
): PlotLayout {
  const { unit, width, height } = told;
  const { from, to } = told.times ?? timesOf(lines, told.startedAt, told.endedAt);
  const bottom = height - BOTTOM;
  const { low, high, step } = valuesOf(lines, unit, Math.max(1, Math.floor((bottom - TOP) / BETWEEN_VALUES)));
  const values = multiples(low, high, step);
  const labels = valueLabels(values, unit);
  const left = Math.max(told.leastLeft ?? LEAST_LEFT, Math.ceil(Math.max(...labels.map((label) => textWidth(label, SMALL)))) + LEFT);
  const right = Math.max(left + 1, width - RIGHT);

  const x = (time: number) => Math.round(left + ((time - from) / (to - from)) * (right - left));
  const y = (value: number) => Math.round(10 * (bottom - ((value - low) / (high - low)) * (bottom - TOP))) / 10;
  const times = multiples(from, to, roundStep((to - from) / Math.max(1, (right - left) / BETWEEN_TIMES), 'ns'));
  const moments = momentLabels(times);
  return {
    width,
    height,
    left,
    right,
    top: TOP,
    bottom,
    from,
    to,
    low,
    high,
    marks: times.map((time, i) => ({ x: x(time), label: moments[i]! })),
    values: values.map((value, i) => ({ y: y(value), label: labels[i]! })),
    paths: lines.map((line) => ({ path: outline(line, x, y, line.between), dots: dotsOf(line, x, y) })),
  };
}

function timesOf(lines: readonly Line[], startedAt: number, endedAt: number): { from: number; to: number } {
  let first = Infinity;
  let last = -Infinity;
  for (const { at } of lines) {
    first = Math.min(first, at[0]!);
    last = Math.max(last, at[at.length - 1]!);
  }
  const from = Math.min(first, startedAt);
  const to = Math.max(last, endedAt);
  if (last - first >= (to - from) / 3) return { from, to: Math.max(to, from + 1) };
  return { from: first, to: Math.max(last, first + 1) };
}

function valuesOf(lines: readonly Line[], unit: Unit, most: number): { low: number; high: number; step: number } {
  let least = Infinity;
  let greatest = -Infinity;
  for (const line of lines) {
    const range = rangeOf(line);
    least = Math.min(least, range.least);
    greatest = Math.max(greatest, range.greatest);
  }
  const range = greatest - least;
  // Below a twentieth, three digits would not tell the labels apart.
  const fromZero = least < 0 || range > greatest / 4 || range < greatest / 20;
  const low = fromZero ? Math.min(0, least) : least;
  const high = fromZero ? Math.max(0, greatest) : greatest;
  let step = roundStep((high - low || 1) / most, unit);
  // Bytes, bits and nanoseconds come whole, and so do counts.
  if (unit !== 'ratio' && lines.every(({ values }) => values.every(Number.isInteger))) step = Math.max(1, step);
  const floor = Math.floor(low / step) * step;
  return { low: floor, high: Math.max(floor + step, Math.ceil(high / step) * step), step };
}

function dotsOf({ at, values }: Line, x: (time: number) => number, y: (value: number) => number): { x: number; y: number }[] {
  const count = at.length;
  if (x(at[count - 1]!) - x(at[0]!) < BETWEEN_DOTS * (count - 1)) return [];
  return Array.from(at, (time, i) => ({ x: x(time), y: y(values[i]!) }));
}

/** A time's place, and the time at a place; places beyond the lines' area stand for its edges. */
export const xOfTime = ({ left, right, from, to }: PlotLayout, time: number): number =>
  left + ((time - from) / (to - from)) * (right - left);
export const timeAtX = ({ left, right, from, to }: PlotLayout, x: number): number =>
  from + Math.min(1, Math.max(0, (x - left) / (right - left))) * (to - from);
export const yOfValue = ({ top, bottom, low, high }: PlotLayout, value: number): number =>
  bottom - ((value - low) / (high - low)) * (bottom - top);

/** Outlines of the times within the edges, over the whole height; at least a pixel wide each. */
export function shadedArea(layout: PlotLayout, { spans }: Interruptions): string {
  const { from, to, top, bottom } = layout;
  return spans
    .filter((span) => span.to > from && span.from < to)
    .map((span) => {
      const left = Math.round(xOfTime(layout, Math.max(from, span.from)));
      const right = Math.max(left + 1, Math.round(xOfTime(layout, Math.min(to, span.to))));
      return `M${left} ${top}H${right}V${bottom}H${left}Z`;
    })
    .join('');
}

export interface Reading {
  readonly at: number;
  readonly value: number;
}

/**
 * What a line tells of a time: the value that holds then, or the sample that was taken nearest to it. null before the first
 * sample and after the last.
 */
export function readingAt({ at, values, between }: Line, time: number): Reading | null {
  const next = firstAfter(at, time);
  if (next === 0 || time > at[at.length - 1]!) return null;
  if (between === 'holds') return { at: time, value: values[next - 1]! };
  const i = next < at.length && at[next]! - time < time - at[next - 1]! ? next : next - 1;
  return { at: at[i]!, value: values[i]! };
}

/** The nearest sample of any line after a time (1) or before it (−1); the outermost one where there is none. */
export function nextSample(lines: readonly Line[], time: number, by: 1 | -1): number {
  const nearer = by > 0 ? Math.min : Math.max;
  const farther = by > 0 ? Math.max : Math.min;
  let nearest = by * Infinity;
  let outermost = -by * Infinity;
  for (const { at } of lines) {
    const i = by > 0 ? firstAfter(at, time) : firstFrom(at, time) - 1;
    if (i >= 0 && i < at.length) nearest = nearer(nearest, at[i]!);
    outermost = farther(outermost, at[by > 0 ? at.length - 1 : 0]!);
  }
  return Number.isFinite(nearest) ? nearest : outermost;
}

/** The first index whose time is later than `time`, and the first that is not earlier. */
const firstAfter = (at: Float64Array, time: number): number => search(at, (each) => each > time);
const firstFrom = (at: Float64Array, time: number): number => search(at, (each) => each >= time);

function search(at: Float64Array, holds: (time: number) => boolean): number {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(at[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}

const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** All samples, one a row, in base units: `subject,time (ns),congestion window (B)`. */
export function csvOf(metric: string, unit: Unit, lines: readonly Line[]): string {
  const rows = [`subject,time (ns),${quoted(unit === '' ? metric : `${metric} (${unit})`)}`];
  for (const { subject, at, values } of lines) {
    for (let i = 0; i < at.length; i++) rows.push(`${quoted(subject)},${at[i]},${values[i]}`);
  }
  return `${rows.join('\n')}\n`;
}
