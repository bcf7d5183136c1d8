/** The blocks of pieces that are under way, until a piece is whole and checked. */
import type { Content } from '../content.ts';
import type { Torrent } from './torrent.ts';

export class PieceAssembly {
  readonly #torrent: Torrent;
  readonly #blocks = new Map<number, Content[]>();

  constructor(torrent: Torrent) {
    this.#torrent = torrent;
  }

  /** A block of a piece, by its place there. A later one takes an earlier one's place. */
  keep(piece: number, place: number, block: Content): void {
    const blocks = this.#blocks.get(piece);
    // What arrived may be part of a larger buffer of the connection’s.
    const kept = block instanceof Uint8Array ? block.slice() : block;
    if (blocks) blocks[place] = kept;
    else {
      const first: Content[] = [];
      first[place] = kept;
      this.#blocks.set(piece, first);
    }
  }

  /** Whether the piece, of which all blocks are there, is right. They are kept no longer. */
  check(piece: number): boolean {
    const blocks = this.#blocks.get(piece) ?? [];
    this.#blocks.delete(piece);
    return this.#torrent.isRight(piece, blocks);
  }
}
