/** What a CDN's viewers choose among: titles, each of which is a film's segments in their renditions; and each of these as an object of a cache. */
import { type Film, renditionName } from '../../dash/film.ts';
import type { Bytes } from '../../quantities.ts';

/** Objects of all titles together: what caches keep about each is a place in a table. */
export const OBJECTS_LIMIT = 1_000_000;

/** Segments of so many titles in all renditions, title by title and film by film in turn. */
export function objectsOf(films: readonly Film[], titles: number): number {
  let objects = 0;
  for (let title = 0; title < titles; title++) objects += sizeOfFilm(films[title % films.length] as Film);
  return objects;
}

const sizeOfFilm = ({ movie }: Film): number => movie.sizes.length * movie.bitrates.length;

export class Titles {
  readonly #films: readonly Film[];
  /** The first object of each title, and the end of all. */
  readonly #first: Int32Array;

  /** At least one film. */
  constructor(films: readonly Film[], titles: number) {
    this.#films = films;
    this.#first = new Int32Array(titles + 1);
    for (let title = 0; title < titles; title++) {
      this.#first[title + 1] = (this.#first[title] as number) + sizeOfFilm(this.filmOf(title));
    }
  }

  get objects(): number {
    return this.#first.at(-1) as number;
  }

  filmOf(title: number): Film {
    return this.#films[title % this.#films.length] as Film;
  }

  objectOf(title: number, segment: number, rendition: number): number {
    return (this.#first[title] as number) + segment * this.filmOf(title).movie.bitrates.length + rendition;
  }

  sizeOf(object: number): Bytes {
    const { film, segment, rendition } = this.#place(object);
    return Math.ceil((film.movie.sizes[segment]?.[rendition] as number) / 8);
  }

  /** No two have the same. */
  pathOf(object: number): string {
    const { film, title, segment, rendition } = this.#place(object);
    return `/${film.name}-${title + 1}/${renditionName(film.movie.bitrates[rendition] as number)}/${segment + 1}.m4s`;
  }

  #place(object: number): { film: Film; title: number; segment: number; rendition: number } {
    let title = 0;
    let end = this.#first.length - 1;
    while (end - title > 1) {
      const middle = (title + end) >> 1;
      if ((this.#first[middle] as number) <= object) title = middle;
      else end = middle;
    }
    const film = this.filmOf(title);
    const within = object - (this.#first[title] as number);
    const renditions = film.movie.bitrates.length;
    return { film, title, segment: Math.floor(within / renditions), rendition: within % renditions };
  }
}
