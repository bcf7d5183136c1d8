/**
 * A point of a sweep, run: a pure function of the texts and files of the program, the number of the sweep and that of the point.
 */

import type { Scenario } from '../../engines/scenario.ts';
import { LimitReached, type RunLimits, simulate } from '../../engines/simulation.ts';
import { identityOf } from '../../engines/sweep/identity.ts';
import { measure } from '../../engines/sweep/measure.ts';
import { pointCount, pointOf, type SweepPlan, type SweepPoint } from '../../engines/sweep/plan.ts';
import { NOTHING_MEASURED, type PointResult } from '../../engines/sweep/result.ts';
import type { FileTable, SourceText } from './compilation.ts';
import { compile } from './compile.ts';
import { PLAIN } from './variant.ts';

/** A sweep that can be run: plain data but for the table of files. */
export interface Sweep {
  readonly sources: readonly SourceText[];
  readonly files: FileTable;
  /** Index among the program's sweeps. */
  readonly index: number;
  readonly plan: SweepPlan;
  /** The scenario's own. */
  readonly seed: number;
  readonly identity: string;
}

/** The program must compile without errors, and have that sweep. */
export function sweepOf(sources: readonly SourceText[], files: FileTable, index: number): Sweep {
  const { scenario, sweeps, sources: all } = compile(sources, files);
  const plan = sweeps[index];
  if (!plan) throw new RangeError(`there is no sweep ${index}`);
  const others = plan.alternatives.map((alternative) => compile(sources, files, { ...PLAIN, alternative }).scenario);
  const identity = identityOf(
    all.map(({ text }) => text),
    [scenario, ...others],
    plan,
    index,
  );
  return { sources, files, index, plan, seed: scenario.seed, identity };
}

/** The scenario of a point, and the plan with the subjects that there are at that point; a text where it does not compile. */
export function scenarioOfPoint(
  { sources, files, index, plan }: Sweep,
  point: SweepPoint,
): { readonly scenario: Scenario; readonly plan: SweepPlan } | string {
  const parameters = new Map(plan.axes.map(({ parameter }, i) => [parameter, point.values[i] as number]));
  const compiled = compile(sources, files, { parameters, alternative: point.alternative, sweep: index });
  const error = compiled.diagnostics.find(({ severity }) => severity === 'error');
  if (error) return error.message;
  const own = compiled.sweeps[index];
  if (!own) return 'the sweep itself is not there at this point';
  return { scenario: { ...compiled.scenario, seed: point.seed }, plan: own };
}

/** Runs a point. A fault of the engines is an exception; whatever else keeps it from its end is told in the result. */
export function runPoint(sweep: Sweep, number: number, limits: RunLimits): PointResult {
  const point = pointOf(sweep.plan, sweep.seed, number);
  const result = { ...point, sweep: sweep.identity, of: pointCount(sweep.plan) };
  const stopped = (reason: string): PointResult => ({
    ...result,
    stopped: reason,
    fingerprint: '',
    measured: NOTHING_MEASURED,
    checks: [],
  });
  const made = scenarioOfPoint(sweep, point);
  if (typeof made === 'string') return stopped(made);
  try {
    const run = simulate(made.scenario, limits);
    return {
      ...result,
      stopped: null,
      fingerprint: run.fingerprint,
      measured: measure(run, made.plan),
      checks: run.checks.map(({ passed, measured }) => ({ passed, measured })),
    };
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error;
    return stopped(error.message);
  }
}
