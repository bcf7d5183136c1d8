import { expect, it } from 'vitest';
import { outline } from './outline.ts';

const whole = Math.round;
const column = (time: number) => Math.round(time / 10);

it('leads from value to value in steps, or straight', () => {
  const line = { at: [0, 10, 20], values: [1, 5, 3] };
  expect(outline(line, whole, whole, 'holds')).toBe('M0 1H0V1H10V5H20V3');
  expect(outline(line, whole, whole, 'straight')).toBe('M0 1L10 5L20 3');
});

it('of a single sample is a point', () => {
  expect(outline({ at: [7], values: [2] }, whole, whole, 'straight')).toBe('M7 2');
});

it('draws all samples of one pixel as one stroke, which keeps the peak and ends at the last', () => {
  const line = { at: [0, 1, 2, 3, 20], values: [4, 9, 1, 6, 6] };
  expect(outline(line, column, whole, 'straight')).toBe('M0 4V1V9V6L2 6');
  expect(outline(line, column, whole, 'holds')).toBe('M0 4H0V1V9V6H2V6');
});

it('goes on from the last sample of a pixel where that is the lowest of them', () => {
  const line = { at: [10, 100, 101, 102, 200], values: [7, 6, 0, 0, 5] };
  expect(outline(line, column, whole, 'straight')).toBe('M1 7L10 6V6V0L20 5');
});

it.each(['holds', 'straight'] as const)('of 100,000 samples that %s takes a few commands a pixel', (between) => {
  const at = Float64Array.from({ length: 100_000 }, (_, i) => i);
  const values = Float64Array.from(at, (i) => (i === 54_321 ? 1000 : i % 100));
  const path = outline({ at, values }, (time) => Math.round(time / 100), whole, between);
  expect(path.match(/[HVLM]/g)!.length).toBeLessThanOrEqual(1001 * 4 + 1);
  expect(path.match(/V1000/g)).toHaveLength(1);
});
