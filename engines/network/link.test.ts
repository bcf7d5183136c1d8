import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../kernel/random.ts';
import { MILLISECOND, SECOND } from '../quantities.ts';
import { type LineProperties, LinkDirection } from './link.ts';
import { lineForTests } from './scenario-for-tests.ts';

/** 1 Mbps, so that a byte takes 8 µs; no latency. */
function line(properties: Partial<LineProperties> = {}): LinkDirection {
  const placement = { index: 0, from: 0, to: 1, link: -1, reverse: false };
  return new LinkDirection('a to b', placement, { ...lineForTests, rate: 1e6, latency: 0, ...properties }, (purpose) =>
    randomStream(1, purpose),
  );
}

describe('the queue', () => {
  test('does not count the packet that is on the line', () => {
    const tight = line({ queue: 3_000 });
    const taken = (now: number) => tight.offer(now, 1_500) === null;
    // On the line, and two in the queue; then one more whenever one has begun to be sent.
    expect([taken(0), taken(0), taken(0), taken(0)]).toEqual([true, true, true, false]);
    expect([taken(11.9 * MILLISECOND), taken(12 * MILLISECOND), taken(12 * MILLISECOND)]).toEqual([false, true, false]);
    expect(tight.departure).toBe(48 * MILLISECOND);
  });

  test('of any size lets a packet through an idle line', () => {
    expect(line({ queue: 1_500 }).offer(0, 9_000)).toBe(null);
  });

  test('never holds more than its size, and loses nothing that fits', () => {
    const offers = fc.array(fc.record({ gap: fc.nat(20 * MILLISECOND), size: fc.integer({ min: 40, max: 1_514 }) }), { maxLength: 200 });
    fc.assert(
      fc.property(offers, fc.integer({ min: 1_500, max: 20_000 }), (list, queue) => {
        const tested = line({ queue });
        const taken: { start: number; end: number; size: number }[] = [];
        let now = 0;
        for (const { gap, size } of list) {
          now += gap;
          const waiting = taken.filter(({ start }) => start > now).reduce((sum, one) => sum + one.size, 0);
          const busy = taken.some(({ end }) => end > now);
          const fate = tested.offer(now, size);
          expect(fate).toBe(busy && waiting + size > queue ? 'queue full' : null);
          if (fate === null) taken.push({ start: tested.departure - size * 8_000, end: tested.departure, size });
        }
        // One after the other: the line is never used by two at once.
        for (const [i, { start }] of taken.entries())
          if (i > 0) expect(start).toBeGreaterThanOrEqual((taken[i - 1] as { end: number }).end);
      }),
    );
  });
});

describe('jitter', () => {
  const arrivals = (reordering: boolean): number[] => {
    const jittery = line({ jitter: 100 * MILLISECOND, reordering, queue: 1e9 });
    return Array.from({ length: 200 }, () => {
      jittery.offer(0, 125);
      return jittery.arrival;
    });
  };

  test('keeps the order, unless reordering is allowed', () => {
    const inOrder = arrivals(false);
    expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
    const free = arrivals(true);
    expect(free).not.toEqual([...free].sort((a, b) => a - b));
    for (const [i, at] of free.entries()) {
      const delay = at - (i + 1) * MILLISECOND;
      expect(delay).toBeGreaterThanOrEqual(0);
      expect(delay).toBeLessThanOrEqual(100 * MILLISECOND);
      expect(inOrder[i]).toBeGreaterThanOrEqual(at);
    }
  });
});

test('a trace changes the rate under a packet, and its latency', () => {
  const trace = [
    { duration: SECOND, rate: 1_000, latency: null },
    { duration: SECOND, rate: 4_000, latency: 7 },
  ];
  const changing = line({ latency: 3, trace });
  expect(changing.offer(0, 125)).toBe(null);
  expect(changing.arrival).toBe(SECOND + 7);
  expect(changing.offer(0.5 * SECOND, 250)).toBe(null);
  expect(changing.arrival).toBe(1.5 * SECOND + 7);
  expect([changing.rateAt(0), changing.rateAt(SECOND), changing.nextChange(0), changing.latencyAt(0)]).toEqual([1_000, 4_000, SECOND, 3]);
  expect(line().nextChange(0)).toBe(Number.POSITIVE_INFINITY);
});

test('a line that fails takes nothing, forgets its queue, and is idle when it recovers', () => {
  const failing = line();
  for (let i = 0; i < 5; i++) failing.offer(0, 1_500);
  failing.fail(MILLISECOND);
  expect([failing.offer(MILLISECOND, 100), failing.up, failing.failures]).toEqual(['line down', false, 1]);
  failing.recover();
  expect(failing.offer(2 * MILLISECOND, 125)).toBe(null);
  expect(failing.arrival).toBe(3 * MILLISECOND);
});

test.each(['loss', 'duplicates'] as const)('%s happen as often as declared, each drawn from a stream of its own', (what) => {
  const seen = (properties: Partial<LineProperties>): boolean[] => {
    const tested = line({ queue: 1e9, ...properties });
    return Array.from({ length: 4_000 }, () => (what === 'duplicates' ? tested.duplicates() : false) || tested.offer(0, 100) === 'lost');
  };
  const alone = seen({ [what]: 0.2 });
  const share = alone.filter((one) => one).length / 4_000;
  // Three standard deviations of 4,000 draws are 1.9 %.
  expect(Math.abs(share - 0.2)).toBeLessThan(0.019);
  expect(seen({ [what]: 0.2, jitter: MILLISECOND })).toEqual(alone);
});
