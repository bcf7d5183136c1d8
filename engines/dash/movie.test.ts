/** Movie descriptions of public simulators, and what is said of those that do not hold. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type Movie, readMovie, writeMovie } from './movie.ts';

test('Big Buck Bunny is read as it was published, and written so that it is read alike', () => {
  const bunny = readMovie(readFileSync(new URL('../../samples/video/big-buck-bunny.json', import.meta.url), 'utf8')) as Movie;
  expect([bunny.segmentDuration, bunny.bitrates.length, bunny.sizes.length, bunny.sizes[0]![0]]).toEqual([3000, 10, 199, 886_360]);
  expect(readMovie(writeMovie(bunny))).toEqual(bunny);
});

const described = (change: object) =>
  JSON.stringify({ segment_duration_ms: 1000, bitrates_kbps: [100, 200], segment_sizes_bits: [[1, 2]], ...change });

test.each([
  ['{', 'neither a manifest (MPD) nor JSON'],
  ['[]', /^segment_duration_ms must be/],
  ['null', /^not an object/],
  [described({ segment_duration_ms: 0 }), /^segment_duration_ms must be/],
  [described({ bitrates_kbps: [] }), /^bitrates_kbps must be a list/],
  [described({ bitrates_kbps: [200, 100] }), 'bitrates_kbps: rendition 1 must be higher than the one before'],
  [described({ bitrates_kbps: [100, 'much'] }), 'bitrates_kbps: rendition 1 must be a number above 0'],
  [described({ segment_sizes_bits: [] }), /^segment_sizes_bits must be a list/],
  [described({ segment_sizes_bits: [[1, 2], [1]] }), 'segment_sizes_bits: segment 1 must be a list of 2 numbers above 0, one a rendition'],
  [described({ segment_sizes_bits: [[1, -2]] }), /^segment_sizes_bits: segment 0/],
])('%s is refused', (text, problem) => {
  expect(readMovie(text)).toEqual({ problem: typeof problem === 'string' ? problem : expect.stringMatching(problem) });
});
