import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { HOUR, MILLISECOND, MINUTE, SECOND } from '../../engines/quantities.ts';
import { momentLabels, multiples, ratioMarks, roundStep, valueLabels } from './ticks.ts';

it('steps are 1, 2 or 5 times a power of ten', () => {
  expect([1, 1.1, 2, 3, 6, 70, 0.03].map((least) => roundStep(least, 'B'))).toEqual([1, 2, 2, 5, 10, 100, 0.05]);
});

it('steps of time are what clocks count by', () => {
  const steps = [3 * MILLISECOND, 0.7 * SECOND, 7 * SECOND, 25 * SECOND, 40 * SECOND, 7 * MINUTE, 50 * MINUTE, 5 * HOUR, 30 * HOUR];
  expect(
    valueLabels(
      steps.map((least) => roundStep(least, 'ns')),
      'ns',
    ),
  ).toEqual(['5 ms', '1 s', '10 s', '30 s', '1 min', '10 min', '1 h', '6 h', '2 d']);
});

it('a step is never less than asked for, and at most two and a half times as much', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-3, max: 1e15, noNaN: true }), (least) => {
      const step = roundStep(least, '');
      expect(step).toBeGreaterThanOrEqual(least * (1 - 1e-9));
      expect(step).toBeLessThanOrEqual(least * 2.5 * (1 + 1e-9));
    }),
  );
});

it('multiples include both ends', () => {
  expect(multiples(0, 300, 100)).toEqual([0, 100, 200, 300]);
  expect(multiples(-3, 5, 2)).toEqual([-2, 0, 2, 4]);
  expect(multiples(0, 0.3, 0.1)).toHaveLength(4);
});

it('marks of ratios are powers of ten around all values, and finer within one', () => {
  const marks = (low: number, high: number, unit: 'ns' | 'B') => valueLabels(ratioMarks([[low, high]], unit), unit);
  expect(marks(90e6, 2e9, 'B')).toEqual(['10 MB', '100 MB', '1 GB', '10 GB']);
  expect(marks(100e6, 1e9, 'B')).toEqual(['100 MB', '1 GB']);
  expect(marks(130e6, 450e6, 'B')).toEqual(['100 MB', '200 MB', '500 MB']);
  expect(marks(0.4 * SECOND, 75 * SECOND, 'ns')).toEqual(['100 ms', '1 s', '10 s', '1 min', '10 min']);
  expect(marks(12 * SECOND, 50 * SECOND, 'ns')).toEqual(['10 s', '20 s', '30 s', '1 min']);
  expect(marks(SECOND, SECOND, 'ns')).toEqual(['1 s', '2 s']);
});

it('values are told in their unit, and not twice alike', () => {
  expect(valueLabels([0, 50_000, 100_000], 'B')).toEqual(['0 B', '50 kB', '100 kB']);
  expect(valueLabels([0, 0.5, 1], 'ratio')).toEqual(['0 %', '50 %', '100 %']);
  expect(valueLabels([100_000, 100_200, 100_600], 'B')).toEqual(['100 kB', '', '101 kB']);
});

it('moments are told as finely as tells them apart', () => {
  const from = 43 * SECOND;
  expect(momentLabels([from, from + SECOND])).toEqual(['43 s', '44 s']);
  expect(momentLabels([from, from + 20 * MILLISECOND, from + 40 * MILLISECOND])).toEqual(['43.000 s', '43.020 s', '43.040 s']);
  expect(momentLabels([from, from + 200_000, from + 400_000])).toEqual(['43.000 s', '+200 µs', '+400 µs']);
});
