/** What is compared of a case: over its seeds, the median of the mean completion time of its flows, and of the last one's. */
export interface CaseFigures {
  /** Seconds. */
  readonly mean: number;
  /** Seconds until the last of the flows is done, from its own start. */
  readonly last: number;
}

/** The lower of the two in the middle where their number is even. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1] as number;
}

/** The value below which that share of the values lies. */
export function quantile(values: readonly number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] as number;
}

export function figuresOf(runs: readonly { readonly completions: readonly number[] }[]): CaseFigures {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    mean: median(runs.map((run) => mean(run.completions))),
    last: median(runs.map((run) => Math.max(...run.completions))),
  };
}

export const relativeError = (ours: number, theirs: number): number => Math.abs(ours / theirs - 1);
