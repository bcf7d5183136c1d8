import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fromWire, toWire } from './segment.ts';

test('sequence numbers wrap; positions do not', () => {
  fc.assert(
    fc.property(fc.nat(4294967295), fc.nat(2 ** 40), fc.integer({ min: -(2 ** 31) + 1, max: 2 ** 31 - 1 }), (initial, near, distance) => {
      const position = near + distance;
      if (position < 0) return;
      expect(fromWire(initial, toWire(initial, position), near)).toBe(position);
    }),
  );
});
