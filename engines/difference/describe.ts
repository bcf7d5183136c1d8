/** A comparison of runs as plain data for people and programs: texts are built here, of what is shown. */
import { dissect } from '../dissect.ts';
import type { Field } from '../field.ts';
import { firstBytes } from '../message-content.ts';
import type { Nanoseconds } from '../quantities.ts';
import { type Difference, type EventOf, eventsAround, type RunComparison } from './difference.ts';
import { type Side, stringOf } from './fields.ts';
import { showTime } from './moment.ts';

export interface ToldEvent {
  readonly at: Nanoseconds;
  readonly time: string;
  readonly text: string;
}

export interface ToldLine extends ToldEvent {
  readonly run: 'both' | 'A' | 'B';
}

export interface ToldDifference {
  /** `message sent`. */
  readonly kind: string;
  readonly at: Nanoseconds;
  readonly time: string;
  /** The events before it, which both runs have. */
  readonly before: readonly ToldEvent[];
  /** null: the run has no such event. */
  readonly a: ToldEvent | null;
  readonly b: ToldEvent | null;
  /** What differs, field by field: `sent at 20.1 ms, was 20 ms`. */
  readonly fields: readonly string[];
  /** What comes next in each. */
  readonly after: readonly ToldLine[];
}

/** The first difference with `context` events before and after it; null where there is none. */
export function describeDifference(comparison: RunComparison, context: number): ToldDifference | null {
  const { first } = comparison;
  if (!first) return null;
  const [a, b] = [eventsAround(comparison, 0, context), eventsAround(comparison, 1, context)];
  return {
    kind: first.kind.name,
    at: first.at,
    time: showTime(first.at),
    // Where one has no such event, what comes before it is the same in the other one.
    before: (first.rows[0] >= 0 ? a : b).before.map(tell),
    a: eventAt(first, 0),
    b: eventAt(first, 1),
    fields: fieldsOf(comparison, first),
    after: sideBySide(a.after.map(tell), b.after.map(tell), comparison.timed),
  };
}

const tell = ({ kind, side, row, at }: EventOf): ToldEvent => ({ at, time: showTime(at), text: kind.show(side, row) });

function eventAt({ kind, rows }: Difference, side: Side): ToldEvent | null {
  const row = rows[side];
  return row < 0 ? null : tell({ kind, side, row, at: kind.at(side, row) });
}

function fieldsOf(comparison: RunComparison, { kind, rows: [i, j], fields }: Difference): string[] {
  return fields.flatMap((field) => {
    const [a, b] = [field.show(0, i), field.show(1, j)];
    if (field.name === 'content' && kind.table === 'messages')
      return contentDifference(comparison, kind.place?.(0, i) ?? i, kind.place?.(1, j) ?? j);
    return [`${field.name} ${b}, was ${a}`];
  });
}

/** Bytes compared and dissected at most. */
const MOST_BYTES = 65_536;

function contentDifference({ runs }: RunComparison, i: number, j: number): string[] {
  const lengths = [runs[0].messages.length[i] as number, runs[1].messages.length[j] as number];
  const lines = lengths[0] === lengths[1] ? [] : [`length ${lengths[1]} B, was ${lengths[0]} B`];
  const [a, b] = [firstBytes(runs[0], i, MOST_BYTES), firstBytes(runs[1], j, MOST_BYTES)];
  let at = 0;
  while (at < a.length && at < b.length && a[at] === b[at]) at++;
  if (at < a.length && at < b.length) {
    const { protocol, kind, bulk } = runs[1].messages;
    const fields = bulk[j] === 0 ? dissect(stringOf(runs[1], protocol[j] as number), stringOf(runs[1], kind[j] as number), b) : [];
    const name = fieldNames(fields, at).join(', ');
    lines.push(`byte ${at} ${hex(b[at] as number)}, was ${hex(a[at] as number)}${name ? ` (${name})` : ''}`);
  } else if (lines.length === 0) lines.push(`content differs after its first ${MOST_BYTES} bytes`);
  return lines;
}

const hex = (byte: number): string => `0x${byte.toString(16).padStart(2, '0')}`;

/** The names of the fields that hold a byte, from the outermost to the innermost. */
function fieldNames(fields: readonly Field[], at: number): string[] {
  const field = fields.find(({ start, end }) => start <= at && at < end);
  return field ? [field.name, ...fieldNames(field.children ?? [], at)] : [];
}

/** What both have stands once, at its time in A: the longest common sequence of two short lists. */
function sideBySide(a: readonly ToldEvent[], b: readonly ToldEvent[], timed: boolean): ToldLine[] {
  const equal = (x: ToldEvent, y: ToldEvent): boolean => x.text === y.text && (!timed || x.time === y.time);
  const common = a.map(() => new Array<number>(b.length + 1).fill(0));
  common.push(new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = common[i] as number[];
      const below = common[i + 1] as number[];
      row[j] = equal(a[i]!, b[j]!) ? (below[j + 1] as number) + 1 : Math.max(below[j] as number, row[j + 1] as number);
    }
  }
  const lines: ToldLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left && right && equal(left, right)) {
      lines.push({ run: 'both', ...left });
      i++;
      j++;
    } else if (left && (!right || (common[i + 1]?.[j] as number) >= (common[i]?.[j + 1] as number))) {
      lines.push({ run: 'A', ...left });
      i++;
    } else if (right) {
      lines.push({ run: 'B', ...right });
      j++;
    }
  }
  return lines;
}
