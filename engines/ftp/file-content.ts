/**
 * What a file holds: octets in parts, each literal or generated. A file of 700 MB is a part of a few numbers until somebody
 * asks for its octets; one that arrived in pieces is one part again where the pieces belong together.
 */
import { bytesOf, type Content, isSealed, join, slice } from '../content.ts';
import { bytesOfOctets } from '../network/octets.ts';
import type { Bytes } from '../quantities.ts';

export type FileContent = readonly Content[];

/** Octets that are compared or converted at one time. */
const BLOCK: Bytes = 65_536;

export function lengthOf(content: FileContent): Bytes {
  return content.reduce((sum, part) => sum + part.length, 0);
}

/** From `start` to `end` (exclusive). Generates nothing. */
export function cut(content: FileContent, start: Bytes, end: Bytes): FileContent {
  const parts: Content[] = [];
  let at = 0;
  for (const part of content) {
    const from = Math.max(0, start - at);
    const to = Math.min(part.length, end - at);
    if (from < to) parts.push(slice(part, from, to));
    at += part.length;
  }
  return parts;
}

/** Both, one behind the other. Pieces of one generated content become one part, and so do literal octets. */
export function joined(content: FileContent, more: FileContent): FileContent {
  const parts = [...content];
  for (const part of more) {
    if (part.length === 0) continue;
    const last = parts.at(-1);
    if (last === undefined) parts.push(part);
    else if (last instanceof Uint8Array && part instanceof Uint8Array) parts[parts.length - 1] = together(last, part);
    else {
      const one = join(last, part);
      if (one) parts[parts.length - 1] = one;
      else parts.push(part);
    }
  }
  return parts;
}

function together(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Whether both hold the same octets. Generated content is generated only where it must be, block by block. */
export function same(a: FileContent, b: FileContent): boolean {
  const length = lengthOf(a);
  if (length !== lengthOf(b)) return false;
  for (let at = 0; at < length; ) {
    const [x] = cut(a, at, length) as [Content];
    const [y] = cut(b, at, length) as [Content];
    let step = Math.min(x.length, y.length);
    if (!generatedAlike(x, y)) {
      step = Math.min(step, BLOCK);
      const [p, q] = [bytesOf(slice(x, 0, step)), bytesOf(slice(y, 0, step))];
      if (!p.every((byte, i) => byte === q[i])) return false;
    }
    at += step;
  }
  return true;
}

/** Both are the same place of the same generated content. */
function generatedAlike(x: Content, y: Content): boolean {
  if (x instanceof Uint8Array || y instanceof Uint8Array || isSealed(x) || isSealed(y)) return false;
  return x.seed === y.seed && x.offset === y.offset;
}

/** Beyond this, a file is not converted to lines: who wants it asks for TYPE I. */
export const ASCII_LIMIT: Bytes = 4 * 1024 * 1024;

/**
 * The file as TYPE A sends it: each line end of this system, LF, as CRLF (RFC 959 §3.1.1.1). Null beyond ASCII_LIMIT, as all of
 * its octets have to be looked at.
 */
export function toAscii(content: FileContent): FileContent | null {
  const length = lengthOf(content);
  if (length > ASCII_LIMIT) return null;
  const ends = content.map((part) => bytesOf(part));
  const lines = ends.reduce((sum, bytes) => sum + bytes.reduce((count, byte) => count + (byte === LF ? 1 : 0), 0), 0);
  const converted = new Uint8Array(length + lines);
  let at = 0;
  for (const bytes of ends) {
    for (const byte of bytes) {
      if (byte === LF) converted[at++] = CR;
      converted[at++] = byte;
    }
  }
  return converted.length === 0 ? [] : [converted];
}

const CR = 0x0d;
const LF = 0x0a;

/** What TYPE A brought, piece by piece, as lines of this system: CRLF becomes LF, a CR without LF stays. */
export class AsciiReader {
  #pendingCr = false;

  add(content: Content): Uint8Array {
    const bytes = bytesOf(content);
    const out = new Uint8Array(bytes.length + 1);
    let at = 0;
    for (const byte of bytes) {
      if (this.#pendingCr && byte !== LF) out[at++] = CR;
      this.#pendingCr = byte === CR;
      if (!this.#pendingCr) out[at++] = byte;
    }
    return out.subarray(0, at);
  }

  /** A CR that came last. */
  end(): Uint8Array {
    const rest = this.#pendingCr ? Uint8Array.of(CR) : new Uint8Array(0);
    this.#pendingCr = false;
    return rest;
  }
}

/** The octets, one char each, as a file. */
export function literal(octets: string): FileContent {
  return octets === '' ? [] : [bytesOfOctets(octets)];
}
