/** Films as files: movie descriptions of public ABR simulators (JSON), and manifests of DASH (MPD). */
import { type PlayableFilm, playableFilm } from '../../engines/dash/manifest-movie.ts';
import { type Movie, readMovie } from '../../engines/dash/movie.ts';
import { readManifest } from '../../engines/dash/mpd/read.ts';
import { MILLISECOND, type Nanoseconds } from '../../engines/quantities.ts';
import type { Name } from './entry.ts';
import { namedFile } from './files.ts';
import type { Site } from './site.ts';

export interface FilmFile {
  readonly movie: Movie;
  readonly duration: Nanoseconds;
}

/** Files that were read already, by their bytes. */
const readings = new WeakMap<Uint8Array, FilmFile | { readonly problem: string }>();

/** The film in a file that a statement names; null when it is not there (yet) or does not hold (reported, where it is named). */
export function filmFile(name: Name, site: Site): FilmFile | null {
  const file = namedFile(name, site);
  if (!file) return null;
  let reading = readings.get(file.bytes);
  if (!reading) {
    reading = readFilm(new TextDecoder().decode(file.bytes));
    readings.set(file.bytes, reading);
  }
  if (!('problem' in reading)) return reading;
  site.report('malformed-file', name, `${name.text}: ${reading.problem}.`);
  return null;
}

/** Either format, told apart by its first character. */
export function readFilm(text: string): FilmFile | { readonly problem: string } {
  if (!/^\s*</.test(text.slice(0, 1000).replace('\ufeff', ''))) {
    const movie = readMovie(text);
    if ('problem' in movie) return movie;
    return { movie, duration: Math.round(movie.sizes.length * movie.segmentDuration * MILLISECOND) };
  }
  const presentation = readManifest(text);
  if ('problem' in presentation) {
    const line = text.slice(0, presentation.at).split('\n').length;
    return { problem: `line ${line}: ${presentation.problem}` };
  }
  const film: PlayableFilm | { readonly problem: string } = playableFilm(presentation);
  return 'problem' in film ? film : { movie: film.movie, duration: film.duration };
}
