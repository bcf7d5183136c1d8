/** What must hold for any bytes that a manifest is made of: it is read or refused, and what is read is within its limits and makes sense. */
import type { FuzzTarget } from '../../fuzz-target.ts';
import { MANIFEST_LIMITS, readManifest } from './read.ts';
import { writeManifest } from './write.ts';

const film = (addressing: 'number' | 'time' | 'list'): string =>
  writeManifest({
    duration: 10_000,
    minimumBuffer: 2000,
    title: 'A film & more',
    segmentDurations: addressing === 'list' ? [5000, 5000] : [4000, 4000, 2000],
    timescale: 1000,
    bases: ['http://a.example/f/', 'http://b.example/'],
    addressing,
    media: addressing === 'time' ? '$RepresentationID$/$Time$.m4s' : '$RepresentationID$/$Number%05d$.m4s',
    initialization: '$RepresentationID$/init.mp4',
    renditions: [
      { id: 'lo', bandwidth: 300_000, mimeType: 'video/mp4', codecs: 'avc1.42c01e', width: 320, height: 180 },
      { id: 'hi', bandwidth: 2_000_000, mimeType: 'video/mp4', codecs: null, width: null, height: null },
    ],
  });

const SEEDS = [
  film('number'),
  film('time'),
  film('list'),
  `<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="PT1H"><Period start="PT0S" duration="PT9S"><AdaptationSet lang="de"><ContentComponent contentType="audio"/><Representation id="a" bandwidth="1"><BaseURL>a.mp4</BaseURL><SegmentBase indexRange="1-9"><Initialization range="0-0"/></SegmentBase></Representation></AdaptationSet></Period><Period><SegmentTemplate timescale="90000" presentationTimeOffset="7" media="$Time%09d$$$"><SegmentTimeline><S t="7" d="90000" r="-1"/><S t="900007" d="1"/></SegmentTimeline></SegmentTemplate><AdaptationSet><Representation id="v" bandwidth="2"/></AdaptationSet></Period></MPD>`,
  '<?xml version="1.0"?><!DOCTYPE MPD [<!ENTITY a "b">]><MPD>&a;</MPD>',
  '<a b="&lt;&#x41;"><![CDATA[x]]><!-- y --><?z?></a>',
];

const target: FuzzTarget = {
  name: 'mpd',

  corpus: () => SEEDS.map((seed) => new TextEncoder().encode(seed)),

  run(bytes) {
    const text = new TextDecoder().decode(bytes);
    const manifest = readManifest(text);
    if ('problem' in manifest) {
      if (!(manifest.at >= 0 && manifest.at <= text.length)) throw new Error(`a problem at ${manifest.at} of ${text.length}`);
      return manifest.problem;
    }
    const { periods, duration } = manifest;
    if (!(duration >= 0) || periods.length === 0 || periods.length > MANIFEST_LIMITS.periods)
      throw new Error('a presentation without sense');
    let segments = 0;
    for (const period of periods)
      for (const { representations } of period.sets)
        for (const { bandwidth, bases, segments: all } of representations) {
          if (!(bandwidth > 0) || bases.length === 0 || bases.length > MANIFEST_LIMITS.bases)
            throw new Error('a representation without sense');
          for (const one of all) {
            if (!(one.duration > 0) || !Number.isFinite(one.start))
              throw new Error(`a segment from ${one.start} that lasts ${one.duration}`);
            if (one.range && one.range[1] < one.range[0]) throw new Error('a range that ends before it begins');
          }
          segments += all.length;
        }
    if (segments > MANIFEST_LIMITS.segments) throw new Error(`${segments} segments`);
    return `${periods.length} ${segments} ${duration}`;
  },
};

export default target;
