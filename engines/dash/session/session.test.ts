/** Sessions in the idealised network, beside what the published reference simulator (SABRE) printed for the same films, traces and options. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type Movie, readMovie } from '../movie.ts';
import { comparable, printedLines } from './printed-for-tests.ts';
import { GIVEN_UP_LIMIT, PUBLISHED, runSession, type SessionOptions } from './session.ts';
import type { NetworkPeriod } from './trace-network.ts';

const samples = new URL('../../../samples/video/', import.meta.url);
const bunny = readMovie(readFileSync(new URL('big-buck-bunny.json', samples), 'utf8')) as Movie;

function traceOf(name: string): NetworkPeriod[] {
  const periods = JSON.parse(readFileSync(new URL(`traces/${name}.json`, samples), 'utf8')) as Record<string, number>[];
  return periods.map(({ duration_ms, bandwidth_kbps, latency_ms }) => ({
    duration: duration_ms!,
    bandwidth: bandwidth_kbps!,
    latency: latency_ms!,
  }));
}

interface ReferenceCase {
  readonly trace: string;
  readonly variant: string;
  readonly options: Pick<SessionOptions, 'algorithm'> & Partial<SessionOptions>;
  /** A download a letter, its rendition; a capital where it was given up or replaced another. */
  readonly decisions: string;
  readonly last: string;
  readonly sums: readonly string[];
}
const reference = JSON.parse(readFileSync(new URL('fixtures/sabre.json', import.meta.url), 'utf8')) as ReferenceCase[];

describe('decides and adds up as the reference', () => {
  test.each(reference.map((one) => [one.trace, one.variant, one] as const))('%s: %s', (trace, _variant, one) => {
    const options = { ...PUBLISHED, ...one.options };
    const outcome = runSession(bunny, traceOf(trace), options);
    const decisions = outcome.downloads.map(({ rendition, abandonedTo, replaces }) =>
      String.fromCharCode((abandonedTo !== null || replaces ? 65 : 97) + rendition),
    );
    expect(decisions.join('')).toBe(one.decisions);
    const lines = printedLines(bunny, options, outcome);
    expect(lines.slice(decisions.length)).toEqual(one.sums);
    expect(lines[decisions.length - 1]).toBe(one.last);
  });

  test('over enough that matters: segments given up, buffered ones replaced, stalls', () => {
    expect(reference.length).toBe(48);
    expect(reference.some(({ variant, decisions }) => !variant.includes('replacing') && /[A-Z]/.test(decisions))).toBe(true);
    expect(reference.some(({ variant, decisions }) => variant.includes('replacing') && /[A-Z]/.test(decisions))).toBe(true);
    expect(reference.filter(({ sums }) => !sums.includes('total rebuffer events: 0.000000')).length).toBeGreaterThan(5);
  });
});

const steady: Movie = { segmentDuration: 2000, bitrates: [500, 1000, 2000], sizes: Array(30).fill([1e6, 2e6, 4e6]) };
const line = (bandwidth: number, latency = 0): NetworkPeriod[] => [{ duration: 10_000, bandwidth, latency }];

describe('a session on a line that does not change', () => {
  test('starts after the first segment, and never stalls where the lowest rendition fits', () => {
    const outcome = runSession(steady, line(1250), { ...PUBLISHED, algorithm: 'throughput' });
    expect(outcome.startupTime).toBe(800);
    expect([outcome.stallTime, outcome.stallEvents]).toEqual([0, 0]);
    expect(
      outcome.downloads
        .map(({ rendition }) => rendition)
        .slice(1)
        .every((rendition) => rendition === 1),
    ).toBe(true);
    expect(outcome.bitrate).toBe(500 + 29 * 1000);
  });

  test('stalls for what is missing where not even the lowest one fits', () => {
    const outcome = runSession(steady, line(250), { ...PUBLISHED, algorithm: 'lowest' });
    // 29 segments of 4 s, each played in 2 s while the next one comes; the last one is played at the end.
    expect(outcome.stallTime).toBe(29 * 2000);
    expect(outcome.stallEvents).toBe(29);
  });

  test('asks for no more than the buffer has room for: a segment less what plays while it comes', () => {
    const outcome = runSession(steady, line(20_000), { ...PUBLISHED, algorithm: 'fixed', buffer: 8000 });
    expect(Math.max(...outcome.downloads.map(({ levelAfter }) => levelAfter))).toBe(8000 - 200);
    expect(outcome.downloads.every(({ rendition }) => rendition === 2)).toBe(true);
  });
});

test('what is given up again and again is taken, at last, in the rendition that it was given up for', () => {
  const movie: Movie = { segmentDuration: 3000, bitrates: [300, 1000, 3000], sizes: Array(20).fill([9e5, 3e6, 9e6]) };
  const collapsing = [
    { duration: 4000, bandwidth: 20_000, latency: 20 },
    { duration: 100 * 86_400_000, bandwidth: 200, latency: 20 },
  ];
  for (const algorithm of ['throughput', 'dynamic'] as const) {
    const { downloads } = runSession(movie, collapsing, { ...PUBLISHED, algorithm, insufficientBufferRule: false });
    expect(downloads.filter(({ abandonedTo }) => abandonedTo === null)).toHaveLength(20);
    expect(downloads.length).toBeLessThan(20 * (GIVEN_UP_LIMIT + 2));
    expect(downloads.length).toBeGreaterThan(GIVEN_UP_LIMIT);
  }
});

test('what the reference says besides is not compared', () => {
  expect(comparable('32000.0\n[0] Network: 1,2  (q=0: bitrate=230)\n[0-1]  0: q=0 x\nrampup time: 0.5\nfull buffer delay 3 bl=4')).toEqual([
    '[0-1]  0: q=0 x',
    'rampup time: 0.5',
  ]);
});
