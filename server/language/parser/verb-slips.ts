/** Slips in what a statement is about: a verb that the language says otherwise, the name of a metric without its first words. */
import type { Entry, Property } from '../entry.ts';
import type { State } from '../pattern.ts';
import { TokenKind } from '../scanner.ts';
import { nearest, oneOf, synonym } from '../spelling.ts';
import type { SyntaxFix } from '../syntax.ts';
import { statementAutomaton } from '../vocabulary.ts';
import { type Reading, replacement } from './reading.ts';
import type { Impasse, Slip } from './slips.ts';

/** What hosts do. */
const verbs = (): State<Entry>['words'] => statementAutomaton.slots[0]!.to.words;
const quoted = (word: string): string => `\`${word}\``;

/** The words that stand side by side from an offset on, on its line: `mail of` in `mail of bob@x.org`. */
function wordsFrom({ text }: Reading, offset: number): string[] {
  const [run] = /^[ \t]*(?:[a-z-]+(?:[ \t]+|(?![^\s{}])))*/.exec(text.slice(offset, offset + 200))!;
  return run.trim() === '' ? [] : run.trim().split(/[ \t]+/);
}

/** How many of the words can stand behind the state, one after the other. */
function fitting(state: State<Entry>, words: readonly string[]): number {
  let at = state;
  for (const [i, word] of words.entries()) {
    const edge = at.words.get(word);
    if (!edge) return i;
    at = edge.to;
  }
  return words.length;
}

/** The verbs that go best with the words behind them, and with how many of these; none where not even the first fits. */
function verbsBefore(words: readonly string[]): { verbs: string[]; fit: number } {
  let fit = 1;
  let best: string[] = [];
  for (const [verb, { to }] of verbs()) {
    const own = fitting(to, words);
    if (own < fit) continue;
    if (own > fit) best = [];
    fit = own;
    best.push(verb);
  }
  return { verbs: best, fit };
}

/** What stands in a verb's place, as it may have been meant. */
export interface MeantVerb {
  /** The one verb that it must have been; null where there may be several. */
  readonly verb: string | null;
  /** Those that go with the next word; empty where none does, or all may. */
  readonly before: readonly string[];
  readonly next: string;
}

/** `sned mail`, `fetches mail of`: by its spelling, or by what stands behind it. Reads from the current token. */
export function meantVerb(reading: Reading): MeantVerb {
  const found = reading.scanner.slice();
  const [next = '', ...more] = wordsFrom(reading, reading.scanner.end);
  const { verbs: before, fit } = verbsBefore([next, ...more]);
  // A verb has its `s`: without it, a short slip is two letters off.
  const near = found.length < 3 ? null : nearest(`${found}s`, before.length > 0 ? before : verbs().keys());
  return { verb: near ?? (fit > 1 && before.length === 1 ? before[0]! : null), before, next };
}

/** `gets mail of bob@x.org`: it is a verb, and takes the word behind it for a name of something; another one goes with it. */
export function otherVerb({ node, blockOf, found, reading }: Impasse): Slip | null {
  const { HOST } = node.slots;
  const { scanner, text } = reading;
  if (blockOf || found === null || HOST === undefined || scanner.kind !== TokenKind.word) return null;
  const before = /^([ \t]+)([a-z]+)[ \t]+([a-z]+)[ \t]+$/.exec(text.slice(HOST.end, Math.min(scanner.start, HOST.end + 80)));
  if (!before) return null;
  const [, space = '', verb = '', word = ''] = before;
  const own = verbs().get(verb);
  if (!own || own.to.words.has(word)) return null;
  const meant = [...verbs()].filter(([, { to }]) => fitting(to, [word, found]) === 2);
  if (meant.length !== 1) return null;
  const [other] = meant[0]!;
  const start = HOST.end + space.length;
  const range = { start, end: start + verb.length };
  const message = `${quoted(`${verb} ${word} ${found}`)} does not fit here. Did you mean ${quoted(`${other} ${word} ${found}`)}?`;
  return { range, code: 'expected', message, fixes: [replacement(range, other)] };
}

/** `mail server mail.x.org`: two words that the language writes as one. */
export function wordInTwo({ state, node, blockOf, found, reading }: Impasse): Slip | null {
  const { HOST } = node.slots;
  if (blockOf || found === null || state !== statementAutomaton.slots[0]?.to) return null;
  if (HOST?.kind !== 'name' || HOST.start !== node.start || HOST.end !== reading.scanner.previousEnd) return null;
  const joined = `${HOST.text}${found}`.toLowerCase();
  if (!statementAutomaton.words.has(joined)) return null;
  const range = { start: HOST.start, end: reading.scanner.end };
  const message = `${quoted(reading.text.slice(range.start, range.end))} is one word: ${quoted(joined)}.`;
  return { range, code: 'unknown-statement', message, fixes: [replacement(range, joined)] };
}

/** `expect hit ratio of x.org`: the name of a metric begins earlier, `cdn hit ratio`. */
export function metricCutShort({ state, blockOf, found, reading }: Impasse): Slip | null {
  if (blockOf || found === null || (state as State<Entry | Property>) !== statementAutomaton.words.get('expect')?.to) return null;
  // What other books call one of the words means that one.
  if (synonym(found, state.words.keys())) return null;
  const { start, end } = reading.scanner;
  const written = [found, ...wordsFrom(reading, end)];
  // By the words that are missing, the whole name: of those where the fewest are.
  const names = new Map<string, string>();
  let missing = Number.POSITIVE_INFINITY;
  for (const { pattern } of state.reaches) {
    const words = /^expect ((?:[a-z-]+ )+)/.exec(pattern)?.[1]?.trim().split(' ') ?? [];
    const at = words.indexOf(found);
    // All the rest of it is written, its preposition among that.
    if (at < 1 || at > missing || !words.slice(at).every((word, i) => word === written[i])) continue;
    if (at < missing) names.clear();
    missing = at;
    names.set(words.slice(0, at).join(' '), words.slice(0, -1).join(' '));
  }
  if (names.size === 0) return null;
  const fixes = [...names.keys()].map(
    (front): SyntaxFix => ({
      title: `Insert ${quoted(front)}`,
      edits: [{ start, end: start, text: `${front} ` }],
      preferred: names.size === 1,
    }),
  );
  const known = oneOf([...names.values()].map(quoted));
  return { range: { start, end }, code: 'expected', message: `There is no metric of this name. Did you mean ${known}?`, fixes };
}
