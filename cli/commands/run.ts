/** `netscenario run`: runs a scenario and tells what happened. */
import { writeFile } from 'node:fs/promises';
import { fingerprint } from '../../engines/fingerprint.ts';
import { count } from '../../engines/format.ts';
import type { Ingredient } from '../../engines/ingredients.ts';
import { innerOf } from '../../engines/message-content.ts';
import { CaptureRefused } from '../../engines/network/capture/captured.ts';
import { type CaptureOptions, writePcapng } from '../../engines/network/capture/pcapng.ts';
import type { Run, RunStep } from '../../engines/run.ts';
import { encodeRun } from '../../engines/run-codec.ts';
import { LimitReached, type RunLimits } from '../../engines/simulation.ts';
import { describeRun } from '../../notebook-renderer/static/text.ts';
import type { Terminal } from '../command-line.ts';
import { Complaint } from '../complaint.ts';
import { printDiagnostics } from '../diagnostics.ts';
import { loadProgram, type Program } from '../program.ts';
import { simulate } from '../simulate.ts';

/** What the commands that run a scenario have in common. */
export interface RunSettings {
  /** In place of the scenario's own. */
  readonly seed: number | null;
  readonly limits: Partial<RunLimits>;
}

export interface RunOptions extends RunSettings {
  readonly json: boolean;
  readonly pcap: string | null;
  readonly host: string | null;
  readonly link: readonly [string, string] | null;
  /** Leave the secrets of TLS sessions out of the capture. */
  readonly withoutSecrets: boolean;
  readonly save: string | null;
  /** Print a fingerprint over these ingredients in place of what happened. */
  readonly fingerprint: readonly Ingredient[] | null;
}

export async function run(path: string, options: RunOptions, terminal: Terminal): Promise<number> {
  const program = await loadProgram(path);
  const result = runLoaded(program, options, terminal);
  if (!result) return 1;
  const point = {
    withoutSecrets: options.withoutSecrets,
    ...(options.host === null ? {} : { host: options.host }),
    ...(options.link === null ? {} : { link: options.link }),
  };
  if (options.pcap !== null) await write(options.pcap, capture(result, point));
  if (options.save !== null) await write(options.save, encodeRun(result));
  const own = options.fingerprint && { ingredients: options.fingerprint, fingerprint: fingerprint(result, options.fingerprint) };
  if (options.json) terminal.out(`${JSON.stringify({ ...plain(result), ...own }, null, 2)}\n`);
  else if (own) terminal.out(`${own.fingerprint}\n`);
  else {
    terminal.out(describeRun({ run: result, focus: null }, { width: terminal.width, color: terminal.color }));
    const sweeps = program.compilation.sweeps.length;
    if (sweeps > 0) terminal.out(`\n${count(sweeps, 'sweep')} not run here: netscenario sweep ${path}\n`);
  }
  return succeeded(result) ? 0 : 1;
}

function capture(run: Run, point: CaptureOptions): Uint8Array {
  try {
    return writePcapng(run, point);
  } catch (error) {
    if (error instanceof CaptureRefused) throw new Complaint(`--pcap: ${error.message}`);
    throw error;
  }
}

/**
 * Compiles and runs. null when there is no whole run: the scenario has errors, or the run was stopped at a limit; that has been
 * printed then. An exception but a Complaint is a fault of the engines.
 */
export async function runProgram(path: string, settings: RunSettings, terminal: Terminal): Promise<Run | null> {
  return runLoaded(await loadProgram(path), settings, terminal);
}

/** The same, of a program that was read. */
export function runLoaded(program: Program, { seed, limits }: RunSettings, terminal: Terminal): Run | null {
  const { path } = program;
  const errors = printDiagnostics(program, terminal);
  if (errors > 0) {
    terminal.error(`${path}: not run: ${count(errors, 'error')}\n`);
    return null;
  }
  const { scenario } = program.compilation;
  try {
    const run = simulate(seed === null ? scenario : { ...scenario, seed }, limits, terminal.status);
    for (const step of run.steps) {
      const state = stateOf(step);
      if (state !== 'ended') terminal.error(`${path}: “${step.text}” ${state}\n`);
    }
    return run;
  } catch (error) {
    if (!(error instanceof LimitReached)) throw error;
    terminal.error(`${path}: stopped: ${error.message} (--max-events, --max-memory)\n`);
    return null;
  }
}

/**
 * A run is good when its checks hold and its steps came to their ends. A step that fails may be the lesson: only a check says
 * what was meant to happen.
 */
export const succeeded = (run: Run): boolean =>
  run.checks.every(({ passed }) => passed) && run.steps.every((step) => stateOf(step) === 'ended');

function stateOf({ startedAt, endedAt }: RunStep): 'never began' | 'never ended' | 'ended' {
  if (Number.isNaN(startedAt)) return 'never began';
  return Number.isNaN(endedAt) ? 'never ended' : 'ended';
}

export async function write(path: string, content: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (error) {
    throw new Complaint(`${path} cannot be written: ${(error as Error).message}`);
  }
}

/** The run for other programs: rows instead of columns, names instead of indexes, times in nanoseconds. */
function plain(run: Run): object {
  const { strings, hosts, messages } = run;
  const time = (value: number | undefined) => (value === undefined || Number.isNaN(value) ? null : value);
  return {
    title: run.title,
    engine: run.engine,
    seed: run.seed,
    fingerprint: run.fingerprint,
    duration: run.duration,
    statistics: run.statistics,
    hosts: run.hosts,
    steps: run.steps.map((step) => ({
      text: step.text,
      state: stateOf(step),
      startedAt: time(step.startedAt),
      endedAt: time(step.endedAt),
      outcome: step.outcome,
      succeeded: step.succeeded,
    })),
    checks: run.checks.map(({ text, passed, expected, measured, decidedAt }) => ({
      text,
      passed,
      expected,
      measured,
      decidedAt: time(decidedAt),
    })),
    metrics: run.series.map(({ metric, subjects, unit, values }) => ({
      metric,
      subjects,
      unit,
      last: values[values.length - 1] ?? null,
      samples: values.length,
    })),
    messages: Array.from({ length: messages.rows }, (_, i) => ({
      sentAt: messages.sentAt[i],
      receivedAt: time(messages.receivedAt[i]),
      from: hosts[messages.from[i]!]?.name,
      to: hosts[messages.to[i]!]?.name,
      protocol: strings[messages.protocol[i]!],
      kind: strings[messages.kind[i]!],
      label: strings[messages.label[i]!],
      inside: inside(run, i),
      bytes: messages.length[i],
      connection: messages.connection[i],
      step: messages.step[i],
    })),
  };
}

/** What a message carries under protection; null where it is in clear. */
function inside(run: Run, message: number): object | null {
  const inner = innerOf(run, message);
  return inner && { protocol: inner.protocol, kind: inner.kind, label: inner.label };
}
