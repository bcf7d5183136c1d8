/**
 * Results of a sweep, whatever their order and however many times they come, as one: sorted by point, each once. What does not belong
 * together is refused; what is missing is named.
 */
import { lineOf, type PointResult, parseLine } from './result.ts';

/** Lines of one file, and its name for complaints. */
export interface ResultFile {
  readonly name: string;
  readonly text: string;
}

export interface Merged {
  /** By point. */
  readonly results: readonly PointResult[];
  /** Points without a result, rising. */
  readonly missing: readonly number[];
  /** Lines that were left out, such as the last one of a job that was killed, for people. */
  readonly leftOut: readonly string[];
}

/** A text that says what does not belong together: results of several sweeps, or two results of one point that differ. */
export function merge(files: readonly ResultFile[]): Merged | string {
  const found = new Map<number, { readonly result: PointResult; readonly line: string; readonly place: string }>();
  const leftOut: string[] = [];
  let first: { readonly result: PointResult; readonly place: string } | null = null;
  for (const { name, text } of files) {
    for (const [i, line] of text.split('\n').entries()) {
      if (line.trim() === '') continue;
      const place = `${name}:${i + 1}`;
      const result = parseLine(line);
      if (typeof result === 'string') {
        leftOut.push(`${place}: left out, ${result}`);
        continue;
      }
      first ??= { result, place };
      if (result.sweep !== first.result.sweep || result.of !== first.result.of) {
        return `${place} is of another sweep than ${first.place}: of another scenario, another state of it, or another version of netscenario`;
      }
      const before = found.get(result.point);
      const own = lineOf(result);
      if (before && before.line !== own) return `${place} and ${before.place} are both of point ${result.point}, and differ`;
      if (!before) found.set(result.point, { result, line: own, place });
    }
  }
  if (!first) return 'there is no result in it';
  const results = [...found.values()].map(({ result }) => result).sort((a, b) => a.point - b.point);
  const missing: number[] = [];
  for (let point = 1; point <= first.result.of; point++) if (!found.has(point)) missing.push(point);
  return { results, missing, leftOut };
}

/** One line a result, each with its line feed. */
export const linesOf = (results: readonly PointResult[]): string => results.map((result) => `${lineOf(result)}\n`).join('');

/** `3,7-9`: as a Slurm array takes them. Rising numbers. */
export function ranges(points: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < points.length; ) {
    let last = i;
    while (last + 1 < points.length && points[last + 1] === (points[last] as number) + 1) last++;
    parts.push(last === i ? String(points[i]) : `${points[i]}-${points[last]}`);
    i = last + 1;
  }
  return parts.join(',');
}
