/** What a player reckons with where segments differ: the film lasts as long as its manifest says. */
import { expect, test } from 'vitest';
import { SECOND } from '../quantities.ts';
import { playableFilm } from './manifest-movie.ts';
import { readManifest } from './mpd/read.ts';

function played(inside: string, duration: string) {
  const read = readManifest(
    `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="${duration}"><Period><AdaptationSet mimeType="video/mp4"><Representation id="a" bandwidth="100000">${inside}</Representation></AdaptationSet></Period></MPD>`,
  );
  return 'problem' in read ? read : playableFilm(read);
}
const timeline = (entries: string) => `<SegmentTemplate media="$Time$"><SegmentTimeline>${entries}</SegmentTimeline></SegmentTemplate>`;

test.each([
  ['a timeline of one duration, the last one shorter', timeline('<S t="0" d="4" r="1"/><S d="2"/>'), 'PT10S', 4000, 3],
  ['a timeline of several', timeline('<S t="0" d="3"/><S d="5"/><S d="3"/><S d="5"/><S d="4"/>'), 'PT20S', 4000, 5],
  ['a timeline whose last segment is the longest', timeline('<S t="0" d="3" r="1"/><S d="6"/>'), 'PT12S', 4000, 3],
  ['a timeline that reaches beyond the period', timeline('<S t="0" d="4" r="2"/>'), 'PT10S', 4000, 3],
  [
    'a list whose last segment is shorter',
    '<SegmentList duration="4"><SegmentURL media="1"/><SegmentURL media="2"/><SegmentURL media="3"/></SegmentList>',
    'PT10S',
    4000,
    3,
  ],
])('%s', (_name, inside, duration, segmentDuration, segments) => {
  expect(played(inside, duration)).toMatchObject({
    duration: Number.parseInt(duration.slice(2), 10) * SECOND,
    movie: { segmentDuration, sizes: Array<number[]>(segments).fill([segmentDuration * 100]) },
  });
});

test('segments of very different durations are not played', () => {
  expect(played(timeline('<S t="0" d="1"/><S d="5"/><S d="5"/>'), 'PT11S')).toEqual({ problem: 'segments of very different durations' });
});
