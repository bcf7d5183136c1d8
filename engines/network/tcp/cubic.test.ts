import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import { Cubic } from './cubic.ts';

const MSS = 1460;

/** A sender whose window is full at all times: an ACK of two segments at a time, evenly over each round trip. */
function grow(cubic: Cubic, seconds: number, roundTrip: number, from = 0): { at: number; window: number }[] {
  const trail: { at: number; window: number }[] = [];
  let now = from * SECOND;
  while (now < (from + seconds) * SECOND) {
    const { window } = cubic;
    cubic.acknowledged(2 * MSS, window, Math.round(now), roundTrip);
    trail.push({ at: now / SECOND - from, window: cubic.window / MSS });
    now += (roundTrip * 2 * MSS) / window;
  }
  return trail;
}

/** In congestion avoidance after a loss at a window of so many segments. */
function afterLoss(segments: number): Cubic {
  const cubic = new Cubic(MSS);
  cubic.window = segments * MSS;
  cubic.lost(segments * MSS);
  cubic.window = cubic.threshold;
  return cubic;
}

describe('CUBIC (RFC 9438)', () => {
  test('doubles each round trip in slow start, from ten segments', () => {
    const cubic = new Cubic(MSS);
    for (let i = 0; i < 5; i++) cubic.acknowledged(2 * MSS, cubic.window, 0, Number.NaN);
    expect(cubic.window).toBe(20 * MSS);
  });

  test('comes down to 0.7 of what was outstanding at a loss (§4.6)', () => {
    const cubic = afterLoss(1_000);
    expect(cubic.threshold).toBe(700 * MSS);
  });

  test('is back at the window of the loss after K = ∛(W_max · 0.3 / C) seconds, and flat there (§4.2)', () => {
    // ∛(1000 · 0.3 / 0.4) = 9.09 s.
    const trail = grow(afterLoss(1_000), 20, 100 * MILLISECOND);
    const at = (seconds: number) => trail.find((point) => point.at >= seconds)?.window ?? 0;
    expect(at(9.09)).toBeGreaterThan(990);
    expect(at(9.09)).toBeLessThan(1_002);
    // Steep at first, flat around the plateau, steep again.
    const steps = [0, 4, 8, 12, 16].map((from) => at(from + 3) - at(from));
    expect(steps[0]).toBeGreaterThan(5 * (steps[2] as number));
    expect(steps[4]).toBeGreaterThan(5 * (steps[2] as number));
    // Along W_cubic(t) = 0.4 (t − K)³ + W_max throughout.
    for (const { at, window } of trail) {
      if (at < 1) continue;
      const curve = 0.4 * (at + 0.1 - Math.cbrt(750)) ** 3 + 1_000;
      expect(Math.abs(window / curve - 1)).toBeLessThan(0.02);
    }
  });

  test('never shrinks while it grows, nor by more than half a window in a round trip (§4.4)', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 1_000 }), fc.integer({ min: 5, max: 300 }), (segments, roundTrip) => {
        const cubic = afterLoss(segments);
        let last = cubic.window;
        let shrunk = false;
        for (let round = 0, now = 0; round < 60; round++, now += roundTrip * MILLISECOND) {
          const begin = cubic.window;
          for (let left = begin; left > 0; left -= 2 * MSS) {
            cubic.acknowledged(Math.min(2 * MSS, left), cubic.window, now, roundTrip * MILLISECOND);
            shrunk ||= cubic.window < last;
            last = cubic.window;
          }
          expect([shrunk, cubic.window / begin < 1.66]).toEqual([false, true]);
        }
      }),
      { numRuns: 40 },
    );
  });

  test('is no slower than Reno where round trips are short: α = 0.53 segments each, then one (§4.3)', () => {
    const cubic = afterLoss(20);
    const trail = grow(cubic, 2, 10 * MILLISECOND);
    const at = (seconds: number) => trail.find((point) => point.at >= seconds)?.window ?? 0;
    // 14 segments, and 6 / 0.53 round trips until it is back at 20.
    expect(at(0.05)).toBeGreaterThan(16);
    expect(at(0.114)).toBeGreaterThan(19.5);
    expect(at(0.114)).toBeLessThan(20.7);
    // One segment each round trip from there.
    expect((at(1.5) - at(0.5)) / 100).toBeGreaterThan(0.9);
    expect((at(1.5) - at(0.5)) / 100).toBeLessThan(1.1);
  });

  test('makes room for others where a loss comes below the last plateau: fast convergence (§4.7)', () => {
    const cubic = afterLoss(1_000);
    cubic.window = 800 * MSS;
    cubic.lost(800 * MSS);
    cubic.window = cubic.threshold;
    // The plateau is 680 segments, and the curve flat there; without it, it would be at 800 after ∛600 = 8.4 s.
    const trail = grow(cubic, 8.4, 100 * MILLISECOND);
    const middle = trail.find(({ at }) => at >= 4.2)?.window ?? 0;
    expect(middle).toBeLessThan(725);
  });

  test('after a time-out the plateau is where slow start ends (§4.8)', () => {
    const cubic = new Cubic(MSS);
    cubic.window = 100 * MSS;
    cubic.timedOut(100 * MSS, true);
    expect([cubic.window, cubic.threshold]).toEqual([MSS, 70 * MSS]);
    cubic.timedOut(MSS, false);
    expect(cubic.threshold).toBe(70 * MSS);
    cubic.window = cubic.threshold;
    const trail = grow(cubic, 3, 200 * MILLISECOND);
    const at = (seconds: number) => trail.find((point) => point.at >= seconds)?.window ?? 0;
    expect(at(1)).toBeLessThan(75);
    expect(at(2.9)).toBeGreaterThan(78);
  });

  test('time in which the window was not used does not count (§5.8)', () => {
    const cubic = afterLoss(1_000);
    grow(cubic, 9, 100 * MILLISECOND);
    const { window } = cubic;
    for (let now = 9; now < 109; now++) cubic.acknowledged(MSS, 10 * MSS, now * SECOND, 100 * MILLISECOND);
    expect(cubic.window).toBe(window);
    // A hundred seconds later the curve is where it was; ten round trips add what Reno would (§4.3).
    const trail = grow(cubic, 1, 100 * MILLISECOND, 109);
    expect(trail.at(-1)?.window).toBeLessThan(1_011);
  });
});
