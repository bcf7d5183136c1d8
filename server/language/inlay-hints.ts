/** What the author left to the language, shown where it could be written. */
import type { TextRange } from './compilation.ts';
import type { Analysis } from './compile.ts';
import { knownValue } from './evaluate.ts';
import type { DefaultNote, Program } from './program.ts';
import type { Expression, NameSyntax, SlotSyntax } from './syntax.ts';
import { forEachSlot } from './tree-slots.ts';
import { written } from './units.ts';

/** `addresses`: assigned ones; `defaults`: what else was filled in; `values`: what expressions and ranges come to. */
export type HintKind = 'addresses' | 'defaults' | 'values';

export interface InlayHint {
  readonly kind: HintKind;
  readonly offset: number;
  /** `10.0.0.1`, `= 6 s`. */
  readonly label: string;
  readonly why: string;
}

/** Of one place (a range of hosts) that many are shown one by one; of more, the first and the last. */
const SHOWN = 3;

/** The hints in a part of a document, in order. */
export function inlayHints({ program }: Analysis, uri: string, range: TextRange, kinds: ReadonlySet<HintKind>): InlayHint[] {
  const source = program.sources.findIndex((one) => one.uri === uri);
  if (source < 0) return [];
  const within = ({ start, end }: TextRange): boolean => start <= range.end && end >= range.start;
  const hints: InlayHint[] = [];
  const grouped = new Map<string, DefaultNote[]>();
  for (const note of program.notes) {
    if (note.at.source !== source || !within(note.at) || !kinds.has(note.kind === 'address' ? 'addresses' : 'defaults')) continue;
    const place = `${note.kind} ${note.at.end}`;
    const notes = grouped.get(place);
    if (notes) notes.push(note);
    else grouped.set(place, [note]);
  }
  for (const notes of grouped.values()) hints.push(together(notes));
  if (kinds.has('values')) {
    const statements = program.sources[source]!.tree.statements.filter(within);
    forEachSlot(statements, (_slot, syntax) => {
      const value = comesTo(syntax, program);
      if (value !== null && within(syntax))
        hints.push({ kind: 'values', offset: syntax.end, label: `= ${value}`, why: 'What it comes to.' });
    });
  }
  return hints.sort((a, b) => a.offset - b.offset);
}

function together(notes: readonly DefaultNote[]): InlayHint {
  const [first] = notes as [DefaultNote];
  const values = notes.map(({ value }) => value);
  const shown = values.length > SHOWN ? [values[0]!, '…', values[values.length - 1]!] : values;
  const label = shown.map((value, i) => (i === 0 ? value : value.replace(/^address /, ''))).join(values.length > SHOWN ? ' ' : ', ');
  return { kind: first.kind === 'address' ? 'addresses' : 'defaults', offset: first.at.end, label, why: first.why };
}

/** What an expression of several terms, or a range by parameters, comes to; null for what can be read off. */
function comesTo(syntax: SlotSyntax, program: Program): string | null {
  if (syntax.kind === 'binary') {
    const value = knownValue(syntax, program.parameters);
    return value && (value.dimension === 'text' ? JSON.stringify(value.text) : written(roundedTo(value.number), value.dimension));
  }
  return syntax.kind === 'name' ? rangeOf(syntax, program) : null;
}

/** Twelve digits tell a quantity. */
const roundedTo = (number: number): number => Number(number.toPrecision(12));

function rangeOf({ indices }: NameSyntax, program: Program): string | null {
  let count = 1;
  let computed = false;
  for (const { first, last } of indices ?? []) {
    if (!last) continue;
    const from = numberOf(first, program);
    const to = numberOf(last, program);
    if (from === null || to === null || to < from) return null;
    count *= to - from + 1;
    computed ||= first.kind !== 'quantity' || last.kind !== 'quantity';
  }
  return computed ? `${count} names` : null;
}

function numberOf(expression: Expression, program: Program): number | null {
  const value = knownValue(expression, program.parameters);
  return value?.dimension === 'number' && Number.isInteger(value.number) ? value.number : null;
}
