/**
 * From time to place on the page. Both axes give every row its place and never let two rows overlap.
 *
 * In order, rows follow one another closely. In time, distances are proportional to time, except that rows of (nearly) one
 * time are pushed apart so that they stay readable, and long silences are cut short and marked.
 */
import { BREAK, MESSAGE, NOTE, OPENING, RESUMED, type Rows, SEGMENT, STEP } from './rows.ts';

export type AxisMode = 'order' | 'time';

export interface Axis {
  readonly mode: AxisMode;
  /** By row: where its line is drawn. Strictly increasing. */
  readonly y: Float64Array;
  readonly height: number;
  /** Silences that were cut short. */
  readonly gaps: readonly { readonly y: number; readonly nanoseconds: number }[];
  readonly pixelsPerNanosecond: number;
}

/** Pixels above and below a row's line, by kind. */
export const ABOVE = new Float64Array(7);
export const BELOW = new Float64Array(7);
for (const [kind, above, below] of [
  [STEP, 26, 18],
  [RESUMED, 16, 10],
  // A note hangs below its line, so that an arrow that arrives at its time ends above it.
  [NOTE, 2, 25],
  [OPENING, 17, 6],
  [SEGMENT, 15, 6],
  [MESSAGE, 20, 14],
  [BREAK, 16, 12],
] as const) {
  ABOVE[kind] = above;
  BELOW[kind] = below;
}

const TYPICAL_GAP = 44;
const LONGEST_GAP = 220;
const CUT_GAP = 84;
const MARGIN = 10;

export function placeRows(rows: Rows, mode: AxisMode): Axis {
  const y = new Float64Array(rows.count);
  const gaps: { y: number; nanoseconds: number }[] = [];
  const scale = mode === 'time' ? pixelsPerNanosecond(rows) : 0;
  let at = MARGIN;
  for (let row = 0; row < rows.count; row++) {
    const above = ABOVE[rows.kind[row]!]!;
    if (row === 0) at += above;
    else {
      const least = BELOW[rows.kind[row - 1]!]! + above;
      const silence = rows.at[row]! - rows.at[row - 1]!;
      const exact = silence * scale;
      if (exact > LONGEST_GAP) {
        const cut = Math.max(CUT_GAP, least + 24);
        // The mark stands clear of both rows.
        gaps.push({ y: at + BELOW[rows.kind[row - 1]!]! + (cut - least) / 2, nanoseconds: silence });
        at += cut;
      } else at += Math.max(least, exact);
    }
    y[row] = at;
  }
  const last = rows.count === 0 ? 0 : BELOW[rows.kind[rows.count - 1]!]!;
  return { mode, y, height: at + last + MARGIN, gaps, pixelsPerNanosecond: scale };
}

/** So that three quarters of the times between events take a row's comfortable height or more: what is pushed apart is the exception. */
function pixelsPerNanosecond(rows: Rows): number {
  const silences = new Float64Array(Math.max(0, rows.count - 1));
  let count = 0;
  for (let row = 1; row < rows.count; row++) {
    const silence = rows.at[row]! - rows.at[row - 1]!;
    if (silence > 0) silences[count++] = silence;
  }
  const sorted = silences.subarray(0, count).sort();
  return count === 0 ? 0 : TYPICAL_GAP / sorted[count >> 2]!;
}

/** The first row at or after a time; `rows.count` when there is none. */
export function firstRowAt(rows: Rows, time: number): number {
  let low = 0;
  let high = rows.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (rows.at[middle]! < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a time lies between the rows. */
export function yOfTime(axis: Axis, rows: Rows, time: number): number {
  if (rows.count === 0) return 0;
  const next = firstRowAt(rows, time);
  if (next < rows.count && rows.at[next] === time) return axis.y[next]!;
  if (next === 0) return axis.y[0]!;
  const before = axis.y[next - 1]!;
  if (next === rows.count) return before + Math.min(CUT_GAP, (time - rows.at[next - 1]!) * axis.pixelsPerNanosecond);
  const share = (time - rows.at[next - 1]!) / (rows.at[next]! - rows.at[next - 1]!);
  return before + share * (axis.y[next]! - before);
}
