/** A metric and its subjects, as it is plotted: walks the automaton of the engines' catalogue. */
import type { Slot } from '../entry.ts';
import { type MeasureForm, measureAutomaton } from '../measures.ts';
import type { State } from '../pattern.ts';
import { TokenKind } from '../scanner.ts';
import { nearest, synonym } from '../spelling.ts';
import type { MeasureSyntax, SlotSyntax } from '../syntax.ts';
import { name } from './names.ts';
import { type Reading, replacement } from './reading.ts';

/** null when it is broken (reported). */
export function measure(slot: Slot<unknown>, reading: Reading): MeasureSyntax | null {
  const { scanner } = reading;
  const { start } = scanner;
  const slots: Record<string, SlotSyntax> = {};
  let state = measureAutomaton;
  for (let first = true; first || !reading.ended(); first = false) {
    if (scanner.kind !== TokenKind.word && scanner.kind !== TokenKind.number) break;
    const edge = state.words.get(scanner.slice());
    if (edge) {
      for (const { slot: captured, value } of edge.captures) {
        slots[captured] = { kind: 'word', start: scanner.start, end: scanner.end, value };
      }
      state = edge.to;
      scanner.next();
      continue;
    }
    const [subject] = state.slots;
    if (!subject || scanner.kind !== TokenKind.word) break;
    const value = name(reading);
    if (!value) return null;
    slots[subject.name] = value;
    state = subject.to;
  }
  if (scanner.kind === TokenKind.end) reading.stop({ measures: state });
  if (state.accepts) return { kind: 'measure', form: state.accepts, slots, start, end: scanner.previousEnd };
  reportUnknown(state, slot, reading);
  return null;
}

function reportUnknown(state: State<MeasureForm>, slot: Slot<unknown>, reading: Reading): void {
  const { scanner } = reading;
  const words = [...state.words.keys()];
  const expected =
    state === measureAutomaton
      ? slot.expected
      : [...words.map((word) => `\`${word}\``), ...state.slots.map((edge) => edge.slot.expected)].join(' or ');
  const atEnd = reading.ended() && scanner.previousEnd > 0 && state !== measureAutomaton;
  if (atEnd) {
    reading.report(reading.behind(), 'expected', `Expected ${expected} here.`);
    return;
  }
  const found = scanner.slice();
  const known = synonym(found, words) ?? nearest(found, words);
  reading.report(
    scanner,
    'expected',
    `\`${found}\` does not fit here. ${known ? `Did you mean \`${known}\`?` : `Expected ${expected}.`}`,
    known ? [replacement(scanner, known)] : [],
  );
}
