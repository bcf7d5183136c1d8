import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Ranges } from './ranges.ts';

const LIMIT = 60;
const position = fc.nat(LIMIT);
const operation = fc.oneof(
  fc.record({ kind: fc.constant('add' as const), start: position, length: fc.integer({ min: 1, max: 20 }), mark: position }),
  fc.record({ kind: fc.constant('remove' as const), start: position, length: fc.constant(0), mark: fc.constant(0) }),
);

test('what is added and removed is what a set of the numbers would hold', () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
      const ranges = new Ranges();
      const set = new Set<number>();
      for (const { kind, start, length, mark } of operations) {
        const before = [...set];
        if (kind === 'add') {
          const fresh = Array.from({ length }, (_, i) => start + i).filter((number) => !set.has(number));
          expect(ranges.add(start, start + length, mark)).toBe(fresh.length);
          expect(ranges.addedBelow).toBe(fresh.filter((number) => number < mark).length);
          for (const number of fresh) set.add(number);
        } else {
          expect(ranges.removeBelow(start)).toBe(before.filter((number) => number < start).length);
          for (const number of before) if (number < start) set.delete(number);
        }
        const held: number[] = [];
        for (let i = 0; i < ranges.count; i++) {
          if (i > 0) expect(ranges.start(i)).toBeGreaterThan(ranges.end(i - 1));
          for (let number = ranges.start(i); number < ranges.end(i); number++) held.push(number);
        }
        expect(held).toEqual([...set].sort((a, b) => a - b));
        for (let at = 0; at < LIMIT + 25; at++) {
          const next = held.find((number) => number >= at);
          expect(ranges.nextStart(at)).toBe(next ?? Number.POSITIVE_INFINITY);
          const index = ranges.indexOf(at);
          expect(index >= 0).toBe(set.has(at));
          let outside = at;
          while (set.has(outside)) outside++;
          expect(ranges.firstOutside(at)).toBe(outside);
          let end = at;
          while (end > 0 && !(set.has(end - 1) && !set.has(end))) end--;
          expect(ranges.lastEndUpTo(at)).toBe(end > 0 ? end : -1);
        }
      }
    }),
    { numRuns: 150 },
  );
});
