/** What a notebook's cell shows where the run goes on below it. */
import type { Run } from '../../engines/run.ts';
import type { Output } from '../output.ts';

/** The part of a notebook's output that one of its cells shows. */
export function outputOfCell({ run, sweeps }: Output, source: number): Output {
  const own = sweeps?.filter(({ plan }) => plan.at.source === source) ?? [];
  return { run: upTo(run, source), focus: source, ...(own.length > 0 ? { sweeps: own } : {}) };
}

/** The run as it stood when the steps down to those of one source were done: metrics up to that moment, nothing of what came later. */
export function upTo(run: Run, source: number): Run {
  const ends = run.steps.filter(({ at }) => at.source <= source).map(({ endedAt }) => (Number.isNaN(endedAt) ? run.duration : endedAt));
  if (!run.steps.some(({ at }) => at.source > source)) return run;
  const end = ends.reduce((latest, at) => Math.max(latest, at), 0);
  const series = run.series.flatMap((one) => {
    const samples = one.at.reduce((count, at) => (at <= end ? count + 1 : count), 0);
    return samples === 0 ? [] : [{ ...one, at: one.at.slice(0, samples), values: one.values.slice(0, samples) }];
  });
  return { ...run, duration: Math.min(run.duration, end), series };
}
