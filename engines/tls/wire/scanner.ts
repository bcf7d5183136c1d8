/**
 * Reads TLS's presentation language (RFC 8446 §3): numbers, and vectors with their length before them, inside each other.
 *
 * Theory of operation. One scan gives both what a message says and its fields with their places, so the two can never disagree.
 * What is wrong ends the scan where it is: `refuse` leaves the body by an exception that goes no further than `Scanner.scan`,
 * and what was read until then stays in the fields, with a malformed one behind it. A scan looks at each byte once for each
 * level that it lies in, and no message has more than six.
 */
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import type { Field } from '../../field.ts';
import type { AlertName } from './alert.ts';

/** Why a message is not taken, and the alert that says so. */
export interface Refusal {
  readonly alert: AlertName;
  readonly text: string;
}

export type Scanned<T> =
  | { readonly value: T; readonly fields: readonly Field[] }
  | { readonly refusal: Refusal; readonly fields: readonly Field[] };

/** No Error: nobody looks at its stack, and to write one down would take most of the time of a scan. */
class Refused {
  readonly refusal: Refusal;
  constructor(refusal: Refusal) {
    this.refusal = refusal;
  }
}

export interface FieldDetails {
  readonly value?: string;
  readonly meaning?: string;
  readonly standard?: string;
}

export class Scanner {
  readonly fields: Field[] = [];
  readonly bytes: Uint8Array;
  at: number;
  readonly end: number;

  private constructor(bytes: Uint8Array, start: number, end: number) {
    this.bytes = bytes;
    this.at = start;
    this.end = end;
  }

  /** Total: whatever `body` refuses is a value. */
  static scan<T>(bytes: Uint8Array, body: (scanner: Scanner) => T): Scanned<T> {
    const scanner = new Scanner(bytes, 0, bytes.length);
    try {
      return { value: body(scanner), fields: scanner.fields };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { refusal: error.refusal, fields: scanner.fields };
    }
  }

  static fieldsOf(bytes: Uint8Array, body: (scanner: Scanner) => void): readonly Field[] {
    return Scanner.scan(bytes, body).fields;
  }

  get left(): number {
    return this.end - this.at;
  }

  /** An unsigned number of 1 to 4 bytes. */
  number(octets: number, name: string, details: (value: number) => FieldDetails = (value) => ({ value: String(value) })): number {
    const start = this.at;
    const bytes = this.#take(octets, name);
    const value = bytes.reduce((sum, byte) => sum * 256 + byte, 0);
    this.fields.push({ name, value: String(value), ...details(value), start, end: this.at });
    return value;
  }

  opaque(length: number, name: string, details: (bytes: Uint8Array) => FieldDetails = () => ({})): Uint8Array {
    const start = this.at;
    const bytes = this.#take(length, name);
    this.fields.push({ name, value: shown(bytes), ...details(bytes), start, end: this.at });
    return bytes;
  }

  /** A vector of `floor` to `ceiling` bytes with its length in `octets` bytes before it; `body` must read all of it. */
  vector<T>(
    octets: number,
    name: string,
    [floor, ceiling]: readonly [number, number],
    body: (inner: Scanner) => T,
    details?: (value: T) => FieldDetails,
  ): T {
    const start = this.at;
    const length = this.#take(octets, name).reduce((sum, byte) => sum * 256 + byte, 0);
    const inner = new Scanner(this.bytes, this.at, Math.min(this.at + length, this.end));
    inner.fields.push({ name: 'length', value: `${length} B`, start, end: this.at });
    let known: FieldDetails = {};
    try {
      if (length > this.left) inner.refuse('decode_error', `${name} says ${length} bytes; ${this.left} are there`);
      if (length < floor || length > ceiling)
        inner.refuse('decode_error', `${name} has ${length} bytes; ${floor} to ${ceiling} are allowed`);
      const value = body(inner);
      inner.finish();
      known = details?.(value) ?? {};
      this.at = inner.end;
      return value;
    } finally {
      this.fields.push({ name, value: '', ...known, start, end: inner.end, children: inner.fields });
    }
  }

  /** A part of so many bytes, as a field with children; `body` must read all of it. */
  part<T>(length: number, name: string, body: (inner: Scanner) => T, details?: (value: T) => FieldDetails): T {
    const start = this.at;
    const inner = new Scanner(this.bytes, start, Math.min(start + length, this.end));
    let known: FieldDetails = {};
    try {
      if (length > this.left) inner.refuse('decode_error', `${name} wants ${length} bytes; ${this.left} are there`);
      const value = body(inner);
      inner.finish();
      known = details?.(value) ?? {};
      this.at = inner.end;
      return value;
    } finally {
      this.fields.push({ name, value: '', ...known, start, end: inner.end, children: inner.fields });
    }
  }

  /** Goes over so many bytes that have no field of their own. */
  pass(length: number): Uint8Array {
    return this.#take(length, 'header');
  }

  /** The rest, whose fields someone else has found. */
  skip(fields: readonly Field[]): void {
    this.fields.push(...fields);
    this.at = this.end;
  }

  /** As often as there is something left. */
  each<T>(one: () => T): T[] {
    const all: T[] = [];
    while (this.at < this.end) all.push(one());
    return all;
  }

  /** What is left is too much. */
  finish(): void {
    if (this.at < this.end) this.refuse('decode_error', `${this.left} bytes too many`);
  }

  refuse(alert: AlertName, text: string): never {
    this.fields.push({ name: 'error', value: text, start: this.at, end: this.end, malformed: true });
    throw new Refused({ alert, text });
  }

  #take(length: number, name: string): Uint8Array {
    if (length > this.left) this.refuse('decode_error', `${name} wants ${length} bytes; ${this.left} are there`);
    const bytes = this.bytes.subarray(this.at, this.at + length);
    this.at += length;
    return bytes;
  }
}

/** The first bytes in hexadecimal. */
export function shown(bytes: Uint8Array): string {
  const hex = bytesToHex(bytes.subarray(0, 16));
  return bytes.length > 16 ? `${hex}… (${bytes.length} B)` : hex;
}

/** An unsigned number in so many bytes. */
export function number(octets: number, value: number): Uint8Array {
  return Uint8Array.from({ length: octets }, (_, i) => (value / 256 ** (octets - 1 - i)) & 0xff);
}

/** The parts end to end with their length in `octets` bytes before them. */
export function vector(octets: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...parts);
  return concatBytes(number(octets, content.length), content);
}
