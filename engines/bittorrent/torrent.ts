/**
 * A torrent as those who have its metainfo know it: what it is called by, how it is cut up, and whether a piece is right. Its content is
 * made up from a seed, so a peer that has a piece need not hold its bytes.
 */
import type { Bulk } from '../content.ts';
import type { Contents } from '../contents.ts';
import { randomStream } from '../kernel/random.ts';
import type { Bytes } from '../quantities.ts';
import { PieceHashes } from './piece-hashes.ts';
import type { TorrentService } from './scenario.ts';
import { decodeMetainfo, encodeMetainfo, type Info, infoHashOf } from './wire/metainfo.ts';

export const TRACKER_PORT = 6969;
export const PEER_PORT = 6881;

export class Torrent {
  readonly name: string;
  readonly size: Bytes;
  readonly pieceLength: Bytes;
  readonly pieces: number;
  /** 20 bytes. */
  readonly infoHash: Uint8Array;
  readonly #service: TorrentService;
  /** What its content is made from, 1 to 2^32 − 1. */
  readonly #seed: number;
  readonly #hashes: PieceHashes;

  /** `seed`: that of the scenario. A `.torrent` file that it was read from says what it is called by. */
  constructor(service: TorrentService, seed: number) {
    const { name, size, pieceLength, metainfo } = service;
    this.#service = service;
    this.name = name;
    this.size = size;
    this.pieceLength = pieceLength;
    this.#seed = 1 + randomStream(seed, `content of ${name}`).below(2 ** 32 - 1);
    this.#hashes = new PieceHashes([{ seed: this.#seed, offset: 0, length: size }], pieceLength);
    this.pieces = this.#hashes.count;
    const read = metainfo === null ? null : decodeMetainfo(metainfo);
    this.infoHash = read && !('error' in read) ? read.infoHash : infoHashOf(this.#info());
  }

  /** What lies there. */
  content(piece: number, begin: Bytes, length: Bytes): Bulk {
    return { seed: this.#seed, offset: piece * this.pieceLength + begin, length };
  }

  /** Whether these blocks, in their order, are the piece: by its SHA-1. */
  isRight(piece: number, blocks: Contents): boolean {
    return this.#hashes.fits(piece, blocks);
  }

  /** Its `.torrent` file: the one that it was read from, or what was made up. */
  metainfo(): Uint8Array {
    const { metainfo } = this.#service;
    return (
      metainfo ??
      encodeMetainfo({ info: this.#info(), trackers: [[this.trackerUrl]], comment: null, createdBy: 'netscenario', creationDate: null })
    );
  }

  /** Where its tracker is asked. */
  get trackerUrl(): string {
    const { tracker, trackerTransport } = this.#service;
    const place = `${tracker.toLowerCase()}:${TRACKER_PORT}`;
    return trackerTransport === 'udp' ? `udp://${place}` : `http://${place}/announce`;
  }

  /** Of a torrent that no `.torrent` file describes. */
  #info(): Info {
    return { name: this.name, pieceLength: this.pieceLength, pieces: this.#hashes.all(), files: null, length: this.size, isPrivate: false };
  }
}
