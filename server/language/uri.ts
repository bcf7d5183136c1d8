/** Resolves the names of files against the document that names them (RFC 3986 §5), for any scheme an editor uses. */

/**
 * `common.netscenario` beside `file:///w/a.netscenario` is `file:///w/common.netscenario`. A name with a scheme of its own is
 * taken as it is. Backslashes are slashes, and `..` stops at the root. The base's query and fragment (notebook cells carry
 * one) are dropped for files; a cell of scheme `vscode-notebook-cell` names files beside its notebook.
 */
export function resolveUri(base: string, name: string): string {
  if (/^[A-Za-z][A-Za-z0-9+.-]+:/.test(name)) return name;
  const match = /^([A-Za-z][A-Za-z0-9+.-]*:)?(\/\/[^/?#]*)?([^?#]*)(\?[^#]*)?/.exec(base)!;
  const scheme = match[1] === 'vscode-notebook-cell:' ? 'file:' : (match[1] ?? '');
  const authority = match[2] ?? '';
  const basePath = match[3] ?? '';
  const path = name.replaceAll('\\', '/');
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
  return `${scheme}${authority}${absolute || authority ? '/' : ''}${encoded}${query}`;
}

/** Encodes what a path cannot hold; escapes that are there already stay. */
function encodeSegment(segment: string): string {
  return segment.replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@%]+/g, (text) => encodeURIComponent(text.replace(/\p{Surrogate}/gu, '\ufffd')));
}

/** What stands behind the last slash. */
export function fileName(uri: string): string {
  return uri.slice(uri.lastIndexOf('/') + 1);
}
