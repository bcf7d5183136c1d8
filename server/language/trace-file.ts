/**
 * Bandwidth traces: what a line offers over time, in the two formats that they are published in.
 *
 * CSV with a header line, one period a row, columns in any order, others ignored:
 *
 *     duration_ms,bandwidth_kbps,latency_ms
 *     1000,5000,50
 *
 * or a JSON array of objects with the same names, as simulators of adaptive streaming read them:
 *
 *     [{ "duration_ms": 1000, "bandwidth_kbps": 5000, "latency_ms": 50 }, …]
 *
 * Without a latency, the line's own holds. Durations are 1 ms to 100 d (also of all periods together), rates up to 10 Tbps, latencies up to 1 h.
 */
import { DAY, HOUR, MILLISECOND } from '../../engines/quantities.ts';
import type { BandwidthTrace, TracePeriod } from '../../engines/scenario.ts';
import type { Name } from './entry.ts';
import { namedFile } from './files.ts';
import type { Site } from './site.ts';
import { nearest } from './spelling.ts';

export interface TraceProblem {
  /** From 1; null for the file as a whole. */
  readonly line: number | null;
  /** Without a capital and a full stop; a question has its mark. */
  readonly message: string;
}

export type TraceReading = { readonly periods: BandwidthTrace; readonly problems: readonly TraceProblem[] };

/** How the names of traces end. */
export const TRACE_ENDINGS = ['.csv', '.json'] as const;

/** A trace has at most so many periods: a day of seconds, and some. */
export const MAXIMUM_PERIODS = 100_000;

/** The times of a round are exact up to there. */
const MAXIMUM_ROUND = 100 * DAY;

/** Problems that are told of one file; it is not read further than to the next one. */
const MAXIMUM_PROBLEMS = 5;

/** Files that were read already, by their bytes: many lines may follow one trace. */
const readings = new WeakMap<Uint8Array, TraceReading>();

/** The trace in a file that a statement names; null when it is not there (yet) or does not hold (reported, where it is named). */
export function readTrace(name: Name, site: Site): BandwidthTrace | null {
  const file = namedFile(name, site);
  if (!file) return null;
  let reading = readings.get(file.bytes);
  if (!reading) {
    reading = parseTrace(new TextDecoder().decode(file.bytes));
    readings.set(file.bytes, reading);
  }
  const { periods, problems } = reading;
  for (const { line, message } of problems.slice(0, MAXIMUM_PROBLEMS)) {
    site.report(
      'malformed-file',
      name,
      `${name.text}${line === null ? '' : `, line ${line}`}: ${message}${message.endsWith('?') ? '' : '.'}`,
    );
  }
  if (problems.length > MAXIMUM_PROBLEMS) site.report('malformed-file', name, `${name.text} has further problems.`);
  return problems.length === 0 ? periods : null;
}

/** Reads a trace in either format. */
export function parseTrace(text: string): TraceReading {
  const problems: TraceProblem[] = [];
  const rows = /^\s*[[{]/.test(text) ? jsonRows(text, problems) : csvRows(text, problems);
  const periods: TracePeriod[] = [];
  for (const row of rows) {
    const period = periodOf(row, problems);
    if (period) periods.push(period);
    if (periods.length > MAXIMUM_PERIODS || problems.length > MAXIMUM_PROBLEMS) break;
  }
  if (problems.length === 0) {
    if (periods.length === 0) problems.push({ line: null, message: 'it holds no period' });
    else if (periods.length > MAXIMUM_PERIODS) problems.push({ line: null, message: `it has more than ${MAXIMUM_PERIODS} periods` });
    else if (periods.reduce((sum, { duration }) => sum + duration, 0) > MAXIMUM_ROUND)
      problems.push({ line: null, message: 'its periods last longer than 100 d together' });
    else if (periods.every(({ rate }) => rate === 0))
      problems.push({ line: null, message: 'no period has a bandwidth above 0, so nothing would ever pass' });
  }
  return { periods, problems };
}

/** A period as it is written: numbers by name, and the line where it begins. */
interface Row {
  readonly line: number;
  readonly values: ReadonlyMap<string, number>;
  /** Where names stand in each period: which one it is, from 1. */
  readonly period?: number;
}

const COLUMNS = [
  { name: 'duration_ms', required: true, minimum: 1, maximum: MAXIMUM_ROUND / MILLISECOND },
  { name: 'bandwidth_kbps', required: true, minimum: 0, maximum: 1e10 },
  { name: 'latency_ms', required: false, minimum: 0, maximum: HOUR / MILLISECOND },
] as const;

/** The name that was probably meant to be this column; one in another unit was not. */
function misspelt(column: string, names: Iterable<string>): string | null {
  for (const name of names) {
    if (COLUMNS.some((known) => known.name === name) || /_(s|us|ns|min|bps|mbps|gbps)$/i.test(name)) continue;
    if (nearest(name, [column])) return name;
  }
  return null;
}

function periodOf({ line, values, period }: Row, problems: TraceProblem[]): TracePeriod | null {
  for (const { name, required, minimum, maximum } of COLUMNS) {
    const value = values.get(name);
    if (value === undefined) {
      if (!required) continue;
      const where = period === undefined ? '' : ` in period ${period}`;
      const other = misspelt(name, values.keys());
      problems.push({ line, message: other ? `\`${other}\`${where}: did you mean \`${name}\`?` : `\`${name}\` is missing${where}` });
      return null;
    }
    if (value >= minimum && value <= maximum) continue;
    problems.push({ line, message: `\`${name}\` is ${value}; ${minimum} to ${maximum} is possible` });
    return null;
  }
  const latency = values.get('latency_ms');
  return {
    duration: Math.round(values.get('duration_ms')! * MILLISECOND),
    rate: Math.round(values.get('bandwidth_kbps')! * 1000),
    latency: latency === undefined ? null : Math.round(latency * MILLISECOND),
  };
}

function* csvRows(text: string, problems: TraceProblem[]): Generator<Row, void> {
  const lines = text.split(/\r\n|\n|\r/);
  const first = lines.findIndex((line) => line.trim() !== '');
  if (first < 0) return;
  const header = cells(lines[first]!);
  const separator = lines[first]!.includes(',') ? null : /[;\t]/.exec(lines[first]!)?.[0];
  if (separator) {
    problems.push({ line: first + 1, message: `separate columns by commas, not by ${separator === ';' ? '`;`' : 'tabs'}` });
    return;
  }
  const missing = COLUMNS.filter(({ name, required }) => required && !header.includes(name)).map(({ name }) => `\`${name}\``);
  if (missing.length > 0) {
    for (const { name, required } of COLUMNS) {
      const other = required && !header.includes(name) ? misspelt(name, header) : null;
      if (other) problems.push({ line: first + 1, message: `\`${other}\` among the columns: did you mean \`${name}\`?` });
    }
    if (problems.length > 0) return;
    const message = `the first line names the columns \`duration_ms,bandwidth_kbps,latency_ms\`; ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} missing`;
    problems.push({ line: first + 1, message });
    return;
  }
  for (let i = first + 1; i < lines.length && problems.length <= MAXIMUM_PROBLEMS; i++) {
    if (lines[i]!.trim() === '') continue;
    const written = cells(lines[i]!);
    const values = new Map<string, number>();
    let holds = true;
    for (const { name } of COLUMNS) {
      const column = header.indexOf(name);
      const cell = column < 0 ? '' : (written[column] ?? '');
      if (cell === '') continue;
      if (!NUMBER.test(cell)) {
        problems.push({ line: i + 1, message: `\`${name}\` is \`${cell.slice(0, 30)}\`, which is no number` });
        holds = false;
        break;
      }
      values.set(name, Number(cell));
    }
    if (holds) yield { line: i + 1, values };
  }
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

/** A cell and the comma behind it. Within quotes, a comma separates nothing (RFC 4180 §2). */
const CELL = /(\s*"[^"]*"\s*(?=,|$)|[^,]*)(?:,|$)/y;

/** The cells of a line. Numbers need no quotes; those that have them all the same lose them. */
function cells(line: string): string[] {
  const found: string[] = [];
  CELL.lastIndex = 0;
  for (let more = true; more; ) {
    const [whole, cell] = CELL.exec(line)!;
    found.push(cell!.trim().replace(/^"(.*)"$/, '$1'));
    more = whole.endsWith(',');
  }
  return found;
}

/** One token of JSON (RFC 8259 §2) behind white space: a sign, a text, a number or a word. */
const TOKEN =
  /[ \t\r\n]*(?:([[\]{}:,])|("(?:[^"\\\u0000-\u001f]|\\["\\/bfnrtu])*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(true|false|null))/y;

/** Read by hand, not by JSON.parse, so that each period knows its line and a mistake is told alike everywhere. */
function* jsonRows(text: string, problems: TraceProblem[]): Generator<Row, void> {
  let at = 0;
  let line = 1;
  /** Empty at the end of the file. */
  let token: string = '';
  const next = (): string => {
    TOKEN.lastIndex = at;
    const found = TOKEN.exec(text);
    // What is no token is one that fits nowhere, to the end of its line.
    const end = found ? TOKEN.lastIndex : at + /^\s*.*/.exec(text.slice(at))![0].length;
    token = text.slice(at, end).trimStart();
    for (let i = text.indexOf('\n', at); i >= 0 && i < end - token.length; i = text.indexOf('\n', i + 1)) line++;
    at = end;
    return token;
  };
  const expected = (what: string): void => {
    const message = token === '' ? `the file ends where ${what} was expected` : `expected ${what} instead of \`${token.slice(0, 30)}\``;
    problems.push({ line, message });
  };
  const is = (sign: string): boolean => token === sign;
  /** Passes a comma; false (and reported) where nothing may follow it. */
  const pass = (close: string): boolean => {
    const comma = line;
    if (next() !== close) return true;
    problems.push({ line: comma, message: `the comma before \`${close}\` is one too many` });
    return false;
  };
  let period = 0;
  if (next() !== '[') return expected('an array of periods, `[ … ]`,');
  for (next(); !is(']'); ) {
    if (!is('{')) return expected('a period, `{ … }`,');
    period++;
    const start = line;
    const values = new Map<string, number>();
    for (next(); !is('}'); ) {
      if (!token.startsWith('"')) return expected('a name in quotes');
      const name = token.slice(1, -1);
      if (next() !== ':') return expected('`:`');
      next();
      if (/^[-\d]/.test(token)) values.set(name, Number(token));
      else if (COLUMNS.some((column) => column.name === name)) return expected(`a number for \`${name}\``);
      else if (!/^("|true$|false$|null$)/.test(token)) return expected('a value');
      next();
      if (is(',')) {
        if (!pass('}')) return;
      } else if (!is('}')) return expected('`,` or `}`');
    }
    yield { line: start, values, period };
    next();
    if (is(',')) {
      if (!pass(']')) return;
    } else if (!is(']')) return expected('`,` or `]`');
  }
  next();
  if (token !== '') expected('the end of the file');
}
