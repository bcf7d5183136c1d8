/** Runs a scenario within limits, telling how far it is while that takes long. */
import type { Run } from '../engines/run.ts';
import type { Scenario } from '../engines/scenario.ts';
import { DEFAULT_LIMITS, LimitReached, type RunLimits, Simulation } from '../engines/simulation.ts';
import { describeProgress } from '../notebook-renderer/static/progress.ts';
import type { Terminal } from './command-line.ts';

/** Milliseconds before the first line of progress, and between two lines. */
const QUIET = 500;
const INTERVAL = 200;
/** Events between two looks at the clock and the limits. */
const SLICE = 1_000;

/** Throws a LimitReached at a limit; any other exception is a fault of the engines. */
export function simulate(scenario: Scenario, limits: Partial<RunLimits>, status: Terminal['status']): Run {
  const bounds = { ...DEFAULT_LIMITS, ...limits };
  const simulation = new Simulation(scenario);
  const begun = performance.now();
  let told = begun + QUIET - INTERVAL;
  try {
    while (simulation.advance(Math.min(SLICE, bounds.maximumEvents - simulation.events))) {
      const reached = simulation.limitReached(bounds);
      if (reached !== null) throw new LimitReached(reached);
      const now = performance.now();
      if (!status || now - told < INTERVAL) continue;
      told = now;
      status(describeProgress(simulation, now - begun));
    }
  } finally {
    if (status && told >= begun + QUIET) status('');
  }
  return simulation.finish();
}
