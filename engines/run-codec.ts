/**
 * Plain data with typed arrays as one block of bytes, and back: how a Run is saved, sent to a renderer, and put in a report.
 *
 * Layout: the four bytes `NSR1`; the length of the JSON header (uint32, little endian); the header in UTF-8, in which a typed
 * array stands as {"$array": [kind, offset, elements]} and a number that JSON lacks as {"$number": "NaN"}; padding to eight
 * bytes; then the arrays, little endian, each on a multiple of eight, their offsets counted from the first.
 */
import type { Run } from './run.ts';
import { RUN_TABLES } from './run-tables.ts';

const MAGIC = [0x4e, 0x53, 0x52, 0x31];

const KINDS = {
  f64: Float64Array,
  i32: Int32Array,
  u32: Uint32Array,
  u16: Uint16Array,
  u8: Uint8Array,
} as const;
type Kind = keyof typeof KINDS;
type AnyArray = Float64Array | Int32Array | Uint32Array | Uint16Array | Uint8Array;

/** Any plain data: strings, numbers, booleans, null, arrays, objects and the typed arrays above. */
export function encode(data: unknown): Uint8Array {
  const parts = encodedParts(data);
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** What `encode` gives, in pieces end to end: the arrays are not copied. */
export function encodedParts(data: unknown): Uint8Array[] {
  const arrays: AnyArray[] = [];
  let size = 0;
  const header = JSON.stringify(data, (_key, value: unknown) => {
    if (typeof value === 'number' && !Number.isFinite(value)) return { $number: String(value) };
    if (!ArrayBuffer.isView(value)) return value;
    const kind = (Object.keys(KINDS) as Kind[]).find((name) => value instanceof KINDS[name]);
    if (!kind) throw new TypeError('a run holds typed arrays of the five kinds in KINDS only');
    const array = value as AnyArray;
    const offset = size;
    arrays.push(array);
    size += padded(array.byteLength);
    return { $array: [kind, offset, array.length] };
  });
  const text = new TextEncoder().encode(header);
  const head = new Uint8Array(padded(8 + text.length));
  head.set(MAGIC, 0);
  new DataView(head.buffer).setUint32(4, text.length, true);
  head.set(text, 8);
  const parts: Uint8Array[] = [head];
  for (const { buffer, byteOffset, byteLength } of arrays) {
    parts.push(new Uint8Array(buffer, byteOffset, byteLength), new Uint8Array(padded(byteLength) - byteLength));
  }
  return parts;
}

/** The next multiple of eight. */
const padded = (length: number): number => Math.ceil(length / 8) * 8;

/** True for bytes that begin as saved runs do. */
export const isSavedRun = (bytes: Uint8Array): boolean => MAGIC.every((byte, i) => bytes[i] === byte);

/** The opposite of `encode`. Throws a RangeError that says what is wrong for bytes that `encode` did not make. */
export function decode(bytes: Uint8Array): unknown {
  if (bytes.length < 8 || !isSavedRun(bytes)) throw new RangeError('not a saved run: it does not begin with NSR1');
  const headerLength = new DataView(bytes.buffer, bytes.byteOffset).getUint32(4, true);
  if (8 + headerLength > bytes.length) throw new RangeError('a saved run that breaks off in its header');
  const start = Math.ceil((8 + headerLength) / 8) * 8;
  // Typed arrays need aligned storage of their own; one copy serves them all. (A Buffer's `slice` would not copy.)
  const body = new Uint8Array(bytes.subarray(start)).buffer;
  return JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + headerLength)), (_key, value) => {
    if (value === null || typeof value !== 'object') return value;
    if ('$number' in value) return Number(value.$number);
    if (!('$array' in value)) return value;
    const [kind, offset, elements] = value.$array as [Kind, number, number];
    const type = KINDS[kind];
    if (!type || offset + elements * type.BYTES_PER_ELEMENT > body.byteLength)
      throw new RangeError('a saved run that breaks off in its columns');
    return new type(body, offset, elements);
  });
}

export const encodeRun = (run: Run): Uint8Array => encode(run);

const LISTS = ['sources', 'strings', 'hosts', 'links', 'declared', 'steps', 'series', 'checks', 'views'] as const;

/** Throws a RangeError for bytes that are no run, not all of one, or one of another version. */
export function decodeRun(bytes: Uint8Array): Run {
  const run = decode(bytes) as Run;
  if (run?.format !== 3) throw new RangeError(`a saved run of format ${String(run?.format)}; this version reads format 3`);
  const lacks = (what: string): never => {
    throw new RangeError(`a saved run that lacks its ${what}`);
  };
  for (const list of LISTS) if (!Array.isArray(run[list])) lacks(list);
  if (!(run.bytes instanceof Uint8Array)) lacks('bytes');
  for (const [name, columns] of Object.entries(RUN_TABLES)) {
    const table = run[name as keyof typeof RUN_TABLES] as unknown as Record<string, unknown> | undefined;
    if (typeof table?.rows !== 'number') return lacks(name);
    for (const [column, kind] of Object.entries(columns)) {
      const found = table[column];
      if (!(found instanceof kind) || found.length !== table.rows) lacks(`${name}’ column ${column}`);
    }
  }
  for (const { at, values } of run.series) {
    if (!(at instanceof Float64Array && values instanceof Float64Array && at.length === values.length)) lacks('values of a metric');
  }
  return run;
}
