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

  test('sent piece by piece or at once, bits take as long', () => {
    const periods = fc.array(
      fc.record({ duration: fc.integer({ min: 1, max: 1e9 }), rate: fc.constantFrom(0, 1e6, 3e6, 1e9), latency: fc.constant(null) }),
      {
        minLength: 1,
        maxLength: 8,
      },
    );
    fc.assert(
      fc.property(
        periods.filter((list) => list.some(({ rate }) => rate > 0)),
        fc.nat(1e10),
        fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 20 }),
        (list, start, sizes) => {
          const pieces = new TraceClock(list);
          let at = start;
          for (const bits of sizes) at = pieces.departure(at, bits);
          const whole = new TraceClock(list).departure(
            start,
            sizes.reduce((a, b) => a + b, 0),
          );
          if (at > 1e15) return;
          // Each piece may be rounded up by a nanosecond, and wait for the next period because of it.
          const longest = Math.max(...list.map(({ duration }) => duration)) * list.length;
          expect(at).toBeGreaterThanOrEqual(whole - 1);
          expect(at - whole).toBeLessThanOrEqual(sizes.length + longest);
        },
      ),
    );
  });
});
