/**
 * What is written in a statement, as values: of its slots, and of the properties in its block.
 *
 * Theory of operation: where no parameter has a part in them and nothing about them was reported, they follow from the
 * statement's own text, so they are kept with its node for as long as it is in the tree. An edit elsewhere moves the node; the
 * places that values have are brought up to date when they are asked for again.
 */
import type { Made } from './made.ts';
import type { Outcome } from './outcomes.ts';
import { movePlaced, type PlacedValue } from './placed-values.ts';
import type { Site } from './site.ts';
import { slotValues } from './slot-values.ts';
import type { Statement } from './syntax.ts';

export interface StatementValues {
  readonly given: Readonly<Record<string, unknown>>;
  readonly block: Readonly<Record<string, unknown>>;
  /** They will be the same for as long as the statement is in the tree. */
  readonly kept: boolean;
  /** What the last building with them came to, where it can be done again. */
  outcome: Outcome | null;
  /** The same of a declaration. */
  made: Made | null;
}

/** Where the statement began when its values had their places. */
export interface KeptValues extends StatementValues {
  readonly placed: readonly PlacedValue[];
  start: number;
}

/** null when a slot does not hold (it has been reported). */
export function statementValues(site: Site): StatementValues | null {
  const { statement, program } = site;
  const known = statement.known.values;
  if (known) {
    follow(statement);
    return known;
  }
  const { judgements } = program;
  const placed = site.placed.length;
  const given = slotValues(statement.entry!.slots, statement.slots, site);
  const block = blockValues(site);
  if (!given) return null;
  const kept = program.judgements === judgements;
  const values = { given, block, placed: site.placed.slice(placed), start: statement.start, kept, outcome: null, made: null };
  if (kept) statement.known.values = values;
  return values;
}

/** What is kept of a statement's values stands where the statement does by now. */
export function follow({ start, known: { values } }: Statement): void {
  if (!values || values.start === start) return;
  movePlaced(values.placed);
  values.start = start;
}

function blockValues(site: Site): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  const { statement } = site;
  const properties = statement.entry!.properties;
  if (!properties || !statement.block) return values;
  for (const item of statement.block) {
    if (!item.complete || !item.entry) continue;
    let key = '';
    for (const name in properties) {
      // Entries may share a property; within one entry it is unique.
      if (properties[name] === (item.entry as unknown)) key = name;
    }
    const property = properties[key]!;
    const given = slotValues(property.slots, item.slots, site);
    if (!given) continue;
    site.notePlace(given, item);
    if (property.repeatable) {
      const all = (values[key] ?? []) as unknown[];
      values[key] = [...all, given];
    } else if (key in values) {
      const first = statement.block.find((other) => other.entry === item.entry)!;
      site.report('duplicate-property', item, `\`${key}\` is written twice in this block.`, {
        fixes: [{ title: 'Remove it', edits: [{ start: item.start, end: item.end, text: '' }] }],
        related: [{ ...site.place(first), message: 'It is here for the first time.' }],
      });
    } else values[key] = given;
  }
  return values;
}
