/** The forms that the statement at a place can have, and which of their slots comes next. */
import type { SourceText } from './compilation.ts';
import { documentation, wordStart } from './completion.ts';
import type { Entry, Property } from './entry.ts';
import { expectedAt } from './parser/expectation.ts';
import { formWithSlots } from './pattern.ts';
import type { SyntaxTree } from './syntax.ts';
import { propertyAutomaton, statementAutomaton } from './vocabulary.ts';

export interface Signature {
  readonly label: string;
  /** Markdown. */
  readonly doc: string;
  /** Where each slot is in the label. */
  readonly slots: readonly (readonly [start: number, end: number])[];
  /** Index of the slot that comes next; null where a word does, or all are there. */
  readonly active: number | null;
}

/** More forms than this help nobody. */
const MAXIMUM_FORMS = 8;

/** The likeliest form first. `before` is a syntax tree of the text or of an earlier state of it. Empty at the start of a statement. */
export function signaturesAt(source: SourceText, offset: number, before: SyntaxTree | null): Signature[] {
  const at = wordStart(source.text, offset);
  const expected = expectedAt(source.text, at, before);
  // Behind the comma of a list, the form is the one that the list is part of.
  const comma = expected.slot ? source.text.lastIndexOf(',', at - 1) : -1;
  const [state] = comma < 0 ? expected.states : expectedAt(source.text, comma, before).states;
  if (!state || state === statementAutomaton || (expected.block && state === propertyAutomaton(expected.block))) return [];
  if (state.reaches.length > MAXIMUM_FORMS) return [];
  const next = new Set(state.slots.map(({ name }) => name));
  return state.reaches.map((item: Entry | Property) => {
    const { text, slots } = formWithSlots(item);
    const names = [...slots.keys()];
    const active = names.findIndex((name) => (expected.slot ? item.slots[name] === expected.slot : next.has(name)));
    return { label: text, doc: documentation(item), slots: [...slots.values()], active: active < 0 ? null : active };
  });
}
