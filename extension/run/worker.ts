/**
 * The body of a run's worker, the same in Node and in the browser: compile, simulate, tell.
 *
 * The simulation runs in one go, in slices only to report progress and to stop at its limits. Cancelling is the
 * host's business: it ends the worker.
 */
import type { Run } from '../../engines/run.ts';
import { Simulation } from '../../engines/simulation.ts';
import { encodeOutput } from '../../notebook-renderer/output.ts';
import { sequenceSvg } from '../../notebook-renderer/static/svg.ts';
import { describeRun } from '../../notebook-renderer/static/text.ts';
import type { Diagnostic, FileContent, SourceText } from '../../server/language/compilation.ts';
import { compileWithFiles } from '../../server/language/compile-with-files.ts';
import { locate } from '../../server/language/locate.ts';
import type { FromWorker, LocatedError, Outcome, Progress, RunRequest, Summary, ToWorker } from './protocol.ts';

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
  let awaiting: { readonly id: number; readonly arrived: (files: readonly (readonly [string, FileContent])[]) => void } | null = null;
  return (message) => {
    if (message.kind === 'files') {
      if (awaiting?.id === message.id) awaiting.arrived(message.files);
      return;
    }
    const { id, request } = message;
    const readFiles = (uris: readonly string[]) =>
      new Promise<readonly (readonly [string, FileContent])[]>((arrived) => {
        awaiting = { id, arrived };
        host.post({ kind: 'needs-files', id, uris });
      });
    perform(request, readFiles, (progress) => host.post({ kind: 'progress', id, progress }))
      .catch((error: unknown): Outcome => {
        const { message, stack } = error instanceof Error ? error : new Error(String(error));
        return { kind: 'broken', message, stack: stack ?? '' };
      })
      .then((outcome) => {
        const transfer = outcome.kind === 'ran' ? [outcome.output.buffer as ArrayBuffer] : [];
        host.post({ kind: 'finished', id, outcome }, transfer);
      });
  };
}

async function perform(
  request: RunRequest,
  readFiles: (uris: readonly string[]) => Promise<readonly (readonly [string, FileContent])[]>,
  report: (progress: Progress) => void,
): Promise<Outcome> {
  const { focus, limits } = request;
  const compilation = await compileWithFiles(request.sources, readFiles);
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
  const output = { run, focus: index < 0 ? null : index };
  return {
    kind: 'ran',
    output: encodeOutput(output),
    svg: sequenceSvg(output),
    text: describeRun(output, { limit: TOLD_MESSAGES }),
    summary: summarise(run, output.focus),
    leftOut,
  };
}

function located(diagnostic: Diagnostic, sources: readonly SourceText[]): LocatedError {
  const { uri, message, code } = diagnostic;
  return { uri, ...locate(diagnostic, sources), message, code };
}

function summarise(run: Run, focus: number | null): Summary {
  const checks = run.checks.filter(({ at }) => focus === null || at.source === focus);
  return {
    checks: checks.length,
    passed: checks.filter(({ passed }) => passed).length,
    duration: run.duration,
    seed: run.seed,
    events: run.statistics.events,
    fingerprint: run.fingerprint,
  };
}
