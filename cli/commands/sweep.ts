/**
 * `netscenario sweep`: the points of a sweep, all of them on this machine, or one by one as jobs of an engine that distributes them.
 * `netscenario merge`: their results as one.
 */
import { appendFileSync, statSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { count } from '../../engines/format.ts';
import { DEFAULT_LIMITS, type RunLimits } from '../../engines/simulation.ts';
import { linesOf, type Merged, merge, parseRanges, ranges } from '../../engines/sweep/merge.ts';
import { pointCount, pointOf } from '../../engines/sweep/plan.ts';
import type { PointResult } from '../../engines/sweep/result.ts';
import { allHolds, type SweepResults } from '../../engines/sweep/results.ts';
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
  /** The only ones to run, `3,7-9`; null for all. */
  readonly point: string | null;
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
    const numbers = parseRanges(options.point, points);
    if (!numbers) throw new Complaint(`--point takes numbers from 1 to ${points}, such as 3,7-9: that many points the sweep has`);
    const results = await kept(options.out, [], numbers, terminal, async (add) => {
      for (const point of numbers) add(runPoint(chosen, point, limits));
    });
    if (options.out === null) terminal.out(linesOf(results));
    return results.every(goodResult) ? 0 : 1;
  }
  const known = await knownResults(chosen, options.from, terminal);
  const open = openPoints(chosen, known);
  const results = await kept(options.out, known, open, terminal, (add) =>
    runAll(program, chosen, open, options.jobs ?? availableParallelism(), limits, terminal, add),
  );
  const swept = { plan: chosen.plan, results };
  terminal.out(describeSweep(swept, { width: terminal.width, color: terminal.color }));
  return allHolds(swept) ? 0 : 1;
}

export interface MergeOptions {
  readonly out: string | null;
  /** Print the missing points only, as a list that `--point` and Slurm take. */
  readonly missing: boolean;
}

/** All sweeps of a program, run on all cores. */
export async function sweepsOf(program: Program, limits: Partial<RunLimits>, terminal: Terminal): Promise<SweepResults[]> {
  const all: SweepResults[] = [];
  for (const [i, plan] of program.compilation.sweeps.entries()) {
    const chosen = chosenSweep(program, i + 1);
    const results: PointResult[] = [];
    const add = (result: PointResult): void => void results.push(result);
    await runAll(program, chosen, openPoints(chosen, []), availableParallelism(), { ...DEFAULT_LIMITS, ...limits }, terminal, add);
    all.push({ plan, results: sorted(results) });
  }
  return all;
}

const sorted = (results: readonly PointResult[]): PointResult[] => [...results].sort((a, b) => a.point - b.point);

/**
 * Runs points, and writes their results with those that were known to a file. Until all are done, they stand beside it, each from
 * when it is there: who kills the command, or loses the machine, loses only the points that had begun.
 */
async function kept(
  out: string | null,
  known: readonly PointResult[],
  open: readonly number[],
  terminal: Terminal,
  run: (add: (result: PointResult) => void) => Promise<void>,
): Promise<PointResult[]> {
  const results = [...known];
  const part = out !== null && open.length > 1 && isFile(out) ? `${out}.part` : null;
  if (part !== null) await write(part, linesOf(known));
  try {
    await run((result) => {
      results.push(result);
      if (part !== null) append(part, linesOf([result]));
    });
  } catch (error) {
    if (part !== null) terminal.error(`${part}: the results so far; --from goes on from them\n`);
    throw error;
  }
  const all = sorted(results);
  if (out !== null) await write(out, linesOf(all));
  if (part !== null) await rm(part, { force: true });
  return all;
}

/** Or will be one: nothing is put beside a pipe or a device. */
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;

function append(path: string, text: string): void {
  try {
    appendFileSync(path, text);
  } catch (error) {
    throw new Complaint(`${path} cannot be written: ${(error as Error).message}`);
  }
}

/** Results of points, from one machine or many, as one file: sorted, each once. */
export async function mergeFiles(paths: readonly string[], options: MergeOptions, terminal: Terminal): Promise<number> {
  const { out } = options;
  const merged = await mergedFrom(paths);
  for (const line of merged.leftOut) terminal.error(`${line}\n`);
  const { results, missing, stopped } = merged;
  const complete = missing.length === 0 && stopped.length === 0;
  if (options.missing) {
    if (!complete) terminal.out(`${ranges([...missing, ...stopped].sort((a, b) => a - b))}\n`);
    return complete ? 0 : 1;
  }
  const text = linesOf(merged.results);
  if (out === null) terminal.out(text);
  else await write(out, text);
  const of = results.length + missing.length;
  if (missing.length > 0) terminal.error(`missing: ${ranges(missing)} (${missing.length} of ${of} points)\n`);
  if (stopped.length > 0) terminal.error(`without a run: ${ranges(stopped)} (${stopped.length} of ${of} points)\n`);
  if (complete && out !== null) terminal.out(`${out}: ${count(of, 'point')}\n`);
  return complete ? 0 : 1;
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
  // One that was stopped may have a run within other limits.
  return results.filter(({ stopped }) => stopped === null);
}

function openPoints({ plan }: Sweep, known: readonly PointResult[]): number[] {
  const done = new Set(known.map(({ point }) => point));
  return Array.from({ length: pointCount(plan) }, (_, i) => i + 1).filter((point) => !done.has(point));
}

async function runAll(
  { path }: Program,
  chosen: Sweep,
  open: readonly number[],
  jobs: number,
  limits: RunLimits,
  terminal: Terminal,
  done: (result: PointResult) => void,
): Promise<void> {
  const total = pointCount(chosen.plan);
  let ready = total - open.length;
  const add = (result: PointResult): void => {
    done(result);
    terminal.status?.(`${path}: ${formatCount(++ready)} of ${formatCount(total)} points`);
  };
  try {
    if (jobs === 1 || open.length < 2) for (const point of open) add(runPoint(chosen, point, limits));
    else {
      const { sources, files, index } = chosen;
      await runOnThreads({ sources, files: [...(files as ReadonlyMap<string, never>)], index, limits }, open, jobs, add);
    }
  } finally {
    terminal.status?.('');
  }
}
