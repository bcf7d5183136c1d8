/**
 * Reading master files (RFC 1035 §5): zones as the text that name servers are configured from.
 *
 * The reader is total and forgives by the line: whatever is wrong is told where it stands, and the next line is read as if
 * nothing had happened. Besides RFC 1035: `$TTL` (RFC 2308 §4), unknown types and raw data (RFC 3597 §5), BIND's time units.
 *
 * Limits: 16 Mi characters of text (included files counted in), 1,000,000 records, entries of 262,144 characters, includes
 * eight deep and a hundred in all, a hundred problems.
 */
import { canonical, isSubdomain, type ParsedName, parseName, ROOT } from '../domain-name.ts';
import { type NameRange, parseTime, parseTokens } from '../presentation.ts';
import { formatOf, typeNumber } from '../record-format.ts';
import type { ResourceRecord } from '../records.ts';
import type { DomainName } from '../scenario.ts';
import { type Problem, type ProblemCode, readEntry, type Token } from './tokens.ts';

export type { NameRange } from '../presentation.ts';
export type { Problem, ProblemCode } from './tokens.ts';

export interface MasterFileOptions {
  /** What relative names are relative to until `$ORIGIN` says otherwise. */
  readonly origin: DomainName;
  /** TTL in seconds where the file says nothing: neither `$TTL`, nor a TTL before, nor an SOA record. */
  readonly defaultTtl?: number;
  readonly fileName?: string;
  /** The text of a file named by `$INCLUDE`; undefined where there is none. */
  readonly include?: (name: string) => string | undefined;
  /** A name without trailing dot for which this is true is absolute all the same. It is given the name as it is written. */
  readonly relaxedNames?: (name: string) => boolean;
  /**
   * The text is a block within another language: blanks at the start of a line mean nothing. The owner is left out where an
   * entry begins with a TTL (a number, but in zones of in-addr.arpa), class or type; for the first entry it is the origin then.
   */
  readonly indented?: boolean;
}

export interface MasterFileEntry {
  readonly record: ResourceRecord;
  /** From the first to the last token, UTF-16 offsets. */
  readonly start: number;
  readonly end: number;
  /** undefined where it is left out. */
  readonly owner: NameRange | undefined;
  readonly type: { readonly start: number; readonly end: number };
  /** The names within the data. */
  readonly names: readonly NameRange[];
  /** The included file it stands in; absent for the file itself. */
  readonly file?: string;
}

export interface MasterFile {
  readonly records: readonly ResourceRecord[];
  readonly entries: readonly MasterFileEntry[];
  readonly problems: readonly Problem[];
}

const MAX_TEXT = 16 * 1024 * 1024;
const MAX_RECORDS = 1_000_000;
const MAX_INCLUDE_DEPTH = 8;
const MAX_INCLUDES = 100;
const MAX_PROBLEMS = 100;

/** What carries over from entry to entry, and from an including file to an included one. */
interface Reading {
  readonly options: MasterFileOptions;
  readonly entries: MasterFileEntry[];
  readonly problems: Problem[];
  characters: number;
  includes: number;
  ttl: number | undefined;
  lastTtl: number | undefined;
  soaMinimum: number | undefined;
  /** The same, where the SOA record came without a TTL of its own: then it is what the file's other records mean, too. */
  minimumTtl: number | undefined;
  full: boolean;
}

/** Where one file stands. The owner is undefined before the first entry. */
interface Place {
  origin: DomainName;
  owner: DomainName | undefined;
  readonly file: string | undefined;
  readonly depth: number;
}

export function readMasterFile(text: string, options: MasterFileOptions): MasterFile {
  const reading: Reading = {
    options,
    entries: [],
    problems: [],
    characters: 0,
    includes: 0,
    ttl: undefined,
    lastTtl: undefined,
    soaMinimum: undefined,
    minimumTtl: undefined,
    full: false,
  };
  readFile(reading, text, { origin: options.origin, owner: options.indented ? options.origin : undefined, file: undefined, depth: 0 });
  return { records: reading.entries.map((entry) => entry.record), entries: reading.entries, problems: reading.problems };
}

function readFile(reading: Reading, text: string, place: Place): void {
  reading.characters += text.length;
  if (reading.characters > MAX_TEXT) {
    report(
      reading,
      place,
      'too-large',
      { start: 0, end: Math.min(1, text.length) },
      `A zone may have ${MAX_TEXT} characters of text at most; this one has ${reading.characters}.`,
    );
    reading.full = true;
    return;
  }
  // A byte order mark is no part of the text.
  let offset = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (offset < text.length && !reading.full) {
    const entry = readEntry(text, offset);
    offset = entry.end;
    if (entry.problem) report(reading, place, entry.problem.code, entry.problem, entry.problem.message);
    else if (entry.tokens.length > 0) readTokens(reading, place, entry.tokens, entry.blank);
  }
}

function readTokens(reading: Reading, place: Place, tokens: readonly Token[], blank: boolean): void {
  const first = tokens[0] as Token;
  if (first.text.startsWith('$') && !first.quoted) {
    readDirective(reading, place, tokens);
    return;
  }
  if (!reading.options.indented) {
    accept(reading, place, readRecord(reading, place, tokens, !blank));
    return;
  }
  // Read it both ways where it is open whether the first word is an owner (`mx MX 10 a`) or the type (`MX 10 a`).
  if (!couldLeaveOwnerOut(first, place.origin)) {
    accept(reading, place, readRecord(reading, place, tokens, true));
    return;
  }
  const without = readRecord(reading, place, tokens, false);
  if (!('code' in without)) {
    const named = repeatsType(tokens) ? readRecord(reading, place, tokens, true) : without;
    accept(reading, place, 'code' in named ? without : named);
    return;
  }
  const withOwner = readRecord(reading, place, tokens, true);
  accept(reading, place, 'code' in withOwner && typeNumber(first.text) !== undefined ? without : withOwner);
}

/** `txt TXT "a"`: what could be a text of the type that comes first is the type, and the word before it the owner. RRSIG and NSEC have types in their data. */
function repeatsType([first, second]: readonly Token[]): boolean {
  if (!second || second.quoted || typeNumber(second.text) === undefined) return false;
  const { text } = first as Token;
  return typeNumber(text) !== undefined && !/^(RRSIG|NSEC)$/i.test(text);
}

function couldLeaveOwnerOut(token: Token, origin: DomainName): boolean {
  if (token.quoted) return false;
  if (typeNumber(token.text) !== undefined || classNumber(token.text) !== undefined) return true;
  // Where addresses are looked up, owners are numbers (RFC 1035 §3.5).
  return parseTime(token.text) !== undefined && !isSubdomain(origin, 'in-addr.arpa.');
}

interface Range {
  readonly start: number;
  readonly end: number;
}

interface FoundRecord {
  readonly entry: MasterFileEntry;
  readonly statedTtl: number | undefined;
}
type Fault = Omit<Problem, 'file'>;

/** One record from its tokens, without side effects: `[owner] [TTL] [class] type data`, TTL and class in either order (RFC 1035 §5.1). */
function readRecord(reading: Reading, place: Place, tokens: readonly Token[], hasOwner: boolean): FoundRecord | Fault {
  const first = tokens[0] as Token;
  const last = tokens[tokens.length - 1] as Token;
  let next = 0;
  let owner: NameRange | undefined;
  if (hasOwner) {
    if (first.quoted) return fault('bad-name', first, 'An owner name is not written in quotes.');
    const name = toName(reading, place, first.text);
    if (!name.ok) return fault('bad-name', first, `Not a domain name: ${name.error}.`);
    owner = { start: first.start, end: first.end, name: name.name };
    next = 1;
  }
  const ownerName = owner?.name ?? place.owner;
  let ttl: number | undefined;
  let sawClass = false;
  let type: Token | undefined;
  for (; next < tokens.length && !type; next++) {
    const token = tokens[next] as Token;
    const time = /^[0-9]/.test(token.text) && !token.quoted;
    if (time && ttl === undefined) {
      ttl = parseTime(token.text);
      if (ttl === undefined)
        return fault(
          'bad-ttl',
          token,
          `“${clip(token.text)}” is no TTL: a number of seconds up to 2147483647, or a time such as 1h30m (RFC 2181 §8).`,
        );
    } else if (!token.quoted && !sawClass && classNumber(token.text) !== undefined) {
      if (classNumber(token.text) !== 1) return fault('bad-class', token, `Only the class IN is supported; here is ${clip(token.text)}.`);
      sawClass = true;
    } else type = token;
  }
  if (!type)
    return fault(
      'bad-type',
      { start: first.start, end: last.end },
      'A record needs a type and data, such as “A 192.0.2.1” (RFC 1035 §5.1).',
    );
  const number = type.quoted ? undefined : typeNumber(type.text);
  if (number === undefined || (!formatOf(type.text.toUpperCase()) && !/^TYPE/i.test(type.text))) {
    const message =
      number === undefined
        ? `“${clip(type.text)}” is no record type that is known here; write an unknown one as TYPEn with \\# data (RFC 3597 §5).`
        : `${type.text} can be asked for, but no record has it (RFC 1035 §3.2.3).`;
    return fault('bad-type', type, message);
  }
  if (ownerName === undefined) return fault('no-owner', first, 'The owner is left out, and no entry before gives one (RFC 1035 §5.1).');
  const data = parseTokens(type.text, tokens.slice(next), { start: type.start, end: last.end }, (text) => toName(reading, place, text));
  if (!data.ok) return fault('bad-data', data, `${data.error[0]?.toUpperCase()}${data.error.slice(1)}.`);
  const minimum = data.data.type === 'SOA' ? Math.min(data.data.minimum, 0x7fffffff) : reading.soaMinimum;
  // RFC 2308 §4: $TTL, or else MINIMUM of an SOA without a TTL, as before that RFC; RFC 1035 §5.1: the last TTL stated.
  const used = ttl ?? reading.ttl ?? reading.minimumTtl ?? reading.lastTtl ?? minimum ?? reading.options.defaultTtl;
  if (used === undefined)
    return fault(
      'no-ttl',
      { start: first.start, end: last.end },
      'No TTL: neither here nor before, and there is no $TTL directive (RFC 2308 §4).',
    );
  return {
    entry: {
      record: { name: ownerName, ttl: used, data: data.data },
      start: first.start,
      end: last.end,
      owner,
      type: { start: type.start, end: type.end },
      names: data.names,
      ...(place.file === undefined ? {} : { file: place.file }),
    },
    statedTtl: ttl,
  };
}

function accept(reading: Reading, place: Place, found: FoundRecord | Fault): void {
  if ('code' in found) {
    report(reading, place, found.code, found, found.message);
    return;
  }
  const { entry, statedTtl } = found;
  if (reading.entries.length >= MAX_RECORDS) {
    reading.full = true;
    report(reading, place, 'too-large', entry, `A zone may have ${MAX_RECORDS} records at most; the rest is not read.`);
    return;
  }
  reading.entries.push(entry);
  place.owner = entry.record.name;
  if (statedTtl !== undefined) reading.lastTtl = statedTtl;
  if (entry.record.data.type !== 'SOA') return;
  reading.soaMinimum ??= Math.min(entry.record.data.minimum, 0x7fffffff);
  if (statedTtl === undefined && reading.ttl === undefined && reading.lastTtl === undefined) reading.minimumTtl ??= reading.soaMinimum;
}

function readDirective(reading: Reading, place: Place, tokens: readonly Token[]): void {
  const directive = tokens[0] as Token;
  const argument = tokens[1];
  const word = directive.text.toUpperCase();
  const most = word === '$INCLUDE' ? 3 : 2;
  if (word !== '$ORIGIN' && word !== '$TTL' && word !== '$INCLUDE') {
    const known = word === '$GENERATE' ? '$GENERATE is BIND’s own' : `“${clip(directive.text)}” is no directive`;
    report(
      reading,
      place,
      'bad-directive',
      directive,
      `${known}; master files have $ORIGIN, $INCLUDE (RFC 1035 §5.1) and $TTL (RFC 2308 §4).`,
    );
    return;
  }
  if (!argument) {
    report(reading, place, 'bad-directive', directive, `${word} needs ${ARGUMENTS[word]} after it.`);
    return;
  }
  const extra = tokens[most];
  if (extra)
    report(
      reading,
      place,
      'bad-directive',
      { start: extra.start, end: (tokens[tokens.length - 1] as Token).end },
      `Nothing may follow the argument of ${word}.`,
    );
  if (word === '$TTL') {
    const ttl = parseTime(argument.text);
    if (ttl === undefined) {
      report(
        reading,
        place,
        'bad-ttl',
        argument,
        `“${clip(argument.text)}” is no TTL: a number of seconds up to 2147483647, or a time such as 1h30m (RFC 2181 §8).`,
      );
      return;
    }
    reading.ttl = ttl;
    return;
  }
  const originToken = word === '$ORIGIN' ? argument : tokens[2];
  let origin = place.origin;
  if (originToken) {
    const name = toName(reading, place, originToken.text);
    if (!name.ok) {
      report(reading, place, 'bad-name', originToken, `Not a domain name: ${name.error}.`);
      return;
    }
    origin = name.name;
  }
  if (word === '$ORIGIN') place.origin = origin;
  else includeFile(reading, place, argument, origin);
}

const ARGUMENTS = { $ORIGIN: 'a domain name', $TTL: 'a time', $INCLUDE: 'a file name' };

/** RFC 1035 §5.1: origin and owner of the including file are as before afterwards. */
function includeFile(reading: Reading, place: Place, file: Token, origin: DomainName): void {
  const bad = (message: string): void => report(reading, place, 'bad-include', file, message);
  if (!reading.options.include) {
    bad('Files cannot be included here.');
    return;
  }
  if (place.depth >= MAX_INCLUDE_DEPTH) {
    bad(`Files include one another more than ${MAX_INCLUDE_DEPTH} deep; does one include itself?`);
    return;
  }
  if (++reading.includes > MAX_INCLUDES) {
    bad(`More than ${MAX_INCLUDES} files are included.`);
    return;
  }
  const text = reading.options.include(file.text);
  if (text === undefined) {
    bad(`The file “${clip(file.text)}” cannot be read.`);
    return;
  }
  readFile(reading, text, { origin, owner: place.owner, file: file.text, depth: place.depth + 1 });
}

function toName(reading: Reading, place: Place, text: string): ParsedName {
  const relaxed = text !== '@' && !text.endsWith('.') && reading.options.relaxedNames?.(text);
  return parseName(text, relaxed ? ROOT : place.origin);
}

function classNumber(text: string): number | undefined {
  const known = { IN: 1, CS: 2, CH: 3, HS: 4 }[text.toUpperCase()];
  if (known !== undefined) return known;
  const unknown = /^CLASS([0-9]{1,5})$/i.exec(text);
  return unknown && Number(unknown[1]) <= 0xffff ? Number(unknown[1]) : undefined;
}

function fault(code: ProblemCode, range: Range, message: string): Fault {
  return { code, start: range.start, end: range.end, message };
}

function report(reading: Reading, place: Place, code: ProblemCode, { start, end }: Range, message: string): void {
  if (reading.problems.length > MAX_PROBLEMS) return;
  const file = place.file === undefined ? {} : { file: place.file };
  if (reading.problems.length === MAX_PROBLEMS) {
    reading.full = true;
    reading.problems.push({
      start,
      end,
      code: 'too-many-problems',
      message: `More than ${MAX_PROBLEMS} problems; the rest of the file is not read. Is it a master file?`,
      ...file,
    });
    return;
  }
  reading.problems.push({ start, end, code, message, ...file });
}

/** The records that do not belong to a zone: owners outside it (RFC 1035 §5.2). */
export function outOfZone(records: readonly ResourceRecord[], origin: DomainName): ResourceRecord[] {
  const zone = canonical(origin);
  return records.filter((record) => !isSubdomain(record.name, zone));
}

function clip(text: string): string {
  return text.length > 40 ? `${text.slice(0, 37)}…` : text;
}
