/** `netscenario run`: runs a scenario and tells what happened. */
import { writeFile } from 'node:fs/promises';
import { count } from '../../engines/format.ts';
import { writePcapng } from '../../engines/network/capture/pcapng.ts';
import type { Run } from '../../engines/run.ts';
import { encodeRun } from '../../engines/run-codec.ts';
import { simulate } from '../../engines/simulation.ts';
import { describeRun } from '../../notebook-renderer/static/text.ts';
import type { Terminal } from '../command-line.ts';
import { Complaint } from '../complaint.ts';
import { printDiagnostics } from '../diagnostics.ts';
import { loadProgram } from '../program.ts';

export interface RunOptions {
  readonly json: boolean;
  readonly pcap: string | null;
  readonly host: string | null;
  readonly seed: number | null;
  readonly save: string | null;
}

export async function run(path: string, options: RunOptions, terminal: Terminal): Promise<number> {
  const result = await runProgram(path, options.seed, terminal);
  if (!result) return 1;
  if (options.host !== null && !result.hosts.some(({ name }) => name === options.host)) {
    throw new Complaint(`--host: there is no host “${options.host}” in this run`);
  }
  if (options.pcap !== null) await write(options.pcap, writePcapng(result, options.host === null ? {} : { host: options.host }));
  if (options.save !== null) await write(options.save, encodeRun(result));
  if (options.json) terminal.out(`${JSON.stringify(plain(result), null, 2)}\n`);
  else terminal.out(describeRun({ run: result, focus: null }, { width: terminal.width, color: terminal.color }));
  return succeeded(result) ? 0 : 1;
}

/** Compiles and runs; null when the scenario has errors, which have been printed then. */
export async function runProgram(path: string, seed: number | null, terminal: Terminal): Promise<Run | null> {
  const program = await loadProgram(path);
  const errors = printDiagnostics(program, terminal);
  if (errors > 0) {
    terminal.error(`${path}: not run: ${count(errors, 'error')}\n`);
    return null;
  }
  const { scenario } = program.compilation;
  try {
    return simulate(seed === null ? scenario : { ...scenario, seed });
  } catch (error) {
    throw new Complaint(`${path}: ${(error as Error).message}`);
  }
}

/** A run is good when its checks hold. A step that fails may be the lesson: only a check says what was meant to happen. */
export const succeeded = (run: Run): boolean => run.checks.every(({ passed }) => passed);

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
    steps: run.steps.map(({ text, startedAt, endedAt, outcome, succeeded }) => ({
      text,
      startedAt: time(startedAt),
      endedAt: time(endedAt),
      outcome,
      succeeded,
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
      bytes: messages.length[i],
      connection: messages.connection[i],
      step: messages.step[i],
    })),
  };
}
