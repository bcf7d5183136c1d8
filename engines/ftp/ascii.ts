/**
 * Files as lines of text (RFC 959 §3.1.1.1): on the wire, TYPE A ends each line by CRLF; here a line ends by LF.
 *
 * Both ways are exact: what was sent comes back as it was, CR and all. So a place in the one is a place in the other, which is what a
 * transfer that goes on needs: RFC 3659 §5 counts octets as they go over the wire.
 */
import { bytesOf, type Content } from '../content.ts';
import { type Contents, lengthOf } from '../contents.ts';
import type { Bytes } from '../quantities.ts';

/** Beyond this, a file is not converted to lines: who wants it asks for TYPE I. */
export const ASCII_LIMIT: Bytes = 4 * 1024 * 1024;

/**
 * The file as TYPE A sends it: each line end of this system, LF, as CRLF (RFC 959 §3.1.1.1). Null beyond ASCII_LIMIT, as all of
 * its octets have to be looked at.
 */
export function toAscii(content: Contents): Contents | null {
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

/** A place in a file that TYPE A is to go on from. */
export interface LinePlace {
  /** Octets of the file that stay. */
  readonly kept: Bytes;
  /** A CR went before, of which only what follows tells whether it ends a line. */
  readonly afterCr: boolean;
}

/** Where in the file the first `marker` octets on the wire end; null where it is shorter, or beyond ASCII_LIMIT. */
export function lineAt(content: Contents, marker: Bytes): LinePlace | null {
  if (lengthOf(content) > ASCII_LIMIT) return null;
  let sent = 0;
  let kept = 0;
  let last = 0;
  for (const part of content) {
    for (const byte of bytesOf(part)) {
      if (sent === marker) return last === CR ? { kept: kept - 1, afterCr: true } : { kept, afterCr: false };
      if (byte === LF && sent + 1 === marker) return { kept, afterCr: true };
      sent += byte === LF ? 2 : 1;
      kept++;
      last = byte;
    }
  }
  if (sent !== marker) return null;
  return last === CR ? { kept: kept - 1, afterCr: true } : { kept, afterCr: false };
}

/** What TYPE A brought, piece by piece, as lines of this system: CRLF becomes LF, a CR without LF stays. */
export class AsciiReader {
  #pendingCr: boolean;

  constructor(afterCr = false) {
    this.#pendingCr = afterCr;
  }

  /** Octets that are not given yet. */
  get pending(): Bytes {
    return this.#pendingCr ? 1 : 0;
  }

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
