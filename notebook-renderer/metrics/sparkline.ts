/** A metric over time as a small picture beside its value. */
import { outline } from './outline.ts';

export interface Sparkline {
  /** Data of an SVG path. */
  readonly path: string;
  /** The last value, in pixels. */
  readonly endX: number;
  readonly endY: number;
}

/**
 * Values over time as steps: a metric holds until it changes. `at` and `values` have the same length, one at least, times
 * rising. The zero line is part of the picture where all values are above it.
 */
export function sparkline(at: ArrayLike<number>, values: ArrayLike<number>, width: number, height: number): Sparkline {
  const count = values.length;
  let least = 0;
  let greatest = -Infinity;
  for (let i = 0; i < count; i++) {
    least = Math.min(least, values[i]!);
    greatest = Math.max(greatest, values[i]!);
  }
  const range = greatest - least || 1;
  const first = at[0]!;
  const span = at[count - 1]! - first || 1;
  const column = (time: number) => Math.round(1 + ((time - first) / span) * (width - 4));
  const y = (value: number) => Math.round(10 * (height - 2 - ((value - least) / range) * (height - 4))) / 10;
  return { path: outline({ at, values }, column, y, 'holds'), endX: column(at[count - 1]!), endY: y(values[count - 1]!) };
}
