/**
 * Resolves the names of files against the document that names them (RFC 3986 §5), for any scheme an editor uses.
 *
 * Theory of operation: a scenario names files by their path, and that path stays where the document is: on its scheme and its
 * authority. Somebody else's scenario can be opened without fear that it reads another machine's files.
 */

/** `error` goes on from “the name …”. */
export type Resolved = { readonly ok: true; readonly uri: string } | { readonly ok: false; readonly error: string };

/**
 * `common.netscenario` beside `file:///w/a.netscenario` is `file:///w/common.netscenario`. Backslashes are slashes, and `..`
 * stops at the root. A name that begins like a scheme is written with `./` before it. The base's query and fragment (notebook
 * cells carry one) are dropped for files; a cell of scheme `vscode-notebook-cell` names files beside its notebook.
 */
export function resolveUri(base: string, name: string): Resolved {
  const named = name.replaceAll('\\', '/');
  if (named.trim() === '') return { ok: false, error: 'is empty' };
  if (named.includes('\0')) return { ok: false, error: 'holds a NUL character' };
  const foreign = /^[A-Za-z][A-Za-z0-9+.-]+:/.exec(named);
  if (foreign) return { ok: false, error: `begins with \`${foreign[0]}\`` };
  if (named.startsWith('//')) return { ok: false, error: 'names another machine' };
  const match = /^([A-Za-z][A-Za-z0-9+.-]*:)?(\/\/[^/?#]*)?([^?#]*)(\?[^#]*)?/.exec(base)!;
  const scheme = match[1] === 'vscode-notebook-cell:' ? 'file:' : (match[1] ?? '');
  const authority = match[2] ?? '';
  const basePath = match[3] ?? '';
  const path = escapePercent(named);
  const joined = path.startsWith('/') ? path : basePath.slice(0, basePath.lastIndexOf('/') + 1) + path;
  const absolute = joined.startsWith('/');
  const segments: string[] = [];
  for (const segment of joined.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') segments.pop();
    else segments.push(segment);
  }
  const encoded = segments.map((segment) => encodeSegment(segment)).join('/');
  // Virtual file systems keep their state in the query (`vscode-vfs://…?ref=main`).
  const query = scheme.startsWith('vscode-vfs') ? (match[4] ?? '') : '';
  return { ok: true, uri: `${scheme}${authority}${absolute || authority ? '/' : ''}${encoded}${query}` };
}

/**
 * A percent sign stays where it begins an escape that a path can hold, and is escaped where it is a character of the name:
 * `100%.zone`, bytes that are no UTF-8, a slash or NUL within a name. A dot needs no escape, and hides none of `..`.
 */
function escapePercent(path: string): string {
  return path.replace(/(?:%[0-9A-Fa-f]{2})+|%/g, (escapes) => {
    let text: string;
    try {
      text = decodeURIComponent(escapes);
    } catch {
      return escapes.replaceAll('%', '%25');
    }
    return /[/\\\0]/.test(text) ? escapes.replaceAll('%', '%25') : escapes.replace(/%2e/gi, '.');
  });
}

/** Encodes what a path cannot hold; escapes that are there already stay. */
function encodeSegment(segment: string): string {
  return segment.replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@%]+/g, (text) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')));
}

/** What stands behind the last slash. */
export function fileName(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1);
}
