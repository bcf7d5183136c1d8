import { execFileSync, spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeForm, encodeForm, formValue } from './form.ts';

const fields = fc.array(
  fc.tuple(fc.string({ unit: 'grapheme-composite', minLength: 1, maxLength: 8 }), fc.string({ unit: 'grapheme-composite', maxLength: 20 })),
  {
    maxLength: 6,
  },
);

describe('forms', () => {
  test.each([
    [
      'a=1&b=2',
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    ['a=x+y%20z', [['a', 'x y z']]],
    ['a=%C3%AA', [['a', 'ê']]],
    ['a', [['a', '']]],
    ['a=b=c', [['a', 'b=c']]],
    ['&&a=1&', [['a', '1']]],
    ['a=%zz%4', [['a', '%zz%4']]],
    ['', []],
  ])('%s', (octets, read) => expect(decodeForm(octets)).toEqual(read));

  test('the first of a name counts', () => {
    expect(formValue(decodeForm('uid=1&uid=2'), 'uid')).toBe('1');
    expect(formValue([], 'uid')).toBe(null);
  });

  test('are what URLSearchParams writes and reads', () => {
    fc.assert(
      fc.property(fields, (given) => {
        const text = given as [string, string][];
        expect(encodeForm(text)).toBe(new URLSearchParams(text).toString());
        expect(decodeForm(encodeForm(text))).toEqual(text);
      }),
    );
  });

  const python = spawnSync('python3', ['-c', 'import urllib.parse']).status === 0;
  test.skipIf(!python)('are read by Python', () => {
    const cases = fc.sample(fields, { seed: 1, numRuns: 100 }).map((one) => one.map(([a, b]) => [a, b] as const));
    const script =
      'import json,sys,urllib.parse\nprint(json.dumps([urllib.parse.parse_qsl(x, keep_blank_values=True) for x in json.load(sys.stdin)]))';
    const theirs = JSON.parse(execFileSync('python3', ['-c', script], { input: JSON.stringify(cases.map(encodeForm)), encoding: 'utf8' }));
    expect(theirs).toEqual(cases);
  });
});
