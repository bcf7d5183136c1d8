import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NEVER } from '../../kernel/event-queue.ts';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import { NONE, SharedLine } from './shared-line.ts';

interface Transfer {
  readonly at: number;
  readonly bits: number;
}

/** When each transfer ends, in nanoseconds. */
function ends(line: SharedLine, transfers: readonly Transfer[]): number[] {
  const ended: number[] = transfers.map(() => Number.NaN);
  let next = 0;
  for (;;) {
    const begins = transfers[next]?.at ?? NEVER;
    const now = Math.min(begins, line.nextEnd());
    if (now === NEVER) return ended;
    for (let owner = line.take(now); owner !== NONE; owner = line.take(now)) ended[owner] = now;
    if (begins === now) line.begin(now, next, (transfers[next++] as Transfer).bits);
  }
}

/** The same by small steps: what is left of each, at the rate that each has meanwhile. */
function endsByHand(capacity: number, most: number, transfers: readonly Transfer[]): number[] {
  const left = transfers.map(({ bits }) => bits);
  const ended: number[] = transfers.map(() => Number.NaN);
  const isOpen = (i: number, now: number): boolean => (transfers[i] as Transfer).at <= now && Number.isNaN(ended[i]);
  for (let now = 0; ended.some(Number.isNaN); ) {
    const open = transfers.map((_, i) => i).filter((i) => isOpen(i, now));
    const rate = Math.min(most, capacity / open.length) / SECOND;
    const next = Math.min(...transfers.map(({ at }) => at).filter((at) => at > now), ...open.map((i) => now + (left[i] as number) / rate));
    for (const i of open) {
      left[i] = (left[i] as number) - rate * (next - now);
      if ((left[i] as number) < 1e-3) ended[i] = next;
    }
    now = next;
  }
  return ended;
}

describe('a shared line', () => {
  it.each<[what: string, most: number, transfers: Transfer[], seconds: number[]]>([
    ['carries one at its rate', 1e9, [{ at: 0, bits: 2e6 }], [2]],
    ['carries one at what its receiver takes', 500_000, [{ at: 0, bits: 2e6 }], [4]],
    [
      'carries two at half of it, and what is left alone again',
      1e9,
      [
        { at: 0, bits: 1e6 },
        { at: 0, bits: 2e6 },
      ],
      [2, 3],
    ],
    [
      'gives the second one its share from its beginning on',
      1e9,
      [
        { at: 0, bits: 2e6 },
        { at: SECOND, bits: 3e6 },
      ],
      [3, 5],
    ],
    [
      'is idle between',
      1e9,
      [
        { at: 0, bits: 1e6 },
        { at: 5 * SECOND, bits: 1e6 },
      ],
      [1, 6],
    ],
  ])('%s', (_, most, transfers, seconds) => {
    expect(ends(new SharedLine(1e6, most), transfers).map((at) => at / SECOND)).toEqual(seconds);
  });

  it('ends what was cut, in the order in which it would have ended', () => {
    const line = new SharedLine(1e6, Number.POSITIVE_INFINITY);
    for (const [owner, bits] of [3e6, 1e6, 2e6].entries()) line.begin(0, owner, bits);
    expect(line.rate).toBeCloseTo(1e6 / 3);
    expect(line.cut(SECOND)).toEqual([1, 2, 0]);
    expect([line.nextEnd(), line.transfers]).toEqual([NEVER, 0]);
  });

  it('agrees with what is worked out by hand, to a nanosecond each', () => {
    const transfer = fc.record({ at: fc.integer({ min: 0, max: 20 * SECOND }), bits: fc.integer({ min: 1, max: 5_000_000 }) });
    fc.assert(
      fc.property(fc.array(transfer, { minLength: 1, maxLength: 30 }), fc.integer({ min: 100_000, max: 2_000_000 }), (all, most) => {
        const transfers = all.sort((a, b) => a.at - b.at);
        const byHand = endsByHand(1e6, most, transfers);
        for (const [i, at] of ends(new SharedLine(1e6, most), transfers).entries()) {
          // Each end is a whole nanosecond, so that those after it may be later by one each.
          expect(Math.abs(at - (byHand[i] as number))).toBeLessThan(MILLISECOND / 1000);
        }
      }),
      { seed: 8, numRuns: 200 },
    );
  });
});
