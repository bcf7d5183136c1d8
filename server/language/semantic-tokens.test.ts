import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from './parser.ts';
import { type EncodedTokens, semanticTokens, tokenChange, tokenTypes } from './semantic-tokens.ts';

/** `type text` of each token, `+` where it declares. */
function told(text: string, tokens: EncodedTokens): string[] {
  const lines = text.split('\n');
  const out: string[] = [];
  let line = 0;
  let character = 0;
  for (let i = 0; i < tokens.length; i += 5) {
    if (tokens[i]! > 0) character = 0;
    line += tokens[i]!;
    character += tokens[i + 1]!;
    out.push(`${tokenTypes[tokens[i + 3]!]}${tokens[i + 4] ? '+' : ''} ${lines[line]!.slice(character, character + tokens[i + 2]!)}`);
  }
  return out;
}

describe('semantic tokens', () => {
  test.each<[what: string, text: string, tokens: string[]]>([
    ['a declaration', 'host a, b { up 5 Mbps }', ['keyword host', 'variable+ a', 'variable+ b', 'property up', 'number 5 Mbps']],
    [
      'a step',
      'at n * 2 s a resolves x.org MX',
      ['keyword at', 'parameter n', 'operator *', 'number 2 s', 'variable a', 'keyword resolves', 'namespace x.org', 'type MX'],
    ],
    ['a range', 'host p[1..n].x.org', ['keyword host', 'variable+ p', 'number 1', 'operator ..', 'parameter n', 'variable+ .x.org']],
    ['a parameter', 'let n = "a" // why', ['keyword let', 'parameter+ n', 'operator =', 'string "a"', 'comment // why']],
    ['a choice', 'network { congestion cubic }', ['keyword network', 'property congestion', 'enumMember cubic']],
    ['a mailbox', 'mailbox a@x.org on m', ['keyword mailbox', 'class+ a@x.org', 'keyword on', 'variable m']],
    [
      'records',
      'zone x.org on ns { @ MX 10 m ; "spare"\n  m A 10.0.0.1 }',
      [
        'keyword zone',
        'namespace+ x.org',
        'keyword on',
        'variable ns',
        'namespace @',
        'type MX',
        'namespace m',
        'comment ; "spare"',
        'namespace m',
        'type A',
      ],
    ],
    ['what goes over lines, line by line', '/* a\r\n b */ host c', ['comment /* a', 'comment  b */', 'keyword host', 'variable+ c']],
    [
      'what is broken, as far as it goes',
      'host a { up }\nb crashes',
      ['keyword host', 'variable+ a', 'property up', 'variable b', 'keyword crashes'],
    ],
  ])('of %s', (_what, text, tokens) => {
    expect(told(text, semanticTokens(parse(text)))).toEqual(tokens);
  });

  test('of a range are those of the whole that lie in it', () => {
    const text = 'host a\nhost b // c\nhost d';
    expect(told(text, semanticTokens(parse(text), 7, 18))).toEqual(['keyword host', 'variable+ b', 'comment // c']);
  });
});

test.each(['\n', '\r\n', '\r'])('lines end as the protocol says: %j', (end) => {
  const tokens = semanticTokens(parse(`host a${end}// x${end}/* y${end}z */ host b`));
  // The fourth token of each is its type: `host`, `a`, `// x`, `/* y`, `z */`, `host`, `b`.
  expect([...tokens].filter((_, i) => i % 5 === 0)).toEqual(end === '\r' ? [0, 0, 1, 1, 1] : [0, 0, 1, 1, 1, 0, 0]);
});

test('a comment of very many lines is a token a line', () => {
  expect(semanticTokens(parse(`/*${'\n x'.repeat(50_000)}\n*/`))).toHaveLength(5 * 50_002);
});

const folder = new URL('../../samples/', import.meta.url);
const samples = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.netscenario'))
  .map((name) => readFileSync(new URL(name, folder), 'utf8'));

test('of any text, tokens follow each other within their lines; a change leads from one state to the next', () => {
  const place = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(
      fc.nat(samples.length - 1),
      place,
      fc.constantFrom('', '\n', '"', '/*', '{', '}', '[1..', 'é\r\n', 'host x\n'),
      fc.nat(9),
      (sample, at, insert, remove) => {
        const before = samples[sample]!;
        const start = Math.floor(at * before.length);
        const text = before.slice(0, start) + insert + before.slice(start + remove);
        const tokens = semanticTokens(parse(text));
        for (let i = 0; i < tokens.length; i += 5) {
          expect(tokens[i + 2]).toBeGreaterThan(0);
          // On one line, the next token begins behind the end of this one.
          if (i + 5 < tokens.length && tokens[i + 5] === 0) expect(tokens[i + 6]).toBeGreaterThanOrEqual(tokens[i + 2]!);
        }
        const old = semanticTokens(parse(before));
        const change = tokenChange(old, tokens);
        const made = change ? [...old.slice(0, change.start), ...change.data, ...old.slice(change.start + change.deleteCount)] : [...old];
        expect(made).toEqual([...tokens]);
        if (change) expect([change.start % 5, change.deleteCount % 5, change.data.length % 5]).toEqual([0, 0, 0]);
      },
    ),
    { numRuns: 300, seed: 1 },
  );
});
