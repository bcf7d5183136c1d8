/** Manifests as packagers write them, read; ours, written and read again. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatDuration, parseDuration } from './duration.ts';
import type { Presentation } from './presentation.ts';
import { joinReferences, readManifest } from './read.ts';
import { expandTemplate } from './template.ts';
import { type WrittenPresentation, writeManifest } from './write.ts';

const read = (text: string): Presentation => {
  const manifest = readManifest(text);
  if ('problem' in manifest) throw new Error(`${manifest.problem} at ${manifest.at}: ${text.slice(manifest.at, manifest.at + 60)}`);
  return manifest;
};
const mpd = (inside: string, attributes = 'mediaPresentationDuration="PT10S"') =>
  `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" ${attributes}>${inside}</MPD>`;
/** Of the first set of the first period: per representation its id, its initialization and its segments as `url@start+duration`. */
const segments = (text: string) =>
  read(text).periods[0]!.sets[0]!.representations.map(({ id, bases, initialization, segments: all }) => [
    id,
    bases.join(' '),
    initialization && initialization.url + (initialization.range ? `[${initialization.range.join('-')}]` : ''),
    all.map(({ url, range, start, duration }) => `${url}${range ? `[${range.join('-')}]` : ''}@${start}+${duration}`).join(' '),
  ]);

describe('segments are counted out', () => {
  test('by number, from a template on the level of the set', () => {
    const text = mpd(`<Period><AdaptationSet mimeType="video/mp4">
      <SegmentTemplate timescale="1000" duration="4000" startNumber="0" initialization="$RepresentationID$/init.mp4" media="$RepresentationID$/$Number%03d$.m4s"/>
      <Representation id="hi" bandwidth="2000000"/><Representation id="lo" bandwidth="500000"/>
    </AdaptationSet></Period>`);
    expect(segments(text)).toEqual([
      ['lo', '', 'lo/init.mp4', 'lo/000.m4s@0+4000 lo/001.m4s@4000+4000 lo/002.m4s@8000+2000'],
      ['hi', '', 'hi/init.mp4', 'hi/000.m4s@0+4000 hi/001.m4s@4000+4000 hi/002.m4s@8000+2000'],
    ]);
  });

  test('by time, from a timeline with repetitions, up to the end of the period', () => {
    const text = mpd(`<Period><AdaptationSet><Representation id="a" bandwidth="1">
      <SegmentTemplate timescale="10" presentationTimeOffset="100" media="$Time$.m4s">
        <SegmentTimeline><S t="100" d="20" r="1"/><S d="25"/><S d="15" r="-2"/></SegmentTimeline>
      </SegmentTemplate></Representation></AdaptationSet></Period>`);
    expect(segments(text)).toEqual([
      ['a', '', null, '100.m4s@0+2000 120.m4s@2000+2000 140.m4s@4000+2500 165.m4s@6500+1500 180.m4s@8000+1500 195.m4s@9500+1500'],
    ]);
  });

  test('by a timeline whose open repetition ends where the next entry begins', () => {
    const text = mpd(`<Period><AdaptationSet><Representation id="a" bandwidth="1"><SegmentTemplate media="$Number$">
      <SegmentTimeline><S t="0" d="2" r="-1"/><S t="6" d="4"/></SegmentTimeline></SegmentTemplate></Representation></AdaptationSet></Period>`);
    expect(segments(text)[0]![3]).toBe('1@0+2000 2@2000+2000 3@4000+2000 4@6000+4000');
  });

  test('from a list, with ranges of one file', () => {
    const text = mpd(`<Period><AdaptationSet><Representation id="a" bandwidth="1"><BaseURL>film.mp4</BaseURL>
      <SegmentList timescale="1" duration="5"><Initialization range="0-99"/><SegmentURL mediaRange="100-199"/><SegmentURL mediaRange="200-250"/></SegmentList>
      </Representation></AdaptationSet></Period>`);
    expect(segments(text)).toEqual([['a', 'film.mp4', '[0-99]', '[100-199]@0+5000 [200-250]@5000+5000']]);
  });

  test('from a list whose last segment ends with the period', () => {
    const text = mpd(`<Period><AdaptationSet><Representation id="a" bandwidth="1">
      <SegmentList duration="4"><SegmentURL media="1"/><SegmentURL media="2"/><SegmentURL media="3"/></SegmentList>
      </Representation></AdaptationSet></Period>`);
    expect(segments(text)[0]![3]).toBe('1@0+4000 2@4000+4000 3@8000+2000');
  });

  test('as one file, with an index or with nothing but a BaseURL', () => {
    const text = mpd(`<Period><AdaptationSet>
      <Representation id="a" bandwidth="1"><BaseURL>a.mp4</BaseURL><SegmentBase indexRange="100-199"><Initialization range="0-99"/></SegmentBase></Representation>
      <Representation id="b" bandwidth="2"><BaseURL>b.mp4</BaseURL></Representation></AdaptationSet></Period>`);
    expect(segments(text)).toEqual([
      ['a', 'a.mp4', '[0-99]', '@0+10000'],
      ['b', 'b.mp4', null, '@0+10000'],
    ]);
  });

  test('with what inner levels do not say taken from outer ones', () => {
    const text = mpd(`<Period><SegmentTemplate timescale="10" duration="50" media="x$Number$"/>
      <AdaptationSet><SegmentTemplate media="$RepresentationID$-$Number$-$Bandwidth%06d$-$$"/><Representation id="r" bandwidth="900"/></AdaptationSet></Period>`);
    expect(segments(text)[0]![3]).toBe('r-1-000900-$@0+5000 r-2-000900-$@5000+5000');
  });
});

test('periods begin where the ones before end, and each counts for itself', () => {
  const period = (attributes: string) =>
    `<Period ${attributes}><AdaptationSet><SegmentTemplate duration="4" media="$Number$"/><Representation id="a" bandwidth="1"/></AdaptationSet></Period>`;
  const { periods, duration } = read(
    mpd(period('duration="PT8S"') + period('') + period('start="PT14S"'), 'mediaPresentationDuration="PT20S"'),
  );
  expect(periods.map(({ start, duration }) => [start, duration])).toEqual([
    [0, 8000],
    [8000, 6000],
    [14_000, 6000],
  ]);
  expect([duration, periods[1]!.sets[0]!.representations[0]!.segments.length]).toEqual([20_000, 2]);
});

test('each BaseURL is an alternative, relative to those around it', () => {
  const text = mpd(`<BaseURL>http://a.example/films/</BaseURL><BaseURL>http://b.example/</BaseURL>
    <Period><BaseURL>bunny/</BaseURL><AdaptationSet><Representation id="a" bandwidth="1"><BaseURL>low.mp4</BaseURL></Representation></AdaptationSet></Period>`);
  expect(segments(text)[0]![1]).toBe('http://a.example/films/bunny/low.mp4 http://b.example/bunny/low.mp4');
});

test.each([
  ['', 'a/b', 'a/b'],
  ['http://h', 'a', 'http://h/a'],
  ['http://h/x/y?q', 'a', 'http://h/x/a'],
  ['http://h/x/', '/a', 'http://h/a'],
  ['x/y', 'a', 'x/a'],
  ['x/', '', 'x/'],
  ['x/', 'https://o/p', 'https://o/p'],
])('%j and %j make %j', (base, reference, joined) => {
  expect(joinReferences(base, reference)).toBe(joined);
});

const with1 = (inside: string) => mpd(`<Period><AdaptationSet>${inside}</AdaptationSet></Period>`);
test.each([
  ['<html/>', 'not an MPD: its root is another element'],
  [mpd('<Period/>', 'type="x"'), 'type is there twice'],
  [mpd('<Period/>').replace('static', 'dynamic'), 'a presentation of type dynamic: only finished ones (static) are read'],
  [mpd(''), 'no Period'],
  [mpd('<Period/>'), 'a period without representations'],
  [mpd('<Period/>', ''), 'a period that nothing says the duration of'],
  [mpd('<Period/>', 'mediaPresentationDuration="P1Y"'), 'mediaPresentationDuration: “P1Y” is no duration'],
  [with1('<Representation bandwidth="1"/>'), 'a representation without an id'],
  [with1('<Representation id="a"/>'), 'bandwidth is missing'],
  [with1('<Representation id="a" bandwidth="-1"/>'), 'bandwidth: “-1” is no whole number'],
  [with1('<Representation id="a" bandwidth="1"><SegmentTemplate duration="1"/></Representation>'), 'a SegmentTemplate without media'],
  [
    with1('<Representation id="a" bandwidth="1"><SegmentTemplate media="$Number" duration="1"/></Representation>'),
    'the template $Number cannot be filled in',
  ],
  [
    with1('<Representation id="a" bandwidth="1"><SegmentTemplate media="$X$" duration="1"/></Representation>'),
    'the template $X$ cannot be filled in',
  ],
  [
    with1('<Representation id="a" bandwidth="1"><SegmentTemplate media="$Number$" duration="1" timescale="100000"/></Representation>'),
    'more than 100000 segments',
  ],
  [
    with1('<Representation id="a" bandwidth="1"><SegmentTemplate media="a" duration="0"/></Representation>'),
    'a segment that takes no time',
  ],
  [
    with1(
      '<Representation id="a" bandwidth="1"><SegmentTemplate media="a"><SegmentTimeline><S d="1" r="often"/></SegmentTimeline></SegmentTemplate></Representation>',
    ),
    'r is no number of repetitions',
  ],
  [
    with1('<Representation id="a" bandwidth="1"><SegmentTemplate media="a"><SegmentTimeline/></SegmentTemplate></Representation>'),
    'the representation a has no segments',
  ],
  [
    with1('<Representation id="a" bandwidth="1"><SegmentList duration="1"><SegmentURL mediaRange="9-1"/></SegmentList></Representation>'),
    'mediaRange: “9-1” is no range of bytes',
  ],
  [
    `${mpd('<Period xmlns:x="http://www.w3.org/1999/xlink" x:href="http://elsewhere"/>')}`,
    'an element that lies elsewhere (xlink) is not fetched',
  ],
])('%s is refused', (text, problem) => {
  expect(readManifest(text)).toMatchObject({ problem });
});

test.each([
  ['PT10M34.533S', 634_533],
  ['PT0S', 0],
  ['P1DT1H', 90_000_000],
  ['PT90M', 5_400_000],
  ['PT0.0005S', 0.5],
  ['P', null],
  ['PT', null],
  ['P1M', null],
  ['P0Y0M0DT0H3M30.000S', 210_000],
  ['P1Y0M0DT0H3M30.000S', null],
  ['PT1.0000000000000S', 1000],
  ['-PT1S', null],
  ['PT1S2M', null],
  ['P101D', null],
])('%s lasts %s ms', (text, duration) => {
  expect(parseDuration(text)).toBe(duration);
});

test('durations that are written are read', () => {
  fc.assert(fc.property(fc.nat(86_400_000), (duration) => parseDuration(formatDuration(duration)) === duration));
});

test.each([
  ['$RepresentationID$_$Number%05d$', 'v_00007'],
  ['$Time$', '90000'],
  ['$RepresentationID%02d$', null],
  ['a$$b', 'a$b'],
  ['$Number%5d$', null],
  ['$$$', null],
])('%s is expanded to %s', (template, url) => {
  expect(expandTemplate(template, { RepresentationID: 'v', Number: 7, Time: 90_000 })).toBe(url);
});

test('what is written is read: by number, by time, one by one', () => {
  const films = fc.record({
    timescale: fc.constantFrom(1, 1000, 12_800),
    addressing: fc.constantFrom('number' as const, 'time' as const, 'list' as const),
    seconds: fc.integer({ min: 1, max: 10 }),
    count: fc.integer({ min: 1, max: 20 }),
    last: fc.integer({ min: 1, max: 10 }),
    title: fc.option(fc.string()),
    bandwidths: fc.uniqueArray(fc.integer({ min: 1, max: 1e9 }), { minLength: 1, maxLength: 5 }),
    bases: fc.constantFrom([], ['http://a/x/'], ['http://a/', 'http://b/']),
  });
  fc.assert(
    fc.property(films, ({ timescale, addressing, seconds, count, last, title, bandwidths, bases }) => {
      fc.pre(title === null || /^[\x20-\x7e]*$/.test(title));
      const durations = [...Array<number>(count).fill(seconds * 1000), ...(addressing === 'list' ? [] : [Math.min(last, seconds) * 1000])];
      const duration = durations.reduce((sum, one) => sum + one, 0);
      const made: WrittenPresentation = {
        duration,
        minimumBuffer: 2000,
        title,
        segmentDurations: durations,
        timescale,
        bases,
        addressing,
        media: addressing === 'time' ? '$RepresentationID$/$Time$.m4s' : '$RepresentationID$/$Number$.m4s',
        initialization: '$RepresentationID$/init.mp4',
        renditions: bandwidths.map((bandwidth) => ({
          id: `r<${bandwidth}>`,
          bandwidth,
          mimeType: 'video/mp4',
          codecs: 'avc1.4d401f',
          width: 640,
          height: 360,
        })),
      };
      const back = read(writeManifest(made));
      expect([back.duration, back.minimumBuffer, back.title]).toEqual([duration, 2000, title === null ? null : title.trim()]);
      const [set] = back.periods[0]!.sets;
      expect(set!.representations.map(({ bandwidth }) => bandwidth)).toEqual([...bandwidths].sort((a, b) => a - b));
      for (const { id, bandwidth, bases: found, initialization, segments: all, codecs, width } of set!.representations) {
        expect([id, found, initialization, codecs, width]).toEqual([
          `r<${bandwidth}>`,
          bases.length > 0 ? bases : [''],
          { url: `${id}/init.mp4`, range: null },
          'avc1.4d401f',
          640,
        ]);
        expect(all.map((one) => one.duration)).toEqual(durations);
        expect(all[1]?.url).toBe(all.length < 2 ? undefined : `${id}/${addressing === 'time' ? seconds * timescale : 2}.m4s`);
      }
    }),
  );
});
