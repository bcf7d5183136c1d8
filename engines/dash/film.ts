/**
 * A film on web servers: its manifest, and a resource for each segment of each rendition, with what it weighs. The content of segments is
 * generated as of any file; nothing plays them but the playout buffer.
 */
import type { WebResource } from '../http/scenario.ts';
import { MILLISECOND, type Nanoseconds } from '../quantities.ts';
import type { Movie } from './movie.ts';
import { MANIFEST_LIMITS } from './mpd/read.ts';
import { expandTemplate } from './mpd/template.ts';
import { writeManifest } from './mpd/write.ts';

export interface Film {
  readonly name: string;
  readonly movie: Movie;
  /** More than all segments but the last, at most all of them. */
  readonly duration: Nanoseconds;
  /** How its manifest names segments. `list` only where the last segment is as long as the others. */
  readonly addressing: 'number' | 'time' | 'list';
}

/** Bytes of the segment that a player reads before those of a rendition. */
const INITIALIZATION_SIZE = 800;
const INITIALIZATION = '$RepresentationID$/init.mp4';
const TIMESCALE = 1000;

/** `/madmen/`: where it lies on each of its servers. */
export function folderOf({ name }: Pick<Film, 'name'>): string {
  return `/${encodeURIComponent(name.toLowerCase())}/`;
}

export function manifestPath(film: Pick<Film, 'name'>): string {
  return `${folderOf(film)}manifest.mpd`;
}

/** `230k`: renditions are named by their bitrates. */
export function renditionName(bitrate: number): string {
  return `${Number(bitrate.toFixed(3))}k`;
}

const mediaOf = ({ addressing }: Film): string => `$RepresentationID$/${addressing === 'time' ? '$Time$' : '$Number$'}.m4s`;

/**
 * Where the segments lie, as the manifest says it that lies at one place: there, wherever it was fetched from, and then in the folders at
 * the other places (absolute URIs), as many of them as a reader takes in. Nothing where there is no other place: beside the manifest.
 */
export function basesBeside(others: readonly string[]): string[] {
  return others.length === 0 ? [] : ['./', ...others.slice(0, MANIFEST_LIMITS.bases - 1)];
}

/** `bases`: the folders of the film, absolute or relative to the manifest; none for beside it. */
export function manifestOf(film: Film, bases: readonly string[]): string {
  const { movie, addressing, name } = film;
  const duration = film.duration / MILLISECOND;
  const count = movie.sizes.length;
  return writeManifest({
    duration,
    minimumBuffer: movie.segmentDuration,
    title: name,
    segmentDurations: movie.sizes.map((_, i) => (i < count - 1 ? movie.segmentDuration : duration - i * movie.segmentDuration)),
    timescale: TIMESCALE,
    bases,
    addressing,
    media: mediaOf(film),
    initialization: INITIALIZATION,
    renditions: movie.bitrates.map((bitrate) => ({
      id: renditionName(bitrate),
      bandwidth: Math.round(bitrate * 1000),
      mimeType: 'video/mp4',
      codecs: null,
      width: null,
      height: null,
    })),
  });
}

/** Segments in all renditions. */
export function segmentsInAll({ bitrates, sizes }: Movie): number {
  return bitrates.length * sizes.length;
}

/** Of films that are still held, by what they are called and addressed by: an editor asks for the same ones at every keystroke. */
const listed = new WeakMap<Movie, Map<string, readonly WebResource[]>>();

/** Everything that a server of the film has, the manifest first. */
export function filmResources(film: Film, bases: readonly string[]): WebResource[] {
  const manifest = new TextEncoder().encode(manifestOf(film, bases));
  let known = listed.get(film.movie);
  if (!known) {
    known = new Map();
    listed.set(film.movie, known);
  }
  const key = `${film.addressing} ${folderOf(film)}`;
  let segments = known.get(key);
  if (!segments) {
    segments = segmentResources(film);
    known.set(key, segments);
  }
  return [
    { path: manifestPath(film), type: 'application/dash+xml', content: { kind: 'bytes', bytes: manifest }, embeds: [], dynamic: false },
    ...segments,
  ];
}

function segmentResources(film: Film): WebResource[] {
  const { movie } = film;
  const folder = folderOf(film);
  const generated = (path: string, size: number): WebResource => ({
    path: folder + path,
    type: 'application/octet-stream',
    content: { kind: 'generated', size },
    embeds: [],
    dynamic: false,
  });
  const resources: WebResource[] = [];
  for (const [rendition, bitrate] of movie.bitrates.entries()) {
    const values = { RepresentationID: renditionName(bitrate) };
    resources.push(generated(expandTemplate(INITIALIZATION, values) as string, INITIALIZATION_SIZE));
    for (const [i, sizes] of movie.sizes.entries()) {
      const path = expandTemplate(mediaOf(film), {
        ...values,
        Number: i + 1,
        Time: Math.round((i * movie.segmentDuration * TIMESCALE) / 1000),
      });
      resources.push(generated(path as string, Math.ceil((sizes[rendition] as number) / 8)));
    }
  }
  return resources;
}
