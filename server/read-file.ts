/** How the server asks its client for a file that a scenario names: the custom request `netscenario/readFile`. */
import type { FileContent } from './language/compilation.ts';

export const READ_FILE_REQUEST = 'netscenario/readFile';

/** FileContent as JSON can carry it. */
export type ReadFileResult = { readonly kind: 'bytes'; readonly base64: string } | Exclude<FileContent, { kind: 'bytes' }>;

export function contentOf(result: ReadFileResult): FileContent {
  if (result.kind !== 'bytes') return result;
  return { kind: 'bytes', bytes: Uint8Array.from(atob(result.base64), (char) => char.charCodeAt(0)) };
}
