/** The files that statements name: where they lie, and what is in them. */
import type { FileContent } from './compilation.ts';
import type { Name } from './entry.ts';
import type { Program } from './program.ts';
import type { Site } from './site.ts';
import { resolveUri } from './uri.ts';

/** The URI of a file that a statement names; null (and reported) where the name cannot be one. */
export function fileUri(name: Name, site: Site): string | null {
  const resolved = resolveUri(site.program.sources[site.source]!.uri, name.text);
  if (resolved.ok) return resolved.uri;
  if (name.text.trim() === '') site.report('missing-file', name, 'The file’s name is empty: write it between the quotes.');
  else site.report('foreign-file', name, `Only files beside this document can be named, by their path; this name ${resolved.error}.`);
  return null;
}

/** The content of a file that a statement names; null when it is missing (to be handed in) or cannot be had (reported). */
export function namedFile(name: Name, site: Site): { uri: string; bytes: Uint8Array } | null {
  const uri = fileUri(name, site);
  return uri === null ? null : fileAt(uri, name, site);
}

/** The same, where its URI is known. */
export function fileAt(uri: string, name: Name, site: Site): { uri: string; bytes: Uint8Array } | null {
  const content = fileContent(uri, site.program);
  if (content === null) return null;
  if (content.kind === 'unreadable') {
    site.report('missing-file', name, `Cannot read \`${name.text}\`: ${content.reason}.`);
    return null;
  }
  return { uri, bytes: content.bytes };
}

/** What became of the file; null when that is not known yet, and asked for. */
export function fileContent(uri: string, program: Program): FileContent | null {
  const content = program.files.get(uri);
  if (content) return content;
  program.missing.add(uri);
  return null;
}
