/** A metric over time as the outline of one SVG path, at most a few commands for each pixel however many samples there are. */

export interface Sparkline {
  /** Data of an SVG path. */
  readonly path: string;
  /** The last value, in pixels. */
  readonly endX: number;
  readonly endY: number;
}

/**
 * Values over time as steps: a metric holds until it changes. `at` and `values` have the same length, one at least, times
 * rising. Samples that fall on the same pixel become one stroke from the lowest to the highest of them, so that no peak is lost.
 * The zero line is part of the picture where all values are above it.
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
  const column = (i: number) => Math.round(1 + ((at[i]! - first) / span) * (width - 4));
  const y = (value: number) => Math.round(10 * (height - 2 - ((value - least) / range) * (height - 4))) / 10;

  let path = `M${column(0)} ${y(values[0]!)}`;
  for (let i = 0; i < count; ) {
    const x = column(i);
    let low = values[i]!;
    let high = low;
    let last = i;
    for (; last + 1 < count && column(last + 1) === x; last++) {
      low = Math.min(low, values[last + 1]!);
      high = Math.max(high, values[last + 1]!);
    }
    path += `H${x}`;
    for (const value of new Set([low, high, values[last]!])) path += `V${y(value)}`;
    i = last + 1;
  }
  return { path, endX: column(count - 1), endY: y(values[count - 1]!) };
}
