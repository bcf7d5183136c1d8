/**
 * Domain names (RFC 1034 §3.1, RFC 1035 §2.3.4, §5.1).
 *
 * A DomainName is kept in one normal presentation form: absolute, with the trailing dot, special characters escaped as
 * `\.` or `\DDD`, case kept as written. Labels, taken apart, hold one char a byte (0–255). Whatever comes from outside goes
 * through `parseName` or `fromLabels`, so that equal names differ in nothing but case.
 */
import type { DomainName } from './scenario.ts';

/** Bytes of a label (RFC 1035 §2.3.4). */
const MAX_LABEL = 63;
/** Bytes of a name on the wire, length bytes and the root's zero byte included (RFC 1035 §2.3.4). */
export const MAX_NAME = 255;
export const ROOT: DomainName = '.';

export type ParsedName = { readonly ok: true; readonly name: DomainName } | { readonly ok: false; readonly error: string };

/**
 * Reads a name as people write it (RFC 1035 §5.1): `@` is the origin, a name without trailing dot is relative to it.
 * Without an origin every name is absolute.
 */
export function parseName(text: string, origin: DomainName = ROOT): ParsedName {
  if (text === '@') return { ok: true, name: origin };
  if (text === '.') return { ok: true, name: ROOT };
  if (text === '') return { ok: false, error: 'a name cannot be empty' };
  const found: string[] = [];
  let label = '';
  let absolute = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (c === '.') {
      if (label === '') return { ok: false, error: `“${shorten(text)}” has an empty label (two dots in a row, or a dot at the start)` };
      found.push(label);
      label = '';
      absolute = i === text.length - 1;
    } else if (c === '\\') {
      const escaped = readEscape(text, i);
      if (!escaped)
        return { ok: false, error: 'a backslash is followed by one character or by three digits from 000 to 255 (RFC 1035 §5.1)' };
      label += escaped.char;
      i = escaped.end - 1;
    } else if (c.charCodeAt(0) > 0x7e || c.charCodeAt(0) < 0x21) {
      return {
        ok: false,
        error: `“${shorten(text)}” has a character that is not printable ASCII; write it as \\DDD or the name in its xn-- form`,
      };
    } else label += c;
  }
  if (label !== '') found.push(label);
  const long = found.find((l) => l.length > MAX_LABEL);
  if (long !== undefined)
    return {
      ok: false,
      error: `the label “${shorten(long)}” has ${long.length} bytes; at most ${MAX_LABEL} are allowed (RFC 1035 §2.3.4)`,
    };
  const name = fromLabels(found);
  const whole = absolute || origin === ROOT ? name : name + origin;
  const length = wireLength(whole);
  if (length > MAX_NAME) return { ok: false, error: `the name takes ${length} bytes; at most ${MAX_NAME} are allowed (RFC 1035 §2.3.4)` };
  return { ok: true, name: whole };
}

/** The char that an escape at `text[start] === '\\'` stands for, and where it ends; undefined where it is none. */
export function readEscape(text: string, start: number): { char: string; end: number } | undefined {
  const next = text[start + 1];
  if (next === undefined || next === '\n' || next === '\r') return undefined;
  if (next < '0' || next > '9') return next.charCodeAt(0) > 0xff ? undefined : { char: next, end: start + 2 };
  const digits = text.slice(start + 1, start + 4);
  if (!/^[0-9]{3}$/.test(digits) || Number(digits) > 255) return undefined;
  return { char: String.fromCharCode(Number(digits)), end: start + 4 };
}

/** The labels of a name from left to right, without the root's empty one; one char a byte. */
export function labels(name: DomainName): string[] {
  if (name === ROOT) return [];
  if (!name.includes('\\')) return (name.endsWith('.') ? name.slice(0, -1) : name).split('.');
  const found: string[] = [];
  let label = '';
  for (let i = 0; i < name.length; i++) {
    const c = name[i] as string;
    if (c === '.') {
      found.push(label);
      label = '';
    } else if (c === '\\') {
      const escaped = readEscape(name, i);
      label += escaped ? escaped.char : c;
      i = escaped ? escaped.end - 1 : i;
    } else label += c;
  }
  if (label !== '') found.push(label);
  return found;
}

/** The normal presentation form of labels (one char a byte). */
export function fromLabels(parts: readonly string[]): DomainName {
  if (parts.length === 0) return ROOT;
  let name = '';
  for (const label of parts) name += `${PLAIN_LABEL.test(label) ? label : escapeLabel(label)}.`;
  return name;
}

const PLAIN_LABEL = /^[A-Za-z0-9_*/+-]+$/;

function escapeLabel(label: string): string {
  let text = '';
  for (let i = 0; i < label.length; i++) {
    const code = label.charCodeAt(i);
    const c = label[i] as string;
    if (code <= 0x20 || code >= 0x7f) text += `\\${String(code).padStart(3, '0')}`;
    else if ('.\\"();@$'.includes(c)) text += `\\${c}`;
    else text += c;
  }
  return text;
}

/** The form to compare and index by: ASCII letters in lower case (RFC 4343 §3). */
export function canonical(name: DomainName): DomainName {
  // Not toLowerCase: it would fold more than ASCII. Names hold ASCII only, so it is safe here.
  return name.toLowerCase();
}

export function sameName(a: DomainName, b: DomainName): boolean {
  return a === b || canonical(a) === canonical(b);
}

/** The name one level up; undefined for the root. */
export function parent(name: DomainName): DomainName | undefined {
  if (name === ROOT) return undefined;
  if (!name.includes('\\')) return name.slice(name.indexOf('.') + 1) || ROOT;
  return fromLabels(labels(name).slice(1));
}

/** The name itself, its parent, and so on to the root. */
export function ancestors(name: DomainName): DomainName[] {
  const found: DomainName[] = [];
  for (let n: DomainName | undefined = name; n !== undefined; n = parent(n)) found.push(n);
  return found;
}

/** The wildcard right below a name (RFC 4592 §2.1.1). */
export function wildcardBelow(name: DomainName): DomainName {
  return name === ROOT ? '*.' : `*.${name}`;
}

/** True if `name` is `ancestor` or lies below it. */
export function isSubdomain(name: DomainName, ancestor: DomainName): boolean {
  if (ancestor === ROOT) return true;
  const n = canonical(name);
  const a = canonical(ancestor);
  if (n === a) return true;
  if (!n.endsWith(`.${a}`)) return false;
  if (!n.includes('\\')) return true;
  return ancestors(n).includes(a);
}

/** Number of labels, without the root's. */
export function depth(name: DomainName): number {
  return labels(name).length;
}

/** Bytes on the wire without compression (RFC 1035 §3.1). */
export function wireLength(name: DomainName): number {
  let length = 1;
  for (const label of labels(name)) length += label.length + 1;
  return length;
}

/** For people: without the trailing dot, the root as `.`. */
export function displayName(name: DomainName): string {
  return name === ROOT || !name.endsWith('.') ? name : name.slice(0, -1);
}

/** The name relative to an origin, as a master file writes it: `@`, a relative name, or the absolute name if it lies elsewhere. */
export function relativeTo(name: DomainName, origin: DomainName): string {
  if (name === origin) return '@';
  if (origin === ROOT) return name;
  // Only an exact tail may be cut off: the case of the rest of the name must survive.
  if (isSubdomain(name, origin) && name.endsWith(`.${origin}`)) return name.slice(0, -origin.length - 1);
  return name;
}

function shorten(text: string): string {
  return text.length > 70 ? `${text.slice(0, 67)}…` : text;
}
