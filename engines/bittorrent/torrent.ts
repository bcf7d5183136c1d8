/**
 * A torrent as those who have its metainfo know it: what it is called by, how it is cut up, and whether a piece is right. Its content is
 * made up from a seed, so a peer that has a piece need not hold its bytes.
 */
import type { Bulk } from '../content.ts';
import type { Contents } from '../contents.ts';
import type { Bytes } from '../quantities.ts';
import { PieceHashes } from './piece-hashes.ts';
import type { TorrentService } from './scenario.ts';
import { decodeMetainfo, type Info, infoHashOf } from './wire/metainfo.ts';

export const TRACKER_PORT = 6969;
export const PEER_PORT = 6881;

export class Torrent {
  readonly name: string;
  readonly size: Bytes;
  readonly pieceLength: Bytes;
  readonly pieces: number;
  /** 20 bytes. */
  readonly infoHash: Uint8Array;
  readonly #seed: number;
  readonly #hashes: PieceHashes;

  /** `seed`: what its content is made from, 1 to 2^32 − 1. A `.torrent` file that it was read from says what it is called by. */
  constructor({ name, size, pieceLength, metainfo }: TorrentService, seed: number) {
    this.name = name;
    this.size = size;
    this.pieceLength = pieceLength;
    this.#seed = seed;
    this.#hashes = new PieceHashes([{ seed, offset: 0, length: size }], pieceLength);
    this.pieces = this.#hashes.count;
    const read = metainfo === null ? null : decodeMetainfo(metainfo);
    this.infoHash = read && !('error' in read) ? read.infoHash : infoHashOf(infoOf(name, size, this.#hashes));
  }

  /** What lies there. */
  content(piece: number, begin: Bytes, length: Bytes): Bulk {
    return { seed: this.#seed, offset: piece * this.pieceLength + begin, length };
  }

  /** Whether these blocks, in their order, are the piece: by its SHA-1. */
  isRight(piece: number, blocks: Contents): boolean {
    return this.#hashes.fits(piece, blocks);
  }
}

/** Of a torrent that no `.torrent` file describes. */
function infoOf(name: string, length: Bytes, hashes: PieceHashes): Info {
  return { name, pieceLength: hashes.pieceLength, pieces: hashes.all(), files: null, length, isPrivate: false };
}
