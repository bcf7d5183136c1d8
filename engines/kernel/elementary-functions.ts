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

/** ln 2 as the sum of two numbers; the first one has so few digits that its product with any exponent is exact. */
const LN2_LEADING = 0.6931471803691238;
const LN2_REST = 1.9082149292705877e-10;

/**
 * Of a finite `value` above 0, as the nearest number but in rare cases: for what is compared with what others have computed, digit by
 * digit. Takes several times as long as `naturalLogarithm`.
 */
export function nearestLogarithm(value: number): number {
  let x = value;
  let exponent = 0;
  for (; x < Math.SQRT1_2; exponent--) x *= 2;
  for (; x > Math.SQRT2; exponent++) x /= 2;
  // ln x = 2 artanh s; s and the sum are kept with what rounding takes away from them.
  const over = x - 1;
  const under = x + 1;
  const underRest = x - (under - 1);
  const s = over / under;
  const product = s * under;
  const sRest = (over - product - productRest(s, under, product) - s * underRest) / under;
  const square = s * s;
  let series = 0;
  for (let term = 23; term >= 3; term -= 2) series = series * square + 1 / term;
  const leading = exponent * LN2_LEADING;
  const sum = leading + 2 * s;
  const sumRest = leading === 0 ? 0 : 2 * s - (sum - leading);
  return sum + (sumRest + (exponent * LN2_REST + (2 * s * square * series + 2 * sRest)));
}

/** Powers of 2 by quarters, and ln 2, each with what its nearest number lacks. */
const QUARTER_POWERS = [1, 1.189207115002721, Math.SQRT2, 1.681792830507429];
const QUARTER_POWER_RESTS = [0, 3.982015231465646e-17, -9.667293313452913e-17, 8.199010020581497e-17];
const LN2_LACKS = 2.3190468138462996e-17;

/** ½ to the power of the index, exactly; what is multiplied with one keeps all its digits. */
const HALVINGS = Float64Array.from({ length: 1000 }, (_, i) => halved(1, i));

/** ½ to the power of `exponent`, 0 or more, as the nearest number but in rare cases: for the same purpose. Beyond 1074 it is 0. */
export function nearestPowerOfHalf(exponent: number): number {
  if (exponent > 1074) return 0;
  const quarters = Math.round(exponent * 4);
  const halvings = Math.ceil(quarters / 4);
  const more = halvings * 4 - quarters;
  // What is left is e to the power of y, up to 0.087, where 10 terms of the series reach the last bit.
  const left = quarters / 4 - exponent;
  const y = left * Math.LN2;
  let series = 1;
  for (let term = 10; term >= 3; term--) series = 1 + (series * y) / term;
  const higher = ((y * y) / 2) * series;
  const growth = y + higher;
  const growthRest = y - growth + higher + productRest(left, Math.LN2, y) + left * LN2_LACKS;
  const power = QUARTER_POWERS[more] as number;
  const product = power * growth;
  const sum = power + product;
  const missing = productRest(power, growth, product) + power * growthRest + (QUARTER_POWER_RESTS[more] as number) * (1 + growth);
  const value = sum + (power - sum + product + missing);
  return halvings < HALVINGS.length ? value * (HALVINGS[halvings] as number) : halved(value, halvings);
}

function halved(value: number, times: number): number {
  let rest = value;
  for (let i = 0; i < times; i++) rest /= 2;
  return rest;
}

/** What `product`, the nearest number to a b, lacks of it, exactly (Dekker 1971); where nothing overflows. */
function productRest(a: number, b: number, product: number): number {
  const aScaled = a * HALF_OF_DIGITS;
  const aHigh = aScaled - (aScaled - a);
  const aLow = a - aHigh;
  const bScaled = b * HALF_OF_DIGITS;
  const bHigh = bScaled - (bScaled - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

/** A number times this, minus what it is greater by than the number, has the upper half of the number’s digits. */
const HALF_OF_DIGITS = 2 ** 27 + 1;

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
