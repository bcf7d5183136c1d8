import { describe, expect, it } from 'vitest';
import { count, formatDuration, formatRate, formatSize, formatValue } from './format.ts';
import { DAY, HOUR, MILLISECOND, MINUTE, SECOND } from './quantities.ts';

describe('quantities for people', () => {
  it.each([
    [0, '0 s'],
    [17, '17 ns'],
    [1500, '1.5 µs'],
    [412 * MILLISECOND, '412 ms'],
    [12.345 * MILLISECOND, '12.3 ms'],
    [1.25 * SECOND, '1.25 s'],
    [125 * SECOND, '2 min 5 s'],
    [120 * SECOND - 1, '2 min'],
    [999.9996 * MILLISECOND, '1 s'],
    [59.999 * SECOND, '1 min'],
    [HOUR - 1, '1 h'],
    [DAY - 1, '1 d'],
    [HOUR, '1 h'],
    [HOUR + 30 * MINUTE, '1 h 30 min'],
    [2 * DAY + HOUR, '2 d 1 h'],
    [-MILLISECOND, '−1 ms'],
    [Number.NaN, 'never'],
  ])('%d ns is %s', (time, text) => expect(formatDuration(time)).toBe(text));

  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1500, '1.5 kB'],
    [700e6, '700 MB'],
    [999_999, '1 MB'],
  ])('%d bytes are %s', (size, text) => expect(formatSize(size)).toBe(text));

  it('rates, ratios, numbers and counts', () => {
    expect(formatRate(56_000)).toBe('56 kbit/s');
    expect(formatValue(0.005, 'ratio')).toBe('0.5 %');
    expect(formatValue(3, '')).toBe('3');
    expect(formatValue(2e9, 'bit/s')).toBe('2 Gbit/s');
    expect(count(1, 'message')).toBe('1 message');
    expect(count(0, 'message')).toBe('0 messages');
    expect(count(2, 'query', 'queries')).toBe('2 queries');
  });
});
