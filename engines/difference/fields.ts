/**
 * How a field of an event in run A is compared with the same field in run B.
 *
 * What an index stands for is compared, not the index: texts and hosts of B are translated into A's numbers once, steps are
 * paired by their texts. Comparing builds no texts; `show` is for the few events that someone looks at.
 */
import { formatSize } from '../format.ts';
import type { Ingredient } from '../ingredients.ts';
import { contentOf, innerOf } from '../message-content.ts';
import type { Run } from '../run.ts';
import { showTime } from './moment.ts';

export type Column = ArrayLike<number>;
export type Runs = readonly [Run, Run];

/** Run A is 0, run B is 1. */
export type Side = 0 | 1;

export interface FieldOfKind {
  readonly name: string;
  /** True for a time. */
  readonly time?: boolean;
  /** True for a reference to a row of another table: rows that are compared out of step are not compared by it. */
  readonly reference?: boolean;
  same(rowA: number, rowB: number): boolean;
  /** The first row in `from` to `to` (exclusive) that is not the same in both runs, or `to`. */
  firstDifferent(from: number, to: number): number;
  show(side: Side, row: number): string;
}

type Compared = Omit<FieldOfKind, 'firstDifferent'>;

/** A field that is compared row by row. */
export const rowwise = (field: Compared): FieldOfKind => ({
  ...field,
  firstDifferent(from, to) {
    let row = from;
    while (row < to && field.same(row, row)) row++;
    return row;
  },
});

/** A field of numbers, through which a loop of its own runs. `map`: by number of B, what it is in A. */
export function columnwise(columns: readonly [Column, Column], map: Int32Array | null, field: Compared): FieldOfKind {
  const [a, b] = columns;
  return {
    ...field,
    firstDifferent(from, to) {
      let row = from;
      if (map) {
        for (; row < to; row++) {
          const index = b[row] as number;
          if (a[row] !== (index < 0 ? index : map[index])) break;
        }
        return row;
      }
      for (; row < to; row++) {
        const left = a[row] as number;
        const right = b[row] as number;
        if (left !== right && !(Number.isNaN(left) && Number.isNaN(right))) break;
      }
      return row;
    },
  };
}

const same = (a: number, b: number): boolean => a === b || (Number.isNaN(a) && Number.isNaN(b));

/** What makes fields of the columns of two runs, for the ingredients that count. */
export function fieldsOf(runs: Runs, ingredients: ReadonlySet<Ingredient>) {
  const [a, b] = runs;
  const has = (name: Ingredient): boolean => ingredients.has(name);
  const strings = translation(a.strings, b.strings);
  const hosts = translation(
    a.hosts.map(({ name }) => name),
    b.hosts.map(({ name }) => name),
  );
  const steps = pairSteps(runs);

  const number = (
    name: string,
    columns: readonly [Column, Column],
    show: (value: number, side: Side, row: number) => string = String,
  ): FieldOfKind =>
    columnwise(columns, null, {
      name,
      same: (i, j) => same(columns[0][i] as number, columns[1][j] as number),
      show: (side, row) => show(columns[side][row] as number, side, row),
    });
  const reference = (name: string, columns: readonly [Column, Column]): FieldOfKind => ({
    ...number(name, columns, (value) => `number ${value}`),
    reference: true,
  });
  const time = (name: string, columns: readonly [Column, Column]): FieldOfKind =>
    has('times')
      ? { ...number(name, columns, showTime), time: true }
      : rowwise({
          // Whether it came to pass at all.
          name,
          same: (i, j) => Number.isNaN(columns[0][i] as number) === Number.isNaN(columns[1][j] as number),
          show: (side, row) => showTime(columns[side][row] as number),
        });
  const translated = (
    name: string,
    columns: readonly [Column, Column],
    map: Int32Array,
    show: (side: Side, index: number) => string,
  ): FieldOfKind =>
    columnwise(columns, map, {
      name,
      same: (i, j) => {
        const index = columns[1][j] as number;
        return columns[0][i] === (index < 0 ? index : (map[index] as number));
      },
      show: (side, row) => show(side, columns[side][row] as number),
    });
  const text = (name: string, columns: readonly [Column, Column]) =>
    translated(name, columns, strings, (side, index) => (index < 0 ? 'none' : `“${stringOf(runs[side], index)}”`));
  const host = (name: string, columns: readonly [Column, Column]) =>
    translated(name, columns, hosts, (side, index) => hostOf(runs[side], index));
  const cause = (columns: readonly [Column, Column]): FieldOfKind[] =>
    has('steps')
      ? [translated('caused by', columns, steps, (side, index) => (index < 0 ? 'no step' : `“${runs[side].steps[index]?.text}”`))]
      : [];
  return { number, reference, time, text, host, cause };
}

/** The bytes of messages. */
export function content(runs: Runs): FieldOfKind {
  const [a, b] = [runs[0].messages, runs[1].messages];
  const [left, right] = [runs[0].bytes, runs[1].bytes];
  // What bulk content is sealed with; literal records show it in their bytes.
  const sealing = (side: Side, row: number): string | null => {
    const inner = innerOf(runs[side], row);
    return inner && `${inner.secret.suite} ${inner.secret.secret} ${inner.sequence}`;
  };
  return rowwise({
    name: 'content',
    same: (i, j) => {
      const length = a.length[i] as number;
      if (length !== b.length[j] || a.bulk[i] !== b.bulk[j]) return false;
      let from = a.start[i] as number;
      let other = b.start[j] as number;
      if (a.bulk[i] !== 0) return from === other && sealing(0, i) === sealing(1, j);
      for (const end = from + length; from < end; from++, other++) if (left[from] !== right[other]) return false;
      return true;
    },
    show: (side, row) => {
      const bytes = contentOf(runs[side], row);
      if (bytes instanceof Uint8Array) return formatSize(bytes.length);
      const { seed } = 'sealing' in bytes ? bytes.sealing.inner : bytes;
      return `${formatSize(bytes.length)} generated from ${seed}${'sealing' in bytes ? `, sealed with ${bytes.sealing.secret.secret.slice(0, 8)}… from record ${bytes.sealing.sequence} on` : ''}`;
    },
  });
}

/** The options of TCP segments. */
export function options(runs: Runs): FieldOfKind {
  const bytes = (side: Side, row: number): Uint8Array => {
    const { optionsStart, optionsLength } = runs[side].packets;
    return runs[side].bytes.subarray(optionsStart[row], (optionsStart[row] as number) + (optionsLength[row] as number));
  };
  const lengths = [runs[0].packets.optionsLength, runs[1].packets.optionsLength] as const;
  return rowwise({
    name: 'options',
    same: (i, j) => {
      if (lengths[0][i] !== lengths[1][j]) return false;
      if (lengths[0][i] === 0) return true;
      const other = bytes(1, j);
      return bytes(0, i).every((byte, k) => byte === other[k]);
    },
    show: (side, row) => Array.from(bytes(side, row), (byte) => byte.toString(16).padStart(2, '0')).join(' ') || 'none',
  });
}

/** By index of B: A's index of the same text; −2 where A has no such text. */
function translation(a: readonly string[], b: readonly string[]): Int32Array {
  const known = new Map(a.map((text, i) => [text, i]));
  return Int32Array.from(b, (text) => known.get(text) ?? -2);
}

/** Which step of A a step of B is: by place from both ends while the texts are the same, and by place in between. */
export function pairSteps([a, b]: Runs): Int32Array {
  const [left, right] = [a.steps, b.steps];
  const alike = (i: number, j: number): boolean => left[i]?.text === right[j]?.text && left[i]?.parent === right[j]?.parent;
  const most = Math.min(left.length, right.length);
  let head = 0;
  while (head < most && alike(head, head)) head++;
  let tail = 0;
  while (tail < most - head && left[left.length - 1 - tail]?.text === right[right.length - 1 - tail]?.text) tail++;
  const map = new Int32Array(right.length).fill(-2);
  for (let j = 0; j < right.length; j++) {
    if (j < head) map[j] = j;
    else if (j >= right.length - tail) map[j] = left.length - (right.length - j);
    else if (j < left.length - tail) map[j] = j;
  }
  return map;
}

export const stringOf = (run: Run, index: number): string => run.strings[index] ?? '';

export const hostOf = (run: Run, index: number): string => run.hosts[index]?.name ?? `host ${index}`;
