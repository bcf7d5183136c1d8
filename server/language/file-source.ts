/** How a statement says what a file holds: so many octets, a text, or what a real file holds. */
import type { FileSource } from '../../engines/file-source.ts';
import { octetsOf, utf8Octets } from '../../engines/network/octets.ts';
import type { Name } from './entry.ts';
import { namedFile } from './files.ts';
import type { Site } from './site.ts';

export interface GivenSource {
  readonly SIZE: number | null;
  readonly TEXT: string | null;
  readonly SOURCE: Name | null;
}

/** What a file holds; `missing` where its real file is, or is not known yet; null where nothing is said. */
export function fileSource({ SIZE, TEXT, SOURCE }: GivenSource, site: Site): FileSource | 'missing' | null {
  if (SIZE !== null) return { kind: 'size', size: SIZE };
  if (TEXT !== null) return { kind: 'octets', octets: utf8Octets(TEXT) };
  if (SOURCE === null) return null;
  const file = namedFile(SOURCE, site);
  return file ? { kind: 'octets', octets: octetsOf(file.bytes) } : 'missing';
}
