/**
 * Round values for an axis: multiples of 1, 2 or 5 times a power of ten, and of what clocks count by from ten seconds on.
 * Labels are as short as tells neighbours apart.
 */
import { formatDuration, formatValue } from '../../engines/format.ts';
import { DAY, HOUR, MINUTE, SECOND } from '../../engines/quantities.ts';
import type { Unit } from '../../engines/run.ts';
import { formatMoment } from '../format.ts';

/** Steps of time that are no power of ten, in nanoseconds. */
const CLOCK = [10, 20, 30]
  .map((seconds) => seconds * SECOND)
  .concat(
    [1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
    [1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  );

/** The least round step of `least` or more. */
export function roundStep(least: number, unit: Unit): number {
  if (unit === 'ns' && least > 5 * SECOND) {
    return CLOCK.find((step) => step >= least) ?? roundStep(least / DAY, '') * DAY;
  }
  const power = 10 ** Math.floor(Math.log10(least));
  return (([1, 2, 5] as const).find((times) => times * power >= least) ?? 10) * power;
}

/** Multiples of `step` from `low` to `high`, both included. */
export function multiples(low: number, high: number, step: number): number[] {
  const ticks: number[] = [];
  // What is a multiple but for rounding counts as one; and no −0.
  for (let i = Math.ceil(low / step - 1e-7) + 0; i * step <= high + step * 1e-7; i++) ticks.push(i * step);
  return ticks;
}

/** Of times on an axis of ratios: about ten times as much each. */
const TENFOLD = [10 * SECOND, MINUTE, 10 * MINUTE, HOUR, 12 * HOUR, 10 * DAY];

/**
 * Marks of an axis that is spread by ratios, around all these ranges of values above 0: at least two. Powers of ten; where all lies
 * within one, 1, 2 and 5 times such; longer times by what clocks count.
 */
export function ratioMarks(ranges: readonly (readonly [low: number, high: number])[], unit: Unit): number[] {
  const low = ranges.reduce((least, [bottom]) => Math.min(least, bottom), Number.POSITIVE_INFINITY);
  const high = ranges.reduce((most, [, top]) => Math.max(most, top), 0);
  if (high <= 0) return [1, 10];
  const fine = high / low < 10;
  const marks: number[] = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)) + 1; power++) {
    for (const times of fine ? [1, 2, 5] : [1]) marks.push(Number(`${times}e${power}`));
  }
  const clock = unit === 'ns' ? marks.filter((mark) => mark < 10 * SECOND).concat(fine ? CLOCK : TENFOLD) : marks;
  const first = clock.findLastIndex((mark) => mark <= low);
  const last = clock.findIndex((mark) => mark >= high);
  const [from, to] = [Math.max(0, first), last < 0 ? clock.length - 1 : last];
  return from === to ? clock.slice(from, from + 2) : clock.slice(from, to + 1);
}

/** Values in their unit; of labels that read alike, the first only. */
export function valueLabels(ticks: readonly number[], unit: Unit): string[] {
  const labels = ticks.map((tick) => formatValue(tick, unit));
  return labels.map((label, i) => (i > 0 && label === labels[i - 1] ? '' : label));
}

/** Moments of a run: `1.5 s`; finer where that would read alike; and what passed since the first one where nothing else tells. */
export function momentLabels(ticks: readonly number[]): string[] {
  const short = ticks.map(formatDuration);
  if (distinct(short)) return short;
  const fine = ticks.map(formatMoment);
  if (distinct(fine)) return fine;
  return ticks.map((tick, i) => (i === 0 ? fine[0]! : `+${formatDuration(tick - ticks[0]!)}`));
}

const distinct = (labels: readonly string[]): boolean => new Set(labels).size === labels.length;
