/**
 * Statistics of what was measured, for expectations such as `expect mean lookup time of client < 50 ms`.
 *
 * Of most metrics each value counts once. Of a level (MetricDefinition.course), which holds from one value to the next, each counts
 * for as long as it held: the mean of a congestion window is the window that the sender had on average, however often it was told.
 * What is told of several subjects is pooled. Percentiles are values that were measured: the least one that so large a share of all
 * does not exceed (nearest rank).
 */
import type { Nanoseconds, Ratio } from './quantities.ts';

export const STATISTICS = ['mean', 'median', 'least', 'greatest', '90th percentile', '95th percentile', '99th percentile'] as const;
export type Statistic = (typeof STATISTICS)[number];

const shares: Readonly<Partial<Record<Statistic, Ratio>>> = {
  median: 0.5,
  '90th percentile': 0.9,
  '95th percentile': 0.95,
  '99th percentile': 0.99,
};

/** Values and how much each of them counts, 0 or more. */
export interface Samples {
  readonly values: number[];
  readonly weights: number[];
}

/**
 * A series' values after `since` (−1 for all) and up to `until`, added to `samples`. What ended the moment that `since` is belongs to what
 * was before. `level`: each holds until the next one, the one before `since` into it.
 */
export function addSamples(
  samples: Samples,
  at: ArrayLike<number>,
  values: ArrayLike<number>,
  level: boolean,
  since: Nanoseconds,
  until: Nanoseconds,
): void {
  for (let i = 0; i < at.length; i++) {
    const begins = at[i] as number;
    const ends = i + 1 < at.length ? (at[i + 1] as number) : until;
    if (begins > until || (level ? ends <= since : begins <= since)) continue;
    samples.values.push(values[i] as number);
    samples.weights.push(level ? Math.max(0, Math.min(ends, until) - Math.max(begins, since)) : 1);
  }
}

/** NaN of no samples. Where all weights are 0, every value counts once. */
export function statisticOf({ values, weights }: Samples, statistic: Statistic): number {
  if (values.length === 0) return Number.NaN;
  if (statistic === 'least') return values.reduce((least, value) => Math.min(least, value));
  if (statistic === 'greatest') return values.reduce((greatest, value) => Math.max(greatest, value));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const weight = (i: number): number => (sum > 0 ? (weights[i] as number) : 1);
  const total = sum > 0 ? sum : values.length;
  const share = shares[statistic];
  if (share === undefined) return values.reduce((mean, value, i) => mean + value * (weight(i) / total), 0);
  const order = values.map((_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number) || a - b);
  let covered = 0;
  for (const i of order) {
    covered += weight(i);
    // A hair's breadth for the rounding of sums.
    if (covered >= share * total * (1 - 1e-12)) return values[i] as number;
  }
  return values[order[order.length - 1] as number] as number;
}
