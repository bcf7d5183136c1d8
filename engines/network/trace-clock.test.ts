import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SECOND } from '../quantities.ts';
import { TraceClock } from './trace-clock.ts';

const period = (seconds: number, rate: number, latency: number | null = null) => ({ duration: seconds * SECOND, rate, latency });

describe('a trace', () => {
  const clock = new TraceClock([period(1, 8), period(2, 0), period(1, 16, 5)]);

  test.each([
    [0, 8, 1],
    [0.999, 8, 1],
    [1, 0, 3],
    [2.5, 0, 3],
    [3, 16, 4],
    [4, 8, 5],
    [4_000_001.5, 0, 4_000_003],
    [0.5, 8, 1],
  ])('at %d s offers %d bit/s until %d s', (at, rate, until) => {
    expect(clock.at(at * SECOND).rate).toBe(rate);
    expect(clock.nextChange(at * SECOND)).toBe(until * SECOND);
  });

  test.each([
    [0, 8, 1],
    [0.5, 4, 1],
    // Half of it before the outage, half after.
    [0.5, 12, 3.5],
    [1.5, 16, 4],
    // A round carries 24 bits in 4 s.
    [0, 24 * 1000 + 4, 4000.5],
    [3, 32, 7.5],
    // A whole round's bits have gone when the last period that carries any ends, not when the round does.
    [0, 24, 4],
    [1.5, 24, 5],
  ])('bits that begin at %d s, %d of them, have gone at %d s', (start, bits, end) => {
    expect(clock.departure(start * SECOND, bits)).toBe(end * SECOND);
  });

  test.each([
    ['nothing in it', []],
    ['nothing that passes', [period(1, 0)]],
    ['a period of no length', [period(0, 5), period(1, 5)]],
  ])('with %s is refused', (_, periods) => {
    expect(() => new TraceClock(periods)).toThrow(RangeError);
  });

  test('bits take as long as period by period, to the nanosecond', () => {
    const periods = fc.array(
      fc.record({ duration: fc.integer({ min: 1, max: 1e9 }), rate: fc.constantFrom(0, 1e6, 3e6, 1e9), latency: fc.constant(null) }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(
        periods.filter((list) => list.reduce((bits, { duration, rate }) => bits + duration * rate, 0) > 1e12),
        fc.nat(1e10),
        fc.integer({ min: 1, max: 100_000 }),
        (list, start, bits) => {
          const length = list.reduce((sum, { duration }) => sum + duration, 0);
          let at = start;
          let left = bits;
          for (;;) {
            let within = at % length;
            const period = list.find(({ duration }) => {
              if (within < duration) return true;
              within -= duration;
              return false;
            }) as (typeof list)[number];
            const until = at - within + period.duration;
            const carried = ((until - at) * period.rate) / SECOND;
            if (period.rate > 0 && carried >= left - 1e-5) {
              at += (left * SECOND) / period.rate;
              break;
            }
            left -= carried;
            at = until;
          }
          expect(Math.abs(new TraceClock(list).departure(start, bits) - at)).toBeLessThanOrEqual(2);
        },
      ),
    );
  });

  test('beyond the end of time nothing departs', () => {
    const day = 86_400;
    const late = new TraceClock([period(0.001, 1_000), period(99 * day, 0)]);
    expect(late.departure(0, 1)).toBe(0.001 * SECOND);
    expect(late.departure(0, 8)).toBe(Number.POSITIVE_INFINITY);
  });
});
