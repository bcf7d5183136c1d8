/**
 * From texts to a Scenario.
 *
 * Theory of operation: each text is parsed by itself (a tree depends on its text alone, and is kept for as long as the
 * caller keeps the SourceText). The program is then assembled over the trees in order, imports in their place: parameters
 * are noted, settings and declarations build the tables, then what they refer to is checked, then steps, expectations and
 * views are built, and last everything that was left out is filled in. After an edit, what was declared is taken up again where it can
 * be (`declared-state.ts`, `made.ts`, `outcomes.ts`).
 */
import type { Scenario } from '../../engines/scenario.ts';
import { withAlternatives } from './alternatives.ts';
import { assemble, type Import, reportBrokenImports } from './assembly.ts';
import { build, isDeclaration, noteParameter } from './build.ts';
import type { Compilation, FileContent, FileTable, SourceText } from './compilation.ts';
import { declarationsOf, hasSameSources } from './declarations.ts';
import { changesBetween } from './declared-changes.ts';
import { DeclaredState } from './declared-state.ts';
import { assignAddresses } from './defaults/addresses.ts';
import { completeTorrents } from './defaults/bittorrent.ts';
import { nameCdns } from './defaults/cdn.ts';
import { compactSwarmWarnings } from './defaults/compact-swarm-warnings.ts';
import { addParentZones, completeZones, localServers, offerRecursion, serverNames, withoutIdleLocalServer } from './defaults/dns.ts';
import { dnsWarnings } from './defaults/dns-warnings.ts';
import { completeSigning } from './defaults/dnssec.ts';
import { completeWeb, nameWebsites } from './defaults/http.ts';
import { completeMail } from './defaults/mail.ts';
import { completeSenderAuthentication } from './defaults/mail-sender-authentication.ts';
import {
  fidelityWarnings,
  hostHints,
  mailHostWarnings,
  mendingWarnings,
  parameterHints,
  sweepWarnings,
  transferWarnings,
  zoneServerWarnings,
} from './defaults/warnings.ts';
import { reportFirstWords } from './first-word.ts';
import { checkLinksAtNats } from './middleboxes.ts';
import { Program } from './program.ts';
import { scenarioOf } from './scenario.ts';
import type { Site } from './site.ts';
import { keepTreesFor } from './trees.ts';
import { PLAIN, type Variant } from './variant.ts';
import { protocols } from './vocabulary.ts';

/** What `compile` gives, and the tables behind it, for the editor's features. */
export interface Analysis extends Compilation {
  readonly program: Program;
  /** Those of the alternatives that do not hold, in order. */
  readonly alternatives: readonly Analysis[];
  /** To go on from after an edit. */
  readonly declared: DeclaredState;
  /** The files that were asked for, by URI; undefined for those that were not known. */
  readonly lookups: ReadonlyMap<string, FileContent | undefined>;
}

/** Compiles the documents of one program: a file, or the cells of a notebook from the first to the one that runs. Never throws. */
export function compile(sources: readonly SourceText[], files: FileTable, variant: Variant = PLAIN): Compilation {
  const {
    scenario,
    diagnostics,
    sources: all,
    sweeps,
    missing,
  } = variant === PLAIN ? analyse(sources, files) : analyseVariant(sources, files, variant);
  return { scenario, diagnostics, sources: all, sweeps, missing };
}

/**
 * Like `compile`, with the tables behind it. `before`: what these texts declared before they were edited. What is known by that is used
 * again, and used up: nobody must look at the program of then any more, or ask for its scenario.
 */
export function analyse(sources: readonly SourceText[], files: FileTable, before: DeclaredState | null = null): Analysis {
  const analysis = analyseVariant(sources, files, PLAIN, before);
  const [, ...others] = analysis.program.alternatives.keys();
  for (const { document } of analysis.program.sources) keepTreesFor(document, others);
  if (others.length === 0) return analysis;
  const each = others.map((alternative) => {
    const then = before?.alternatives.get(alternative) ?? null;
    return { name: alternative, analysis: analyseVariant(sources, files, { ...PLAIN, alternative }, then) };
  });
  analysis.declared.alternatives = new Map(each.map(({ name, analysis: { declared } }) => [name, declared]));
  return withAlternatives(analysis, each);
}

/** A program whose declarations are built, and whose other statements are not. */
interface Declared {
  readonly state: DeclaredState;
  readonly others: readonly Site[];
  readonly imports: readonly Import[];
}

function declare(sources: readonly SourceText[], files: FileTable, variant: Variant, before: DeclaredState | null): Declared {
  const known = before?.takeBack(files, variant) ? before : null;
  if (known?.holds) {
    const { declarations, others, imports } = assembled(known.program, sources);
    if (declarationsOf(declarations, known.program, known.declarations) === known.declarations) {
      known.move();
      return { state: known, others, imports };
    }
  }
  const program = new Program(files, protocols, variant, known?.program);
  const { declarations, others, imports } = assembled(program, sources);
  program.declarations = declarationsOf(declarations, program, known?.declarations ?? null);
  const { reports } = program;
  program.declaring = true;
  for (const site of declarations) noteParameter(site);
  for (const site of declarations) build(site);
  for (const check of program.later) check();
  completeMail(program);
  completeWeb(program);
  completeTorrents(program);
  program.declaring = false;
  program.before = null;
  const state = new DeclaredState(program, declarations, program.reports === reports);
  if (known && hasSameSources(known.declarations, program)) program.changes = changesBetween(known, program);
  return { state, others, imports };
}

function assembled(program: Program, sources: readonly SourceText[]) {
  const { sites, imports } = assemble(program, sources);
  const declarations: Site[] = [];
  const others: Site[] = [];
  for (const site of sites) (isDeclaration(site.statement) ? declarations : others).push(site);
  return { declarations, others, imports };
}

function analyseVariant(sources: readonly SourceText[], files: FileTable, variant: Variant, before: DeclaredState | null = null): Analysis {
  const { state, others, imports } = declare(sources, files, variant, before);
  const { program } = state;
  // Steps, expectations and views may name servers that the language fills in.
  let served: Map<string, string> | null = null;
  const fillIn = () => {
    program.needsDns = true;
    program.fillIn = null;
    served = fillInServers(program);
  };
  if (program.needsDns) fillIn();
  else program.fillIn = { names: () => serverNames(program), now: fillIn };
  const afterwards: Site[] = [];
  for (const site of others) {
    site.stepsAbove = program.steps.length;
    site.beginAnew();
    if (site.statement.entry?.role === 'step') build(site);
    else afterwards.push(site);
  }
  for (const check of program.afterSteps) check();
  checkLinksAtNats(program);
  // A lookup alone calls for them, too.
  if (program.needsDns && program.fillIn) fillIn();
  for (const site of afterwards) build(site);
  program.changes = null;
  reportFirstWords(program);
  program.fillIn = null;
  mailHostWarnings(program);
  if (served) withoutIdleLocalServer(program, served);
  if (program.needsDns) offerRecursion(program);
  assignAddresses(program);
  nameWebsites(program);
  nameCdns(program);
  if (program.needsDns) {
    completeSenderAuthentication(program);
    completeZones(program);
    completeSigning(program);
    zoneServerWarnings(program);
  }
  reportBrokenImports(program, imports);
  let scenario: Scenario | null = null;
  // Who types wants to know what is wrong, and runs nothing.
  const finished = (): Scenario => {
    scenario ??= scenarioOf(program, served ?? new Map());
    return scenario;
  };
  // What seems unused, or never begun, may stand in a statement that is broken: that waits until no error is left.
  if (!program.hasErrors()) {
    mendingWarnings(program);
    transferWarnings(program);
    fidelityWarnings(program);
    compactSwarmWarnings(program, finished);
    if (program.needsDns) dnsWarnings(program);
    hostHints(program);
    parameterHints(program);
    sweepWarnings(program);
  }

  const order = new Map(program.sources.map((source, index) => [source.uri, index]));
  program.diagnostics.sort((a, b) => order.get(a.uri)! - order.get(b.uri)! || a.start - b.start || a.end - b.end);
  return {
    get scenario() {
      return finished();
    },
    diagnostics: program.diagnostics,
    sources: program.sources.map(({ document }) => document),
    sweeps: program.sweeps.map(({ plan, plots, expectations }) => ({ ...plan, plots, expectations: expectations.map(({ text }) => text) })),
    missing: [...program.missing],
    program,
    alternatives: [],
    declared: state,
    lookups: program.lookups,
  };
}

/** Adds the servers above the declared zones and a local one; gives the local server of each host, by lower-case name. */
function fillInServers(program: Program): Map<string, string> {
  addParentZones(program);
  return localServers(program);
}
