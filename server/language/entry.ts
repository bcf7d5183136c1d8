/**
 * The shape of the vocabulary: what an entry of the one table says about a statement.
 *
 * A pattern is written as the statement is: lower-case words and signs stand for themselves, UPPER-CASE words are slots,
 * `[ … ]` may be left out, `( … | … )` is a choice. Whether a slot takes a comma list, a range or one of several words is
 * said by its type alone.
 */

import type { MetricDefinition } from '../../engines/protocol.ts';
import type { Statistic } from '../../engines/statistics.ts';
import type { Site } from './site.ts';
import type { Dimension } from './units.ts';

/** A declared or mentioned thing, as written (`peer[3]` where a range was expanded). */
export interface Name {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** A metric of some subjects, as it is plotted. */
export interface Measure {
  readonly metric: MetricDefinition;
  /** null: the last value. */
  readonly statistic: Statistic | null;
  /** As the catalogue's entry orders them; null: whoever it is. */
  readonly subjects: readonly (readonly Name[] | null)[];
  readonly start: number;
  readonly end: number;
}

/** Ports from the first to the last one, and where they are written. */
export interface Ports {
  readonly first: number;
  readonly last: number;
  readonly start: number;
  readonly end: number;
}

/** How the parser reads a slot. */
export type SlotForm = 'name' | 'text' | 'expression' | 'ports' | 'record-type' | 'rest-of-line' | 'choice' | 'measure' | 'values';

/** What a slot's value means: decides completion, hover and how it is checked. */
export type SlotMeaning =
  | 'new-host'
  | 'host'
  | 'new-zone'
  | 'domain-name'
  | 'new-mailbox'
  | 'mail-address'
  | 'address'
  | 'new-parameter'
  | 'new-torrent'
  | 'torrent'
  | 'new-film'
  | 'film'
  | 'clip'
  | 'header-name'
  | 'record-type'
  | 'answer'
  | 'record-data'
  | 'protocol'
  | 'text'
  | 'quoted-name'
  | 'file'
  | 'path'
  | 'web-path'
  | 'quantity'
  | 'any-value'
  | 'choice'
  | 'measure'
  | 'parameter'
  | 'alternative'
  | 'new-alternative';

/** `T` is what the entry's `build` is given. */
export interface Slot<T> {
  readonly form: SlotForm;
  readonly meaning: SlotMeaning;
  /** For messages: `a duration, such as 250 ms`. */
  readonly expected: string;
  readonly optional: boolean;
  /** `list`: commas and ranges; `range`: a name with a range stands for several; `one`. */
  readonly count: 'one' | 'list' | 'range';
  readonly dimension: Dimension | null;
  readonly minimum: number;
  readonly maximum: number;
  readonly whole: boolean;
  /** Units to offer where one is missing, the likeliest first. */
  readonly units: readonly string[];
  /** Of names of real files: how those end that fit, `/` for a folder; none where any does. */
  readonly endings: readonly string[];
  /** The words of a choice, each with the value it stands for. */
  readonly choices: readonly (readonly [words: string, value: unknown])[];
  /** For the type checker only; never set. */
  readonly value?: T;
}

export type Slots = Readonly<Record<string, Slot<unknown>>>;
type ValueOf<S> = S extends Slot<infer T> ? T : never;
export type Given<S extends Slots> = { readonly [K in keyof S]: ValueOf<S[K]> };

/** A property of a block. */
export interface Property<S extends Slots = Slots, R extends boolean = boolean> {
  readonly pattern: string;
  readonly slots: S;
  readonly repeatable: R;
  readonly doc: string;
  /** What holds where it is not written, in words of the language or about it. */
  readonly default: string | null;
  readonly standard: string | null;
  readonly example: string | null;
}

export type Properties = Readonly<Record<string, Property>>;
export type GivenBlock<P extends Properties> = {
  readonly [K in keyof P]?: P[K] extends Property<infer S, infer R> ? (R extends true ? readonly Given<S>[] : Given<S>) : never;
};

export type Role = 'setting' | 'declaration' | 'step' | 'expectation' | 'view';

export interface Entry {
  readonly id: string;
  readonly role: Role;
  readonly pattern: string;
  /** The pattern without what every step shares (when it happens). */
  readonly shown: string;
  readonly slots: Slots;
  readonly properties: Properties | null;
  /** What stands in braces behind the pattern: properties, steps, views and expectations, any statements, or records in master-file syntax (unless it begins with a property). */
  readonly block: 'none' | 'properties' | 'steps' | 'records' | 'views' | 'statements';
  readonly blockRequired: boolean;
  readonly doc: string;
  readonly standard: string | null;
  /** A whole program in which the statement stands; the tests compile it and want no diagnostic. */
  readonly example: string;
  /** Turns what was written into its part of the program. Called once a statement whose slots all hold. */
  readonly build: (given: never, block: never, site: Site) => void;
  /**
   * All that `build` does is to look up what is declared, and to add steps, expectations or views (see outcomes.ts); of a declaration, to
   * add entries of tables (see made.ts).
   */
  readonly remembered: boolean;
}

interface EntryInput<S extends Slots, P extends Properties> {
  readonly id: string;
  readonly role: Role;
  readonly pattern: string;
  readonly slots?: S;
  readonly properties?: P;
  readonly block?: 'steps' | 'records' | 'views' | 'statements';
  readonly blockRequired?: boolean;
  readonly doc: string;
  readonly standard?: string;
  readonly example: string;
  readonly remembered?: boolean;
  readonly build: (given: Given<S>, block: GivenBlock<P>, site: Site) => void;
}

/** What stands in its block are statements: steps, views and expectations, or any. */
export const holdsStatements = ({ block }: Pick<Entry, 'block'>): boolean =>
  block === 'steps' || block === 'views' || block === 'statements';

/** Whether a statement can stand in a block of statements: steps in steps; plots and expectations in views; in any, no sweeps or alternatives. */
export function standsIn({ block }: Pick<Entry, 'block'>, { id, role, block: own }: Entry): boolean {
  switch (block) {
    case 'steps':
      return role === 'step';
    case 'views':
      return role === 'expectation' || id === 'plot';
    case 'statements':
      return own !== 'statements' && own !== 'views';
    default:
      return false;
  }
}

/** Writes an entry down with its slots' types carried over to `build`. */
export function entry<const S extends Slots = Record<never, never>, const P extends Properties = Record<never, never>>(
  input: EntryInput<S, P>,
): Entry {
  return {
    ...input,
    shown: input.pattern,
    slots: input.slots ?? {},
    properties: input.properties ?? null,
    block: input.block ?? (input.properties ? 'properties' : 'none'),
    blockRequired: input.blockRequired ?? false,
    standard: input.standard ?? null,
    remembered: input.remembered ?? false,
  };
}

interface PropertyInput {
  readonly doc: string;
  readonly default?: string;
  readonly standard?: string;
  readonly example?: string;
}

/** A property that a block has once. */
export function property<const S extends Slots>(pattern: string, slots: S, input: PropertyInput): Property<S, false> {
  return { ...repeated(pattern, slots, input), repeatable: false };
}

/** A property that a block may have several times. */
export function repeated<const S extends Slots>(pattern: string, slots: S, input: PropertyInput): Property<S, true> {
  return {
    pattern,
    slots,
    repeatable: true,
    doc: input.doc,
    default: input.default ?? null,
    standard: input.standard ?? null,
    example: input.example ?? null,
  };
}

// Slot types ---------------------------------------------------------------------------------------------------------

function slot<T>(form: SlotForm, meaning: SlotMeaning, expected: string, more: Partial<Slot<T>> = {}): Slot<T> {
  return {
    form,
    meaning,
    expected,
    optional: false,
    count: 'one',
    dimension: null,
    minimum: Number.NEGATIVE_INFINITY,
    maximum: Number.POSITIVE_INFINITY,
    whole: false,
    units: [],
    endings: [],
    choices: [],
    ...more,
  };
}

export const newHost = slot<Name>('name', 'new-host', 'a host name');
export const host = slot<Name>('name', 'host', 'a host');
/** The subject of a step: a range makes it a step of each. */
export const subject = slot<readonly Name[]>('name', 'host', 'a host', { count: 'range' });
export const newZone = slot<Name>('name', 'new-zone', 'a domain name');
export const domainName = slot<Name>('name', 'domain-name', 'a domain name');
export const newMailbox = slot<Name>('name', 'new-mailbox', 'a mail address');
export const mailAddress = slot<Name>('name', 'mail-address', 'a mail address');
export const address = slot<Name>('name', 'address', 'an IPv4 address, such as 10.0.0.7');
export const newTorrent = slot<Name>('name', 'new-torrent', 'a torrent’s name');
export const torrent = slot<Name>('name', 'torrent', 'a torrent');
export const newParameter = slot<Name>('name', 'new-parameter', 'a name');
export const newFilm = slot<Name>('name', 'new-film', 'a name');
/** A clip or a video. */
export const film = slot<Name>('name', 'film', 'a clip or a video');
export const clip = slot<Name>('name', 'clip', 'a clip');
export const headerName = slot<Name>('name', 'header-name', 'a header field’s name');
export const protocolName = slot<Name>('name', 'protocol', 'a protocol');
export const recordType = slot<Name>('record-type', 'record-type', 'a record type');
export const answer = slot<Name>('rest-of-line', 'answer', 'record data or a response code');
export const recordData = slot<Name>('rest-of-line', 'record-data', 'the data of a record');
export const text = slot<string>('text', 'text', 'a text in quotes', { dimension: 'text' });
/** A text that names something, with its place. */
export const quotedName = (expected: string) => slot<Name>('text', 'quoted-name', expected, { dimension: 'text' });
/** Of a file that a server keeps, or a client has; not of a real one. */
export const pathName = slot<Name>('text', 'path', 'a path in quotes', { dimension: 'text' });
/** Of a real file; `endings`, in lower case: those of the names that fit, for completion. */
export const fileName = (...endings: readonly string[]) =>
  slot<Name>('text', 'file', 'a file’s name in quotes', { dimension: 'text', endings });
/** Of a real folder. */
export const folderName = fileName('/');
/** Of a resource on a web server. */
export const webPath = slot<Name>('text', 'web-path', 'a path in quotes, such as "/index.html"', { dimension: 'text' });
export const anyValue = slot<Value>('expression', 'any-value', 'a value');

/** `congestion window of server to pc`, `mean lookup time`; subjects may be left out, or be ranges. */
export const measure = slot<Measure>('measure', 'measure', 'a metric, such as `goodput of HOST`');
/** One that is declared. */
export const parameter = slot<Name>('name', 'parameter', 'the name of a parameter');
export const newAlternative = slot<Name>('name', 'new-alternative', 'a name');
export const alternative = slot<Name>('name', 'alternative', 'the name of an alternative');
/** `10, 30, 100`, `1..10 step 2`. */
export const values = slot<readonly SweptValue[]>('values', 'any-value', 'a value', { count: 'list' });

/** One of the values that a parameter is swept over, with its place. */
export interface SweptValue extends Value {
  readonly start: number;
  readonly end: number;
}

/** An evaluated expression. */
export interface Value {
  readonly dimension: Dimension;
  readonly number: number;
  readonly text: string;
}

interface Range {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly units?: readonly string[];
}

const quantity = (dimension: Dimension, expected: string, units: readonly string[]) => (range: Range) =>
  slot<number>('expression', 'quantity', expected, { dimension, units, minimum: 0, ...range });

/** In ns. */
export const duration = quantity('duration', 'a duration, such as 250 ms', ['ms', 's']);
/** In bit/s. */
export const rate = quantity('rate', 'a rate, such as 10 Mbps', ['Mbps', 'kbps']);
/** In bytes. */
export const size = quantity('size', 'a size, such as 256 KiB', ['KiB', 'MiB']);
/** 0 to 1. */
export const ratio = (range: Range = {}) =>
  slot<number>('expression', 'quantity', 'a ratio, such as 0.5 %', { dimension: 'ratio', minimum: 0, maximum: 1, units: ['%'], ...range });
export const count = (range: Range = {}) =>
  slot<number>('expression', 'quantity', 'a whole number', { dimension: 'number', minimum: 0, whole: true, ...range });
/** A port, or a range of them. */
export const ports = slot<Ports>('ports', 'quantity', 'a port, such as 80, or a range, such as 50000-50010', {
  dimension: 'number',
  minimum: 1,
  maximum: 65_535,
  whole: true,
});
export const number = (range: Range = {}) => slot<number>('expression', 'quantity', 'a number', { dimension: 'number', ...range });

/** One of several words (or runs of words); `build` gets the value behind them. */
export function choice<const C extends readonly (readonly [string, unknown])[]>(...choices: C): Slot<C[number][1]> {
  return slot<C[number][1]>('choice', 'choice', 'a choice', { choices });
}

/** Words that stand for themselves. */
export function wordChoice<const W extends readonly string[]>(...words: W): Slot<W[number]> {
  return slot<W[number]>('choice', 'choice', 'a choice', { choices: words.map((word) => [word, word]) });
}

export function optional<T>(type: Slot<T>): Slot<T | null> {
  return { ...type, optional: true } as Slot<T | null>;
}

export function list<T>(type: Slot<T>): Slot<readonly T[]> {
  return { ...type, count: 'list' } as unknown as Slot<readonly T[]>;
}
