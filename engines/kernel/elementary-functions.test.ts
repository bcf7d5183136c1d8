import fc from 'fast-check';
import { expect, test } from 'vitest';
import { cubeRoot, exponentialOfNegative, logarithmOfRest, naturalLogarithm } from './elementary-functions.ts';

const near = (given: number, expected: number) =>
  expect(Math.abs(given - expected)).toBeLessThanOrEqual(1e-14 * Math.abs(expected) + Number.MIN_VALUE);

test('agree with Math to the fourteenth digit', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-12, max: 1, noNaN: true }), fc.double({ min: 1e-12, max: 1e12, noNaN: true }), (share, large) => {
      near(cubeRoot(large), Math.cbrt(large));
      near(cubeRoot(share), Math.cbrt(share));
      if (share < 0.9) {
        near(naturalLogarithm(share), Math.log(share));
        near(logarithmOfRest(share), Math.log1p(-share));
      }
      near(exponentialOfNegative(share), Math.exp(-share));
      const small = Math.exp(-share * 600);
      expect(Math.abs(exponentialOfNegative(share * 600) - small)).toBeLessThan(1e-13 * small);
    }),
  );
});

test.each([
  [0, 0],
  [1, 1],
  [8, 2],
  [27, 3],
  [1 / 64, 0.25],
  [1e-300, 1e-100],
])('the cube root of %d is %d', (value, root) => {
  near(cubeRoot(value), root);
});

test('the logarithm of what is left of all is 0', () => {
  expect(logarithmOfRest(0)).toBe(-0);
  near(logarithmOfRest(1e-18), -1e-18);
});
