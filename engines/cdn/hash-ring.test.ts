/** Consistent hashing: shares are even, and few objects move. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HashRing } from './hash-ring.ts';

const objects = Array.from({ length: 5_000 }, (_, i) => `/object${i}`);
const members = (count: number) => Array.from({ length: count }, (_, i) => `edge${i + 1}`);

function owners(ring: HashRing): string[] {
  return objects.map((object) => ring.memberFor(object) as string);
}

test.each([2, 4, 8, 20])('%i members: nobody has half as much again as the average', (count) => {
  const counts = new Map<string, number>();
  for (const owner of owners(new HashRing(members(count)))) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  const average = objects.length / count;
  expect(counts.size).toBe(count);
  expect(Math.max(...counts.values())).toBeLessThan(1.5 * average);
  expect(Math.min(...counts.values())).toBeGreaterThan(0.5 * average);
});

test('one place a member is uneven', () => {
  const counts = new Map<string, number>();
  for (const owner of owners(new HashRing(members(8), 1))) counts.set(owner, (counts.get(owner) ?? 0) + 1);
  expect(Math.max(...counts.values())).toBeGreaterThan((1.5 * objects.length) / 8);
});

describe('a member comes, or goes', () => {
  test('only what it had moves', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 12 }), fc.nat(), (count, pick) => {
        const all = members(count);
        const gone = all[pick % count] as string;
        const before = owners(new HashRing(all));
        const after = owners(new HashRing(all.filter((member) => member !== gone)));
        expect(before.every((owner, i) => owner === gone || owner === after[i])).toBe(true);
        expect(after).not.toContain(gone);
      }),
      { numRuns: 20 },
    );
  });

  test('what one leaves behind falls to all others', () => {
    const before = owners(new HashRing(members(5)));
    const after = owners(new HashRing(members(5).slice(1)));
    const heirs = new Set(after.filter((_, i) => before[i] === 'edge1'));
    expect([...heirs].sort()).toEqual(['edge2', 'edge3', 'edge4', 'edge5']);
  });

  test('one that does not serve is passed over, as if it were not there', () => {
    const ring = new HashRing(members(5));
    const without = new HashRing(members(5).filter((member) => member !== 'edge3'));
    for (const object of objects.slice(0, 500))
      expect(ring.memberFor(object, (member) => member !== 'edge3')).toBe(without.memberFor(object));
    expect(ring.memberFor('/object1', () => false)).toBeNull();
  });
});
