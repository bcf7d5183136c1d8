/** Answers that wait for the files that programs name: a client may ask before it has asked for anything that reads them. */
import { LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import type { Programs } from '../programs.ts';

/** Milliseconds that an answer waits: what is not read by then counts as nothing, as a file does that cannot be read. */
const PATIENCE = 2000;

/**
 * Waits until the files that a document's program names have been read, or those that all open ones do. Fails where the text was
 * changed meanwhile: the places that were asked about are of another one then.
 */
export async function filesRead(programs: Programs, documentUri: string, of: 'its program' | 'all programs'): Promise<void> {
  const own = programs.of(documentUri)?.uri;
  if (own === undefined) return;
  const begun = programs.versions(own);
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(resolve, PATIENCE, 'late');
  });
  try {
    const settled = (uri: string) => Promise.race([programs.settled(uri), late]);
    const others = of === 'all programs' ? programs.all().filter(({ uri }) => uri !== own) : [];
    await Promise.all([settled(own), ...others.map(({ uri }) => settled(uri))]);
    if (programs.versions(own) !== begun) throw new ResponseError(LSPErrorCodes.ContentModified, 'The text has changed.');
  } finally {
    clearTimeout(timer);
  }
}
