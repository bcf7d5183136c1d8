/** The chi-square distribution for even degrees of freedom, where it is a finite sum. */
import { exponentialOfNegative } from '../../../kernel/elementary-functions.ts';

/**
 * The probability that a chi-square variable with `2 pairs` degrees of freedom is `value` or more: e^-m Σ m^i / i!, for i below
 * `pairs`, with m half of `value`. `value` 0 or more, up to 1,400; `pairs` 1 to 150. 0 to 1; its error is below 10^-12.
 */
export function chiSquareTail(value: number, pairs: number): number {
  const m = value / 2;
  let term = exponentialOfNegative(m);
  let sum = term;
  for (let i = 1; i < pairs; i++) {
    term *= m / i;
    sum += term;
  }
  return Math.min(sum, 1);
}
