import { expect, test } from 'vitest';
import { compare } from './comparison.ts';
import type { Comparison } from './scenario.ts';

test.each<[Comparison, string]>([
  ['<', 'yes no no'],
  ['<=', 'yes yes no'],
  ['=', 'no yes no'],
  ['>=', 'no yes yes'],
  ['>', 'no no yes'],
  ['!=', 'yes no yes'],
])('1, 2 and 3 %s 2: %s', (comparison, expected) => {
  expect([1, 2, 3].map((value) => (compare(value, comparison, 2) ? 'yes' : 'no')).join(' ')).toBe(expected);
});
