/** A sweep and what came of its points, as viewers get it. */
import type { SweepPlan } from './plan.ts';
import type { PointResult } from './result.ts';

export interface SweepResults {
  readonly plan: SweepPlan;
  /** By point; points that are missing are not there. */
  readonly results: readonly PointResult[];
}

/** An expectation of a sweep, over all runs. */
export interface SweepCheck {
  readonly text: string;
  /** Runs that meet it, of those that there are. */
  readonly passed: number;
  readonly of: number;
  /** Those that do not, by point. */
  readonly failed: readonly { readonly result: PointResult; readonly measured: string }[];
}

export function checksOf({ plan, results }: SweepResults): SweepCheck[] {
  const ran = results.filter(({ stopped }) => stopped === null);
  return plan.expectations.map((text, i) => {
    const failed = ran.flatMap((result) => {
      const check = result.checks[i];
      return check && !check.passed ? [{ result, measured: check.measured }] : [];
    });
    return { text, passed: ran.length - failed.length, of: ran.length, failed };
  });
}

/** Every point has a run, and every run meets what is expected. */
export const allHolds = (swept: SweepResults): boolean =>
  swept.results.every(({ stopped }) => stopped === null) && checksOf(swept).every(({ failed }) => failed.length === 0);
