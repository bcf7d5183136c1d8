/**
 * `netscenario diff`: where two runs part. Each of the two is run from its text, or read as it was saved.
 *
 * Exit code as of diff(1): 0 equal, 1 different, 2 trouble.
 */
import { open, readFile, stat } from 'node:fs/promises';
import { describeDifference, type ToldDifference } from '../../engines/difference/describe.ts';
import { compareRuns, type RunComparison, type TableSummary } from '../../engines/difference/difference.ts';
import { fingerprint } from '../../engines/fingerprint.ts';
import { ALL_INGREDIENTS, type Ingredient } from '../../engines/ingredients.ts';
import type { Run } from '../../engines/run.ts';
import { decodeRun, isSavedRun } from '../../engines/run-codec.ts';
import { formatCount } from '../../notebook-renderer/format.ts';
import { oneLine } from '../../notebook-renderer/sequence/arrow.ts';
import type { Terminal } from '../command-line.ts';
import { Complaint } from '../complaint.ts';
import { type RunSettings, runProgram } from './run.ts';

export interface DiffOptions extends RunSettings {
  readonly json: boolean;
  /** What is compared. */
  readonly only: readonly Ingredient[];
  /** Events shown before and after the first difference. */
  readonly context: number;
}

export async function diff(pathA: string, pathB: string, options: DiffOptions, terminal: Terminal): Promise<number> {
  const saved = [await isSaved(pathA), await isSaved(pathB)] as const;
  if (options.seed !== null && saved[0] && saved[1])
    throw new Complaint('--seed is for scenarios that are run; both of these are saved runs');
  const a = saved[0] ? await readRun(pathA) : await runProgram(pathA, options, terminal);
  const b = a && (saved[1] ? await readRun(pathB) : await runProgram(pathB, options, terminal));
  if (!a || !b) return 2;
  if (a.engine !== b.engine) {
    const remedy = 'where they differ, this may be why; run both with one version to be sure';
    terminal.error(`netscenario: the runs are of different versions of the engines (A: ${a.engine}, B: ${b.engine}): ${remedy}\n`);
  }
  const prints = [fingerprint(a, options.only), fingerprint(b, options.only)] as const;
  const comparison = compareRuns(a, b, options.only);
  const equal = prints[0] === prints[1];
  const told = equal ? null : describeDifference(comparison, options.context);
  if (options.json) terminal.out(`${JSON.stringify(plain(comparison, told, equal, options.only, prints), null, 2)}\n`);
  else if (equal) terminal.out(`${equality(options.only)}: fingerprint ${prints[0]}\n`);
  else terminal.out(text([pathA, pathB], comparison, told, terminal));
  return equal ? 0 : 1;
}

const equality = (only: readonly Ingredient[]): string =>
  only.length === ALL_INGREDIENTS.length ? 'The runs are equal' : `The runs are equal in ${only.join(', ')}`;

/** Anything that cannot be read is left to whoever reads it as a scenario, and says why. */
async function isSaved(path: string): Promise<boolean> {
  try {
    if (!(await stat(path)).isFile()) return false;
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(new Uint8Array(4), 0, 4, 0);
      return isSavedRun(buffer.subarray(0, bytesRead));
    } finally {
      await file.close();
    }
  } catch {
    return false;
  }
}

async function readRun(path: string): Promise<Run> {
  try {
    return decodeRun(await readFile(path));
  } catch (error) {
    throw new Complaint(`${path}: ${(error as Error).message}`);
  }
}

const CODES = { bold: '1', dim: '2', red: '31', green: '32' } as const;

function text(paths: readonly [string, string], comparison: RunComparison, told: ToldDifference | null, terminal: Terminal): string {
  const paint = (colour: keyof typeof CODES, line: string): string => (terminal.color ? `\u001b[${CODES[colour]}m${line}\u001b[0m` : line);
  const cut = (line: string): string => ([...line].length > terminal.width ? `${[...line].slice(0, terminal.width - 1).join('')}…` : line);
  const lines = [paint('red', cut(`--- A: ${paths[0]}`)), paint('green', cut(`+++ B: ${paths[1]}`))];
  const { scenario, tables } = comparison;
  for (const line of scenario) lines.push(cut(`    ${oneLine(line)}`));
  if (told) {
    lines.push('', paint('bold', `First difference, at ${told.time}: ${told.kind}${only(told)}`));
    const events = [...told.before, told.a, told.b, ...told.after].filter((event) => event !== null);
    const width = events.reduce((longest, { time }) => Math.max(longest, time.length), 0);
    const event = (mark: string, { time, text: what }: { time: string; text: string }): string =>
      cut(`${mark} ${time.padStart(width)}  ${oneLine(what)}`);
    for (const each of told.before) lines.push(event(' ', each));
    if (told.a) lines.push(paint('red', event('-', told.a)));
    if (told.b) lines.push(paint('green', event('+', told.b)));
    for (const field of told.fields) lines.push(paint('bold', cut(`  ${' '.repeat(width)}    ${oneLine(field)}`)));
    for (const { run, ...each } of told.after) {
      if (run === 'both') lines.push(event(' ', each));
      else lines.push(paint(run === 'A' ? 'red' : 'green', event(run === 'A' ? '-' : '+', each)));
    }
  } else {
    lines.push(
      '',
      scenario.length > 0 ? 'No event differs.' : 'No event differs; what is counted and declared does (see --json of “run”).',
    );
  }
  const differing = tables.filter((table) => table.moved + table.changed + table.onlyA + table.onlyB > 0);
  if (differing.length > 0) lines.push('', paint('bold', 'In all'));
  const longest = differing.reduce((most, { table }) => Math.max(most, table.length), 0);
  for (const table of differing) lines.push(cut(`  ${table.table.padEnd(longest)}  ${amounts(table)}`));
  const equal = tables.filter((table) => !differing.includes(table)).map(({ table }) => table);
  if (equal.length > 0 && told) lines.push(paint('dim', cut(`  the same: ${equal.join(', ')}`)));
  return `${lines.join('\n')}\n`;
}

const only = ({ a, b }: ToldDifference): string => (a && b ? '' : a ? ', only in A' : ', only in B');

const amounts = ({ same, moved, changed, onlyA, onlyB }: TableSummary): string =>
  [
    [moved, 'at another time'],
    [changed, 'changed'],
    [onlyA, 'only in A'],
    [onlyB, 'only in B'],
    [same, 'the same'],
  ]
    .filter(([count]) => (count as number) > 0)
    .map(([count, what]) => `${formatCount(count as number)} ${what}`)
    .join(', ');

function plain(
  { runs, scenario, tables }: RunComparison,
  first: ToldDifference | null,
  equal: boolean,
  ingredients: readonly Ingredient[],
  fingerprints: readonly [string, string],
): object {
  const one = ({ title, seed, engine }: Run, own: string) => ({ title, seed, engine, fingerprint: own });
  return { equal, ingredients, a: one(runs[0], fingerprints[0]), b: one(runs[1], fingerprints[1]), scenario, first, tables };
}
