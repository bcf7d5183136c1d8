import { expect, it } from 'vitest';
import { sparkline } from './sparkline.ts';

it('steps from value to value, and ends at the last one', () => {
  expect(sparkline([0, 10, 20], [0, 4, 2], 64, 20)).toEqual({ path: 'M1 18H1V18H31V2H61V10', endX: 61, endY: 10 });
});

it('of values that never change is a line', () => {
  expect(sparkline([5, 6], [3, 3], 64, 20).path).toBe('M1 2H1V2H61V2');
  expect(sparkline([5, 5], [0, 0], 64, 20).path).toBe('M1 18H1V18');
});

it('of 200,000 samples takes a few commands a pixel, and keeps a peak of one sample', () => {
  const at = Float64Array.from({ length: 200_000 }, (_, i) => i);
  const values = Float64Array.from(at, (i) => (i === 123_457 ? 1000 : 100 + (i % 2)));
  const { path, endX, endY } = sparkline(at, values, 64, 20);
  expect(path.length).toBeLessThan(64 * 16);
  expect(path.match(/V2(?=[HV])/g)).toHaveLength(1);
  expect([endX, endY]).toEqual([61, 16.4]);
});
