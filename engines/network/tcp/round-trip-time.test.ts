import { describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import { RoundTripTime } from './round-trip-time.ts';

describe('RoundTripTime (RFC 6298)', () => {
  test('one second before any measurement, and never less', () => {
    const time = new RoundTripTime();
    expect(time.timeout).toBe(SECOND);
    time.measured(40 * MILLISECOND);
    expect([time.smoothed, time.variation, time.timeout]).toEqual([40 * MILLISECOND, 20 * MILLISECOND, SECOND]);
  });

  test('follows a slow path: SRTT + 4 RTTVAR', () => {
    const time = new RoundTripTime();
    time.measured(800 * MILLISECOND);
    expect(time.timeout).toBe(2_400 * MILLISECOND);
    time.measured(1_600 * MILLISECOND);
    // RTTVAR = 3/4 · 400 + 1/4 · 800 = 500; SRTT = 7/8 · 800 + 1/8 · 1600 = 900.
    expect(time.timeout).toBe(2_900 * MILLISECOND);
  });

  test('doubles at each time-out up to a minute; progress ends that', () => {
    const time = new RoundTripTime();
    const timeouts = Array.from({ length: 8 }, () => {
      time.backOff();
      return time.timeout / SECOND;
    });
    expect(timeouts).toEqual([2, 4, 8, 16, 32, 60, 60, 60]);
    time.progress();
    expect(time.timeout).toBe(SECOND);
  });
});
