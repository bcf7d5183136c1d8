import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  cubeRoot,
  exponentialOfNegative,
  logarithmOfRest,
  naturalLogarithm,
  nearestLogarithm,
  nearestPowerOfHalf,
} from './elementary-functions.ts';

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

// Computed with 60 digits and rounded once.
test.each([
  [2, Math.LN2],
  [3, 1.0986122886681098],
  [10, Math.LN10],
  [230, 5.438079308923196],
  [5027, 8.522578663692576],
  [0.5, -Math.LN2],
  [1, 0],
])('the nearest logarithm of %d', (value, logarithm) => {
  expect(nearestLogarithm(value)).toBe(logarithm);
});

test.each([
  [0, 1],
  [0.5, Math.SQRT1_2],
  [1, 0.5],
  [1 / 3, 0.7937005259840998],
  [0.1, 0.9330329915368074],
  [2.7, 0.1538930516681145],
  [40, 2 ** -40],
  [1075, 0],
])('the nearest power of ½ to %d', (exponent, power) => {
  expect(nearestPowerOfHalf(exponent)).toBe(power);
});

test('are as near everywhere', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-12, max: 1e12, noNaN: true }), fc.double({ min: 0, max: 50, noNaN: true }), (value, exponent) => {
      near(nearestLogarithm(value), Math.log(value));
      near(nearestPowerOfHalf(exponent), 0.5 ** exponent);
    }),
  );
});
