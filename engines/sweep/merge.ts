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

interface FoundResult {
  readonly result: PointResult;
  readonly line: string;
  readonly place: string;
}

export interface Merged {
  /** By point. */
  readonly results: readonly PointResult[];
  /** Points without a result, rising. */
  readonly missing: readonly number[];
  /** Points whose run was stopped, such as at a limit, in `results`: run again, they may have one. Rising numbers. */
  readonly stopped: readonly number[];
  /** Lines that were left out, such as the last one of a job that was killed, for people. */
  readonly leftOut: readonly string[];
}

/**
 * A text that says what does not belong together: results of several sweeps, or two runs of one point that differ. A run takes the
 * place of a run of the same point that was stopped: limits are the caller's, and not part of the point.
 */
export function merge(files: readonly ResultFile[]): Merged | string {
  const found = new Map<number, FoundResult>();
  const leftOut: string[] = [];
  let first: Omit<FoundResult, 'line'> | null = null;
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
      const own = { result, line: lineOf(result), place };
      if (!before) found.set(result.point, own);
      else if (before.line !== own.line) {
        const better = betterOf(before, own);
        if (!better) return `${place} and ${before.place} are both of point ${result.point}, and differ`;
        found.set(result.point, better);
      }
    }
  }
  if (!first) return 'there is no result in it';
  const results = [...found.values()].map(({ result }) => result).sort((a, b) => a.point - b.point);
  const missing: number[] = [];
  for (let point = 1; point <= first.result.of; point++) if (!found.has(point)) missing.push(point);
  const stopped = results.flatMap(({ point, stopped }) => (stopped === null ? [] : [point]));
  return { results, missing, stopped, leftOut };
}

/** Of two different results of a point: the one that is a run. Of two that are none, either will do, but the same one in any order. */
function betterOf(a: FoundResult, b: FoundResult): FoundResult | null {
  if (a.result.stopped === null) return b.result.stopped === null ? null : a;
  if (b.result.stopped === null) return b;
  return a.line < b.line ? a : b;
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

/** The opposite of `ranges`, rising, each once: null for what is no such list of numbers from 1 to `greatest`. */
export function parseRanges(text: string, greatest: number): number[] | null {
  const points = new Set<number>();
  for (const part of text.split(',')) {
    const match = /^(\d{1,9})(?:-(\d{1,9}))?$/.exec(part);
    if (!match) return null;
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    if (first < 1 || last < first || last > greatest) return null;
    for (let point = first; point <= last; point++) points.add(point);
  }
  return [...points].sort((a, b) => a - b);
}
