/**
 * The body of a run's worker, the same in Node and in the browser: compile, simulate, tell.
 *
 * The simulation runs in one go, in slices only to report progress and to stop at its limits. Cancelling is the
 * host's business: it ends the worker.
 */
import type { Run } from '../../engines/run.ts';
import { type RunLimits, Simulation } from '../../engines/simulation.ts';
import { pointCount } from '../../engines/sweep/plan.ts';
import type { PointResult } from '../../engines/sweep/result.ts';
import { checksOf, type SweepResults } from '../../engines/sweep/results.ts';
import { encodeOutput, type Output } from '../../notebook-renderer/output.ts';
import { sequenceSvg } from '../../notebook-renderer/static/svg.ts';
import { describeRun } from '../../notebook-renderer/static/text.ts';
import type { Compilation, Diagnostic, FileContent, SourceText } from '../../server/language/compilation.ts';
import { compileWithFiles } from '../../server/language/compile-with-files.ts';
import { locate } from '../../server/language/locate.ts';
import { runPoint, sweepOf } from '../../server/language/swept-point.ts';
import type { FromWorker, LocatedError, Outcome, Progress, RunRequest, Summary, SweptProgram, ToWorker } from './protocol.ts';

export interface Host {
  post(message: FromWorker, transfer?: ArrayBuffer[]): void;
}

/** Milliseconds of wall time between two reports, and events between two looks at the clock. */
const REPORT_INTERVAL = 50;
const SLICE = 1000;
/** Messages in the text that is kept with an output; the interactive view has all of them. */
const TOLD_MESSAGES = 300;

/** Answers the host's messages. */
export function serveRuns(host: Host): (message: ToWorker) => void {
  const awaitingSweeps = new Map<number, (results: readonly (readonly PointResult[])[]) => void>();
  let points: PointRunner | null = null;
  let awaiting: { readonly id: number; readonly arrived: (files: readonly (readonly [string, FileContent])[]) => void } | null = null;
  return (message) => {
    if (message.kind === 'files') {
      if (awaiting?.id === message.id) awaiting.arrived(message.files);
      return;
    }
    if (message.kind === 'swept') {
      awaitingSweeps.get(message.id)?.(message.results);
      awaitingSweeps.delete(message.id);
      return;
    }
    if (message.kind === 'begin-points') {
      points = pointRunner(message.program, message.limits);
      return;
    }
    if (message.kind === 'point') {
      const { id, sweep, point } = message;
      try {
        host.post({ kind: 'point-done', id, sweep, point, result: points!(sweep, point) });
      } catch (error) {
        host.post({ kind: 'point-broken', id, ...faultOf(error) });
      }
      return;
    }
    const { id, request } = message;
    const runSweeps: RunSweeps = (program) =>
      new Promise((swept) => {
        awaitingSweeps.set(id, swept);
        host.post({ kind: 'has-sweeps', id, program });
      });
    const readFiles = (uris: readonly string[]) =>
      new Promise<readonly (readonly [string, FileContent])[]>((arrived) => {
        awaiting = { id, arrived };
        host.post({ kind: 'needs-files', id, uris });
      });
    perform(request, readFiles, runSweeps, (progress) => host.post({ kind: 'progress', id, progress }))
      .catch((error: unknown): Outcome => ({ kind: 'broken', ...faultOf(error) }))
      .then((outcome) => {
        const transfer = outcome.kind === 'ran' ? [outcome.output.buffer as ArrayBuffer] : [];
        host.post({ kind: 'finished', id, outcome }, transfer);
      });
  };
}

function faultOf(error: unknown): { message: string; stack: string } {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return { message, stack: stack ?? '' };
}

type PointRunner = (sweep: number, point: number) => PointResult;

function pointRunner({ sources, files, sweeps }: SweptProgram, limits: RunLimits): PointRunner {
  const table = new Map(files);
  const made = sweeps.map(({ index }) => sweepOf(sources, table, index));
  return (sweep, point) => runPoint(made[sweep]!, point, limits);
}

/** Has the points of a program's sweeps run; their results in any order, by sweep. */
type RunSweeps = (program: SweptProgram) => Promise<readonly (readonly PointResult[])[]>;

async function perform(
  request: RunRequest,
  readFiles: (uris: readonly string[]) => Promise<readonly (readonly [string, FileContent])[]>,
  runSweeps: RunSweeps,
  report: (progress: Progress) => void,
): Promise<Outcome> {
  const { focus, limits } = request;
  const files = new Map<string, FileContent>();
  const compilation = await compileWithFiles(request.sources, readFiles, files);
  const { sources } = compilation;
  const errors = compilation.diagnostics.filter(({ severity }) => severity === 'error');
  const own = errors.filter(({ uri }) => focus === null || uri === focus);
  const leftOut = errors.filter((error) => !own.includes(error)).map((error) => located(error, sources));
  if (own.length > 0) return { kind: 'rejected', errors: own.map((error) => located(error, sources)), leftOut };

  const simulation = new Simulation(compilation.scenario);
  let reported = Date.now();
  while (simulation.advance(Math.min(SLICE, limits.maximumEvents - simulation.events))) {
    const progress = { now: simulation.now, events: simulation.events };
    const reason = simulation.limitReached(limits);
    if (reason !== null) return { kind: 'endless', progress, reason };
    if (Date.now() - reported < REPORT_INTERVAL) continue;
    reported = Date.now();
    report(progress);
  }
  const run = simulation.finish();
  const index = focus === null ? -1 : run.sources.indexOf(focus);
  const sweeps = await sweptOf(request, files, compilation, index, runSweeps);
  const output: Output = { run, focus: index < 0 ? null : index, ...(sweeps.length > 0 ? { sweeps } : {}) };
  return {
    kind: 'ran',
    output: encodeOutput(output),
    svg: sequenceSvg(output),
    text: describeRun(output, { limit: TOLD_MESSAGES }),
    summary: summarise(run, output.focus, sweeps),
    leftOut,
  };
}

/** The sweeps of what is shown, run; of a program with errors, whose points could not be compiled, none. */
async function sweptOf(
  { sources }: RunRequest,
  files: ReadonlyMap<string, FileContent>,
  { sweeps, diagnostics }: Compilation,
  focus: number,
  runSweeps: RunSweeps,
): Promise<SweepResults[]> {
  if (diagnostics.some(({ severity }) => severity === 'error')) return [];
  const shown = sweeps.flatMap((plan, index) => (focus < 0 || plan.at.source === focus ? [{ plan, index }] : []));
  if (shown.length === 0) return [];
  const results = await runSweeps({
    sources,
    files: [...files],
    sweeps: shown.map(({ plan, index }) => ({ index, points: pointCount(plan) })),
  });
  return shown.map(({ plan }, i) => ({ plan, results: [...(results[i] ?? [])].sort((a, b) => a.point - b.point) }));
}

function located(diagnostic: Diagnostic, sources: readonly SourceText[]): LocatedError {
  const { uri, message, code } = diagnostic;
  return { uri, ...locate(diagnostic, sources), message, code };
}

/** Expectations of a sweep count once each. */
function summarise(run: Run, focus: number | null, sweeps: readonly SweepResults[]): Summary {
  const swept = sweeps.flatMap(checksOf);
  const checks = run.checks.filter(({ at }) => focus === null || at.source === focus);
  return {
    checks: checks.length + swept.length,
    passed: checks.filter(({ passed }) => passed).length + swept.filter(({ failed }) => failed.length === 0).length,
    duration: run.duration,
    seed: run.seed,
    events: run.statistics.events,
    fingerprint: run.fingerprint,
  };
}
