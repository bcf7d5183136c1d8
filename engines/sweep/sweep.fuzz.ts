/** Results of points, as they come from other machines: whatever the bytes, they are read or refused, and what was read is written the same. */
import type { FuzzTarget } from '../fuzz-target.ts';
import { linesOf, merge, parseRanges, ranges } from './merge.ts';
import { lineOf, NOTHING_MEASURED, type PointResult, parseLine } from './result.ts';

const RESULT: PointResult = {
  point: 1,
  alternative: null,
  values: [10, 2.5],
  repeat: 1,
  seed: 7,
  sweep: 'ab'.repeat(32),
  of: 4,
  stopped: null,
  fingerprint: 'cd'.repeat(32),
  measured: {
    values: [[[{ subject: 'a → b', value: 1e-7, bound: null }]], []],
    courses: [[], [[{ subject: '', at: [0, 1], values: [2, 3] }]]],
    rows: [{ metric: 'goodput', subject: 'a', value: 5 }],
  },
  checks: [{ passed: true, measured: '3 s' }],
};

const target: FuzzTarget = {
  name: 'sweep',
  shortRun: 2000,
  corpus: () =>
    [
      linesOf([RESULT]),
      linesOf([
        RESULT,
        { ...RESULT, point: 3, alternative: 'x' },
        { ...RESULT, point: 2, stopped: 'at a limit', measured: NOTHING_MEASURED },
      ]),
      '3,7-9,12',
    ].map((text) => new TextEncoder().encode(text)),
  run(bytes) {
    const text = new TextDecoder().decode(bytes);
    for (const line of text.split('\n')) {
      const result = parseLine(line);
      if (typeof result === 'string') continue;
      const again = parseLine(lineOf(result));
      if (typeof again === 'string' || lineOf(again) !== lineOf(result)) throw new Error(`read again, it differs: ${line}`);
    }
    const merged = merge([{ name: 'a', text }]);
    if (typeof merged !== 'string') {
      const again = merge([{ name: 'b', text: linesOf(merged.results) }]);
      if (typeof again === 'string' || linesOf(again.results) !== linesOf(merged.results)) throw new Error('merged again, it differs');
    }
    const points = parseRanges(text, 10_000);
    if (points && ranges(points) !== ranges(parseRanges(ranges(points), 10_000) ?? [])) throw new Error('a list that is not read back');
  },
};

export default target;
