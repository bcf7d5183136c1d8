/** Ages and lifetimes, as RFC 9111 §4.2 reckons them. */
import { describe, expect, test } from 'vitest';
import { formatHttpDate } from '../wire/date.ts';
import { ageOf, lifetimeOf } from './freshness.ts';

const T = 1_767_225_600;
const head = (fields: Readonly<Record<string, string>>, requestedAt = T, receivedAt = T, status = 200) => ({
  version: [1, 1] as const,
  status,
  fields: Object.entries(fields).map(([name, value]) => ({ name, value })),
  requestedAt,
  receivedAt,
});
const at = (seconds: number) => formatHttpDate(T + seconds);

describe('age (§4.2.3)', () => {
  test.each([
    ['as long as it has been here', head({ Date: at(0) }), 7, 7],
    ['and what other caches had it', head({ Date: at(0), Age: '20' }), 7, 27],
    ['the time that the answer took counts as age', head({ Date: at(0) }, T - 5, T), 7, 12],
    ['also with Age', head({ Date: at(-20), Age: '20' }, T - 5, T), 7, 32],
    ['a date in the past says so where nobody told an age', head({ Date: at(-30) }), 7, 37],
    ['a clock ahead does not make it younger', head({ Date: at(30) }), 7, 7],
    ['an Age that is no number is none', head({ Date: at(0), Age: 'old' }), 7, 7],
    ['without a date, it was made when it came', head({}), 7, 7],
  ])('%s', (_, stored, later, age) => expect(ageOf(stored, T + later)).toBe(age));
});

describe('lifetime (§4.2.1, §4.2.2)', () => {
  const seconds = (fields: Readonly<Record<string, string>>, shared = true, status = 200) =>
    lifetimeOf(head(fields, T, T, status), shared).seconds;
  test.each([
    [{ 'Cache-Control': 's-maxage=1, max-age=2', Expires: at(3) }, true, 1],
    [{ 'Cache-Control': 's-maxage=1, max-age=2', Expires: at(3) }, false, 2],
    [{ Expires: at(30), Date: at(10) }, true, 20],
    [{ Expires: at(-30) }, true, 0],
    [{ 'Cache-Control': 'max-age=much' }, true, 0],
    [{ 'Last-Modified': at(-1_000), Date: at(0) }, true, 100],
    [{ 'Last-Modified': at(-10_000_000) }, true, 86_400],
    [{ 'Last-Modified': at(100) }, true, 0],
    [{}, true, 0],
  ])('%j, shared %s: %i s', (fields, shared, lifetime) => expect(seconds(fields as Record<string, string>, shared)).toBe(lifetime));
  test('is guessed for some status codes only, or where it is public', () => {
    const modified = { 'Last-Modified': at(-1_000) };
    expect([404, 302].map((status) => seconds(modified, true, status))).toEqual([100, 0]);
    expect(seconds({ ...modified, 'Cache-Control': 'public' }, true, 302)).toBe(100);
  });
});
