/** A viewer without any network: driven by a line of a constant rate, as a crowd is, and by the idealised network, as a rehearsal is. */

import { readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../quantities.ts';
import { ALGORITHM_NAMES, type AlgorithmName, USUAL } from './abr/algorithms.ts';
import { type Movie, readMovie } from './movie.ts';
import { film } from './scenario-for-tests.ts';
import { PUBLISHED, runSession } from './session/session.ts';
import { type NetworkPeriod, TraceNetwork } from './session/trace-network.ts';
import { Viewer, type ViewerSettings } from './viewer.ts';

const settings = (algorithm: AlgorithmName, change: Partial<ViewerSettings> = {}): ViewerSettings => ({
  ...USUAL,
  algorithm,
  buffer: 10_000,
  duration: film.duration,
  startThreshold: 2 * SECOND,
  resumeThreshold: 2 * SECOND,
  ...change,
});

/** Segments come after 20 ms at that many kbit/s, one at a time. Gives what was asked for, and when the film ended. */
function watch(
  viewer: Viewer,
  rate: number,
  act: (now: number) => void = () => {},
): { asked: [segment: number, rendition: number][]; end: number } {
  const asked: [number, number][] = [];
  let now = 0;
  for (let turn = 0; turn < 10_000; turn++) {
    act(now);
    const wish = viewer.next(now);
    if (wish.kind === 'done') return { asked, end: now };
    if (wish.kind === 'ask') {
      const time = 20 + wish.size / rate;
      now += Math.round(time * MILLISECOND);
      asked.push([wish.segment, wish.rendition]);
      viewer.arrived(now, { segment: wish.segment, rendition: wish.rendition, size: wish.size, time, timeToFirstBit: 20 });
    } else now = wish.until ?? viewer.playout.nextChange()!;
  }
  throw new Error('it does not come to an end');
}

test('asks for each segment once, in order, and ends with the film', () => {
  const viewer = new Viewer(film.movie, settings('throughput'), 0);
  const { asked, end } = watch(viewer, 2500);
  expect(asked.map(([segment]) => segment)).toEqual(Array.from({ length: 12 }, (_, i) => i));
  expect(end).toBe(24 * SECOND + 420 * MILLISECOND);
  expect([viewer.shown.segments, viewer.playout.spent('stalled')]).toEqual([12, 0]);
  expect(viewer.shown.meanBitrate).toBe(asked.reduce((sum, [, rendition]) => sum + film.movie.bitrates[rendition]!, 0) / 12);
});

test('never holds more than there is room for', () => {
  const viewer = new Viewer(film.movie, settings('fixed'), 0);
  let most = 0;
  watch(viewer, 50_000, () => {
    most = Math.max(most, viewer.playout.level);
  });
  expect(most).toBeLessThanOrEqual(10 * SECOND);
  expect(most).toBeGreaterThan(8 * SECOND);
});

test('stalls for what is missing', () => {
  const viewer = new Viewer(film.movie, settings('lowest'), 0);
  watch(viewer, 250);
  // Each of the eleven segments behind the first takes 4.02 s and plays 2 s.
  expect(viewer.playout.spent('stalled')).toBe(11 * 2020 * MILLISECOND);
  expect(viewer.shown.quality(22_220, 4020)).toBeCloseTo((12 * 500 - 4000 * 26.24) / 12, 6);
});

describe('a jump', () => {
  test('to what is not held starts anew there', () => {
    const viewer = new Viewer(film.movie, settings('lowest'), 0);
    let done = false;
    const { asked } = watch(viewer, 1000, (now) => {
      if (done || now < 3 * SECOND) return;
      done = true;
      expect(viewer.seek(now, 20 * SECOND)).toBe(false);
    });
    expect(asked.slice(-2).map(([segment]) => segment)).toEqual([10, 11]);
    expect(viewer.shown.segments).toBeLessThan(6);
  });

  test('within the segment on the screen shows it no second time, and only what was played counts over the time', () => {
    const viewer = new Viewer(film.movie, settings('lowest'), 0);
    let done = false;
    const { asked, end } = watch(viewer, 10_000, (now) => {
      viewer.advance(now);
      if (done || viewer.playout.position < 200 * MILLISECOND) return;
      done = true;
      expect(viewer.seek(now, viewer.playout.position + 100 * MILLISECOND)).toBe(true);
    });
    expect([asked.length, viewer.shown.segments, viewer.shown.meanBitrate]).toEqual([12, 12, 500]);
    expect(viewer.shown.overTime(end / MILLISECOND)).toBeCloseTo((500 * (24_000 - 100)) / (end / MILLISECOND), 9);
  });

  test('to what is held goes on there', () => {
    const viewer = new Viewer(film.movie, settings('lowest'), 0);
    let done = false;
    const { asked } = watch(viewer, 10_000, (now) => {
      if (done || now < 3 * SECOND) return;
      done = true;
      expect(viewer.seek(now, 6 * SECOND)).toBe(true);
    });
    expect(asked.map(([segment]) => segment)).toEqual(Array.from({ length: 12 }, (_, i) => i));
  });
});

describe('decides as a rehearsal over the same network', () => {
  const samples = new URL('../../samples/video/', import.meta.url);
  const bunny = readMovie(readFileSync(new URL('big-buck-bunny.json', samples), 'utf8')) as Movie;
  const traceOf = (name: string): NetworkPeriod[] =>
    (JSON.parse(readFileSync(new URL(`traces/${name}.json`, samples), 'utf8')) as Record<string, number>[]).map((period) => ({
      duration: period.duration_ms!,
      bandwidth: period.bandwidth_kbps!,
      latency: period.latency_ms!,
    }));

  /** Without abandonment, after which the two differ on purpose. */
  function watched(algorithm: AlgorithmName, trace: readonly NetworkPeriod[]): { asked: number[]; stalled: number } {
    const network = new TraceNetwork(trace, () => {});
    const duration = bunny.sizes.length * bunny.segmentDuration * MILLISECOND;
    // What has arrived is played, however little it is.
    const thresholds = { startThreshold: MILLISECOND, resumeThreshold: MILLISECOND };
    const viewer = new Viewer(bunny, settings(algorithm, { buffer: 25_000, duration, ...thresholds }), 0);
    const asked: number[] = [];
    for (let now = 0; ; ) {
      const wish = viewer.next(now);
      if (wish.kind === 'done') return { asked, stalled: viewer.playout.spent('stalled') / MILLISECOND };
      if (wish.kind === 'ask') {
        const download = { downloaded: 0, time: 0, timeToFirstBit: 0 };
        network.download(wish.size, download, null);
        now += Math.round(download.time * MILLISECOND);
        asked.push(wish.rendition);
        viewer.arrived(now, { ...wish, time: download.time, timeToFirstBit: download.timeToFirstBit });
      } else {
        const next = wish.until ?? viewer.playout.nextChange()!;
        network.delay((next - now) / MILLISECOND);
        now = next;
      }
    }
  }

  test.each(['3g', '4g-train', 'broadband', 'steps'].flatMap((trace) => ALGORITHM_NAMES.map((algorithm) => [algorithm, trace] as const)))(
    '%s over %s',
    (algorithm, name) => {
      const trace = traceOf(name);
      const { asked, stalled } = watched(algorithm, trace);
      const session = runSession(bunny, trace, { ...PUBLISHED, algorithm, abandonment: false });
      expect(asked).toEqual(session.downloads.map(({ rendition }) => rendition));
      expect(stalled).toBeCloseTo(session.stallTime, 0);
    },
  );
});

test('what was given up is asked for in the rendition that took its place', () => {
  const viewer = new Viewer(film.movie, settings('fixed'), 0);
  expect(viewer.next(0)).toMatchObject({ kind: 'ask', segment: 0, rendition: 3 });
  viewer.abandoned(SECOND, { segment: 0, rendition: 3, size: 8e6, downloaded: 1e5, time: 1000, timeToFirstBit: 20 }, 1);
  expect(viewer.next(SECOND)).toMatchObject({ kind: 'ask', segment: 0, rendition: 1, size: 2e6 });
  viewer.lost(2 * SECOND);
  expect(viewer.next(2 * SECOND)).toMatchObject({ kind: 'ask', segment: 0, rendition: 3 });
});

test('ten thousand of them take little room when the film has ended', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const heap = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = heap();
  const crowd = Array.from({ length: 10_000 }, () => new Viewer(film.movie, settings('bola'), 0));
  for (const viewer of crowd) watch(viewer, 2500);
  expect(crowd.every(({ shown }) => shown.segments === 12)).toBe(true);
  expect((heap() - before) / crowd.length).toBeLessThan(8_000);
});
