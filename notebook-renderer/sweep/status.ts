/** What a sweep came to, in lines. */
import { formatValue } from '../../engines/format.ts';
import { ranges } from '../../engines/sweep/merge.ts';
import { pointCount } from '../../engines/sweep/plan.ts';
import type { PointResult } from '../../engines/sweep/result.ts';
import type { SweepCheck, SweepResults } from '../../engines/sweep/results.ts';
import { formatAmount, formatCount } from '../format.ts';

/** Failures that are told one by one. */
const TOLD = 5;

/** `24 runs · 3 repeats`. */
export function statusOf({ plan, results }: SweepResults): string[] {
  const all = pointCount(plan);
  const parts = [results.length === all ? formatAmount(all, 'run') : `${formatCount(results.length)} of ${formatAmount(all, 'run')}`];
  if (plan.repeats > 1) parts.push(`${plan.repeats} repeats, 95 % confidence`);
  return parts;
}

/** `rtt 20 ms, load 1 MB, seed 3`. */
export function pointName({ plan }: Pick<SweepResults, 'plan'>, { alternative, values, seed }: PointResult): string {
  const parameters = plan.axes.map(({ parameter, unit }, i) => `${parameter} ${formatValue(values[i]!, unit)}`);
  return [...(alternative === null ? [] : [alternative]), ...parameters, ...(plan.repeats > 1 ? [`seed ${seed}`] : [])].join(', ');
}

/** The points at which an expectation fails, a line each. */
export function failuresOf(swept: SweepResults, { failed }: SweepCheck): string[] {
  const lines = failed.slice(0, TOLD).map(({ result, measured }) => `${pointName(swept, result)}: ${measured}`);
  return failed.length > TOLD ? [...lines, `and ${failed.length - TOLD} more`] : lines;
}

/** The points that have no run, a line each. */
export function stoppedOf(swept: SweepResults): string[] {
  const { plan, results } = swept;
  const stopped = results.filter((result) => result.stopped !== null);
  const lines = stopped.slice(0, TOLD).map((result) => `${pointName(swept, result)}: ${result.stopped}`);
  if (stopped.length > TOLD) lines.push(`and ${stopped.length - TOLD} more`);
  const known = new Set(results.map(({ point }) => point));
  const missing = Array.from({ length: pointCount(plan) }, (_, i) => i + 1).filter((point) => !known.has(point));
  if (missing.length > 0) lines.push(`missing: ${ranges(missing)}`);
  return lines;
}
