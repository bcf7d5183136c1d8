/**
 * The quantiser: shades that lie within one step of each other become one. Step 1 keeps all 256, step 128 leaves two.
 */
import { bitLength } from './bits.ts';

export const COARSEST_STEP = 128;
/** Those that rate control chooses among, from fine to coarse. */
export const STEPS: readonly number[] = [1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128];

/** Of a shade, 0 to `levels(step)` − 1. */
export function levelOf(shade: number, step: number): number {
  return Math.floor(shade / step);
}

/** The shade that stands for a level: the middle of its step. */
export function shadeOf(level: number, step: number): number {
  return Math.min(255, level * step + (step >> 1));
}

/** Bits that a level takes where each is as long as any other. */
export function levelBits(step: number): number {
  return bitLength(Math.ceil(256 / step) - 1);
}
