/**
 * Manifests and segments beside independent software: real segments, made by ffmpeg, lie on a simulated web server with a manifest that we
 * wrote; our player fetches them over simulated TCP. What its responses carried is read by ffprobe, and played to its end by dash.js in a
 * real Chromium. Manifests that ffmpeg writes are read.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bytesOf } from '../content.ts';
import { contentOf } from '../message-content.ts';
import { scenarioForTests } from '../network/scenario-for-tests.ts';
import { SECOND } from '../quantities.ts';
import type { Run } from '../run.ts';
import { simulate } from '../simulation.ts';
import { readManifest } from './mpd/read.ts';
import { type WrittenPresentation, writeManifest } from './mpd/write.ts';
import { play, step } from './scenario-for-tests.ts';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const has = (program: string) => spawnSync(program, ['-version'], { stdio: 'ignore' }).status === 0;
const missing = !has('ffmpeg') || !has('ffprobe');
if (missing) console.log('skipped: ffmpeg is not installed (Debian: apt-get install ffmpeg)');

const SECONDS = 8;
const SEGMENT = 2;
const RENDITIONS = [
  { id: 'low', size: '160x90', rate: '80k', bandwidth: 100_000 },
  { id: 'high', size: '320x180', rate: '240k', bandwidth: 300_000 },
] as const;

/** Writes real segments: `low/init.mp4`, `low/1.m4s`, …, and ffmpeg’s own manifest beside each. */
function makeSegments(folder: string): void {
  for (const { id, size, rate } of RENDITIONS) {
    mkdirSync(join(folder, id), { recursive: true });
    execFileSync('ffmpeg', [
      ...['-loglevel', 'error', '-f', 'lavfi', '-i', `testsrc=size=${size}:rate=12:duration=${SECONDS}`],
      ...['-c:v', 'libx264', '-preset', 'ultrafast', '-profile:v', 'baseline', '-pix_fmt', 'yuv420p', '-b:v', rate],
      ...['-g', String(12 * SEGMENT), '-keyint_min', String(12 * SEGMENT), '-sc_threshold', '0'],
      ...['-f', 'dash', '-seg_duration', String(SEGMENT), '-init_seg_name', 'init.mp4', '-media_seg_name', '$Number$.m4s'],
      join(folder, id, 'own.mpd'),
    ]);
  }
}

/** RFC 6381, as the initialization segment’s avcC box says. */
function codecOf(initialization: Uint8Array): string {
  const at = Buffer.from(initialization).indexOf('avcC');
  return `avc1.${Buffer.from(initialization.subarray(at + 5, at + 8)).toString('hex')}`;
}

function manifest(folder: string, addressing: WrittenPresentation['addressing'], bases: readonly string[]): string {
  return writeManifest({
    duration: SECONDS * 1000,
    minimumBuffer: SEGMENT * 1000,
    title: 'Test pictures',
    segmentDurations: Array<number>(SECONDS / SEGMENT).fill(SEGMENT * 1000),
    timescale: 1000,
    bases,
    addressing,
    media: `$RepresentationID$/${addressing === 'time' ? '$Time$' : '$Number$'}.m4s`,
    initialization: '$RepresentationID$/init.mp4',
    renditions: RENDITIONS.map(({ id, size, bandwidth }) => {
      const [width, height] = size.split('x').map(Number) as [number, number];
      return { id, bandwidth, mimeType: 'video/mp4', codecs: codecOf(readFileSync(join(folder, id, 'init.mp4'))), width, height };
    }),
  });
}

/** A web server with these files, and a television that plays the film in each rendition. */
function playedRun(files: ReadonlyMap<string, Uint8Array>): Run {
  const resources = [...files].map(([path, bytes]) => ({
    path: `/${path}`,
    type: path.endsWith('.mpd') ? 'application/dash+xml' : 'video/mp4',
    content: { kind: 'bytes' as const, bytes },
    embeds: [],
    dynamic: false,
  }));
  const site = {
    kind: 'http.website' as const,
    host: 'server',
    name: 'server',
    inDns: false,
    resources,
    redirects: [],
    accepts: [],
    rules: [],
    persistent: true,
    idle: 60 * SECOND,
    https: 'off' as const,
    certificate: { names: ['server'], flaw: null },
    maximumContent: 1,
    at: null,
  };
  const plays = RENDITIONS.map(({ bandwidth }) =>
    step({ ...play({ algorithm: 'fixed', rate: bandwidth / 1000 }), manifests: ['http://server/manifest.mpd'] }),
  );
  return simulate(scenarioForTests({ tv: {}, server: {} }, { services: [site], steps: plays }));
}

/** What the responses of a run carried, by the path that was asked for. */
function carried(run: Run): Map<string, Uint8Array> {
  const { messages, strings } = run;
  const bodies = new Map<string, Uint8Array>();
  const asked: string[] = [];
  for (const row of messages.kind.keys()) {
    const bytes = bytesOf(contentOf(run, row));
    const text = Buffer.from(bytes).toString('latin1');
    if (strings[messages.kind[row]!] === 'request') asked.push(/^GET \/(\S+)/.exec(text)![1]!);
    else if (text.startsWith('HTTP/1.1 200')) bodies.set(asked.at(-1)!, bytes.subarray(text.indexOf('\r\n\r\n') + 4));
    else {
      const before = bodies.get(asked.at(-1)!)!;
      bodies.set(asked.at(-1)!, Buffer.concat([before, bytes]));
    }
  }
  return bodies;
}

/** By the paths at which a manifest of that kind looks for them. */
function addressed(bodies: ReadonlyMap<string, Uint8Array>, addressing: WrittenPresentation['addressing']): Map<string, Uint8Array> {
  const time = (path: string) => path.replace(/(\d+)\.m4s$/, (_, number) => `${(Number(number) - 1) * SEGMENT * 1000}.m4s`);
  return new Map([...bodies].map(([path, bytes]) => [addressing === 'time' ? time(path) : path, bytes]));
}

describe.skipIf(missing)('real segments', { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'netscenario-dash-'));
  const files = new Map<string, Uint8Array>();
  let run: Run;
  beforeAll(() => {
    makeSegments(folder);
    files.set('manifest.mpd', new TextEncoder().encode(manifest(folder, 'number', [])));
    for (const { id } of RENDITIONS)
      for (const name of readdirSync(join(folder, id)))
        if (!name.endsWith('.mpd')) files.set(`${id}/${name}`, new Uint8Array(readFileSync(join(folder, id, name))));
    run = playedRun(files);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test('are carried whole by the run in which they are played', () => {
    expect(run.steps.map(({ succeeded }) => succeeded)).toEqual([true, true]);
    const bodies = carried(run);
    expect([...bodies.keys()].sort()).toEqual([...files.keys()].sort());
    for (const [path, bytes] of files) expect(Buffer.from(bodies.get(path)!).equals(bytes), path).toBe(true);
  });

  test.each(['number', 'time', 'list'] as const)('are found by ffprobe with our manifest by %s', (addressing) => {
    const served = join(folder, `served-${addressing}`);
    for (const [path, bytes] of addressed(carried(run), addressing)) {
      mkdirSync(dirname(join(served, path)), { recursive: true });
      writeFileSync(join(served, path), bytes);
    }
    writeFileSync(join(served, 'manifest.mpd'), manifest(folder, addressing, []));
    const probe = ['-loglevel', 'error', '-show_streams', '-show_format', '-count_packets', '-of', 'json', join(served, 'manifest.mpd')];
    const found = JSON.parse(execFileSync('ffprobe', probe, { encoding: 'utf8' })) as {
      streams: { width: number; codec_name: string; nb_read_packets: string }[];
      format: { format_name: string; duration: string };
    };
    expect(found.format.format_name).toBe('dash');
    expect(Number(found.format.duration)).toBe(SECONDS);
    expect(found.streams.map(({ width, codec_name, nb_read_packets }) => [width, codec_name, Number(nb_read_packets)])).toEqual([
      [160, 'h264', 12 * SECONDS],
      [320, 'h264', 12 * SECONDS],
    ]);
  });

  test.each([
    ['a template and a timeline', ['-use_template', '1', '-use_timeline', '1']],
    ['a template and a duration', ['-use_template', '1', '-use_timeline', '0']],
    ['a list', ['-use_template', '0', '-use_timeline', '0']],
    ['one file with ranges', ['-single_file', '1']],
  ])('have a manifest by ffmpeg, with %s, that we read', (_, options) => {
    const own = mkdtempSync(join(folder, 'own-'));
    const input = ['-loglevel', 'error', '-f', 'lavfi', '-i', `testsrc=size=160x90:rate=12:duration=${SECONDS}`];
    const coding = [
      '-c:v',
      'libx264',
      '-preset',
      'ultrafast',
      '-pix_fmt',
      'yuv420p',
      '-g',
      '24',
      '-keyint_min',
      '24',
      '-sc_threshold',
      '0',
    ];
    execFileSync('ffmpeg', [...input, ...coding, '-f', 'dash', '-seg_duration', '2', ...options, join(own, 'own.mpd')]);
    const read = readManifest(readFileSync(join(own, 'own.mpd'), 'utf8'));
    if ('problem' in read) throw new Error(read.problem);
    expect(read.duration).toBe(SECONDS * 1000);
    const [{ segments, initialization, width, bases }] = read.periods[0]!.sets[0]!.representations as [
      (typeof read.periods)[0]['sets'][0]['representations'][0],
    ];
    expect(width).toBe(160);
    expect(segments.map(({ start, duration }) => [start, duration])).toEqual([0, 2000, 4000, 6000].map((start) => [start, 2000]));
    // Each is there, with the bytes that its range says.
    for (const one of [initialization!, ...segments]) {
      const bytes = readFileSync(join(own, one.url === '' ? bases[0]! : one.url));
      if (one.range) expect(one.range[1]).toBeLessThan(bytes.length);
    }
  });

  describe.skipIf(!existsSync(CHROMIUM))('in a browser', () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await chromium.launch({
        executablePath: CHROMIUM,
        args: [
          '--no-sandbox',
          '--disable-gpu',
          '--disable-background-networking',
          '--no-first-run',
          '--autoplay-policy=no-user-gesture-required',
        ],
      });
    }, 60_000);
    afterAll(() => browser?.close());

    test.each(['number', 'time', 'list'] as const)('are played to the end by dash.js, from a manifest by %s', async (addressing) => {
      const page = await browser.newPage();
      const bodies = addressed(carried(run), addressing);
      // As our films have it: first beside the manifest, then elsewhere.
      bodies.set('manifest.mpd', Buffer.from(manifest(folder, addressing, ['./', 'http://other/'])));
      const fetched: string[] = [];
      await page.route('http://server/**', (route) => {
        const path = new URL(route.request().url()).pathname.slice(1);
        if (path === '') return route.fulfill({ contentType: 'text/html', body: '<!doctype html><video id="film" muted></video>' });
        fetched.push(path);
        const body = bodies.get(path);
        return body
          ? route.fulfill({ body: Buffer.from(body), contentType: path.endsWith('.mpd') ? 'application/dash+xml' : 'video/mp4' })
          : route.fulfill({ status: 404 });
      });
      await page.goto('http://server/');
      await page.addScriptTag({
        path: fileURLToPath(new URL('../../node_modules/dashjs/dist/modern/umd/dash.all.min.js', import.meta.url)),
      });
      const outcome = (await page.evaluate(`new Promise((resolve) => {
        const film = document.getElementById('film');
        const player = dashjs.MediaPlayer().create();
        const times = [];
        const done = (problem) => resolve({ problem, times, end: film.currentTime, duration: film.duration });
        player.on(dashjs.MediaPlayer.events.ERROR, (event) => done(JSON.stringify(event.error ?? event)));
        film.addEventListener('error', () => done(film.error.message));
        film.addEventListener('timeupdate', () => times.push(film.currentTime));
        film.addEventListener('ended', () => done(null));
        setTimeout(() => done('it does not come to its end'), 60000);
        player.initialize(film, 'http://server/manifest.mpd', true);
      })`)) as { problem: string | null; times: number[]; end: number; duration: number };
      expect(outcome.problem).toBeNull();
      expect(outcome.duration).toBeCloseTo(SECONDS, 1);
      expect(outcome.end).toBeCloseTo(SECONDS, 0);
      // It went on by itself, not by one jump.
      expect(outcome.times.length).toBeGreaterThan(SECONDS);
      expect(fetched).toContain('manifest.mpd');
      const segments = new Set(fetched.flatMap((path) => /(\d+)\.m4s$/.exec(path)?.slice(1) ?? []));
      expect([...segments].sort()).toEqual(addressing === 'time' ? ['0', '2000', '4000', '6000'] : ['1', '2', '3', '4']);
      await page.close();
    });
  });
});
