import { expect, test } from 'vitest';
import type { MetricSeries, Run } from '../../engines/run.ts';
import { confusionMatrices } from './confusion-matrices.ts';

const series = (metric: string, host: string, ...pairs: readonly (readonly [at: number, value: number])[]): MetricSeries => ({
  metric,
  subjects: [host],
  unit: '',
  doc: '',
  at: Float64Array.from(pairs, ([at]) => at),
  values: Float64Array.from(pairs, ([, value]) => value),
});

const run = {
  series: [
    series('true positives', 'a', [1, 1], [5, 2]),
    series('false negatives', 'a', [1, 0], [3, 1]),
    series('false positives', 'a', [3, 0]),
    series('true negatives', 'b', [2, 7]),
    series('queries', 'c', [9, 9]),
  ],
} as unknown as Run;

test.each([
  [9, 0, ['a 2 1 0 0', 'b 0 0 0 7']],
  [4, 0, ['a 1 1 0 0', 'b 0 0 0 7']],
  [0, 0, ['a 0 0 0 0', 'b 0 0 0 0']],
  // A part that began later shows the hosts that judged since, with all that they had judged.
  [9, 4, ['a 2 1 0 0']],
])('at %i of a part that began at %i', (time, startedAt, expected) => {
  const told = confusionMatrices({ run, startedAt }, time).map((one) =>
    [one.host, one.truePositives, one.falseNegatives, one.falsePositives, one.trueNegatives].join(' '),
  );
  expect(told).toEqual(expected);
});
