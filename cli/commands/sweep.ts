/**
 * `netscenario sweep`: the points of a sweep, all of them on this machine, or one by one as jobs of an engine that distributes them.
 * `netscenario merge`: their results as one.
 */
import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { count } from '../../engines/format.ts';
import { DEFAULT_LIMITS, type RunLimits } from '../../engines/simulation.ts';
import { linesOf, type Merged, merge, ranges } from '../../engines/sweep/merge.ts';
import { pointCount, pointOf } from '../../engines/sweep/plan.ts';
import { lineOf, type PointResult } from '../../engines/sweep/result.ts';
import { allHolds } from '../../engines/sweep/results.ts';
import { formatCount } from '../../notebook-renderer/format.ts';
import { describeSweep } from '../../notebook-renderer/static/sweeps.ts';
import { runPoint, type Sweep, sweepOf } from '../../server/language/swept-point.ts';
import type { Terminal } from '../command-line.ts';
import { Complaint } from '../complaint.ts';
import { printDiagnostics } from '../diagnostics.ts';
import { runOnThreads } from '../point-threads.ts';
import { loadProgram, type Program } from '../program.ts';
import { write } from './run.ts';

export interface SweepOptions {
  /** From 1 on; null where the program has one only. */
  readonly number: number | null;
  readonly list: boolean;
  /** The only one to run; null for all. */
  readonly point: number | null;
  /** Threads; 1: none beside this one. null: as many as the machine has cores. */
  readonly jobs: number | null;
  /** Files of results that there are already: their points are not run again. */
  readonly from: readonly string[];
  readonly out: string | null;
  readonly limits: Partial<RunLimits>;
}

export async function sweep(path: string, options: SweepOptions, terminal: Terminal): Promise<number> {
  const program = await loadProgram(path);
  const errors = printDiagnostics(program, terminal);
  if (errors > 0) {
    terminal.error(`${path}: not run: ${count(errors, 'error')}\n`);
    return 1;
  }
  const chosen = chosenSweep(program, options.number);
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const points = pointCount(chosen.plan);
  if (options.list) {
    for (let point = 1; point <= points; point++) terminal.out(`${JSON.stringify(listed(chosen, point))}\n`);
    return 0;
  }
  if (options.point !== null) {
    if (options.point > points) throw new Complaint(`--point takes a number from 1 to ${points}: that many points the sweep has`);
    const result = runPoint(chosen, options.point, limits);
    if (options.out === null) terminal.out(`${lineOf(result)}\n`);
    else await write(options.out, `${lineOf(result)}\n`);
    return goodResult(result) ? 0 : 1;
  }
  const known = await knownResults(chosen, options.from, terminal);
  const lines = await runAll(program, chosen, known, options.jobs ?? availableParallelism(), limits, terminal);
  const merged = merge([{ name: 'this run', text: `${linesOf(known)}${lines.join('\n')}` }]);
  if (typeof merged === 'string') throw new Error(merged);
  if (options.out !== null) await write(options.out, linesOf(merged.results));
  const swept = { plan: chosen.plan, results: merged.results };
  terminal.out(describeSweep(swept, { width: terminal.width, color: terminal.color }));
  return allHolds(swept) ? 0 : 1;
}

/** Results of points, from one machine or many, as one file: sorted, each once. */
export async function mergeFiles(paths: readonly string[], out: string | null, terminal: Terminal): Promise<number> {
  const merged = await mergedFrom(paths);
  for (const line of merged.leftOut) terminal.error(`${line}\n`);
  const text = linesOf(merged.results);
  if (out === null) terminal.out(text);
  else await write(out, text);
  const { results, missing } = merged;
  const of = results.length + missing.length;
  if (missing.length > 0) terminal.error(`missing: ${ranges(missing)} (${missing.length} of ${of} points)\n`);
  else if (out !== null) terminal.out(`${out}: ${count(of, 'point')}\n`);
  return missing.length === 0 ? 0 : 1;
}

async function mergedFrom(paths: readonly string[]): Promise<Merged> {
  const files = await Promise.all(paths.map(async (name) => ({ name, text: await textOf(name) })));
  const merged = merge(files);
  if (typeof merged === 'string') throw new Complaint(merged);
  return merged;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new Complaint(`${path} cannot be read: ${(error as Error).message}`);
  }
}

/** Of a notebook, made of the cells down to the one that it stands in. */
function chosenSweep({ path, sources, compilation, files }: Program, number: number | null): Sweep {
  const { sweeps } = compilation;
  if (sweeps.length === 0) throw new Complaint(`${path} has no sweep: write one, such as “sweep n over 10, 30, 100 { plot … against n }”`);
  if (number === null && sweeps.length > 1) {
    throw new Complaint(
      `${path} has ${sweeps.length} sweeps: choose one with --sweep\n${sweeps.map(({ text }, i) => `  --sweep ${i + 1}  ${text}`).join('\n')}`,
    );
  }
  const plan = sweeps[(number ?? 1) - 1];
  if (!plan) throw new Complaint(`--sweep takes a number from 1 to ${sweeps.length}: that many sweeps ${path} has`);
  const { uri } = compilation.sources[plan.at.source]!;
  const cell = sources.findIndex((source) => source.uri === uri);
  return sweepOf(cell < 0 ? sources : sources.slice(0, cell + 1), files, (number ?? 1) - 1);
}

const goodResult = ({ stopped, checks }: PointResult): boolean => stopped === null && checks.every(({ passed }) => passed);

/** What a point is, without running it. */
function listed({ plan, seed }: Sweep, number: number): object {
  const { point, alternative, values, repeat, seed: own } = pointOf(plan, seed, number);
  const parameters = Object.fromEntries(plan.axes.map(({ parameter }, i) => [parameter, values[i]]));
  return { point, ...(alternative === null ? {} : { alternative }), ...parameters, repeat, seed: own };
}

async function knownResults({ identity }: Sweep, paths: readonly string[], terminal: Terminal): Promise<readonly PointResult[]> {
  if (paths.length === 0) return [];
  const { results, leftOut } = await mergedFrom(paths);
  for (const line of leftOut) terminal.error(`${line}\n`);
  if (results[0]?.sweep !== identity)
    throw new Complaint(`${paths[0]}: these are results of another sweep, or of another state of this one`);
  return results;
}

async function runAll(
  { path }: Program,
  chosen: Sweep,
  known: readonly PointResult[],
  jobs: number,
  limits: RunLimits,
  terminal: Terminal,
): Promise<string[]> {
  const total = pointCount(chosen.plan);
  const done = new Set(known.map(({ point }) => point));
  const open = Array.from({ length: total }, (_, i) => i + 1).filter((point) => !done.has(point));
  const lines: string[] = [];
  const tell = (): void => terminal.status?.(`${path}: ${formatCount(total - open.length + lines.length)} of ${formatCount(total)} points`);
  const add = (line: string): void => {
    lines.push(line);
    tell();
  };
  try {
    if (jobs === 1 || open.length < 2) for (const point of open) add(lineOf(runPoint(chosen, point, limits)));
    else {
      const { sources, files, index } = chosen;
      await runOnThreads({ sources, files: [...(files as ReadonlyMap<string, never>)], index, limits }, open, jobs, add);
    }
  } finally {
    terminal.status?.('');
  }
  return lines;
}
