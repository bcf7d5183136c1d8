/** What the author left to the language, shown where it could be written. */
import { analysesOf, analysisAt, analysisWithin } from './alternatives.ts';
import type { TextRange } from './compilation.ts';
import type { Analysis } from './compile.ts';
import { knownValue } from './evaluate.ts';
import { indexOfSource } from './locate.ts';
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
export function inlayHints(analysis: Analysis, uri: string, range: TextRange, kinds: ReadonlySet<HintKind>): InlayHint[] {
  const tree = analysis.program.sources[indexOfSource(analysis, uri)]?.tree;
  if (!tree) return [];
  const within = ({ start, end }: TextRange): boolean => start <= range.end && end >= range.start;
  const hints: InlayHint[] = [];
  for (const one of analysesOf(analysis)) {
    for (const notes of notesIn(one.program, indexOfSource(one, uri), within, kinds)) {
      const hint = together(notes);
      // What is filled in outside of all alternatives is told as it is in the one that holds.
      if (analysisAt(analysis, tree, hint.offset) === one) hints.push(hint);
    }
  }
  if (kinds.has('values')) {
    for (const statement of tree.statements.filter(within)) {
      const { program } = analysisWithin(analysis, statement);
      forEachSlot([statement], (_slot, syntax) => {
        const value = within(syntax) ? comesTo(syntax, program) : null;
        if (value !== null) hints.push({ kind: 'values', offset: syntax.end, label: `= ${value}`, why: 'What it comes to.' });
      });
    }
  }
  return hints.sort((a, b) => a.offset - b.offset);
}

/** The notes of a part of a document, those of one place and kind together. */
function notesIn(
  { notes }: Program,
  source: number,
  within: (range: TextRange) => boolean,
  kinds: ReadonlySet<HintKind>,
): Iterable<readonly DefaultNote[]> {
  const grouped = new Map<string, DefaultNote[]>();
  for (const note of notes) {
    if (note.at.source !== source || !within(note.at) || !kinds.has(note.kind === 'address' ? 'addresses' : 'defaults')) continue;
    const place = `${note.kind} ${note.at.end}`;
    const known = grouped.get(place);
    if (known) known.push(note);
    else grouped.set(place, [note]);
  }
  return grouped.values();
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
