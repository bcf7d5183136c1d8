import { describe, expect, it } from 'vitest';
import { formatAmount, formatCount, formatMoment } from './format.ts';

describe('times on the axis', () => {
  it.each([
    [0, '0 ms'],
    [1, '0.0 µs'],
    [412_300, '412.3 µs'],
    [999_949, '999.9 µs'],
    [999_951, '1.0 ms'],
    [12_345_678, '12.3 ms'],
    [999_949_000, '999.9 ms'],
    [999_951_000, '1.000 s'],
    [4_213_000_000, '4.213 s'],
    [59_999_600_000, '1:00.000'],
    [125_346_000_000, '2:05.346'],
    [3_725_346_000_000, '1:02:05.346'],
    [(2 * 86_400 + 3_725.346) * 1e9, '2 d 1:02:05.346'],
    [Number.NaN, 'never'],
  ])('%d ns is %s', (time, text) => expect(formatMoment(time)).toBe(text));
});

it('counts stand in groups of three', () => {
  expect(formatCount(0)).toBe('0');
  expect(formatCount(999)).toBe('999');
  expect(formatCount(100_000)).toBe('100,000');
  expect(formatCount(1_234_567)).toBe('1,234,567');
  expect(formatAmount(1, 'query', 'queries')).toBe('1 query');
  expect(formatAmount(1234, 'query', 'queries')).toBe('1,234 queries');
});
