/**
 * What the building of a statement came to, so that it need not be built again.
 *
 * Theory of operation: of statements whose entry is `remembered`, building does no more than to look up what is declared and to
 * add steps, expectations and views. Where that succeeded, and nothing was reported, the outcome is kept with the statement's
 * values. It holds as long as the program's declarations are the very same ones (`Program.declarations`), or differ in nothing that
 * was looked up (`Program.changes`), and the hosts that were looked up are there; then it is entered into the next program as it is,
 * the very same objects, brought up to date with where the statement and its steps are by then. The program of before is not run any
 * more.
 */
import type { Expectation, SourceRange, Step, View } from '../../engines/scenario.ts';
import type { Declarations } from './declarations.ts';
import type { Program } from './program.ts';
import type { Site } from './site.ts';
import { Reads } from './table.ts';

export interface Outcome {
  /** The last declarations with which it held. */
  declarations: Declarations['identity'];
  /** What was looked up: a table's name and a key, in turn; null where more hangs on the declarations. */
  readonly reads: readonly string[] | null;
  /** Of the document in the program. */
  readonly source: number;
  /** Keys of the hosts that were looked up. */
  readonly hosts: readonly string[];
  readonly needsDns: boolean;
  readonly walksRecursively: boolean;
  /** `above`: how many of these steps behind its parent it comes; 0 where the parent is the statement's own. */
  readonly steps: readonly { readonly step: Movable<Step>; readonly above: number }[];
  readonly expectations: readonly Movable<Expectation>[];
  readonly views: readonly Movable<View>[];
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Movable<T extends { readonly at: SourceRange }> = Mutable<Omit<T, 'at'>> & { readonly at: Mutable<SourceRange> };

/** Builds, and gives the outcome if it can be kept. */
export function outcomeOf(site: Site, build: () => void): Outcome | null {
  const { program } = site;
  const { steps, expectations, views, needsDns, walksRecursively, judgements } = program;
  const before = traces(program);
  const first = { step: steps.length, expectation: expectations.length, view: views.length };
  program.needsDns = false;
  program.walksRecursively = false;
  program.lookedUp = [];
  const reads = new Reads();
  program.noting(reads, build);
  const hosts = program.lookedUp;
  const did = { needsDns: program.needsDns, walksRecursively: program.walksRecursively };
  program.needsDns ||= needsDns;
  program.walksRecursively ||= walksRecursively;
  program.lookedUp = null;
  const added = steps.length + expectations.length + views.length - first.step - first.expectation - first.view;
  // What failed without a word may hang on other statements than declarations.
  if (added === 0 || program.judgements !== judgements || program.sweep || traces(program) !== before) return null;
  return {
    declarations: program.declarations.identity,
    reads: reads.wholeTables ? null : reads.entries,
    source: site.source,
    hosts,
    ...did,
    steps: steps.slice(first.step).map((step, i) => ({
      step,
      above: step.parent === site.parent ? 0 : first.step + i - step.parent,
    })),
    expectations: expectations.slice(first.expectation),
    views: views.slice(first.view),
  };
}

/** How much there is in the tables that a remembered statement leaves alone. */
function traces({ hosts, later, afterSteps, notes, missing, excused, declared, sweeps, fillIn }: Program): number {
  const sizes = hosts.size + missing.size + excused.size + declared.size;
  return sizes + later.length + afterSteps.length + notes.length + sweeps.length + (fillIn ? 1 : 0);
}

/** Enters the outcome into the program; false when it does not hold there, and nothing was done. */
export function enter(outcome: Outcome, site: Site): boolean {
  const { program, source } = site;
  if (!holds(outcome, program) || outcome.source !== source || program.sweep) return false;
  for (const key of outcome.hosts) if (!program.hosts.has(key)) return false;
  outcome.declarations = program.declarations.identity;
  for (const key of outcome.hosts) program.hosts.get(key)!.used = true;
  if (outcome.needsDns) program.needsDns = true;
  if (outcome.walksRecursively) program.walksRecursively = true;
  for (const { step, above } of outcome.steps) {
    step.parent = above === 0 ? site.parent : program.steps.length - above;
    moveTo(site, step.at);
    program.steps.push(step);
  }
  for (const expectation of outcome.expectations) {
    expectation.after = site.stepsAbove;
    moveTo(site, expectation.at);
    program.expectations.push(expectation);
  }
  for (const view of outcome.views) {
    moveTo(site, view.at);
    program.views.push(view);
  }
  return true;
}

/** All that it looked up is declared as it was then. */
function holds({ declarations, reads }: Outcome, program: Program): boolean {
  if (declarations === program.declarations.identity) return true;
  const { changes } = program;
  if (reads === null || changes?.from !== declarations) return false;
  for (let i = 0; i < reads.length; i += 2) if (changes.keys.get(reads[i]!)?.has(reads[i + 1]!)) return false;
  return true;
}

/** All that a remembered statement adds stands where the statement does. */
function moveTo({ statement }: Site, at: Mutable<SourceRange>): void {
  at.start = statement.start;
  at.end = statement.end;
}
