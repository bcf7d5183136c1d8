/**
 * A sweep as plain data: which points it has, and what is measured at each.
 *
 * A point is a scenario compiled with one value for each parameter, for one alternative, run with one seed. The repeats of a point
 * run with the seeds from the scenario's own on, the same ones at every point: what differs between two points is the parameter,
 * not their luck.
 */
import type { Unit } from '../run.ts';
import type { PlottedMetric, SourceRange } from '../scenario.ts';
import type { Statistic } from '../statistics.ts';

export interface SweepPlan {
  /** The statement's head as the author wrote it, on one line. */
  readonly text: string;
  readonly at: SourceRange;
  /** Names of the alternatives that are compared, in order; empty where there are none. */
  readonly alternatives: readonly string[];
  /** The last one changes fastest. Empty where alternatives alone are compared. */
  readonly axes: readonly SweepAxis[];
  /** 1 or more. */
  readonly repeats: number;
  readonly plots: readonly SweepPlot[];
  /** The expectations in its block, which each point's run judges, as the author wrote them. */
  readonly expectations: readonly string[];
}

export interface SweepAxis {
  readonly parameter: string;
  readonly unit: Unit;
  /** In the base unit; at least one, each once. */
  readonly values: readonly number[];
}

export interface SweepPlot {
  readonly measures: readonly SweptMeasure[];
  /** Index of the axis that it is drawn against; −1: over time, a line for each alternative. */
  readonly against: number;
  readonly withBound: boolean;
}

/** What a point's run is asked for: the last value of each subject, or a statistic of all values of all of them. */
export interface SweptMeasure extends PlottedMetric {
  readonly statistic: Statistic | null;
  readonly unit: Unit;
  /** The metric that bounds it; null where the catalogue knows none. */
  readonly bound: string | null;
  /** As the author wrote it: `mean lookup time of client[1..20]`. */
  readonly label: string;
}

/** More points than this are a slip. */
export const MAXIMUM_POINTS = 10_000;

export interface SweepPoint {
  /** From 1 on. */
  readonly point: number;
  readonly alternative: string | null;
  /** One an axis. */
  readonly values: readonly number[];
  /** From 1 on. */
  readonly repeat: number;
  readonly seed: number;
}

export const pointCount = ({ alternatives, axes, repeats }: Pick<SweepPlan, 'alternatives' | 'axes' | 'repeats'>): number =>
  axes.reduce((product, { values }) => product * values.length, Math.max(1, alternatives.length)) * repeats;

/** `seed`: the scenario's own. Throws a RangeError for a point that the plan has not. */
export function pointOf(plan: SweepPlan, seed: number, point: number): SweepPoint {
  const { alternatives, axes, repeats } = plan;
  if (!Number.isInteger(point) || point < 1 || point > pointCount(plan)) throw new RangeError(`there is no point ${point}`);
  let rest = point - 1;
  const digit = (base: number): number => {
    const at = rest % base;
    rest = (rest - at) / base;
    return at;
  };
  const repeat = digit(repeats);
  const values: number[] = [];
  for (let i = axes.length - 1; i >= 0; i--) {
    const axis = axes[i] as SweepAxis;
    values.unshift(axis.values[digit(axis.values.length)] as number);
  }
  return { point, alternative: alternatives[rest] ?? null, values, repeat: repeat + 1, seed: (seed + repeat) % 2 ** 32 };
}
