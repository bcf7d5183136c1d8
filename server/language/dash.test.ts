/** Videos in the language: what is declared, where it lies, and what is said of what does not hold. */
import { describe, expect, test } from 'vitest';
import { filmResources, manifestPath } from '../../engines/dash/film.ts';
import { readManifest } from '../../engines/dash/mpd/read.ts';
import type { PlayAction, RehearseAction } from '../../engines/dash/scenario.ts';
import type { WebsiteService } from '../../engines/http/scenario.ts';
import type { FileContent } from './compilation.ts';
import { compile } from './compile.ts';
import { movieOf } from './video.ts';

const bytes = (text: string): FileContent => ({ kind: 'bytes', bytes: new TextEncoder().encode(text) });
const JSON_MOVIE = '{"segment_duration_ms":3000,"bitrates_kbps":[300,900],"segment_sizes_bits":[[900001,2700000],[800000,2600000]]}';
const MPD = `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="PT10S" minBufferTime="PT2S"><Period><AdaptationSet contentType="video">
<SegmentTemplate timescale="1" duration="4" media="$RepresentationID$-$Number$.m4s"/><Representation id="a" bandwidth="500000"/><Representation id="b" bandwidth="2000000"/></AdaptationSet></Period></MPD>`;
const files = new Map([
  ['file:///w/movie.json', bytes(JSON_MOVIE)],
  ['file:///w/film.mpd', bytes(MPD)],
  ['file:///w/broken.mpd', bytes('<MPD>\n<Period>')],
  ['file:///w/list.json', bytes('[]')],
  ['file:///w/3g.json', bytes('[{"duration_ms":1000,"bandwidth_kbps":2000,"latency_ms":50}]')],
]);
const compiled = (text: string) => compile([{ uri: 'file:///w/test.netscenario', text }], files);
const messages = (text: string) =>
  compiled(text)
    .diagnostics.filter(({ severity }) => severity === 'error' || severity === 'warning')
    .map(({ message }) => message);
const site = (text: string, name: string) => {
  const { scenario, diagnostics } = compiled(text);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return scenario.services.find((one): one is WebsiteService => one.kind === 'http.website' && one.name === name)!;
};
const plays = (text: string) => compiled(text).scenario.steps.map(({ action }) => action as PlayAction);

describe('a video', () => {
  test('is a manifest and a resource for each segment, on each of its servers', () => {
    const text = 'host tv\nvideo v on a.org, b.org { duration 10 s segment 4 s ladder 500 kbps, 2 Mbps }\ntv plays v';
    const paths = site(text, 'a.org').resources.map(({ path }) => path);
    expect(paths).toEqual([
      '/v/manifest.mpd',
      ...['500k', '2000k'].flatMap((rendition) => ['init.mp4', '1.m4s', '2.m4s', '3.m4s'].map((name) => `/v/${rendition}/${name}`)),
    ]);
    expect(site(text, 'b.org').resources.map(({ path }) => path)).toEqual(paths);
    const sizes = site(text, 'a.org')
      .resources.slice(1)
      .map(({ content }) => (content.kind === 'generated' ? content.size : -1));
    expect(sizes).toEqual([800, 250_000, 250_000, 125_000, 800, 1_000_000, 1_000_000, 500_000]);
  });

  const bases = (text: string, name: string) => {
    const manifest = site(text, name).resources.find(({ path }) => path === '/v/manifest.mpd')!;
    const read = readManifest(new TextDecoder().decode(manifest.content.kind === 'bytes' ? manifest.content.bytes : new Uint8Array()));
    if ('problem' in read) throw new Error(read.problem);
    return read.periods[0]!.sets[0]!.representations[0]!.bases;
  };

  test('has a manifest that leads to where it was fetched from, and then to where else the film lies', () => {
    const two = 'host tv\nvideo v on a.org, b.org { duration 8 s }\ntv plays v';
    expect(bases(two, 'a.org')).toEqual(['./', 'http://b.org/v/']);
    expect(bases(two, 'b.org')).toEqual(['./', 'http://a.org/v/']);
    expect(bases('host tv\nvideo v on a.org { duration 8 s }\ntv plays v', 'a.org')).toEqual(['']);
    const ten =
      'host tv\nvideo v on s1.org, s2.org, s3.org, s4.org, s5.org, s6.org, s7.org, s8.org, s9.org, s10.org { duration 8 s }\ntv plays v';
    expect(bases(ten, 's9.org').slice(0, 3)).toEqual(['./', 'http://s1.org/v/', 'http://s2.org/v/']);
  });

  test('on several CDNs with one origin leads to each of them, and to websites that have it', () => {
    const cdns = 'cdn k { nodes k[1..2] origin a.org content v }\ncdn l { nodes l[1..2] origin a.org content v }';
    const delivered = `host tv\n${cdns}\nvideo v { duration 8 s }\ntv plays v\ntv plays v from l\ntv plays v from a.org`;
    expect(bases(delivered, 'a.org')).toEqual(['./', 'http://www.k.com/v/', 'http://www.l.com/v/']);
    expect(plays(delivered).map(({ manifests }) => manifests)).toEqual([
      ['http://www.k.com/v/manifest.mpd', 'http://www.l.com/v/manifest.mpd'],
      ['http://www.l.com/v/manifest.mpd'],
      ['http://a.org/v/manifest.mpd'],
    ]);
    const both = `host tv\n${cdns}\nvideo v on a.org, b.org { duration 8 s }\ntv plays v`;
    expect(bases(both, 'a.org')).toEqual(['./', 'http://b.org/v/', 'http://www.k.com/v/', 'http://www.l.com/v/']);
    expect(bases(both, 'b.org')).toEqual(['./', 'http://a.org/v/', 'http://www.k.com/v/', 'http://www.l.com/v/']);
    expect(plays(both)[0]!.manifests).toEqual(['http://a.org/v/manifest.mpd', 'http://b.org/v/manifest.mpd']);
  });

  test('lies beside what a declared website has, on https where it is', () => {
    const text = 'host tv\nwebsite a.org { page "/" 20 KiB https required }\nvideo v on a.org { duration 8 s }\ntv plays v from a.org';
    expect(
      site(text, 'a.org')
        .resources.slice(0, 2)
        .map(({ path }) => path),
    ).toEqual(['/', '/v/manifest.mpd']);
    expect(plays(text)[0]!.manifests).toEqual(['https://a.org/v/manifest.mpd']);
  });

  test.each(['number', 'time', 'list'] as const)('has each segment where a manifest by %s says', (kind) => {
    const { resources } = site(`host tv\nvideo v on a.org { duration 12 s segment 4 s manifest by ${kind} }\ntv plays v`, 'a.org');
    const [manifest] = resources;
    const read = readManifest(new TextDecoder().decode(manifest!.content.kind === 'bytes' ? manifest!.content.bytes : new Uint8Array()));
    if ('problem' in read) throw new Error(read.problem);
    const named = read.periods[0]!.sets[0]!.representations.flatMap(({ initialization, segments }) =>
      [initialization!, ...segments].map(({ url }) => `/v/${url}`),
    );
    expect(named.sort()).toEqual(
      resources
        .slice(1)
        .map(({ path }) => path)
        .sort(),
    );
  });

  test('is read from a description, with its sizes', () => {
    const [action] = compiled('host tv\nvideo v { from "movie.json" }\ntv rehearses v over "3g.json" using mpc').scenario.steps.map(
      (step) => step.action as RehearseAction,
    );
    expect(action!.film.movie.sizes).toEqual([
      [900_001, 2_700_000],
      [800_000, 2_600_000],
    ]);
    expect([action!.film.duration, action!.settings.algorithm, action!.trace.length]).toEqual([6e9, 'mpc', 1]);
    const film = action!.film;
    expect(filmResources(film, ['http://x/']).find(({ path }) => path.endsWith('/300k/1.m4s'))!.content).toEqual({
      kind: 'generated',
      size: 112_501,
    });
    expect(manifestPath(film)).toBe('/v/manifest.mpd');
  });

  test('is read from a manifest', () => {
    const [action] = compiled('host tv\nvideo v { from "film.mpd" }\ntv rehearses v over "3g.json"').scenario.steps.map(
      (step) => step.action as RehearseAction,
    );
    expect(action!.film.movie).toMatchObject({ segmentDuration: 4000, bitrates: [500, 2000] });
    expect([action!.film.movie.sizes.length, action!.film.duration]).toEqual([3, 10e9]);
  });
});

test('segments of a variable bitrate have its mean and deviation, the same ones each time', () => {
  const { sizes } = movieOf('Bunny', [1000, 4000], 4e9, 4000e9, 0.2);
  const first = sizes.map(([low]) => low! / 4e6);
  const mean = first.reduce((sum, one) => sum + one, 0) / first.length;
  const deviation = Math.sqrt(first.reduce((sum, one) => sum + (one - mean) ** 2, 0) / first.length);
  expect(mean).toBeCloseTo(1, 6);
  expect(deviation).toBeCloseTo(0.2, 2);
  expect(sizes.every(([low, high]) => Math.abs(high! / low! - 4) < 1e-5)).toBe(true);
  expect(movieOf('bunny', [1000, 4000], 4e9, 4000e9, 0.2).sizes).toEqual(sizes);
  expect(movieOf('other', [1000, 4000], 4e9, 4000e9, 0.2).sizes).not.toEqual(sizes);
});

test.each([
  ['video v\nhost tv\ntv plays v', '`v` lies on no server: write `video v on stream.example.org`.'],
  ['video v on a.org\nwebsite b.org { page "/" 1 kB }\nhost tv\ntv plays v from b.org', '`v` does not lie on `b.org`, but on `a.org`.'],
  ['clip c\nhost tv\ntv plays c', '`c` is a clip: what is played in segments is declared by a `video` line.'],
  ['video v on a.org { ladder 2 Mbps, 1 Mbps }\nhost tv\ntv plays v', 'A ladder goes up: write each bitrate once, the lowest first.'],
  [
    'video v on a.org { duration 8 h segment 1 s }\nhost tv\ntv plays v',
    '28800 segments in 4 renditions are more than the 100000 that a manifest names: with `segment 1152 ms` they fit.',
  ],
  [
    'video v { duration 24 h segment 100 ms ladder 1 Mbps }\nhost tv\ntv rehearses v over "3g.json"',
    '864000 segments in 1 rendition are more than the 100000 that a manifest names: with `segment 864 ms` they fit.',
  ],
  ['video v on a.org\nhost tv\ntv plays v { buffer 4 s }', 'A buffer of 4 s has no room: a segment takes 4 s.'],
  ['video v on a.org\nhost tv\ntv plays v using bola { rate 1 Mbps }', '`bola` does not take `rate`; `fixed` does.'],
  ['video v on a.org\nhost tv\ntv plays v using mpc { gp 8 }', '`mpc` does not take `gp`; `bola`, `bolae` and `dynamic` do.'],
  ['video v on a.org\nhost tv\ntv plays v using bolae { bola basic }', '`bolae` does not take `bola`; `bola` and `dynamic` do.'],
  [
    'video v on a.org\nhost tv\ntv plays v using bba { rises to throughput }',
    '`bba` does not take `rises`; `bola`, `bolae` and `dynamic` do.',
  ],
  [
    'video v on a.org\nhost tv\ntv plays v using bola { insufficient-buffer rule off }',
    '`bola` does not take `insufficient-buffer rule`; `throughput`, `bolae` and `dynamic` do.',
  ],
  [
    'video v on a.org\nhost tv\ntv plays v using fixed { abandonment off }',
    '`fixed` does not take `abandonment`; `throughput`, `bola`, `bolae` and `dynamic` do.',
  ],
  ['video v on a.org\nhost tv\ntv plays v using bolae { gp 8 }', 'With the insufficient-buffer rule, `bolae` works γp out by itself.'],
  ['video v on a.org\nhost tv\ntv plays v using bola { bola basic abandonment off }', 'BOLA-BASIC gives no download up.'],
  [
    'video v\nhost tv\ntv rehearses v over "3g.json" using lowest { replacing first }',
    '`lowest` does not take `replacing`; `throughput`, `bba`, `bola`, `bolae`, `dynamic`, `mpc` and `robustmpc` do.',
  ],
  [
    'video v\ncdn k { nodes edge content v }\ncrowd of 10 watches films of k using mpc for 1 min { gp 8 }',
    '`mpc` does not take `gp`; `bola`, `bolae` and `dynamic` do.',
  ],
  [
    'video v { from "movie.json" segment 4 s }\nhost tv\ntv rehearses v over "3g.json"',
    'The file says it; `segment` has no effect beside `from`.',
  ],
  ['video v { from "broken.mpd" }\nhost tv\ntv rehearses v over "3g.json"', 'broken.mpd: line 2: <Period> has no end.'],
  [
    'video v { from "list.json" }\nhost tv\ntv rehearses v over "3g.json"',
    'list.json: segment_duration_ms must be a number above 0, at most an hour.',
  ],
  [
    'video v { duration 10 s segment 4 s manifest by list }\nhost tv\ntv rehearses v over "3g.json"',
    'A list has segments of one duration, and the last one here would be shorter.',
  ],
  ['video v\nvideo v\nhost tv\ntv rehearses v over "3g.json"', expect.stringMatching(/^Film `v` is declared/)],
])('%s', (text, message) => {
  expect(messages(text)[0]).toEqual(message);
});
