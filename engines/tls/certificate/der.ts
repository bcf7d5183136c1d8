/**
 * Distinguished encoding rules (X.690), as far as certificates need them. Lengths are definite and as short as can be, of at most
 * 2^24 − 1 bytes; anything else is refused. What is read is read by name, so no input nests deeper than a certificate does.
 */
import { concatBytes } from '@noble/hashes/utils.js';
import { civilOf, daysOf } from '../../calendar.ts';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import { type FieldDetails, type Scanner, shown } from '../wire/scanner.ts';

export const TAGS = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  printableString: 0x13,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Context-specific tags (X.690 §8.1.2). */
export const contextual = (number: number, constructed = false): number => 0x80 | (constructed ? 0x20 : 0) | number;

/** One element, which must have this tag; `body` must read all of its content. */
export function element<T>(
  scanner: Scanner,
  tag: number,
  name: string,
  body: (inner: Scanner) => T,
  details?: (value: T) => FieldDetails,
): T {
  if (scanner.left < 2) scanner.refuse('bad_certificate', `${name} is missing`);
  const found = scanner.bytes[scanner.at] as number;
  if (found !== tag) scanner.refuse('bad_certificate', `${name} has tag ${found}; ${tag} is expected`);
  const { header, length } = lengthAt(scanner);
  return scanner.part(
    header + length,
    name,
    (inner) => {
      inner.pass(header);
      return body(inner);
    },
    details,
  );
}

/** The tag of the next element; −1 where there is none. */
export const nextTag = (scanner: Scanner): number => (scanner.left > 0 ? (scanner.bytes[scanner.at] as number) : -1);

/** X.690 §8.1.3, §10.1. */
function lengthAt(scanner: Scanner): { readonly header: number; readonly length: number } {
  const { bytes, at } = scanner;
  const first = bytes[at + 1] as number;
  if (first < 0x80) return { header: 2, length: first };
  const octets = first & 0x7f;
  if (octets === 0 || octets > 3 || octets + 2 > scanner.left) return scanner.refuse('bad_certificate', 'a length that DER does not have');
  let length = 0;
  for (let i = 0; i < octets; i++) length = length * 256 + (bytes[at + 2 + i] as number);
  if (length < 0x80 || length < 256 ** (octets - 1)) return scanner.refuse('bad_certificate', 'a length that could be shorter');
  return { header: 2 + octets, length };
}

const rest = (inner: Scanner): Uint8Array => inner.pass(inner.left);

export const readBoolean = (scanner: Scanner, name: string): boolean =>
  element(
    scanner,
    TAGS.boolean,
    name,
    (inner) => rest(inner)[0] === 0xff,
    (value) => ({ value: String(value) }),
  );

/** Big-endian, with the sign's byte. */
export const readInteger = (scanner: Scanner, name: string): Uint8Array =>
  element(scanner, TAGS.integer, name, rest, (value) => ({ value: shown(value) }));

/** The bits, all of whole bytes or not; how many bits of the last byte are not used is left out. */
export const readBits = (scanner: Scanner, name: string, details?: (value: Uint8Array) => FieldDetails): Uint8Array =>
  element(
    scanner,
    TAGS.bitString,
    name,
    (inner) => {
      const bytes = rest(inner);
      if (bytes.length === 0 || (bytes[0] as number) > 7) inner.refuse('bad_certificate', 'a bit string that is none');
      return bytes.subarray(1);
    },
    details ?? ((value) => ({ value: shown(value) })),
  );

/** Dotted. */
export const readIdentifier = (scanner: Scanner, name: string, names: Readonly<Record<string, string>> = {}): string =>
  element(
    scanner,
    TAGS.objectIdentifier,
    name,
    (inner) => identifierOf(rest(inner)),
    (value) => ({ value: names[value] ? `${names[value]} (${value})` : value }),
  );

function identifierOf(bytes: Uint8Array): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of bytes) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte & 0x80) continue;
    if (arcs.length === 0) arcs.push(Math.min(2, Math.floor(arc / 40)), arc - 40 * Math.min(2, Math.floor(arc / 40)));
    else arcs.push(arc);
    arc = 0;
  }
  return arcs.join('.');
}

/** Seconds since 1970 (RFC 5280 §4.1.2.5: whole seconds, UTC). */
export function readTime(scanner: Scanner, name: string): number {
  const general = nextTag(scanner) === TAGS.generalizedTime;
  return element(
    scanner,
    general ? TAGS.generalizedTime : TAGS.utcTime,
    name,
    (inner) => {
      const text = octetsOf(rest(inner));
      const parts = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/.exec(text);
      const [year, month, day, hour, minute, second] = (parts ?? []).slice(1).map(Number) as [
        number,
        number,
        number,
        number,
        number,
        number,
      ];
      const wanted = general ? 4 : 2;
      if (
        !parts ||
        parts[1]?.length !== wanted ||
        month < 1 ||
        month > 12 ||
        day < 1 ||
        day > 31 ||
        hour > 23 ||
        minute > 59 ||
        second > 59
      ) {
        return inner.refuse('bad_certificate', `“${text.slice(0, 20)}” is no time`);
      }
      // §4.1.2.5.1: two digits stand for 1950 to 2049.
      const full = general ? year : year + (year >= 50 ? 1900 : 2000);
      return daysOf(full, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    },
    (value) => ({ value: timeText(value) }),
  );
}

/** `2026-01-01 00:00:00 UTC`. */
export function timeText(instant: number): string {
  const [year, month, day, hour, minute, second] = civil(instant);
  return `${year}-${month}-${day} ${hour}:${minute}:${second} UTC`;
}

function civil(instant: number): string[] {
  const days = Math.floor(instant / 86_400);
  const { year, month, day } = civilOf(days);
  const left = instant - days * 86_400;
  const two = (value: number) => String(value).padStart(2, '0');
  return [
    String(year).padStart(4, '0'),
    two(month),
    two(day),
    two(Math.floor(left / 3600)),
    two(Math.floor(left / 60) % 60),
    two(left % 60),
  ];
}

// Writing.

export function der(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concatBytes(...parts);
  const octets: number[] = [];
  for (let left = content.length; left > 0; left = Math.floor(left / 256)) octets.unshift(left & 0xff);
  const length = content.length < 0x80 ? [content.length] : [0x80 | octets.length, ...octets];
  return concatBytes(Uint8Array.of(tag, ...length), content);
}

export const derSequence = (...parts: readonly Uint8Array[]): Uint8Array => der(TAGS.sequence, ...parts);

/** Of an unsigned number, big-endian. */
export function derInteger(bytes: Uint8Array): Uint8Array {
  let first = 0;
  while (first < bytes.length - 1 && bytes[first] === 0) first++;
  const number = bytes.subarray(first);
  return der(TAGS.integer, ...((number[0] ?? 0) & 0x80 ? [Uint8Array.of(0)] : []), number);
}

export function derIdentifier(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...others] = dotted.split('.').map(Number);
  const base128 = (arc: number): number[] => {
    const septets = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) septets.unshift((left & 0x7f) | 0x80);
    return septets;
  };
  return der(TAGS.objectIdentifier, Uint8Array.from([first * 40 + second, ...others].flatMap(base128)));
}

/** Whole bytes, or so many bits less. */
export const derBits = (bytes: Uint8Array, unused = 0): Uint8Array => der(TAGS.bitString, Uint8Array.of(unused), bytes);

export const derText = (text: string): Uint8Array => der(TAGS.utf8String, new TextEncoder().encode(text));

/** RFC 5280 §4.1.2.5: UTCTime through 2049, GeneralizedTime from 2050 on. */
export function derTime(instant: number): Uint8Array {
  const [year = '', ...others] = civil(instant);
  const short = Number(year) >= 1950 && Number(year) < 2050;
  const text = `${short ? year.slice(2) : year}${others.join('')}Z`;
  return der(short ? TAGS.utcTime : TAGS.generalizedTime, bytesOfOctets(text));
}
