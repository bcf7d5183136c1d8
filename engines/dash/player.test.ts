/** A player over HTTP and simulated TCP: what it asks for, what the viewer sees, and what becomes of it when things go wrong. */
import { describe, expect, test } from 'vitest';
import type { WebsiteService } from '../http/scenario.ts';
import { scenarioForTests } from '../network/scenario-for-tests.ts';
import { MILLISECOND, SECOND } from '../quantities.ts';
import type { Run } from '../run.ts';
import { simulate } from '../simulation.ts';
import { asked, at, film, last, play, series, settings, step, website, world } from './scenario-for-tests.ts';

const outcomes = (run: ReturnType<typeof world>) => run.steps.map(({ outcome, succeeded }) => [outcome, succeeded]);

describe.each(['packets', 'flows'] as const)('at %s, a player', (fidelity) => {
  test('asks for the manifest, then one segment after the other, an initialization before the first of each rendition', () => {
    const run = world([step(play())], {}, film, fidelity);
    const paths = asked(run);
    expect(paths.slice(0, 3)).toEqual(['manifest.mpd', '500k/init.mp4', '500k/1.m4s']);
    expect(paths.filter((path) => path.endsWith('.m4s')).map((path) => Number(/(\d+)\.m4s/.exec(path)![1]))).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12,
    ]);
    const renditions = new Set(paths.slice(1).map((path) => path.split('/')[0]));
    expect(paths.filter((path) => path.endsWith('init.mp4'))).toHaveLength(renditions.size);
    expect(run.steps[0]!.succeeded).toBe(true);
    expect(run.connections.rows).toBe(1);
  });

  test('sees the film to its end, at what the line sustains', () => {
    const run = world([step(play())], { tv: { down: 3e6 } }, film, fidelity);
    expect(last(run, 'rebuffering time')).toBe(0);
    expect(last(run, 'bitrate')).toBe(2e6);
    expect(last(run, 'mean bitrate')).toBeGreaterThan(1.4e6);
    expect(last(run, 'time-weighted bitrate')).toBeLessThan(last(run, 'mean bitrate')!);
    // As long as the film, from the first picture on.
    expect(run.steps[0]!.endedAt).toBeCloseTo(24 * SECOND + last(run, 'startup delay')!, -3);
    expect(last(run, 'rendition switches')).toBeGreaterThan(0);
  });

  test('stalls where not even the lowest rendition comes in time', () => {
    const run = world([step(play({ algorithm: 'lowest' }))], { tv: { down: 400e3 } }, film, fidelity);
    expect(last(run, 'rebuffering time')).toBeGreaterThan(5 * SECOND);
    expect(last(run, 'rebufferings')).toBeGreaterThan(5);
    expect(last(run, 'quality of experience')).toBeLessThan(0);
    expect(outcomes(run)[0]![0]).toMatch(/^played at 500 kbit\/s on average, 0 switches, \d+ stalls/);
  });
});

describe('a player', () => {
  test('holds no more than its buffer has room for', () => {
    const run = world([step(play({ algorithm: 'lowest', buffer: 6 * SECOND }))]);
    expect(Math.max(...series(run, 'buffer'))).toBeLessThanOrEqual(6 * SECOND);
    expect(Math.max(...series(run, 'buffer'))).toBeGreaterThan(5 * SECOND);
  });

  test('waits for what it is told to hold before the first picture', () => {
    const quick = last(world([step(play({ algorithm: 'fixed' }))]), 'startup delay')!;
    const careful = last(world([step(play({ algorithm: 'fixed', startThreshold: 6 * SECOND }))]), 'startup delay')!;
    expect(careful).toBeGreaterThan(2.5 * quick);
  });

  test('is as content with a threshold that its buffer cannot hold', () => {
    const run = world([step(play({ buffer: 5 * SECOND, startThreshold: 20 * SECOND }))]);
    expect(run.steps[0]!.succeeded).toBe(true);
  });

  test('keeps to one rendition where it is told so, and goes up to what the others choose', () => {
    const rate = (run: ReturnType<typeof world>) => new Set(series(run, 'bitrate'));
    expect(rate(world([step(play({ algorithm: 'fixed', rate: 1500 }))]))).toEqual(new Set([1e6]));
    for (const algorithm of ['throughput', 'bba', 'bola', 'bolae', 'dynamic', 'mpc', 'robustmpc'] as const) {
      const run = world([step(play({ algorithm }))], { tv: { down: 30e6 } });
      expect(Math.max(...series(run, 'bitrate')), algorithm).toBe(4e6);
      expect(last(run, 'rebuffering time'), algorithm).toBe(0);
    }
  });

  test('gives up a download that takes too long, closes its connection, and asks for a lower rendition', () => {
    const trace = [
      { duration: 5 * SECOND, rate: 20e6, latency: null },
      { duration: 60 * SECOND, rate: 800e3, latency: null },
    ];
    const run = world([step(play())], { tv: { trace } });
    expect(last(run, 'abandoned segments')).toBeGreaterThan(0);
    expect(run.connections.rows).toBeGreaterThan(1);
    const segments = asked(run).filter((path) => path.endsWith('.m4s'));
    const twice = segments.findIndex((path, i) => i > 0 && /\d+\.m4s/.exec(path)![0] === /\d+\.m4s/.exec(segments[i - 1]!)![0]);
    expect(twice).toBeGreaterThan(0);
    expect(Number.parseInt(segments[twice]!, 10)).toBeLessThan(Number.parseInt(segments[twice - 1]!, 10));
    const patient = world([step(play({ abandonment: false }))], { tv: { trace } });
    expect(last(patient, 'abandoned segments')).toBeUndefined();
    expect(last(patient, 'rebuffering time')).toBeGreaterThan(last(run, 'rebuffering time')!);
  });
});

describe('of several servers, a player', () => {
  test('turns to the other one when the first is down, and goes on', () => {
    const run = world([step(play(), at(0)), step({ kind: 'network.crash', host: 'a', downFor: null }, at(6 * SECOND))]);
    expect(run.steps[0]!.succeeded).toBe(true);
    expect(last(run, 'server switches')).toBe(1);
    const { strings, messages, hosts } = run;
    const servers = [...messages.kind.keys()]
      .filter((row) => strings[messages.kind[row]!] === 'request')
      .map((row) => hosts[messages.to[row]!]!.name);
    expect(new Set(servers)).toEqual(new Set(['a', 'b']));
    expect(servers.lastIndexOf('a')).toBeLessThan(servers.lastIndexOf('b'));
  });

  test('turns to the other one when the first is congested', () => {
    const slow = world([step(play({ algorithm: 'throughput' }))], { a: { up: 300e3 } });
    expect(last(slow, 'server switches')).toBeGreaterThan(0);
    expect(last(slow, 'bitrate')).toBe(4e6);
  });

  test('takes the manifest from the second one where the first does not answer', () => {
    const run = world([step({ kind: 'network.crash', host: 'a', downFor: null }, at(0)), step(play({}, ['a', 'b']), at(SECOND))]);
    expect(run.steps[1]!.succeeded).toBe(true);
    expect(asked(run).filter((path) => path === 'manifest.mpd').length).toBeGreaterThan(0);
  });

  test('gives up when no one brings anything any more', () => {
    const run = world([
      step(play(), at(0)),
      step({ kind: 'network.crash', host: 'a', downFor: null }, at(6 * SECOND)),
      step({ kind: 'network.crash', host: 'b', downFor: null }, at(6 * SECOND)),
    ]);
    expect(outcomes(run)[0]).toEqual([
      expect.stringMatching(/^segment \d+ cannot be had: (no answer in time|connection timed out)$/),
      false,
    ]);
  });
});

describe('what cannot be played is told', () => {
  test('no manifest', () => {
    const run = world([step({ ...play(), manifests: ['http://a/other/manifest.mpd', 'http://b/nothing.mpd'] })]);
    expect(outcomes(run)[0]).toEqual(['404 for http://b/nothing.mpd', false]);
  });

  test('a manifest that is none', () => {
    const run = world([step({ ...play(), manifests: ['http://a/madmen/500k/init.mp4'] })]);
    expect(outcomes(run)[0]).toEqual([expect.stringMatching(/^a manifest that cannot be read: /), false]);
  });

  test('a television that is down, or goes down', () => {
    const crash = (time: number) => step({ kind: 'network.crash', host: 'tv', downFor: null }, at(time));
    expect(outcomes(world([crash(0), step(play(), at(SECOND))]))[1]).toEqual(['tv is down', false]);
    expect(outcomes(world([step(play(), at(0)), crash(5 * SECOND)]))[0]).toEqual(['tv went down', false]);
  });
});

describe('where segments lie is what the manifest says:', () => {
  const lists = (base: (rendition: string) => string) =>
    `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT8S" minBufferTime="PT2S"><Period><AdaptationSet mimeType="video/mp4">${[
      'lo',
      'hi',
    ]
      .map(
        (id, i) =>
          `<Representation id="${id}" bandwidth="${100_000 + 200_000 * i}">${base(id)}<SegmentList duration="2">${[1, 2, 3, 4]
            .map((segment) => `<SegmentURL media="${segment}"/>`)
            .join('')}</SegmentList></Representation>`,
      )
      .join('')}</AdaptationSet></Period></MPD>`;
  const served = (manifest: string, redirects: ReadonlyMap<string, string> = new Map()) => {
    const folders = ['lo', 'hi'].flatMap((id, i) => [1, 2, 3, 4].map((segment) => [`/${id}/${segment}`, 25_000 * (1 + 2 * i)] as const));
    const site: WebsiteService = {
      ...website('a', [
        {
          path: '/film.mpd',
          type: 'application/dash+xml',
          content: { kind: 'bytes', bytes: new TextEncoder().encode(manifest) },
          embeds: [],
          dynamic: false,
        },
        ...folders.map(([path, size]) => ({
          path,
          type: 'video/mp4',
          content: { kind: 'generated' as const, size },
          embeds: [],
          dynamic: false,
        })),
      ]),
      redirects: [...redirects].map(([path, to]) => ({ path, to, status: 302 as const })),
    };
    const watching = { ...play({ algorithm: 'fixed' }), manifests: ['http://a/film.mpd'] };
    return simulate(scenarioForTests({ tv: {}, a: {} }, { services: [site], steps: [step(watching)] }));
  };
  const requested = ({ messages, strings }: Run) =>
    [...messages.kind.keys()].flatMap((row) => (strings[messages.kind[row]!] === 'request' ? [strings[messages.label[row]!]!] : []));

  test('each rendition in its own place', () => {
    const run = served(lists((id) => `<BaseURL>${id}/</BaseURL>`));
    expect(requested(run)).toEqual(['film.mpd', 'hi/1', 'hi/2', 'hi/3', 'hi/4'].map((path) => expect.stringContaining(`GET /${path}`)));
    expect(run.steps[0]!.outcome).toMatch(/^played at 300 kbit\/s/);
  });

  test('elsewhere, after a redirect', () => {
    const moved = new Map([1, 2, 3, 4].map((segment) => [`/old/${segment}`, `/hi/${segment}`]));
    const run = served(
      lists(() => '<BaseURL>old/</BaseURL>'),
      moved,
    );
    expect([run.steps[0]!.succeeded, last(run, 'server switches'), last(run, 'rebuffering time')]).toEqual([true, undefined, 0]);
    expect(requested(run).filter((label) => label.includes('/hi/'))).toHaveLength(4);
  });
});

describe('the viewer', () => {
  test('pauses and jumps before there is a manifest: so it begins', () => {
    const run = world([
      step(play({ algorithm: 'lowest' }), at(0)),
      step({ kind: 'video.pause', host: 'tv', time: null }, at(5 * MILLISECOND)),
      step({ kind: 'video.seek', host: 'tv', position: 10 * SECOND }, at(6 * MILLISECOND)),
      step({ kind: 'video.resume', host: 'tv' }, at(20 * SECOND)),
    ]);
    expect(asked(run).filter((path) => path.endsWith('.m4s'))[0]).toBe('500k/6.m4s');
    expect(run.steps[0]!.endedAt).toBeCloseTo(34 * SECOND, -3);
    expect(run.steps[2]!.outcome).toBe('to 10 s, once the film is there');
  });

  test('jumps beyond the end of the film: to its end', () => {
    const run = world([step(play(), at(0)), step({ kind: 'video.seek', host: 'tv', position: 3600 * SECOND }, at(3 * SECOND))]);
    expect(run.steps.map(({ outcome }) => outcome)[1]).toBe('at its end, 24 s');
    expect(run.steps[0]!.endedAt).toBe(3 * SECOND);
  });

  test('has one screen: what would play beside a film is refused, and measures nothing', () => {
    const trace = [{ duration: 10 * SECOND, rate: 2.5e6, latency: 20 * MILLISECOND }];
    const rehearsal = { kind: 'dash.rehearse', host: 'tv', film, trace, replacing: 'none', average: 'weighted', settings } as const;
    const alone = world([step(play(), at(0))]);
    const both = world([step(play(), at(0)), step(play({ algorithm: 'lowest' }), at(3 * SECOND)), step(rehearsal, at(4 * SECOND))]);
    expect(both.steps.slice(1).map(({ outcome, succeeded }) => [outcome, succeeded])).toEqual([
      ['tv plays Madmen already', false],
      ['tv plays Madmen already', false],
    ]);
    expect(both.series.map(({ metric, values }) => [metric, [...values]])).toEqual(
      alone.series.map(({ metric, values }) => [metric, [...values]]),
    );
  });

  const steps = (...more: Parameters<typeof step>[]) => [
    step(play({ algorithm: 'fixed', rate: 1000 }), at(0)),
    ...more.map(([a, t]) => step(a, t)),
  ];

  test('pauses, and the film goes on where it was', () => {
    const run = world(steps([{ kind: 'video.pause', host: 'tv', time: 5 * SECOND }, at(8 * SECOND)]));
    expect(run.steps[0]!.endedAt).toBeCloseTo(29 * SECOND + last(run, 'startup delay')!, -3);
    expect(last(run, 'rebuffering time')).toBe(0);
  });

  test('jumps ahead to what is not held: what lies between is not asked for', () => {
    const run = world(steps([{ kind: 'video.seek', host: 'tv', position: 21 * SECOND }, at(2 * SECOND)]), { tv: { down: 3e6 } });
    const numbers = asked(run).flatMap((path) => /(\d+)\.m4s/.exec(path)?.slice(1).map(Number) ?? []);
    expect(numbers.slice(-2)).toEqual([11, 12]);
    expect(numbers.length).toBeLessThan(9);
    expect(run.steps[0]!.endedAt).toBeLessThan(7 * SECOND);
    // The buffer is told as it was just before, then as empty.
    const { at: times, values } = run.series.find(({ metric }) => metric === 'buffer')!;
    const jump = values.findIndex((level, i) => i > 0 && level === 0 && values[i - 1]! > SECOND);
    expect(times[jump - 1]).toBe(times[jump]);
  });

  test('jumps back: segments come again', () => {
    const run = world(steps([{ kind: 'video.seek', host: 'tv', position: SECOND }, at(20 * SECOND)]));
    const numbers = asked(run).flatMap((path) => /(\d+)\.m4s/.exec(path)?.slice(1).map(Number) ?? []);
    expect(numbers.filter((one) => one === 1)).toHaveLength(2);
    expect(run.steps[0]!.endedAt).toBeGreaterThan(42 * SECOND);
  });

  test('plays at twice the speed', () => {
    const run = world(steps([{ kind: 'video.speed', host: 'tv', speed: 2 }, at(4 * SECOND)]));
    expect(run.steps[0]!.endedAt).toBeCloseTo((4 + 10) * SECOND + last(run, 'startup delay')! / 2, -8);
  });
});

test('the same scenario gives the same run', () => {
  const made = () => world([step(play({ algorithm: 'bolae' }))], { tv: { down: 3e6, loss: 0.01, jitter: 5 * MILLISECOND } });
  expect(made().fingerprint).toBe(made().fingerprint);
});

test('a rehearsal takes the time of its session, and sends nothing', () => {
  const trace = [{ duration: 10 * SECOND, rate: 2.5e6, latency: 20 * MILLISECOND }];
  const run = world([step({ kind: 'dash.rehearse', host: 'tv', film, trace, replacing: 'none', average: 'weighted', settings })]);
  expect(run.messages.rows).toBe(0);
  // The first segment: 20 ms and 1 Mbit at 2.5 Mbit/s.
  expect(last(run, 'startup delay')).toBe(420 * MILLISECOND);
  expect(run.steps[0]!.endedAt).toBe(24 * SECOND + 420 * MILLISECOND);
  expect([last(run, 'rebuffering'), last(run, 'bitrate'), last(run, 'buffer')]).toEqual([0, 2e6, 0]);
  expect(run.steps[0]!.outcome).toMatch(/^12 downloads: 1\.\d+ Mbit\/s on average, \d switch(es)?, no stall$/);
});
