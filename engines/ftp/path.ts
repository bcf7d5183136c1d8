/**
 * Pathnames: absolute and normal ones (`/`, `/pub/readme.txt`) are what a file system is asked by; what a user writes is
 * resolved against the working directory. A leading `..` cannot leave the root. Octets, one char each.
 */

/** A path has at most this many octets, a name in it 255, as on most systems. */
export const PATH_LIMIT = 1024;
const NAME_LIMIT = 255;

/** `readme.txt` in `/pub` is `/pub/readme.txt`. Null for what cannot be a path here: too long, or with NUL, CR or LF. */
export function resolvePath(directory: string, path: string): string | null {
  if (path.length > PATH_LIMIT || /[\0\r\n]/.test(path)) return null;
  const names = path.startsWith('/') ? [] : directory.split('/').filter((name) => name !== '');
  for (const name of path.split('/')) {
    if (name === '' || name === '.') continue;
    if (name === '..') names.pop();
    else if (name.length > NAME_LIMIT) return null;
    else names.push(name);
  }
  const resolved = `/${names.join('/')}`;
  return resolved.length > PATH_LIMIT ? null : resolved;
}

/** The directory that holds it; the root holds itself. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

/** Its last name; empty for the root. */
export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Whether `path` is `directory` or lies in it. */
export function isWithin(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`);
}
