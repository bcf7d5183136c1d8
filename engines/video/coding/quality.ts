/** How near a picture is to the one that it stands for. */
import { naturalLogarithm } from '../../kernel/elementary-functions.ts';

/** What stands for no difference at all, in decibels: the formula has no value for it. */
export const LOSSLESS = 100;

/** Sum of the squared differences of two pictures of one size. */
export function squaredError(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += ((a[i] as number) - (b[i] as number)) ** 2;
  return sum;
}

/**
 * The peak signal-to-noise ratio in decibels, 10 log10(255² / mean squared error), of pictures with so many pixels altogether: 0 where
 * black stands for white, about 30 where differences begin to be seen, LOSSLESS where there are none.
 */
export function peakSignalToNoise(squares: number, pixels: number): number {
  if (squares === 0) return LOSSLESS;
  return Math.min(LOSSLESS, (-10 * naturalLogarithm(Math.min(1, squares / pixels / 65_025))) / Math.LN10);
}
