/** The TextMate grammar, derived from the vocabulary: no keyword is written here. */
import type { Entry, Property } from './entry.ts';
import type { State } from './pattern.ts';
import { recordTypeWords } from './record-types.ts';
import { unitNamed, units } from './units.ts';
import { propertyAutomaton, statementAutomaton, vocabulary } from './vocabulary.ts';

export interface TextMateRule {
  readonly name?: string;
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly include?: string;
  readonly captures?: Readonly<Record<string, { readonly name: string }>>;
  readonly beginCaptures?: Readonly<Record<string, { readonly name?: string; readonly patterns?: readonly TextMateRule[] }>>;
  readonly endCaptures?: Readonly<Record<string, { readonly name: string }>>;
  readonly patterns?: readonly TextMateRule[];
}

export interface TextMateGrammar {
  readonly $schema: string;
  readonly name: string;
  readonly scopeName: 'source.netscenario';
  readonly fileTypes: readonly string[];
  readonly patterns: readonly TextMateRule[];
  readonly repository: Readonly<Record<string, { readonly patterns: readonly TextMateRule[] }>>;
}

/** A word of the language ends where a name would go on. */
const boundary = '(?![A-Za-z0-9_@.-])';
const opening = '(?<![A-Za-z0-9_@.-])';
/** In a fence within a list, a line begins behind the list's indentation. */
const lineStart = '(?:^|\\G)';

export function textMateGrammar(): TextMateGrammar {
  const first = new Set<string>();
  /** First words that may stand behind a time. */
  const steps = new Set<string>();
  const timing = new Set<string>();
  const verbs = new Set<string>();
  const inner = new Set<string>();
  const choices = new Set<string>();
  const properties = new Set<string>();

  for (const entry of vocabulary) {
    const word = entry.shown.split(' ')[0]!;
    if (isWord(word)) first.add(word);
    if (isWord(word) && entry.role === 'step') steps.add(word);
    for (const item of [entry, ...Object.values(entry.properties ?? {})]) {
      for (const slot of Object.values(item.slots))
        for (const [words] of slot.choices) for (const one of words.split(' ')) choices.add(one);
    }
    for (const property of Object.values(entry.properties ?? {})) properties.add(property.pattern.split(' ')[0]!);
  }
  for (const word of statementAutomaton.words.keys()) if (!first.has(word)) timing.add(word);
  const seen = new Set<unknown>();
  const collect = (state: State<Entry> | State<Property>, into: Set<string>): void => {
    if (seen.has(state)) return;
    seen.add(state);
    for (const { word, to } of state.words.values()) {
      into.add(word);
      collect(to, inner);
    }
    for (const { to } of state.slots) collect(to, inner);
  };
  // Behind a step's subject stand the verbs.
  for (const { to } of statementAutomaton.slots) collect(to, verbs);
  collect(statementAutomaton, new Set());
  for (const entry of vocabulary) if (entry.properties) collect(propertyAutomaton(entry), new Set());
  // `s` behind `per` is the unit that it is behind a number.
  for (const set of [verbs, inner])
    for (const word of set) if (choices.has(word) || timing.has(word) || unitNamed.has(word)) set.delete(word);
  for (const word of inner) if ((first.has(word) && !steps.has(word)) || verbs.has(word)) inner.delete(word);

  const ofRecords = vocabulary.filter((entry) => entry.block === 'records').map((entry) => entry.shown.split(' '));
  const zones = ofRecords.map(([start]) => start!).filter(isWord);
  // A step of records: whoever it is done by, then the verb.
  const zoneVerbs = ofRecords.filter(([start]) => !isWord(start!)).map(([, verb]) => verb!);
  const shared: TextMateRule[] = ['comments', 'texts', 'quantities', 'addresses'].map((name) => ({ include: `#${name}` }));
  return {
    $schema: 'https://raw.githubusercontent.com/martinring/tmlanguage/master/tmlanguage.json',
    name: 'Network scenario',
    scopeName: 'source.netscenario',
    fileTypes: ['netscenario'],
    patterns: [
      { include: '#zones' },
      ...shared,
      { include: '#statements' },
      { include: '#blocks' },
      { include: '#words' },
      { include: '#signs' },
    ],
    repository: {
      comments: {
        patterns: [
          { name: 'comment.line.double-slash.netscenario', match: '//.*$' },
          { name: 'comment.block.netscenario', begin: '/\\*', end: '\\*/' },
        ],
      },
      texts: {
        patterns: [
          { name: 'string.quoted.triple.netscenario', begin: '"""', end: '"""' },
          {
            name: 'string.quoted.double.netscenario',
            begin: '"',
            end: '"|$',
            patterns: [
              { name: 'constant.character.escape.netscenario', match: '\\\\[nt"\\\\]' },
              { name: 'invalid.illegal.escape.netscenario', match: '\\\\.' },
            ],
          },
        ],
      },
      quantities: {
        patterns: [
          {
            match: `${opening}(\\d+(?:\\.\\d+)?)\\s*(?:(${alternatives(units.map((unit) => unit.name).filter((name) => name !== '%'))})${boundary}|(%))`,
            captures: {
              1: { name: 'constant.numeric.netscenario' },
              2: { name: 'keyword.other.unit.netscenario' },
              3: { name: 'keyword.other.unit.netscenario' },
            },
          },
          { name: 'constant.numeric.netscenario', match: `${opening}\\d+(?:\\.\\d+)?(?![A-Za-z0-9_@-]|\\.\\d)` },
        ],
      },
      addresses: {
        patterns: [
          { name: 'variable.other.mail-address.netscenario', match: '[A-Za-z0-9_.+-]+@[A-Za-z0-9_-][A-Za-z0-9_.-]*' },
          { name: 'constant.other.address.netscenario', match: `${opening}\\d{1,3}(?:\\.\\d{1,3}){3}${boundary}` },
        ],
      },
      statements: {
        patterns: [
          { name: 'keyword.control.netscenario', match: `(?:${lineStart}|(?<=[{}]))\\s*(?:${alternatives(first)})${boundary}` },
          { name: 'keyword.control.timing.netscenario', match: `${opening}(?:${alternatives(timing)})${boundary}` },
        ],
      },
      blocks: {
        patterns: [
          {
            begin: '\\{',
            end: '\\}',
            beginCaptures: { 0: { name: 'punctuation.section.block.begin.netscenario' } },
            endCaptures: { 0: { name: 'punctuation.section.block.end.netscenario' } },
            patterns: [
              ...shared,
              { name: 'support.type.property-name.netscenario', match: `${opening}(?:${alternatives(properties)})${boundary}` },
              { include: '#statements' },
              { include: '#blocks' },
              { include: '#words' },
              { include: '#signs' },
            ],
          },
        ],
      },
      zones: {
        patterns: [
          {
            begin: `${lineStart}(?:\\s*(${alternatives(zones)})|([^{/"]*\\s)(${alternatives(zoneVerbs)}))${boundary}(?=[^{]*\\{)(?![^{]*\\{\\s*(?:${alternatives(recordsProperties())})\\s*")`,
            end: '\\}',
            beginCaptures: {
              1: { name: 'keyword.control.netscenario' },
              2: { patterns: [{ include: '#quantities' }, { include: '#statements' }] },
              3: { name: 'keyword.other.verb.netscenario' },
            },
            endCaptures: { 0: { name: 'punctuation.section.block.end.netscenario' } },
            patterns: [
              {
                begin: '\\{',
                end: '(?=\\})',
                beginCaptures: { 0: { name: 'punctuation.section.block.begin.netscenario' } },
                patterns: [
                  { name: 'comment.line.semicolon.netscenario', match: ';.*$' },
                  {
                    name: 'string.quoted.double.netscenario',
                    begin: '"',
                    end: '"|$',
                    patterns: [{ name: 'constant.character.escape.netscenario', match: '\\\\.' }],
                  },
                  { name: 'keyword.control.directive.netscenario', match: '\\$[A-Z]+' },
                  { name: 'support.type.record.netscenario', match: `(?<=\\s|^)(?:${alternatives(recordTypeWords)}|IN)(?=\\s)` },
                  { name: 'constant.other.address.netscenario', match: '(?<=\\s)\\d{1,3}(?:\\.\\d{1,3}){3}(?=\\s|$)' },
                  { name: 'constant.numeric.netscenario', match: '(?<=\\s|^)\\d+(?=\\s|$)' },
                ],
              },
              { include: '#words' },
            ],
          },
        ],
      },
      words: {
        patterns: [
          { name: 'support.type.record.netscenario', match: `${opening}(?:${alternatives(recordTypeWords)})${boundary}` },
          { name: 'keyword.other.verb.netscenario', match: `(?<=[\\s\\]])(?:${alternatives(verbs)})${boundary}` },
          { name: 'keyword.other.netscenario', match: `(?<=\\s)(?:${alternatives(inner)})${boundary}` },
          { name: 'constant.language.netscenario', match: `(?<=\\s)(?:${alternatives(choices)})${boundary}` },
        ],
      },
      signs: {
        patterns: [{ name: 'keyword.operator.netscenario', match: '<->|<=|>=|!=|\\.\\.|[<>=*/+-]' }],
      },
    },
  };
}

/** Properties that may stand where records do. */
function recordsProperties(): string[] {
  return vocabulary
    .filter((entry) => entry.block === 'records')
    .flatMap((entry) => Object.values(entry.properties ?? {}).map((property) => property.pattern.split(' ')[0]!));
}

function isWord(text: string): boolean {
  return /^[a-z]+$/.test(text);
}

/** Longer ones first, since the first that matches is taken. Signs are left out. */
function alternatives(words: Iterable<string>): string {
  const sorted = [...words]
    .filter((word) => /^[\p{L}\d]+(-[\p{L}\d]+)*$/u.test(word))
    .sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  return sorted.length > 0 ? sorted.join('|') : '(?!)';
}
