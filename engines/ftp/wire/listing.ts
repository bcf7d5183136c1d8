/**
 * Listings, as they go over data connections: LIST in the form of Unix `ls -l`, NLST, and the facts of MLSD and MLST
 * (RFC 3659 §7). The standard leaves the form of LIST to the server; this one is what nearly every client can read.
 *
 * Total. Limits: 4096 octets a line with its CRLF, 100,000 lines a listing; what goes beyond them is left out.
 */

import { daysOf } from '../../calendar.ts';
import type { Field } from '../../field.ts';
import { textOfOctets } from '../../network/octets.ts';
import type { Bytes } from '../../quantities.ts';
import { clockOf, decodeTime, encodeTime } from './time-value.ts';

export const LISTING_LINE_LIMIT: Bytes = 4096;
export const LISTING_LINES_LIMIT = 100_000;

/** What a listing tells of a file or directory. */
export interface Listed {
  /** Octets, one char each. No slash, CR, LF or NUL. */
  readonly name: string;
  readonly kind: 'file' | 'directory';
  /** Of a file; 0 for a directory. */
  readonly size: Bytes;
  /** Whole seconds since 1970-01-01 00:00:00 UTC. */
  readonly modified: number;
}

/** What a server knows besides. */
export interface ListedHere extends Listed {
  /** Printable ASCII without spaces. */
  readonly owner: string;
  /** The user who asks may change the file, or what is in the directory. */
  readonly writable: boolean;
  /** They may rename and remove it. */
  readonly movable: boolean;
  /** Names the file itself, whatever its path (RFC 3659 §7.5.2). */
  readonly unique: string;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** As `ls` does: a file from more than six months ago, or from the future, is shown with its year instead of its time. */
const HALF_YEAR = 182 * 86400;

/** `-rw-r--r--   1 ann      ftp         12288 Jan  1 00:00 readme.txt`; `now` in seconds as `modified`. */
export function formatListLine({ name, kind, size, modified, owner, writable }: ListedHere, now: number): string {
  const type = kind === 'directory' ? 'd' : '-';
  const search = kind === 'directory' ? 'x' : '-';
  const mode = `${type}r${writable ? 'w' : '-'}${search}r-${search}r-${search}`;
  const { year, month, day, hour, minute } = clockOf(modified);
  const recent = modified <= now && now - modified < HALF_YEAR;
  const time = recent ? `${two(hour)}:${two(minute)}` : ` ${year}`;
  const date = `${MONTHS[month - 1]} ${String(day).padStart(2)} ${time}`;
  return `${mode}   1 ${owner.padEnd(8)} ftp      ${String(size).padStart(10)} ${date} ${name}`;
}

const LIST_LINE =
  /^([-d])[-rwxsStT]{9}[.+@]? +\d{1,9} +[!-~]{1,64} +[!-~]{1,64} +(\d{1,15}) ([A-Z][a-z]{2}) ([ \d]\d) (?:(\d{2}):(\d{2})| (\d{4})) ([^/\0\r\n]+)$/;

/** A line of LIST, in the form above; null for what it is not. `now` decides the year of a time without one. */
export function parseListLine(line: string, now: number): Listed | null {
  if (line.length + 2 > LISTING_LINE_LIMIT) return null;
  const parts = LIST_LINE.exec(line);
  if (!parts) return null;
  const [, type, size, monthName, dayText, hour, minute, year, name] = parts as unknown as string[];
  const month = MONTHS.indexOf(monthName as string) + 1;
  const day = Number(dayText);
  if (month === 0 || day < 1 || day > 31 || Number(hour ?? 0) > 23 || Number(minute ?? 0) > 59) return null;
  const time = Number(hour ?? 0) * 3600 + Number(minute ?? 0) * 60;
  let modified: number;
  if (year !== undefined) modified = daysOf(Number(year), month, day) * 86400;
  else {
    const current = clockOf(now).year;
    modified = daysOf(current, month, day) * 86400 + time;
    if (modified > now) modified = daysOf(current - 1, month, day) * 86400 + time;
  }
  return { name: name as string, kind: type === 'd' ? 'directory' : 'file', size: type === 'd' ? 0 : Number(size), modified };
}

/** The facts that MLST and MLSD can tell here, in the order in which they are told. */
export const FACTS = ['type', 'size', 'modify', 'perm', 'unique'] as const;
export type Fact = (typeof FACTS)[number];

/** `type=file;size=12288;modify=20260101000000;perm=adfrw;unique=U7; readme.txt` (RFC 3659 §7.2). */
export function formatFacts(entry: ListedHere, chosen: readonly Fact[], name = entry.name): string {
  const told = FACTS.filter((fact) => chosen.includes(fact) && !(fact === 'size' && entry.kind === 'directory'));
  return `${told.map((fact) => `${fact}=${factOf(entry, fact)};`).join('')} ${name}`;
}

function factOf({ kind, size, modified, writable, movable, unique }: ListedHere, fact: Fact): string {
  switch (fact) {
    case 'type':
      return kind === 'directory' ? 'dir' : 'file';
    case 'size':
      return String(size);
    case 'modify':
      return encodeTime(modified);
    case 'perm':
      // RFC 3659 §7.5.5. Of a directory: enter, list, and with writing create, delete, rename, make and purge.
      if (kind === 'directory') return `${writable ? 'c' : ''}${movable ? 'd' : ''}e${movable ? 'f' : ''}l${writable ? 'mp' : ''}`;
      return `${writable ? 'a' : ''}${movable ? 'df' : ''}r${writable ? 'w' : ''}`;
    case 'unique':
      return unique;
  }
}

/** A line of MLSD or the entry of an MLST reply; facts that are not known are left out. Null for what is no such line. */
export function parseFacts(line: string): Listed | null {
  if (line.length + 2 > LISTING_LINE_LIMIT) return null;
  const space = line.indexOf(' ');
  const name = line.slice(space + 1);
  if (space < 0 || name === '' || /[\0\r\n]/.test(name)) return null;
  const facts = new Map<string, string>();
  const text = line.slice(0, space);
  if (text !== '' && !text.endsWith(';')) return null;
  for (const fact of text.split(';').slice(0, -1)) {
    const equals = fact.indexOf('=');
    if (equals < 1) return null;
    facts.set(fact.slice(0, equals).toLowerCase(), fact.slice(equals + 1));
  }
  const type = facts.get('type')?.toLowerCase();
  const size = facts.get('size') ?? '0';
  if (!/^\d{1,15}$/.test(size)) return null;
  const directory = type === 'dir' || type === 'cdir' || type === 'pdir';
  return {
    name,
    kind: directory ? 'directory' : 'file',
    size: directory ? 0 : Number(size),
    modified: decodeTime(facts.get('modify') ?? '') ?? 0,
  };
}

/** The lines of a listing, without their CRLFs; what has no CRLF behind it is a line, too. */
export function listingLines(octets: string): string[] {
  const lines = octets.split('\r\n', LISTING_LINES_LIMIT + 1);
  if (lines.at(-1) === '') lines.pop();
  return lines.slice(0, LISTING_LINES_LIMIT);
}

/** The fields of a listing's octets, a line each. `kind`: `listing` (LIST), `names` (NLST) or `facts` (MLSD). Total. */
export function dissectListing(octets: string, kind: string): Field[] {
  const fields: Field[] = [];
  let start = 0;
  for (const line of listingLines(octets)) {
    const end = start + line.length;
    fields.push(line === '' ? { name: 'line', value: '', start, end } : dissectLine(line, start, kind));
    start = end + 2;
  }
  return fields;
}

function dissectLine(line: string, start: number, kind: string): Field {
  const end = start + line.length;
  if (kind === 'names') return { name: 'name', value: textOfOctets(line), start, end, standard: 'RFC 959 §4.1.3' };
  if (kind === 'listing') {
    // Which year a time without one is in does not show here.
    const entry = parseListLine(line, 0);
    if (!entry) return { name: 'line', value: textOfOctets(line), start, end };
    const at = end - entry.name.length;
    return {
      name: entry.kind,
      value: textOfOctets(entry.name),
      start,
      end,
      meaning: 'in the form of `ls -l`, which no standard lays down',
      children: [
        { name: 'mode', value: line.slice(0, 10), start, end: start + 10, meaning: 'd for a directory; then who may read, write, execute' },
        { name: 'size', ...spanOf(line, / (\d+) [A-Z][a-z]{2} [ \d]\d /, start) },
        { name: 'name', value: textOfOctets(entry.name), start: at, end },
      ],
    };
  }
  const entry = parseFacts(line);
  if (!entry) return { name: 'facts', value: 'no facts', start, end, malformed: true };
  const children: Field[] = [];
  let at = start;
  for (const fact of line.slice(0, line.indexOf(' ')).split(';').slice(0, -1)) {
    children.push({
      name: fact.slice(0, fact.indexOf('=')).toLowerCase(),
      value: fact.slice(fact.indexOf('=') + 1),
      start: at,
      end: at + fact.length,
    });
    at += fact.length + 1;
  }
  children.push({ name: 'name', value: textOfOctets(entry.name), start: at + 1, end });
  return { name: entry.kind, value: textOfOctets(entry.name), start, end, standard: 'RFC 3659 §7.2', children };
}

function spanOf(line: string, pattern: RegExp, start: number): { value: string; start: number; end: number } {
  const found = pattern.exec(line) as RegExpExecArray;
  const at = start + found.index + 1;
  const value = found[1] as string;
  return { value, start: at, end: at + value.length };
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
