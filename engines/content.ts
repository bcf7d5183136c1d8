/**
 * Content on the wire: literal bytes, or bulk content whose bytes are generated when someone asks for them, as it is or sealed in
 * protected records.
 *
 * A film segment or a piece of a torrent has a length now and bytes only when a viewer or a capture wants them, so that a
 * run that moves gigabytes costs what its messages cost.
 */
import type { Bytes } from './quantities.ts';
import { type Sealing, sealedBytes, sealedLength } from './tls/sealed.ts';

/** `length` bytes of the content named `seed` (1 to 2^32 − 1), from `offset`. Byte i of a seed is always the same. */
export interface Bulk {
  readonly seed: number;
  readonly offset: Bytes;
  readonly length: Bytes;
}

/** `length` bytes, from `offset`, of the records that carry a bulk content (tls/sealed.ts). Only a secured connection makes it, and takes it apart. */
export interface Sealed {
  readonly sealing: Sealing;
  readonly offset: Bytes;
  readonly length: Bytes;
}

export type Content = Uint8Array | Bulk | Sealed;

export const isSealed = (content: Content): content is Sealed => 'sealing' in content;

/** All the records that carry a bulk content. */
export const sealed = (sealing: Sealing): Sealed => ({ sealing, offset: 0, length: sealedLength(sealing.inner.length) });

/** The bytes of any content. Allocates `content.length` bytes for content that is generated. */
export function bytesOf(content: Content): Uint8Array {
  if (content instanceof Uint8Array) return content;
  if (!isSealed(content)) return bulkBytes(content.seed, content.offset, content.length);
  const { sealing, offset, length } = content;
  return sealedBytes(sealing, offset, length, (from, count) => bulkBytes(sealing.inner.seed, from, count));
}

/** Cuts `start` to `end` (exclusive) out of any content, without generating bytes. */
export function slice(content: Content, start: Bytes, end: Bytes): Content {
  if (content instanceof Uint8Array) return content.subarray(start, end);
  return { ...content, offset: content.offset + start, length: end - start };
}

/** The two as one where that costs nothing: neighbours in one content that is generated; null elsewhere. */
export function join(a: Content, b: Content): Content | null {
  if (a instanceof Uint8Array || b instanceof Uint8Array || a.offset + a.length !== b.offset) return null;
  const alike = isSealed(a) ? isSealed(b) && a.sealing === b.sealing : !isSealed(b) && a.seed === b.seed;
  return alike ? { ...a, length: a.length + b.length } : null;
}

/** Bytes of bulk content: a 32-bit mix (the finaliser of MurmurHash3) of the seed and each aligned word's index. */
export function bulkBytes(seed: number, offset: Bytes, length: Bytes): Uint8Array {
  const bytes = new Uint8Array(length);
  let index = Math.floor(offset / 4);
  // A word at a time; the first and the last one may stick out of what was asked for.
  for (let at = index * 4 - offset; at < length; at += 4, index++) {
    const word = mix((seed ^ Math.imul(index, 0x9e3779b1)) >>> 0);
    if (at >= 0 && at + 4 <= length) {
      bytes[at] = word;
      bytes[at + 1] = word >>> 8;
      bytes[at + 2] = word >>> 16;
      bytes[at + 3] = word >>> 24;
    } else for (let i = Math.max(-at, 0); i < 4 && at + i < length; i++) bytes[at + i] = word >>> (i * 8);
  }
  return bytes;
}

function mix(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
