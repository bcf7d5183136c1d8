/** Samples as the outline of an SVG path, at most a few commands for each pixel however many samples there are. */

/** How values between two samples are thought of: the first holds until the next, or a straight line leads there. */
export type Between = 'holds' | 'straight';

/**
 * `at` and `values` have the same length, one at least, times rising; `column` gives a sample's pixel, a whole number that
 * never falls. Samples of one column become one stroke from the lowest to the highest of them, so that no peak is lost.
 */
export function outline(
  { at, values }: { readonly at: ArrayLike<number>; readonly values: ArrayLike<number> },
  column: (time: number) => number,
  y: (value: number) => number,
  between: Between,
): string {
  const count = values.length;
  let path = `M${column(at[0]!)} ${y(values[0]!)}`;
  for (let i = 0; i < count; ) {
    const x = column(at[i]!);
    const first = values[i]!;
    let low = first;
    let high = first;
    let last = i;
    for (; last + 1 < count && column(at[last + 1]!) === x; last++) {
      low = Math.min(low, values[last + 1]!);
      high = Math.max(high, values[last + 1]!);
    }
    if (between === 'holds') {
      path += `H${x}`;
      for (const value of strokes(low, high, values[last]!)) path += `V${y(value)}`;
    } else {
      if (i > 0) path += `L${x} ${y(first)}`;
      if (last > i) for (const value of strokes(low, high, values[last]!)) path += `V${y(value)}`;
    }
    i = last + 1;
  }
  return path;
}

/** Through the lowest and the highest value of a column, in the order that leaves it where its last sample is. */
const strokes = (low: number, high: number, last: number): Iterable<number> => new Set(last === low ? [high, low] : [low, high, last]);
