/**
 * Writes a manifest (ISO/IEC 23009-1) of the profile isoff-live: one period, one set of renditions of one content, whose segments are
 * addressed by number, by time, or one by one.
 */
import type { Milliseconds } from '../movie.ts';
import { formatDuration } from './duration.ts';
import { MPD_NAMESPACE } from './read.ts';
import { expandTemplate } from './template.ts';
import { escapeXml } from './xml.ts';

export interface WrittenRendition {
  /** Stands in URLs. */
  readonly id: string;
  /** Bits a second. */
  readonly bandwidth: number;
  readonly mimeType: string;
  /** RFC 6381; null to say nothing. */
  readonly codecs: string | null;
  readonly width: number | null;
  readonly height: number | null;
}

export interface WrittenPresentation {
  readonly duration: Milliseconds;
  readonly minimumBuffer: Milliseconds;
  readonly title: string | null;
  /** Of each segment, the same in all renditions; they add up to `duration`. Whole numbers of `1000 / timescale` ms. */
  readonly segmentDurations: readonly Milliseconds[];
  /** Ticks a second. */
  readonly timescale: number;
  /** Where the renditions lie, each with all of them; empty where it is beside the manifest. */
  readonly bases: readonly string[];
  /** `number`: a template with $Number$ and one duration; `time`: one with $Time$ and a timeline; `list`: each segment’s own URL. */
  readonly addressing: 'number' | 'time' | 'list';
  /** Templates (§5.3.9.4.4) with $RepresentationID$ and, for media, $Number$ or $Time$; `initialization` null where segments stand by themselves. */
  readonly media: string;
  readonly initialization: string | null;
  readonly renditions: readonly WrittenRendition[];
}

export function writeManifest(presentation: WrittenPresentation): string {
  const { duration, minimumBuffer, title, bases, renditions, addressing } = presentation;
  const longest = Math.max(...presentation.segmentDurations);
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<MPD xmlns="${MPD_NAMESPACE}" profiles="urn:mpeg:dash:profile:isoff-${addressing === 'list' ? 'main' : 'live'}:2011" type="static" mediaPresentationDuration="${formatDuration(duration)}" maxSegmentDuration="${formatDuration(longest)}" minBufferTime="${formatDuration(minimumBuffer)}">`,
    ...(title === null ? [] : ['  <ProgramInformation>', `    <Title>${escapeXml(title)}</Title>`, '  </ProgramInformation>']),
    ...bases.map((base) => `  <BaseURL>${escapeXml(base)}</BaseURL>`),
    `  <Period id="0" start="PT0S" duration="${formatDuration(duration)}">`,
    '    <AdaptationSet id="0" contentType="video" segmentAlignment="true" startWithSAP="1">',
    ...(addressing === 'list' ? [] : template(presentation)),
    ...renditions.flatMap((rendition) => representation(rendition, presentation)),
    '    </AdaptationSet>',
    '  </Period>',
    '</MPD>',
    '',
  ];
  return lines.join('\n');
}

function representation(rendition: WrittenRendition, presentation: WrittenPresentation): string[] {
  const { id, bandwidth, mimeType, codecs, width, height } = rendition;
  const size = width === null || height === null ? '' : ` width="${width}" height="${height}"`;
  const coded = codecs === null ? '' : ` codecs="${escapeXml(codecs)}"`;
  const start = `      <Representation id="${escapeXml(id)}" mimeType="${escapeXml(mimeType)}"${coded} bandwidth="${bandwidth}"${size}`;
  if (presentation.addressing !== 'list') return [`${start}/>`];
  const { segmentDurations, timescale, media, initialization } = presentation;
  const values = { RepresentationID: id, Bandwidth: bandwidth };
  let time = 0;
  const urls = segmentDurations.map((duration, i) => {
    const url = expandTemplate(media, { ...values, Number: i + 1, Time: time });
    time += ticks(duration, timescale);
    return url ?? '';
  });
  const initial = initialization === null ? null : (expandTemplate(initialization, values) ?? '');
  return [
    `${start}>`,
    `        <SegmentList timescale="${timescale}" duration="${ticks(segmentDurations[0] as number, timescale)}">`,
    ...(initial === null ? [] : [`          <Initialization sourceURL="${escapeXml(initial)}"/>`]),
    ...urls.map((url) => `          <SegmentURL media="${escapeXml(url)}"/>`),
    '        </SegmentList>',
    '      </Representation>',
  ];
}

function template({ addressing, segmentDurations, timescale, media, initialization }: WrittenPresentation): string[] {
  const [first = 0] = segmentDurations;
  const initial = initialization === null ? '' : ` initialization="${escapeXml(initialization)}"`;
  // The default, said all the same: not every reader takes a timeline’s first number for 1.
  const numbered = media.includes('$Number') ? ' startNumber="1"' : '';
  const start = `      <SegmentTemplate timescale="${timescale}"${initial} media="${escapeXml(media)}"${numbered}`;
  if (addressing === 'number') return [`${start} duration="${ticks(first, timescale)}"/>`];
  const entries: string[] = [];
  for (let i = 0; i < segmentDurations.length; ) {
    const duration = segmentDurations[i] as number;
    let repeats = 0;
    while (segmentDurations[i + repeats + 1] === duration) repeats++;
    entries.push(`          <S${i === 0 ? ' t="0"' : ''} d="${ticks(duration, timescale)}"${repeats > 0 ? ` r="${repeats}"` : ''}/>`);
    i += repeats + 1;
  }
  return [`${start}>`, '        <SegmentTimeline>', ...entries, '        </SegmentTimeline>', '      </SegmentTemplate>'];
}

const ticks = (duration: Milliseconds, timescale: number): number => Math.round((duration * timescale) / 1000);
