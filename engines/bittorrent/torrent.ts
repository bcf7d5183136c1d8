/**
 * A torrent as those who have its metainfo know it: what it is called by, how it is cut up, and whether a piece is right.
 *
 * Its content is made up from a seed: byte i is always the same, so a peer that has a piece need not hold its bytes. A piece whose
 * blocks all are that content, at their places, consists of the very bytes that were hashed for the metainfo: its SHA-1 is right,
 * and need not be computed to know it. All others are hashed.
 */
import { equalBytes } from '@noble/curves/utils.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { type Bulk, bytesOf, type Content, isSealed } from '../content.ts';
import type { Bytes } from '../quantities.ts';
import { HASH_LENGTH } from './wire/handshake.ts';

export class Torrent {
  readonly name: string;
  readonly size: Bytes;
  readonly pieceLength: Bytes;
  readonly pieces: number;
  readonly infoHash: Uint8Array;
  /** The SHA-1 of each piece, one behind the other. */
  readonly #hashes: Uint8Array;
  /** What its content is made from. */
  readonly #seed: number;

  constructor(name: string, size: Bytes, pieceLength: Bytes, infoHash: Uint8Array, hashes: Uint8Array, seed: number) {
    this.name = name;
    this.size = size;
    this.pieceLength = pieceLength;
    this.pieces = Math.ceil(size / pieceLength);
    this.infoHash = infoHash;
    this.#hashes = hashes;
    this.#seed = seed;
  }

  /** Of that piece; the last one may be shorter. */
  lengthOf(piece: number): Bytes {
    return Math.min(this.pieceLength, this.size - piece * this.pieceLength);
  }

  /** What lies there. */
  content(piece: number, begin: Bytes, length: Bytes): Bulk {
    return { seed: this.#seed, offset: piece * this.pieceLength + begin, length };
  }

  /** Whether these blocks, in their order, make the piece up. */
  isRight(piece: number, blocks: readonly Content[]): boolean {
    let offset = piece * this.pieceLength;
    let own = true;
    for (const block of blocks) {
      own &&= !(block instanceof Uint8Array) && !isSealed(block) && block.seed === this.#seed && block.offset === offset;
      offset += block.length;
    }
    if (offset !== piece * this.pieceLength + this.lengthOf(piece)) return false;
    if (own) return true;
    const hash = sha1.create();
    for (const block of blocks) hash.update(bytesOf(block));
    return equalBytes(hash.digest(), this.#hashes.subarray(piece * HASH_LENGTH, (piece + 1) * HASH_LENGTH));
  }
}
