import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { httpPage, httpRows } from './http-reference.ts';

test('docs/http.md has the tables that the engine has (else: npm run reference)', () => {
  expect(readFileSync(new URL('../docs/http.md', import.meta.url), 'utf8')).toBe(httpPage());
});

test('whatever is said to be supported stands in a test', () => {
  const { methods, statuses, fields } = httpRows();
  const untested = [...methods, ...statuses, ...fields].filter(({ here, tests }) => here !== null && tests.length === 0);
  expect(untested.map(({ name }) => name)).toEqual([]);
});
