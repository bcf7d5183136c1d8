/** The mean of repeats, and how far it can be trusted: a confidence interval of 95 % by Student's t distribution. */

export interface Estimate {
  readonly mean: number;
  /** Half the interval's width; null of a single value, of which nothing can be said. */
  readonly margin: number | null;
  readonly count: number;
}

/** The 97.5 % quantiles of Student's t distribution for 1 to 30 degrees of freedom. */
const QUANTILES = [
  12.7062, 4.3027, 3.1824, 2.7764, 2.5706, 2.4469, 2.3646, 2.306, 2.2622, 2.2281, 2.201, 2.1788, 2.1604, 2.1448, 2.1314, 2.1199, 2.1098,
  2.1009, 2.093, 2.086, 2.0796, 2.0739, 2.0687, 2.0639, 2.0595, 2.0555, 2.0518, 2.0484, 2.0452, 2.0423,
];

/** Of the normal distribution. */
const LIMIT = 1.95996;

/** The 97.5 % quantile; from 30 degrees on, nearer to the normal distribution's by the first two terms of its expansion in 1/n. */
export function studentQuantile(degrees: number): number {
  const listed = QUANTILES[degrees - 1];
  if (listed !== undefined) return listed;
  // Abramowitz and Stegun 26.7.5.
  const z = LIMIT;
  const cube = z * z * z;
  return z + (cube + z) / (4 * degrees) + (5 * cube * z * z + 16 * cube + 3 * z) / (96 * degrees * degrees);
}

/** At least one value. */
export function estimate(values: readonly number[]): Estimate {
  const count = values.length;
  const first = values[0] as number;
  if (count < 2) return { mean: first, margin: null, count };
  // Around the first one: where all are equal, nothing is left of rounding.
  const mean = first + values.reduce((sum, value) => sum + (value - first), 0) / count;
  const variance = values.reduce((sum, value) => sum + ((value - mean) * (value - mean)) / (count - 1), 0);
  return { mean, margin: studentQuantile(count - 1) * Math.sqrt(variance / count), count };
}
