/** Links: files that a text names, standards that its comments cite. */
import type { DocumentLink } from 'vscode-languageserver';
import { linksOf } from '../language/document-links.ts';
import type { Programs } from '../programs.ts';
import { rangeOf, START } from '../ranges.ts';

export function documentLinks(programs: Programs, uri: string): DocumentLink[] {
  const place = programs.place(uri, START);
  return place ? linksOf(place.source).map(({ start, end, uri: target }) => ({ range: rangeOf(place.document, start, end), target })) : [];
}
