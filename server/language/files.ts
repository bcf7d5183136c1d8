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
  if (content.kind === 'bytes') return { uri, bytes: content.bytes };
  const reason = content.kind === 'unreadable' ? content.reason : 'this is a folder, not a file';
  site.report('missing-file', name, `Cannot read \`${name.text}\`: ${reason}.`);
  return null;
}

/** A file in a folder: its path from there, with slashes. */
export interface FolderFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Files that are read of one folder, and how deep. */
const MAXIMUM_FOLDER_FILES = 1_000;
const MAXIMUM_FOLDER_DEPTH = 16;

/**
 * All files in a folder that a statement names and in the folders below it, by the names' code units; none whose name begins
 * with a dot. null when something is missing (to be handed in) or cannot be had (reported).
 */
export function namedFolder(name: Name, site: Site): readonly FolderFile[] | null {
  const uri = fileUri(name, site);
  if (uri === null) return null;
  const files: FolderFile[] = [];
  let whole = true;
  const read = (folder: string, above: string, depth: number): void => {
    const content = fileContent(`${folder}/`, site.program);
    if (content?.kind !== 'folder') {
      whole = false;
      if (content) {
        const reason = content.kind === 'unreadable' ? content.reason : 'this is a file, not a folder';
        site.report('missing-file', name, `Cannot read folder \`${above === '' ? name.text : above.slice(0, -1)}\`: ${reason}.`);
      }
      return;
    }
    for (const entry of content.entries) {
      if (entry.name.startsWith('.')) continue;
      const at = `${folder}/${encodeURIComponent(entry.name)}`;
      const path = above + entry.name;
      if (entry.folder) {
        if (depth < MAXIMUM_FOLDER_DEPTH) read(at, `${path}/`, depth + 1);
        continue;
      }
      if (files.length >= MAXIMUM_FOLDER_FILES) {
        if (whole) site.report('missing-file', name, `\`${name.text}\` has more than ${MAXIMUM_FOLDER_FILES} files.`);
        whole = false;
        return;
      }
      const file = fileAt(at, { ...name, text: `${name.text}/${path}` }, site);
      if (file) files.push({ path, bytes: file.bytes });
      else whole = false;
    }
  };
  read(uri.replace(/\/$/, ''), '', 1);
  return whole ? files : null;
}

/** What became of the file; null when that is not known yet, and asked for. */
export function fileContent(uri: string, program: Program): FileContent | null {
  program.judgements++;
  const content = program.files.get(uri);
  program.lookups.set(uri, content);
  if (content) return content;
  program.missing.add(uri);
  return null;
}
