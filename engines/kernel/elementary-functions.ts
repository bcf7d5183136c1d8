/**
 * Elementary functions that give the same bits everywhere: of those of Math, only the four operations, square roots and
 * rounding are exact by the standard; logarithms, powers and cube roots may differ in their last bit between JavaScript
 * engines (ECMA-262 §21.3.2), and a run must not.
 */

/** Of `value` from above 0 to 1. */
export function naturalLogarithm(value: number): number {
  let x = value;
  let exponent = 0;
  while (x < Math.SQRT1_2) {
    x *= 2;
    exponent--;
  }
  return twiceArtanh((x - 1) / (x + 1)) + exponent * Math.LN2;
}

/** ln(1 − `share`), `share` from 0 to below 1, exact also where it is tiny. */
export function logarithmOfRest(share: number): number {
  return share < 0.25 ? twiceArtanh(-share / (2 - share)) : naturalLogarithm(1 - share);
}

/** e to the power of −`value`, `value` 0 or more; its relative error is below 10^-14, beyond 10 below 10^-13. Beyond 745 it is 0. */
export function exponentialOfNegative(value: number): number {
  const halvings = Math.floor(value / Math.LN2);
  if (halvings > 1074) return 0;
  // The rest lies below ln 2, where 20 terms of the series reach the last bit.
  const rest = value - halvings * Math.LN2;
  let power = 1;
  for (let term = 20; term >= 1; term--) power = 1 - (power * rest) / term;
  for (let i = 0; i < halvings; i++) power /= 2;
  return power;
}

/** ln x is 2 artanh s with s = (x − 1) / (x + 1), by its series: up to 0.172, 12 terms reach the last bit. */
function twiceArtanh(s: number): number {
  const square = s * s;
  let sum = 0;
  for (let term = 23; term >= 1; term -= 2) sum = sum * square + 1 / term;
  return 2 * s * sum;
}

/** Of a finite `value` of 0 or more; its relative error is below 10^-15. */
export function cubeRoot(value: number): number {
  if (value === 0) return 0;
  // Powers of 8 have exact cube roots; what is left lies between 1 and 8.
  let x = value;
  let scale = 1;
  while (x >= 8) {
    x /= 8;
    scale *= 2;
  }
  while (x < 1) {
    x *= 8;
    scale /= 2;
  }
  let root = 1.5;
  for (let turn = 0; turn < 7; turn++) root -= (root - x / (root * root)) / 3;
  return root * scale;
}
