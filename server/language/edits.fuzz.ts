/**
 * A program that follows its texts through edits is the one that its texts give afresh: trees, diagnostics, names, colours,
 * hints, and the Scenario.
 *
 * An input is a list of edits, `WIDTH` bytes each, of a notebook whose cells are examples of the vocabulary. Edits go anywhere
 * in UTF-16 code units: within a surrogate pair, a CRLF, at the borders of cells. Cells are split, joined, moved, taken away; whole
 * statements go, come back and move, and `host` lines say more of hosts that others bring.
 */
import type { FuzzTarget } from '../../engines/fuzz-target.ts';
import type { FileContent, FileTable, SourceText } from './compilation.ts';
import { type Analysis, analyse } from './compile.ts';
import { mentionsOf } from './mentions.ts';
import type { Program } from './program.ts';
import { semanticTokens } from './semantic-tokens.ts';
import { edited, treeOf } from './trees.ts';
import { vocabulary } from './vocabulary.ts';

const WIDTH = 6;
const MOST_EDITS = 16;
/** Code units of a cell; what grows beyond is begun anew. */
export const LONGEST = 20_000;

export const PIECES = [
  '',
  '{',
  '}',
  '{ up 5 Mbps }',
  '"',
  '"""',
  '/*',
  '*/',
  '// x\n',
  '\n',
  '\r\n',
  '\r',
  ',',
  '[1..3]',
  '[1..',
  ']',
  '(',
  ' 5 ',
  '5 s',
  '.',
  '@',
  '-',
  ' ',
  '\u00a0',
  '\u2028',
  '\0',
  '\ufeff',
  'é',
  '日本',
  '💥',
  '\ud83d',
  '\ude00',
  'e\u0301',
  'host ',
  'host b\n',
  'pc',
  'pc ',
  'pc crashes\n',
  'at 5 s ',
  'let n = 3\n',
  'n',
  'zone x.org on y {\n',
  'together {\n',
  'alternative near {\n',
  'import "common.netscenario"\n',
  'import "broken.netscenario"\n',
  'seed 7\n',
  'expect transfer time of pc to server < 5 s\n',
  'pc resolves x.org\n',
  'local-dns crashes\n',
  'plot goodput of pc\n',
];

const octets = (text: string): FileContent => ({ kind: 'bytes', bytes: new TextEncoder().encode(text) });
const table: ReadonlyMap<string, FileContent> = new Map([
  ['memory:///common.netscenario', octets('host pc, server\nlet n = 2\nzone x.org on ns.x.org\n')],
  ['memory:///broken.netscenario', octets('host pc2\nhost {\npc2 crashes\n')],
]);
/** The same texts in other octets: what is kept with those of the program that is followed is not looked at. */
const copies = (): FileTable => ({
  get: (uri) => {
    const content = table.get(uri);
    return content?.kind === 'bytes' ? { ...content, bytes: content.bytes.slice() } : files.get(uri);
  },
});
const files: FileTable = { get: (uri) => table.get(uri) ?? { kind: 'unreadable', reason: 'there is no such file' } };

const examples = vocabulary.map(({ example }) => example);
const long = examples.slice(0, 40).join('\n');

export function cellText(number: number): string {
  if (number % 61 === 60) return long;
  const example = examples[number % examples.length]!;
  return number % 7 === 6 ? example.replaceAll('\n', '\r\n') : example;
}

/** What people and other parts of the product see of a program. */
function seen({ program, diagnostics, missing, scenario, sweeps, alternatives }: Analysis): unknown {
  return {
    diagnostics,
    missing,
    scenario,
    sweeps,
    alternatives: alternatives.map(seen),
    trees: program.sources.map(({ tree }) => tree),
    names: program.sources.map((_, source) =>
      mentionsOf(program, source).map(({ space, text, role, start, end, record }) => [space, text, role, start, end, record?.name]),
    ),
    colours: program.sources.map(({ tree }) => semanticTokens(tree)),
    tables: tablesOf(program),
  };
}

/** All that a program knows, but for what refers to the program itself. */
function tablesOf(program: Program): Record<string, unknown> {
  const tables: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(program)) {
    if (/^(sources|diagnostics|later|afterSteps|files|lookups|goodDomains|parameters|declarations|judgements|changes)$/.test(name))
      continue;
    tables[name] = value instanceof Map || value instanceof Set ? [...value] : value;
  }
  for (const [name, { value, place, statement, state, used, swept }] of program.parameters) {
    tables[`let ${name}`] = { value, place, statement, state, used, swept };
  }
  return tables;
}

/** Where two values differ; null where they do not. What is the same object is the same. */
function difference(a: unknown, b: unknown, path = ''): string | null {
  if (Object.is(a, b)) return null;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return `${path}: ${shown(a)} instead of ${shown(b)}`;
  if (Array.isArray(a) && Array.isArray(b) && a.length !== b.length) return `${path}: ${a.length} instead of ${b.length}: ${shown(a)}`;
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  for (const key of keys) {
    const found = difference((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key], `${path}.${key}`);
    if (found !== null) return found;
  }
  return null;
}

const shown = (value: unknown): string => (typeof value === 'object' ? JSON.stringify(value)?.slice(0, 200) : String(value)) ?? '';

interface Following {
  cells: SourceText[];
  analysis: Analysis | null;
}

let count = 0;
const cell = (text: string): SourceText => ({ uri: `memory:///cell-${count++}`, text });

/** The cells after an edit. Texts that were edited keep their URI. */
function change(cells: readonly SourceText[], [kind, which, high, low, remove, put]: readonly number[]): SourceText[] {
  const at = which! % cells.length;
  const old = cells[at]!;
  const place = Math.min(old.text.length, Math.round((((high! << 8) | low!) / 0xffff) * old.text.length));
  const before = cells.slice(0, at);
  const after = cells.slice(at + 1);
  const changed = (one: SourceText, text: string): SourceText => {
    const now = { uri: one.uri, text: text.length > LONGEST ? cellText(put!) : text };
    edited(one, now);
    return now;
  };
  const replaced = (text: string): SourceText => changed(old, text);
  switch (kind! % 32) {
    case 0:
      return cells.length < 6 ? [...before, replaced(old.text.slice(0, place)), cell(old.text.slice(place)), ...after] : [...cells];
    case 1:
      return after.length > 0 ? [...before, replaced(`${old.text}\n${after[0]!.text}`), ...after.slice(1)] : [...cells];
    case 2:
      return [...after, old, ...before];
    case 3:
      return cells.length > 1 ? [...before, ...after] : [...cells];
    case 4:
      return cells.length < 6 ? [...before, old, cell(cellText(put!)), ...after] : [...cells];
    case 5:
      return [...before, replaced(`${old.text.slice(0, place)}${cellText(put!)}\n${old.text.slice(place)}`), ...after];
    case 28:
    case 29: {
      const [out, rest] = withoutStatement(old, place);
      // It comes back at the end of a cell, or is gone.
      if (put! % 3 === 0 || cells.length === 1) return [...before, replaced(rest), ...after];
      const other = (at + 1) % cells.length;
      return cells.map((one, i) => (i === at ? replaced(rest) : i === other ? changed(one, `${one.text}\n${out}\n`) : one));
    }
    case 30: {
      const [out, rest] = withoutStatement(old, place);
      return [...before, replaced(put! % 2 === 0 ? `${rest}\n${out}\n` : `${out}\n${rest}`), ...after];
    }
    case 31: {
      const names = old.text.match(/[a-z][\w.-]*/g) ?? ['pc'];
      const line = `host ${names[place % names.length]} { up ${1 + (put! % 9)} Mbps }\n`;
      return [...before, replaced(put! % 2 === 0 ? `${line}${old.text}` : `${old.text}\n${line}`), ...after];
    }
    default: {
      const removed = kind! % 3 === 0 ? remove! % 40 : remove! % 3;
      const text = kind! % 5 === 0 ? String.fromCharCode((remove! << 8) | put!) : PIECES[put! % PIECES.length]!;
      return [...before, replaced(old.text.slice(0, place) + text + old.text.slice(place + removed)), ...after];
    }
  }
}

/** The text of the statement at a place, or before it, and what is left without it. */
function withoutStatement(source: SourceText, place: number): [statement: string, rest: string] {
  const { text } = source;
  const { statements } = treeOf(source);
  const found = statements.findLast(({ start }) => start <= place) ?? statements[0];
  return found ? [text.slice(found.start, found.end), text.slice(0, found.start) + text.slice(found.end)] : ['', text];
}

const target: FuzzTarget = {
  name: 'edits',
  shortRun: 50,
  corpus: () => {
    const scripts: Uint8Array[] = [];
    // A linear congruential generator (Numerical Recipes): every script is another one.
    let state = 1;
    for (let i = 0; i < 40; i++) {
      const script = new Uint8Array(2 + WIDTH * (4 + (i % 12)));
      for (let byte = 0; byte < script.length; byte++) {
        state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
        script[byte] = state >>> 24;
      }
      script[0] = 6 * i;
      script[1] = 6 * i + 3;
      scripts.push(script);
    }
    return scripts;
  },
  run(bytes) {
    count = 0;
    const following: Following = { cells: [cell(cellText(bytes[0] ?? 0)), cell(cellText(bytes[1] ?? 0))], analysis: null };
    following.analysis = analyse(following.cells, files);
    for (let i = 2; i + WIDTH <= bytes.length && i < 2 + WIDTH * MOST_EDITS; i += WIDTH) {
      following.cells = change(following.cells, [...bytes.subarray(i, i + WIDTH)]);
      // Who types fast has several edits before the next analysis.
      if (bytes[i]! >= 192 && i + 2 * WIDTH <= bytes.length) {
        for (const one of following.cells) treeOf(one);
        continue;
      }
      following.analysis = analyse(following.cells, files, following.analysis.declared);
      const afresh = analyse(
        following.cells.map(({ uri, text }) => ({ uri, text })),
        copies(),
      );
      const found = difference(seen(following.analysis), seen(afresh));
      if (found !== null) throw new Error(`edit ${(i - 2) / WIDTH}: followed through its edits, the program has ${found}`);
    }
    return following.cells.map(({ text }) => text).join('\n---\n');
  },
};

export default target;
