/** Where everything of a sweep's plot stands, as data: one panel, its lines against a parameter. */
import { formatValue } from '../../engines/format.ts';
import type { Unit } from '../../engines/run.ts';
import type { SweepAxis } from '../../engines/sweep/plan.ts';
import type { PanelFrame } from '../metrics/panel-frame.ts';
import { multiples, ratioMarks, roundStep, valueLabels } from '../metrics/ticks.ts';
import { SMALL, textWidth } from '../sequence/text-width.ts';
import { bandOf, isPartial, type SweepPanel } from './figures.ts';

/** The marks of its frame are the swept values, with labels where there is room. */
export interface PanelLayout extends PanelFrame {
  readonly marks: readonly { readonly x: number; readonly value: number; readonly label: string }[];
  /** Values of the parameter are spread by their ratios. */
  readonly logarithmic: boolean;
  /** By line: data of SVG paths; the band is empty where nothing is known of it. */
  readonly lines: readonly {
    readonly path: string;
    readonly band: string;
    readonly dots: readonly {
      readonly x: number;
      readonly y: number;
      /** Some of the repeats have no value. */
      readonly partial: boolean;
    }[];
  }[];
}

const TOP = 10;
const BOTTOM = 40;
const RIGHT = 24;
const LEFT = 16;
const LEAST_LEFT = 64;
const BETWEEN_VALUES = 38;
const BETWEEN_LABELS = 14;

/** Values are spread by their ratios where, side by side, the nearest two would touch. */
const CROWDED = 1 / 12;

export function isLogarithmic(values: readonly number[]): boolean {
  const sorted = [...values].sort((a, b) => a - b);
  const [first = 0] = sorted;
  const last = sorted.at(-1) ?? 0;
  if (sorted.length < 3 || first <= 0 || last / first < 8) return false;
  const nearest = sorted.slice(1).reduce((least, value, i) => Math.min(least, value - sorted[i]!), Infinity);
  const ratios = sorted.slice(1).map((value, i) => Math.log(value / sorted[i]!) / Math.log(last / first));
  return nearest / (last - first) < CROWDED && Math.min(...ratios) > nearest / (last - first);
}

export function layOutPanel(
  { unit, lines }: SweepPanel,
  axis: SweepAxis,
  place: { readonly width: number; readonly height: number; readonly leastLeft?: number; readonly byRatios?: boolean },
): PanelLayout {
  const { width, height, byRatios = false } = place;
  const bottom = height - BOTTOM;
  const all = lines.flatMap(({ points }) => points);
  const bands = all.map((point) => bandOf(point, unit));
  const marks = byRatios ? ratioMarks(bands, unit) : levelMarks(bands, unit, Math.floor((bottom - TOP) / BETWEEN_VALUES));
  const [floor, ceiling] = [marks[0]!, marks.at(-1)!];
  const labels = valueLabels(marks, unit);
  const left = Math.max(place.leastLeft ?? LEAST_LEFT, Math.ceil(Math.max(...labels.map((label) => textWidth(label, SMALL)))) + LEFT);
  const right = Math.max(left + 1, width - RIGHT);

  const logarithmic = byRatios || isLogarithmic(axis.values);
  const scale = (value: number): number => (logarithmic ? Math.log(value) : value);
  const least = scale(Math.min(...axis.values));
  const most = scale(Math.max(...axis.values));
  // A little room at both ends, so that no dot lies on the axis.
  const inset = Math.min(24, (right - left) / 20);
  const x = (value: number): number =>
    most === least
      ? Math.round((left + right) / 2)
      : Math.round(10 * (left + inset + ((scale(value) - least) / (most - least)) * (right - left - 2 * inset))) / 10;
  const share = (value: number): number =>
    byRatios ? Math.log(value / floor) / Math.log(ceiling / floor) : (value - floor) / (ceiling - floor);
  const y = (value: number): number => Math.round(10 * (bottom - share(value) * (bottom - TOP))) / 10;
  return {
    width,
    height,
    left,
    right,
    top: TOP,
    bottom,
    logarithmic,
    marks: ticksOf(axis, x),
    values: marks.map((value, i) => ({ y: y(value), label: labels[i]! })),
    lines: lines.map(({ points }) => {
      const dots = points.map((point) => ({ x: x(point.x), y: y(point.mean), partial: isPartial(point) }));
      const known = points.filter(({ margin }) => margin !== null && margin > 0).length > 0;
      const above = points.map((point) => `${x(point.x)} ${y(bandOf(point, unit)[1])}`);
      const below = points.map((point) => `${x(point.x)} ${y(bandOf(point, unit)[0])}`).reverse();
      return {
        dots,
        path: dots.length === 0 ? '' : `M${dots.map((dot) => `${dot.x} ${dot.y}`).join('L')}`,
        band: known ? `M${[...above, ...below].join('L')}Z` : '',
      };
    }),
  };
}

/** Round values around all of these and zero: at least two. */
function levelMarks(bands: readonly (readonly [low: number, high: number])[], unit: Unit, most: number): number[] {
  const high = bands.reduce((most, [, top]) => Math.max(most, top), 0);
  const low = bands.reduce((least, [bottom]) => Math.min(least, bottom), 0);
  const range = high - low || 1;
  const step = roundStep(range / Math.max(1, most), unit);
  const floor = Math.floor(low / step) * step;
  const ceiling = Math.max(floor + step, Math.ceil(high / step - 1e-9) * step);
  return multiples(floor, ceiling, step);
}

/** Labels that would touch the one before are left out; the last one is kept rather than its neighbour. */
function ticksOf(axis: SweepAxis, x: (value: number) => number): PanelLayout['marks'] {
  const ticks = [...axis.values].sort((a, b) => a - b).map((value) => ({ x: x(value), value, label: formatValue(value, axis.unit) }));
  const half = (label: string): number => textWidth(label, SMALL) / 2;
  const touches = (a: { x: number; label: string }, b: { x: number; label: string }): boolean =>
    b.x - half(b.label) < a.x + half(a.label) + BETWEEN_LABELS;
  const last = ticks.at(-1);
  let shown: (typeof ticks)[number] | null = null;
  return ticks.map((tick) => {
    if (tick !== last && ((shown && touches(shown, tick)) || touches(tick, last!))) return { ...tick, label: '' };
    shown = tick;
    return tick;
  });
}

/** The swept value whose place is nearest to `x`. */
export const tickNear = ({ marks }: PanelLayout, x: number): number =>
  marks.reduce((nearest, mark, i) => (Math.abs(mark.x - x) < Math.abs(marks[nearest]!.x - x) ? i : nearest), 0);
