/** The tree of an edited text is the one that parsing it afresh gives, whatever was edited: the samples under random edits. */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mentionsIn } from './mentions.ts';
import { parseNotebook } from './notebook.ts';
import { parse } from './parser.ts';
import { reparse } from './reparse.ts';
import { semanticTokens } from './semantic-tokens.ts';
import type { SyntaxTree } from './syntax.ts';

const folder = new URL('../../samples/', import.meta.url);
const samples = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.netscenario(\.md)?$/.test(name))
  .sort()
  .map((name) => {
    const text = readFileSync(new URL(name, folder), 'utf8');
    if (!name.endsWith('.md')) return text;
    return parseNotebook(text)
      .cells.flatMap((cell) => (cell.kind === 'code' ? [cell.text] : []))
      .join('\n');
  });

const placesOf = (tree: SyntaxTree) => mentionsIn(tree).map(({ space, text, role, start, end }) => [space, text, role, start, end]);

const pieces = fc.oneof(
  fc.constantFrom(
    '',
    'a',
    ' ',
    '\n',
    '\n\n',
    '{',
    '}',
    '{ up 5 Mbps }',
    '"',
    '""',
    '/*',
    '*/',
    '// x',
    ',',
    '[1..',
    ']',
    'host ',
    'host b\n',
    ' 5 ',
    '.',
    '@',
    '-',
    '\r\n',
    '💥',
    '\ud83d',
    'é',
    '\u00a0',
    'at 5 s ',
    'zone x.org on y {',
    'together {',
    '\nalternative x {\nhost c\n',
    '\nsweep n ovr 1 {\nplot x\n',
    '\n}\n',
    ';"',
  ),
  fc.string({ unit: 'grapheme', maxLength: 8 }),
);
const edit = fc.tuple(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 2, arbitrary: fc.nat(30) }),
  pieces,
);

const runs = Number(process.env.FUZZ_RUNS ?? 300);

test('a tree that follows its text through edits is the one of the text', () => {
  fc.assert(
    fc.property(fc.nat(samples.length - 1), fc.array(edit, { minLength: 1, maxLength: 10 }), (sample, edits) => {
      let text = samples[sample]!;
      let tree = parse(text);
      for (const [at, remove, insert] of edits) {
        const start = Math.floor(at * text.length);
        text = text.slice(0, start) + insert + text.slice(start + remove);
        tree = reparse(tree, text);
        const afresh = parse(text);
        expect(tree).toEqual(afresh);
        // What is kept with statements goes on to be true.
        expect(semanticTokens(tree)).toEqual(semanticTokens(afresh));
        expect(placesOf(tree)).toEqual(placesOf(afresh));
      }
    }),
    { numRuns: runs, seed: Number(process.env.FUZZ_SEED ?? 1) },
  );
}, 3_600_000);

test('what is far from the edit is not read again', () => {
  const text = Array.from({ length: 500 }, (_, i) => `host a${i} { up 5 Mbps }`).join('\n');
  const tree = parse(text);
  const [, second] = tree.statements;
  const last = tree.statements[499];
  const at = tree.statements[250]!.start;
  const now = reparse(tree, `${text.slice(0, at)}host b\n${text.slice(at)}`);
  expect(now.statements).toHaveLength(501);
  expect(now.statements[1]).toBe(second);
  expect(now.statements[500]).toBe(last);
});
