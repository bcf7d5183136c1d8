/**
 * The SHA-1 hashes of a torrent's pieces (BEP 3).
 *
 * Theory of operation. A hash is computed when somebody asks for it, and once; the content is generated for it a block at a time. What a
 * peer received is known to be right without hashing where it is the very place of the very content that is generated: equal bytes have
 * equal hashes. Everything else is hashed.
 */
import { sha1 } from '@noble/hashes/legacy.js';
import { bytesOf, isSealed } from '../content.ts';
import { type Contents, lengthOf, sliceOf } from '../contents.ts';
import type { Bytes } from '../quantities.ts';
import { HASH_LENGTH } from './wire/handshake.ts';
import { pieceCount } from './wire/metainfo.ts';

/** Bytes that are generated at a time. */
const BLOCK: Bytes = 64 * 1024;

export class PieceHashes {
  readonly #content: Contents;
  readonly #length: Bytes;
  readonly pieceLength: Bytes;
  readonly count: number;
  readonly #hashes: Uint8Array;
  readonly #known: Uint8Array;

  /** Of a content of at least one byte. */
  constructor(content: Contents, pieceLength: Bytes) {
    this.#content = content;
    this.#length = lengthOf(content);
    this.pieceLength = pieceLength;
    this.count = pieceCount(this.#length, pieceLength);
    this.#hashes = new Uint8Array(this.count * HASH_LENGTH);
    this.#known = new Uint8Array(this.count);
  }

  /** The content of one piece, 0 to `count` − 1: the last one may be shorter. */
  piece(index: number): Contents {
    return sliceOf(this.#content, index * this.pieceLength, Math.min(this.#length, (index + 1) * this.pieceLength));
  }

  /** 20 bytes: the hash of one piece. */
  hash(index: number): Uint8Array {
    const hash = this.#hashes.subarray(index * HASH_LENGTH, (index + 1) * HASH_LENGTH);
    if (this.#known[index] === 0) {
      hash.set(sha1Of(this.piece(index)));
      this.#known[index] = 1;
    }
    return hash;
  }

  /** All of them, end to end: `pieces` of the metainfo. Takes about 7 ms a MiB for those not known yet. */
  all(): Uint8Array {
    for (let i = 0; i < this.count; i++) this.hash(i);
    return this.#hashes;
  }

  /** Whether what was received of a piece is that piece. */
  fits(index: number, received: Contents): boolean {
    const piece = this.piece(index);
    if (lengthOf(received) !== lengthOf(piece)) return false;
    if (samePlaces(received, piece)) return true;
    const [hash, theirs] = [this.hash(index), sha1Of(received)];
    return theirs.every((byte, i) => byte === hash[i]);
  }
}

/** SHA-1 of all the bytes. */
function sha1Of(contents: Contents): Uint8Array {
  const hash = sha1.create();
  const length = lengthOf(contents);
  for (let at = 0; at < length; at += BLOCK) {
    for (const content of sliceOf(contents, at, Math.min(length, at + BLOCK))) hash.update(bytesOf(content));
  }
  return hash.digest();
}

/** Whether both, of equal length, are the same places of the same generated contents, and no literal bytes. */
function samePlaces(a: Contents, b: Contents): boolean {
  const length = lengthOf(a);
  for (let at = 0; at < length; ) {
    const [[x], [y]] = [sliceOf(a, at, length), sliceOf(b, at, length)];
    if (!x || !y || x instanceof Uint8Array || y instanceof Uint8Array || isSealed(x) || isSealed(y)) return false;
    if (x.seed !== y.seed || x.offset !== y.offset) return false;
    at += Math.min(x.length, y.length);
  }
  return true;
}
