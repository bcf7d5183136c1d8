import { describe, expect, test } from 'vitest';
import { compileText } from './annotated-source-for-tests.ts';
import { parse } from './parser.ts';

/** Ids of the statements in a text. */
const statementsOf = (text: string): (string | null)[] => parse(text).statements.map(({ entry }) => entry?.id ?? null);

describe('a host may have the name of a statement', () => {
  test.each(['seed', 'crowd', 'push', 'network', 'root', 'scenario'])('%s', (word) => {
    const text = `host ${word}\n${word} crashes\nat 5 s ${word} restarts`;
    expect(statementsOf(text)).toEqual(['host', 'crash', 'restart']);
    expect(compileText(text).diagnostics).toEqual([]);
  });

  test('and an index', () => expect(statementsOf('host seed[1..3]\nseed[2] crashes')).toEqual(['host', 'crash']));

  test.each<[string, string]>([
    ['seed 5', 'seed'],
    ['seed n', 'seed'],
    ['host lists', 'host'],
    ['zone gets on ns', 'zone'],
    ['link sends <-> b', 'link'],
    ['push kingcdn', 'push'],
    ['plot transfer time of a to b', 'plot'],
  ])('the statement keeps its own: %s', (text, id) => expect(statementsOf(text)).toEqual([id]));
});

test('a word of expectations is none of a host', () => {
  expect(parse('expect requests of web = 1').problems[0]!.message).toMatch(/Did you mean `failed requests`\?/);
});

test('a unit that is misspelt in a list is one problem', () => {
  const problems = compileText('mailserver m.x.org { retry 15 min, 5 minutes }\nzone x.org on ns.x.org { @ MX 10 m }').diagnostics;
  expect(problems.map(({ code, message }) => `${code}: ${message}`)).toEqual([
    'unknown-unit: `minutes` is no unit. Did you mean `min`? Units that fit here are ns, µs, ms, s, min, h and d.',
  ]);
});
