/** Gives statements their meaning: values for their slots and properties, then the entry's own `build`. */

import { standsIn } from './entry.ts';
import { type evaluate, parameterNamed } from './evaluate.ts';
import { linkKey } from './links.ts';
import { enterMade, madeBy } from './made.ts';
import { mailboxKey } from './mail-message.ts';
import { enter, outcomeOf } from './outcomes.ts';
import { form } from './pattern.ts';
import type { ProgramSweep } from './program.ts';
import { Site } from './site.ts';
import { statementValues } from './statement-values.ts';
import type { NameSyntax, SlotSyntax, Statement } from './syntax.ts';

export function isDeclaration({ entry }: Statement): boolean {
  return entry !== null && (entry.role === 'declaration' || entry.role === 'setting');
}

/** Notes a parameter, whose value may be asked for before its statement is built. */
export function noteParameter(site: Site): void {
  const { statement, program } = site;
  if (statement.entry?.id !== 'let') return;
  const name = statement.slots.NAME as NameSyntax | undefined;
  if (!name) return;
  if (!statement.complete) {
    program.excused.add(`let ${name.text}`);
    return;
  }
  if (program.parameters.has(name.text)) return;
  program.parameters.set(name.text, {
    name: name.text,
    place: site.place(name),
    statement: site.at,
    expression: statement.slots.VALUE as Parameters<typeof evaluate>[0],
    site,
    value: null,
    state: 'fresh',
    swept: null,
    used: false,
  });
  const swept = program.variant.parameters.get(name.text);
  const parameter = program.parameters.get(name.text)!;
  if (swept === undefined) return;
  // Its own value tells what it measures.
  const own = parameterNamed(name.text, name, site);
  parameter.value = own && { ...own, number: swept };
}

/** Gives a statement its meaning. */
export function build(site: Site): void {
  const { statement, program } = site;
  const { entry } = statement;
  if (!entry) return;
  if (!statement.complete) {
    excuse(site);
    return;
  }
  const made = statement.known.values?.made;
  if (made && enterMade(made, site)) return;
  const outcome = statement.known.values?.outcome;
  if (outcome && enter(outcome, site)) return;
  const values = statementValues(site);
  if (!values) {
    excuse(site);
    return;
  }
  if (entry.remembered && values.kept) {
    if (isDeclaration(statement)) {
      values.made = madeBy(site, () => entry.build(values.given as never, values.block as never, site));
      return;
    }
    values.outcome = outcomeOf(site, () => entry.build(values.given as never, values.block as never, site));
    return;
  }
  const index = program.steps.length;
  const sweeps = program.sweeps.length;
  entry.build(values.given as never, values.block as never, site);
  if (entry.block === 'views' && program.sweeps.length > sweeps) buildSwept(program.sweeps[sweeps]!, site);
  if (entry.block !== 'steps' || program.steps.length === index) return;
  for (const child of statement.block ?? []) {
    if (child.entry && !standsIn(entry, child.entry)) {
      program.report(
        'wrong-block',
        { source: site.source, start: child.start, end: child.headEnd },
        `Only steps stand in this block; \`${form(child.entry)}\` stands outside it.`,
      );
      continue;
    }
    build(new Site(program, site.source, child, index));
  }
}

/** What stands in the block of a sweep: its plots, and the expectations of each of its points. */
function buildSwept(sweep: ProgramSweep, { program, source, statement, stepsAbove }: Site): void {
  const before = program.expectations.length;
  program.sweep = sweep;
  for (const child of statement.block ?? []) {
    if (child.entry && !standsIn(statement.entry!, child.entry)) {
      program.report(
        'wrong-block',
        { source, start: child.start, end: child.headEnd },
        `Plots and expectations stand in this block; \`${form(child.entry)}\` stands outside it.`,
      );
      continue;
    }
    const site = new Site(program, source, child);
    site.stepsAbove = stepsAbove;
    build(site);
  }
  program.sweep = null;
  sweep.expectations.push(...program.expectations.splice(before));
}

/** The names that a broken declaration would have declared are not reported as unknown where they are used. */
function excuse(site: Site): void {
  const { statement, program } = site;
  if (statement.entry?.role !== 'declaration') return;
  const names = (syntax: SlotSyntax | undefined): NameSyntax[] =>
    syntax?.kind === 'name' ? [syntax] : syntax?.kind === 'list' ? (syntax.items as NameSyntax[]) : [];
  const { NAME, HOST, ADDRESS, A, B } = statement.slots;
  for (const name of [...names(NAME), ...names(HOST)]) {
    if (name.indices) program.excusedPrefixes.add(name.indices[0]!.before.toLowerCase());
    else program.excused.add(name.text.toLowerCase());
  }
  const [a] = names(A);
  const [b] = names(B);
  if (a && b) program.excused.add(linkKey(a.text, b.text));
  for (const address of names(ADDRESS)) program.excused.add(`mailbox ${mailboxKey(address.text)}`);
}
