/** Clips and films by name, for the statements that do something to them. */
import type { Clip } from '../../engines/video/coding/scenario.ts';
import type { Name } from './entry.ts';
import type { ProgramFilm } from './program.ts';
import type { Site } from './site.ts';
import { nearest } from './spelling.ts';

/** A declared clip, or film of any other kind; null (and reported, with the declaration that would help) where there is none. */
export function filmNamed(name: Name, site: Site, declaration = `clip ${name.text}`): ProgramFilm | null {
  const { program } = site;
  const key = name.text.toLowerCase();
  const film = program.films.get(key);
  if (film) {
    const place = site.place(name);
    program.checkAbove(film.clip ? 'Clip' : 'Video', film.name, film.at, place);
    return film;
  }
  if (program.incomplete || program.isFull(site.source) || program.isExcused(key)) return null;
  const [kind = ''] = declaration.split(' ');
  const meant = nearest(
    name.text,
    [...program.films.values()].map((one) => one.name),
  );
  site.report(
    'unknown-film',
    name,
    `There is no film \`${name.text}\`. ${meant ? `Did you mean \`${meant}\`?` : `Declare it by a \`${kind}\` line.`}`,
    {
      fixes: [
        ...(meant
          ? [{ title: `Change to \`${meant}\``, edits: [{ start: name.start, end: name.end, text: meant }], preferred: true }]
          : []),
        { title: `Declare ${kind} \`${name.text}\``, edits: [program.declarationEdit(declaration, kind, site)], preferred: !meant },
      ],
    },
  );
  return null;
}

/** A declared clip; null (and reported) where there is none, or it is a film of which nothing is to be seen. */
export function clipNamed(name: Name, site: Site): Clip | null {
  const film = filmNamed(name, site);
  if (!film) return null;
  const clip = clipOf(film, site);
  if (!clip) site.report('unknown-film', name, `\`${film.name}\` has no pictures, only rates: declare a clip by a \`clip\` line.`);
  return clip;
}

/** With the randomness of the scenario's seed, which is known when steps are built. */
export function clipOf({ clip }: ProgramFilm, { program }: Site): Clip | null {
  return clip && { ...clip, seed: program.seed ?? 1 };
}
