/**
 * A point's result as one line of JSON, and back.
 *
 * The line is the unit in which results are kept, moved between machines and merged: the same point gives the same line wherever it
 * was run, byte for byte. Numbers are written as JSON writes them, which is exact.
 */
import type { Measured } from './measure.ts';
import { MAXIMUM_POINTS, type SweepPoint } from './plan.ts';

export interface PointResult extends SweepPoint {
  /** Which sweep of which scenario it belongs to: see identity.ts. */
  readonly sweep: string;
  /** How many points that sweep has. */
  readonly of: number;
  /** Why there is no run, for the author; null where there is one. */
  readonly stopped: string | null;
  /** Of the run; empty where there is none. */
  readonly fingerprint: string;
  readonly measured: Measured;
  readonly checks: readonly PointCheck[];
}

export interface PointCheck {
  readonly passed: boolean;
  /** For people. */
  readonly measured: string;
}

export const NOTHING_MEASURED: Measured = { values: [], courses: [], rows: [] };

/** A line longer than this is refused. */
export const MAXIMUM_LINE = 16 * 1024 * 1024;

/** Without the line feed. Keys stand in a fixed order. */
export function lineOf(result: PointResult): string {
  const { sweep, point, of, alternative, values, repeat, seed, stopped, fingerprint, measured, checks } = result;
  const { values: told, courses, rows } = measured;
  return JSON.stringify({
    sweep,
    point,
    of,
    alternative,
    values,
    repeat,
    seed,
    stopped,
    fingerprint,
    measured: {
      values: told.map((plot) => plot.map((one) => one.map(({ subject, value, bound }) => ({ subject, value, bound })))),
      courses: courses.map((plot) => plot.map((one) => one.map(({ subject, at, values }) => ({ subject, at, values })))),
      rows: rows.map(({ metric, subject, value }) => ({ metric, subject, value })),
    },
    checks: checks.map(({ passed, measured }) => ({ passed, measured })),
  });
}

/** The result that a line holds; a text that says what is wrong for anything else. Never throws. */
export function parseLine(line: string): PointResult | string {
  if (line.length > MAXIMUM_LINE) return `it is longer than ${MAXIMUM_LINE / 2 ** 20} MiB`;
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch {
    return 'it is cut off, or no JSON';
  }
  return isResult(data) ? data : 'it is no result of a sweep’s point';
}

type Shape = (value: unknown) => boolean;

const text: Shape = (value) => typeof value === 'string';
const truth: Shape = (value) => typeof value === 'boolean';
const number: Shape = (value) => typeof value === 'number';
const count: Shape = (value) => Number.isInteger(value) && (value as number) >= 1;
const orNull =
  (shape: Shape): Shape =>
  (value) =>
    value === null || shape(value);
const list =
  (shape: Shape): Shape =>
  (value) =>
    Array.isArray(value) && value.every(shape);
const object =
  (shapes: Readonly<Record<string, Shape>>): Shape =>
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.keys(shapes).every((key) => Object.hasOwn(value, key) && (shapes[key] as Shape)((value as Record<string, unknown>)[key]));

const result = object({
  sweep: (value) => text(value) && /^[0-9a-f]{64}$/.test(value as string),
  point: count,
  of: count,
  alternative: orNull(text),
  values: list(number),
  repeat: count,
  seed: (value) => Number.isInteger(value) && (value as number) >= 0,
  stopped: orNull(text),
  fingerprint: text,
  measured: object({
    values: list(list(list(object({ subject: text, value: number, bound: orNull(number) })))),
    courses: list(list(list(object({ subject: text, at: list(number), values: list(number) })))),
    rows: list(object({ metric: text, subject: text, value: number })),
  }),
  checks: list(object({ passed: truth, measured: text })),
});

const isResult = (data: unknown): data is PointResult => {
  if (!result(data)) return false;
  const { point, of } = data as PointResult;
  return point <= of && of <= MAXIMUM_POINTS;
};
