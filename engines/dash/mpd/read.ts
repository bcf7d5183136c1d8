/**
 * Reads a manifest (ISO/IEC 23009-1): SegmentTemplate with @duration or a SegmentTimeline, SegmentList, SegmentBase and plain BaseURLs,
 * with what the levels of Period, AdaptationSet and Representation inherit from one another; several periods.
 *
 * Theory of operation. Elements hand down what they say: `Inherited` is refined from the MPD to the Representation, where segments are
 * counted out. What says nothing about playing (DRM, events, metrics) is passed over. A live presentation, a remote element (xlink), and
 * what cannot be counted out are problems, told with their place.
 *
 * Total. Limits: those of xml.ts; 100 periods, 200 representations, 100,000 segments in all; bases 8 a level.
 */
import type { Milliseconds } from '../movie.ts';
import { parseDuration } from './duration.ts';
import type { AdaptationSet, Period, Presentation, Representation, Segment, SegmentUrl } from './presentation.ts';
import { expandTemplate, fillIn, readTemplate } from './template.ts';
import { readXml, type XmlElement } from './xml.ts';

export interface ManifestProblem {
  /** For people, without a full stop. */
  readonly problem: string;
  /** Where in the text, in characters. */
  readonly at: number;
}

export const MANIFEST_LIMITS = { periods: 100, representations: 200, segments: 100_000, bases: 8 } as const;

export const MPD_NAMESPACE = 'urn:mpeg:dash:schema:mpd:2011';

/** What an element has from those around it. */
interface Inherited {
  readonly bases: readonly string[];
  readonly attributes: ReadonlyMap<string, string>;
  /** Of each kind, with what the innermost level says last. */
  readonly addressing: Readonly<Record<Addressing, Addressed | null>>;
}

type Addressing = 'SegmentTemplate' | 'SegmentList' | 'SegmentBase';

interface Addressed {
  readonly attributes: ReadonlyMap<string, string>;
  readonly initialization: XmlElement | null;
  readonly timeline: XmlElement | null;
  readonly urls: readonly XmlElement[];
  readonly at: number;
}

/** Ends the reading; never leaves this file. */
class Unreadable extends Error {
  readonly at: number;
  constructor(problem: string, at: number) {
    super(problem);
    this.at = at;
  }
}

interface Counts {
  representations: number;
  segments: number;
}

export function readManifest(text: string): Presentation | ManifestProblem {
  const root = readXml(text);
  if ('problem' in root) return root;
  try {
    return presentationOf(root);
  } catch (problem) {
    if (problem instanceof Unreadable) return { problem: problem.message, at: problem.at };
    throw problem;
  }
}

function presentationOf(root: XmlElement): Presentation {
  if (root.name !== 'MPD' || (root.namespace !== MPD_NAMESPACE && root.namespace !== ''))
    throw new Unreadable('not an MPD: its root is another element', root.at);
  const type = root.attributes.get('type') ?? 'static';
  if (type !== 'static') throw new Unreadable(`a presentation of type ${type.slice(0, 20)}: only finished ones (static) are read`, root.at);
  const duration = durationIn(root, 'mediaPresentationDuration');
  const elements = children(root, 'Period');
  if (elements.length === 0) throw new Unreadable('no Period', root.at);
  if (elements.length > MANIFEST_LIMITS.periods) throw new Unreadable(`more than ${MANIFEST_LIMITS.periods} periods`, root.at);
  const top: Inherited = {
    bases: basesOf(root, ['']),
    attributes: new Map(),
    addressing: { SegmentTemplate: null, SegmentList: null, SegmentBase: null },
  };
  const counts: Counts = { representations: 0, segments: 0 };
  // §5.3.2.1: a period begins where it says, or where the one before ends; it ends where it says, or where the next one begins.
  const starts: (Milliseconds | null)[] = [];
  let at: Milliseconds | null = 0;
  for (const element of elements) {
    const start: Milliseconds | null = durationIn(element, 'start') ?? at;
    const own = durationIn(element, 'duration');
    starts.push(start);
    at = start === null || own === null ? null : start + own;
  }
  const periods = elements.map((element, i): Period => {
    const start = starts[i] ?? null;
    if (start === null) throw new Unreadable('a period that nothing says the beginning of', element.at);
    const end = starts[i + 1] ?? duration;
    const length = durationIn(element, 'duration') ?? (end === null ? null : end - start);
    if (length === null || length <= 0) throw new Unreadable('a period that nothing says the duration of', element.at);
    return { start, duration: length, sets: setsOf(element, inherit(element, top), length, counts) };
  });
  const last = periods.at(-1) as Period;
  const title =
    children(root, 'ProgramInformation')
      .flatMap((one) => children(one, 'Title'))[0]
      ?.text.trim() ?? null;
  return {
    duration: duration ?? last.start + last.duration,
    minimumBuffer: durationIn(root, 'minBufferTime') ?? 0,
    title,
    periods,
  };
}

function setsOf(period: XmlElement, inherited: Inherited, duration: Milliseconds, counts: Counts): AdaptationSet[] {
  const sets = children(period, 'AdaptationSet').flatMap((element): AdaptationSet[] => {
    const within = inherit(element, inherited);
    const representations = children(element, 'Representation').map((one) => representationOf(one, inherit(one, within), duration, counts));
    if (representations.length === 0) return [];
    representations.sort((a, b) => a.bandwidth - b.bandwidth);
    const said = element.attributes.get('contentType') ?? children(element, 'ContentComponent')[0]?.attributes.get('contentType');
    const contentType = said ?? (representations[0]?.mimeType.split('/')[0] as string);
    return [{ contentType, language: element.attributes.get('lang') ?? null, representations }];
  });
  if (sets.length === 0) throw new Unreadable('a period without representations', period.at);
  return sets;
}

function representationOf(element: XmlElement, inherited: Inherited, duration: Milliseconds, counts: Counts): Representation {
  if (++counts.representations > MANIFEST_LIMITS.representations)
    throw new Unreadable(`more than ${MANIFEST_LIMITS.representations} representations`, element.at);
  const { attributes, bases } = inherited;
  const id = element.attributes.get('id');
  if (id === undefined || id === '') throw new Unreadable('a representation without an id', element.at);
  const bandwidth = wholeIn(element, element.attributes, 'bandwidth', null);
  if (bandwidth === 0) throw new Unreadable('a bandwidth of 0', element.at);
  const { initialization, segments } = segmentsOf(
    element,
    inherited,
    { id, bandwidth },
    duration,
    MANIFEST_LIMITS.segments - counts.segments,
  );
  if (segments.length === 0) throw new Unreadable(`the representation ${id.slice(0, 40)} has no segments`, element.at);
  counts.segments += segments.length;
  return {
    id,
    bandwidth,
    mimeType: attributes.get('mimeType') ?? '',
    codecs: attributes.get('codecs') ?? null,
    width: attributes.has('width') ? wholeIn(element, attributes, 'width', null) : null,
    height: attributes.has('height') ? wholeIn(element, attributes, 'height', null) : null,
    bases,
    initialization,
    segments,
  };
}

interface Segments {
  readonly initialization: SegmentUrl | null;
  readonly segments: readonly Segment[];
}

/** §5.3.9: of the kinds of addressing, one is used. */
function segmentsOf(element: XmlElement, { addressing }: Inherited, named: Named, duration: Milliseconds, room: number): Segments {
  const { SegmentTemplate: template, SegmentList: list, SegmentBase: base } = addressing;
  if (template) return templated(template, named, duration, room);
  if (list) return listed(list, duration, room);
  if (room < 1) throw new Unreadable(`more than ${MANIFEST_LIMITS.segments} segments`, element.at);
  // §5.3.9.2: one segment, the resource itself.
  return { initialization: initializationOf(base), segments: [{ url: '', range: null, start: 0, duration }] };
}

interface Named {
  readonly id: string;
  readonly bandwidth: number;
}

function templated(template: Addressed, { id, bandwidth }: Named, duration: Milliseconds, room: number): Segments {
  const media = template.attributes.get('media');
  if (media === undefined) throw new Unreadable('a SegmentTemplate without media', template.at);
  const first = wholeIn(template, template.attributes, 'startNumber', 1);
  const times = timesOf(template, duration, room, null);
  const values = { RepresentationID: id, Bandwidth: bandwidth };
  const read = readTemplate(media);
  const segments = times.map(({ ticks, start, duration: length }, i): Segment => {
    const url = read && fillIn(read, { RepresentationID: id, Bandwidth: bandwidth, Number: first + i, Time: ticks });
    if (url === null) throw new Unreadable(`the template ${media.slice(0, 80)} cannot be filled in`, template.at);
    return { url, range: null, start, duration: length };
  });
  const initialization = template.attributes.get('initialization');
  if (initialization === undefined) return { initialization: initializationOf(template), segments };
  const url = expandTemplate(initialization, values);
  if (url === null) throw new Unreadable(`the template ${initialization.slice(0, 80)} cannot be filled in`, template.at);
  return { initialization: { url, range: null }, segments };
}

function listed(list: Addressed, duration: Milliseconds, room: number): Segments {
  const { urls } = list;
  const times = timesOf(list, duration, room, urls.length);
  const segments = urls.slice(0, times.length).map((element, i): Segment => {
    const { start, duration: length } = times[i] as SegmentTime;
    return { url: element.attributes.get('media') ?? '', range: rangeIn(element, 'mediaRange'), start, duration: length };
  });
  return { initialization: initializationOf(list), segments };
}

function initializationOf(addressed: Addressed | null): SegmentUrl | null {
  const element = addressed?.initialization;
  return element ? { url: element.attributes.get('sourceURL') ?? '', range: rangeIn(element, 'range') } : null;
}

interface SegmentTime {
  /** As $Time$ has it. */
  readonly ticks: number;
  readonly start: Milliseconds;
  readonly duration: Milliseconds;
}

/** §5.3.9.6 (a timeline), §5.3.9.2 (@duration). `listed`: how many segments there are; null where the period’s end says it. */
function timesOf(addressed: Addressed, duration: Milliseconds, room: number, listed: number | null): SegmentTime[] {
  const timescale = wholeIn(addressed, addressed.attributes, 'timescale', 1);
  if (timescale === 0) throw new Unreadable('a timescale of 0', addressed.at);
  const offset = wholeIn(addressed, addressed.attributes, 'presentationTimeOffset', 0);
  const inTime = (ticks: number): Milliseconds => (ticks * 1000) / timescale;
  const end = Math.round((duration * timescale) / 1000) + offset;
  const { timeline } = addressed;
  const times: SegmentTime[] = [];
  const add = (ticks: number, length: number): void => {
    if (times.length >= room) throw new Unreadable(`more than ${MANIFEST_LIMITS.segments} segments`, addressed.at);
    times.push({ ticks, start: inTime(ticks - offset), duration: inTime(length) });
  };
  if (timeline) {
    const entries = children(timeline, 'S');
    let at = 0;
    for (const [i, entry] of entries.entries()) {
      at = wholeIn(entry, entry.attributes, 't', at);
      const length = wholeIn(entry, entry.attributes, 'd', null);
      if (length === 0) throw new Unreadable('a segment that takes no time', entry.at);
      const repeats = entry.attributes.get('r') ?? '0';
      if (!/^-?\d{1,9}$/.test(repeats)) throw new Unreadable('r is no number of repetitions', entry.at);
      // §5.3.9.6.1: a negative one goes on until the next entry, or the period’s end.
      const until =
        Number(repeats) < 0 ? wholeIn(entry, entries[i + 1]?.attributes ?? new Map(), 't', end) : at + length * (Number(repeats) + 1);
      for (; at < until; at += length) add(at, length);
    }
    return times;
  }
  const length = addressed.attributes.has('duration') ? wholeIn(addressed, addressed.attributes, 'duration', null) : null;
  if (length === 0) throw new Unreadable('a segment that takes no time', addressed.at);
  if (length === null) {
    // A list of one, or a template of one: all of the period.
    if (listed !== null && listed > 1) throw new Unreadable('segments that nothing says the duration of', addressed.at);
    add(offset, (duration * timescale) / 1000);
    return times;
  }
  for (let i = 0; offset + i * length < end && (listed === null || i < listed); i++) {
    // $Time$ with @duration: as if there were a timeline. The last one ends with the period.
    const at = offset + i * length;
    add(at, Math.min(length, end - at));
  }
  return times;
}

/** What `element` says, in front of what it has from outside. */
function inherit(element: XmlElement, outside: Inherited): Inherited {
  if ([...element.attributes.keys()].some((name) => /(^|:)href$/.test(name) && name.includes(':')))
    throw new Unreadable('an element that lies elsewhere (xlink) is not fetched', element.at);
  const addressing = { ...outside.addressing };
  for (const kind of ['SegmentTemplate', 'SegmentList', 'SegmentBase'] as const) {
    const own = children(element, kind)[0];
    if (!own) continue;
    const before = addressing[kind];
    const urls = children(own, 'SegmentURL');
    addressing[kind] = {
      attributes: new Map([...(before?.attributes ?? []), ...own.attributes]),
      initialization: children(own, 'Initialization')[0] ?? before?.initialization ?? null,
      timeline: children(own, 'SegmentTimeline')[0] ?? before?.timeline ?? null,
      urls: urls.length > 0 ? urls : (before?.urls ?? []),
      at: own.at,
    };
  }
  return {
    bases: basesOf(element, outside.bases),
    attributes: new Map([...outside.attributes, ...element.attributes]),
    addressing,
  };
}

/** §5.6.4: those of an element are relative to those around it; of several, each is an alternative. */
function basesOf(element: XmlElement, outside: readonly string[]): readonly string[] {
  const own = children(element, 'BaseURL').map(({ text }) => text.trim());
  if (own.length === 0) return outside;
  if (own.length > MANIFEST_LIMITS.bases) throw new Unreadable(`more than ${MANIFEST_LIMITS.bases} BaseURLs`, element.at);
  const all = own.flatMap((base) => (isAbsolute(base) ? [base] : outside.map((outer) => joinReferences(outer, base))));
  return [...new Set(all)].slice(0, MANIFEST_LIMITS.bases);
}

const isAbsolute = (reference: string): boolean => /^[A-Za-z][A-Za-z0-9+.-]*:/.test(reference);

/** A reference within another one that may itself be relative: RFC 3986 §5.2.3, dots being left for whoever knows the whole URL. */
export function joinReferences(base: string, reference: string): string {
  if (reference === '') return base;
  if (base === '' || isAbsolute(reference)) return reference;
  const [, origin = '', path = ''] = /^([A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*)?([^?#]*)/.exec(base) ?? [];
  if (reference.startsWith('/')) return origin + reference;
  return `${origin}${path === '' && origin !== '' ? '/' : path.slice(0, path.lastIndexOf('/') + 1)}${reference}`;
}

/** Children of that name in the manifest’s namespace. */
function children(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name && (child.namespace === MPD_NAMESPACE || child.namespace === ''));
}

function durationIn(element: XmlElement, name: string): Milliseconds | null {
  const text = element.attributes.get(name);
  if (text === undefined) return null;
  const duration = parseDuration(text);
  if (duration === null) throw new Unreadable(`${name}: “${text.slice(0, 40)}” is no duration`, element.at);
  return duration;
}

/** A whole number of 0 or more that is exact; `absent` where it is not there, null where it must be. */
function wholeIn({ at }: { readonly at: number }, attributes: ReadonlyMap<string, string>, name: string, absent: number | null): number {
  const text = attributes.get(name)?.trim();
  if (text === undefined) {
    if (absent === null) throw new Unreadable(`${name} is missing`, at);
    return absent;
  }
  const value = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value <= Number.MAX_SAFE_INTEGER)) throw new Unreadable(`${name}: “${text.slice(0, 40)}” is no whole number`, at);
  return value;
}

function rangeIn(element: XmlElement, name: string): SegmentUrl['range'] {
  const text = element.attributes.get(name);
  if (text === undefined) return null;
  const parts = /^(\d{1,15})-(\d{1,15})$/.exec(text.trim());
  if (!parts || Number(parts[2]) < Number(parts[1]))
    throw new Unreadable(`${name}: “${text.slice(0, 40)}” is no range of bytes`, element.at);
  return [Number(parts[1]), Number(parts[2])];
}
