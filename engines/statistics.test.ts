import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addSamples, type Samples, type Statistic, statisticOf } from './statistics.ts';

const of = (values: number[], weights = values.map(() => 1)): Samples => ({ values, weights });

describe('statistics', () => {
  test.each([
    ['mean', [1, 2, 3, 10], 4],
    ['least', [3, 1, 2], 1],
    ['greatest', [3, 1, 2], 3],
    ['median', [5, 1, 3], 3],
    // Nearest rank: a value that was measured, never one in between.
    ['median', [1, 2, 3, 4], 2],
    ['95th percentile', Array.from({ length: 100 }, (_, i) => i + 1), 95],
    ['99th percentile', [1, 2, 3], 3],
    ['90th percentile', [7], 7],
  ] as const)('the %s of %j is %d', (statistic, values, expected) => {
    expect(statisticOf(of([...values]), statistic)).toBeCloseTo(expected, 9);
  });

  test('of nothing there is none', () => expect(statisticOf(of([]), 'mean')).toBeNaN());

  test('a level counts for as long as it holds', () => {
    const samples = of([], []);
    addSamples(samples, [0, 1, 4], [10, 20, 30], true, -1, 10);
    expect(samples).toEqual({ values: [10, 20, 30], weights: [1, 3, 6] });
    expect(statisticOf(samples, 'mean')).toBeCloseTo(25, 9);
    expect(statisticOf(samples, 'median')).toBe(30);
  });

  test('since a moment, a level holds on from before it; single values do not', () => {
    const level = of([], []);
    addSamples(level, [0, 1, 4], [10, 20, 30], true, 2, 5);
    expect(level).toEqual({ values: [20, 30], weights: [2, 1] });
    const single = of([], []);
    addSamples(single, [0, 1, 4], [10, 20, 30], false, 1, 5);
    expect(single).toEqual({ values: [30], weights: [1] });
  });

  test('levels that held no time count once each', () => {
    const samples = of([], []);
    addSamples(samples, [5, 5], [1, 3], true, -1, 5);
    expect(statisticOf(samples, 'mean')).toBe(2);
  });

  test('each lies between the least and the greatest; percentiles rise with their share and were measured', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: 0, max: 50 })), { minLength: 1 }), (pairs) => {
        const samples = of(
          pairs.map(([value]) => value),
          pairs.map(([, weight]) => weight),
        );
        const at = (statistic: Statistic) => statisticOf(samples, statistic);
        const rising = [at('least'), at('median'), at('90th percentile'), at('95th percentile'), at('99th percentile'), at('greatest')];
        expect(rising).toEqual([...rising].sort((a, b) => a - b));
        for (const value of rising) expect(samples.values).toContain(value);
        expect(at('mean')).toBeGreaterThanOrEqual(at('least') - 1e-9);
        expect(at('mean')).toBeLessThanOrEqual(at('greatest') + 1e-9);
      }),
    );
  });
});
