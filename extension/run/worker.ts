/**
 * The body of a run's worker, the same in Node and in the browser: compile, simulate, tell.
 *
 * The simulation runs in one go, in slices only to report progress and to stop at its limit of events. Cancelling is the
 * host's business: it ends the worker.
 */
import type { Run } from '../../engines/run.ts';
import { Simulation } from '../../engines/simulation.ts';
import { encodeOutput } from '../../notebook-renderer/output.ts';
import { sequenceSvg } from '../../notebook-renderer/static/svg.ts';
import { describeRun } from '../../notebook-renderer/static/text.ts';
import type { Compilation, Diagnostic, FileContent, SourceText } from '../../server/language/compilation.ts';
import { compile } from '../../server/language/compile.ts';
import type { FromWorker, LocatedError, Outcome, Progress, RunRequest, Summary, ToWorker } from './protocol.ts';

export interface Host {
  post(message: FromWorker, transfer?: ArrayBuffer[]): void;
}

/** Milliseconds of wall time between two reports, and events between two looks at the clock. */
const REPORT_INTERVAL = 50;
const SLICE = 1000;

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
  const { sources, focus, maximumEvents } = request;
  const compilation = await compileWithFiles(sources, readFiles);
  const errors = compilation.diagnostics.filter(({ severity }) => severity === 'error');
  const own = errors.filter(({ uri }) => focus === null || uri === focus);
  const leftOut = errors.filter((error) => !own.includes(error)).map((error) => locate(error, sources));
  if (own.length > 0) return { kind: 'rejected', errors: own.map((error) => locate(error, sources)), leftOut };

  const simulation = new Simulation(compilation.scenario);
  let reported = Date.now();
  while (simulation.advance(Math.min(SLICE, maximumEvents - simulation.events))) {
    const progress = { now: simulation.now, events: simulation.events };
    if (progress.events >= maximumEvents) return { kind: 'endless', progress, maximumEvents };
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
    text: describeRun(output),
    summary: summarise(run, output.focus),
    leftOut,
  };
}

async function compileWithFiles(
  sources: readonly SourceText[],
  readFiles: (uris: readonly string[]) => Promise<readonly (readonly [string, FileContent])[]>,
): Promise<Compilation> {
  const files = new Map<string, FileContent>();
  for (;;) {
    const compilation = compile(sources, files);
    const wanted = compilation.missing.filter((uri) => !files.has(uri));
    if (wanted.length === 0) return compilation;
    for (const [uri, content] of await readFiles(wanted)) files.set(uri, content);
    // A reader that forgets a file must not make this loop for ever.
    for (const uri of wanted) if (!files.has(uri)) files.set(uri, { kind: 'unreadable', reason: 'it was not read' });
  }
}

function locate(diagnostic: Diagnostic, sources: readonly SourceText[]): LocatedError {
  const before = (sources.find(({ uri }) => uri === diagnostic.uri)?.text ?? '').slice(0, diagnostic.start);
  const { uri, message, code } = diagnostic;
  return { uri, line: before.split('\n').length, column: before.length - before.lastIndexOf('\n'), message, code };
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
