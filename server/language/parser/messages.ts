/** What the parser says where a statement does not follow its form. */
import type { Entry, Property, Slots } from '../entry.ts';
import { form, helpful, type State } from '../pattern.ts';
import { recordTypeWords } from '../record-types.ts';
import { TokenKind } from '../scanner.ts';
import { nearest, oneOf, synonym } from '../spelling.ts';
import type { NameSyntax, SlotSyntax, Statement, SyntaxFix } from '../syntax.ts';
import { unitAliases, units } from '../units.ts';
import { statementAutomaton } from '../vocabulary.ts';
import { type Reading, replacement } from './reading.ts';
import { slipAt } from './slips.ts';
import { type MeantVerb, meantVerb } from './verb-slips.ts';

/** Reports what would have been right at the current token. `blockOf`: the statement in whose block the property stands. */
export function reportUnexpected<P extends Entry | Property>(state: State<P>, node: Statement, reading: Reading, blockOf?: Entry): void {
  const { scanner } = reading;
  const atEnd = reading.ended() && scanner.start !== node.start;
  let last: SlotSyntax | null = null;
  for (const name in node.slots) if (!last || node.slots[name]!.start > last.start) last = node.slots[name]!;
  const slip = slipAt({ state, node, blockOf: blockOf ?? null, reading, found: atEnd ? null : scanner.slice(), last });
  if (slip) {
    reading.report(slip.range, slip.code, slip.message, slip.fixes);
    return;
  }
  const words = [...state.words.keys()];
  const expected = [...words.map((word) => `\`${word}\``), ...new Set(state.slots.map((edge) => edge.slot.expected))];
  if (state.accepts && blockOf === undefined) {
    const entry = state.accepts as Entry;
    if (entry.block !== undefined && entry.block !== 'none' && !node.braces) expected.push('{');
    expected.push('the end of the line');
  }
  const shown = scanner.start === node.start ? [] : helpful<Entry | Property>(state.reaches);
  const forms = shown.length > 0 ? ` ${shown.map((item) => `\`${timed(form(item), node)}\``).join(' or ')}.` : '';
  const found = scanner.slice();
  const candidates = state.slots.some((edge) => edge.slot.form === 'record-type') ? [...words, ...recordTypeWords] : words;
  const isWord = scanner.kind === TokenKind.word && !atEnd;
  const verb = isWord && !blockOf && last !== null && last === node.slots.HOST && words.includes(anyVerb()) ? meantVerb(reading) : null;
  const spelt = isWord ? (synonym(found, words) ?? nearest(found, candidates)) : null;
  const first = scanner.start === node.start;
  // A first word that begins no statement was taken for the host that a step begins with.
  const subject = node.slots.HOST;
  if (
    !blockOf &&
    !spelt &&
    state === statementAutomaton.slots[0]?.to &&
    subject?.kind === 'name' &&
    !subject.indices &&
    subject.start === node.start
  ) {
    reportWithoutVerb(subject, verb, shortList(expected), atEnd, reading);
    return;
  }
  if (atEnd) {
    if (reportMissingUnit(node, state.reaches[0]?.slots, reading)) return;
    reading.report(reading.behind(), 'expected', `Expected ${shortList(expected)} here${forms ? `:${forms}` : '.'}`);
    return;
  }
  if (reportUnit(node, state.reaches[0]?.slots, reading)) return;
  const known = spelt ?? verb?.verb;
  const fixes: SyntaxFix[] = known ? [replacement(scanner, known)] : [];
  const what = blockOf && first ? `This block has no property \`${found}\`` : `\`${found}\` does not fit here`;
  const list = blockOf && first ? `It has ${shortList(expected, 'and')}` : `Expected ${verbsExpected(verb, shortList(expected))}`;
  const code = blockOf && first ? 'unknown-property' : first ? 'unknown-statement' : 'expected';
  reading.report(scanner, code, `${what}. ${known ? `Did you mean \`${known}\`?` : `${list}${forms ? `:${forms}` : '.'}`}`, fixes);
}

/** Any verb: where one can stand, all can. */
const anyVerb = (): string => statementAutomaton.slots[0]!.to.words.keys().next().value!;

/** Those that go with the next word, where that says more than the list of all. */
function verbsExpected(verb: MeantVerb | null, all: string): string {
  return verb && verb.before.length > 0 ? `${shortList(verb.before.map((one) => `\`${one}\``))} before \`${verb.next}\`` : all;
}

/** No verb follows the first word: what is said of it waits for the declarations. */
function reportWithoutVerb(subject: NameSyntax, verb: MeantVerb | null, all: string, atEnd: boolean, reading: Reading): void {
  const { scanner, text } = reading;
  const { start, end } = subject;
  const word = text.slice(start, end);
  const place = atEnd ? reading.behind() : { start: scanner.start, end: scanner.end };
  const found = atEnd ? '' : scanner.slice();
  const help = verb?.verb ? `Did you mean \`${verb.verb}\`?` : `Expected ${verbsExpected(verb, all)}.`;
  const fixes = verb?.verb ? [replacement(place, verb.verb)] : [];
  const message = atEnd ? `Expected ${all} here.` : `\`${found}\` does not fit here. ${help}`;
  const firstWord = {
    start,
    end,
    text: word,
    asVerb: { ...place, text: found, isWord: verb !== null, help, message, meant: verb?.verb ?? null },
  };
  const meant = nearest(word, statementAutomaton.words.keys());
  if (meant) {
    const guess = `\`${word}\` begins no statement. Did you mean \`${meant}\`?`;
    reading.report(subject, 'unknown-statement', guess, [replacement(subject, meant)], firstWord);
  } else reading.report(place, 'expected', message, fixes, firstWord);
}

/**
 * `5 Mbs`: a word that stands where only a unit can, behind a bare number that needs one. In a step, the word was taken
 * for the subject (`at 5 S host crashes`). True when that was it (reported).
 */
export function reportUnit(node: Statement, slots: Slots | undefined, reading: Reading): boolean {
  const { scanner, text } = reading;
  if (!slots) return false;
  for (const name in node.slots) {
    const value = lastOf(node.slots[name]!);
    const dimension = slots[name]?.dimension ?? 'number';
    if (value.kind !== 'quantity' || value.unit !== null || dimension === 'number' || dimension === 'text') continue;
    const subject = node.slots.HOST;
    const isSubject = subject !== undefined && subject.start > value.end && text.slice(value.end, subject.start).trim() === '';
    if (!isSubject && (value.end !== scanner.previousEnd || scanner.kind !== TokenKind.word || scanner.newline)) continue;
    const { start, end } = isSubject ? subject : scanner;
    // `Mbit/s`: to the language, a rate's unit is one word.
    const perSecond = dimension === 'rate' ? (/^\/s(?:ec)?\b/.exec(text.slice(end, end + 5))?.[0] ?? '') : '';
    const range = { start, end: end + perSecond.length };
    const found = text.slice(start, range.end);
    const known = units.filter((unit) => unit.dimension === dimension && unit.name !== 'us').map((unit) => unit.name);
    const alias = unitAliases[text.slice(start, end).toLowerCase()];
    const meant = alias && known.includes(alias) ? alias : nearest(text.slice(start, end), known);
    if (isSubject && !meant) continue;
    reading.report(
      range,
      'unknown-unit',
      `\`${found}\` is no unit. ${meant ? `Did you mean \`${meant}\`? ` : ''}Units that fit here are ${oneOf(known, 'and')}.`,
      meant ? [replacement(range, meant)] : [],
    );
    return true;
  }
  return false;
}

/** Of a list, its last item. */
const lastOf = (syntax: SlotSyntax): SlotSyntax => (syntax.kind === 'list' ? (syntax.items.at(-1) ?? syntax) : syntax);

/** `every 5`: the line ends behind a bare number that needs a unit. True when that was it (reported). */
function reportMissingUnit(node: Statement, slots: Slots | undefined, reading: Reading): boolean {
  for (const name in node.slots) {
    const value = lastOf(node.slots[name]!);
    const slot = slots?.[name];
    if (!slot || value.kind !== 'quantity' || value.unit !== null || value.value === 0 || value.end !== reading.scanner.previousEnd)
      continue;
    const [likely] = slot.units;
    if (!likely || slot.dimension === 'ratio') continue;
    const message = `Expected ${slot.expected}: ${value.value} has no unit. Did you mean ${value.value} ${likely}?`;
    const fixes = slot.units.map((unit, i) => ({
      title: `Change to ${value.value} ${unit}`,
      edits: [{ start: value.end, end: value.end, text: ` ${unit}` }],
      preferred: i === 0,
    }));
    reading.report(value, 'missing-unit', message, fixes);
    return true;
  }
  return false;
}

/** `a, b or c`; of many, the first ones. */
export function shortList(items: readonly string[], conjunction = 'or'): string {
  return items.length > 14 ? `${items.slice(0, 14).join(', ')}, …` : oneOf(items, conjunction);
}

/** The form of a step as it is being written: a repeated one ends with `until`. */
function timed(shown: string, node: Statement): string {
  return node.slots.INTERVAL ? `every INTERVAL ${shown} until END` : shown;
}
