/**
 * Which piece a peer asks for next.
 *
 * Theory of operation. The picker counts how many of the known peers have each piece; peers that have everything raise or lower all
 * counts alike, and are counted as a whole. Rarest first compares the counts of all pieces that may be asked for, a word of the sets at
 * a time, and draws among the lowest. In a swarm a HAVE is told to many and a piece picked once: a HAVE must cost next to nothing,
 * and so there is no order of pieces that each of them would have to keep (kept in buckets by count, as is often done, a HAVE
 * touches five places in memory in the stead of one, and a large swarm takes clearly longer).
 *
 * Its first pieces a peer picks at random: a rare piece comes slowly, and without a whole piece it has nothing to trade (Cohen,
 * Incentives Build Robustness in BitTorrent, §2.4.3).
 *
 * Nothing is allocated after construction.
 */
import type { RandomStream } from '../kernel/random.ts';
import { addPiece, bitsOf, fullSet, hasPiece, type PieceSet, pieceSet, removePiece } from './piece-set.ts';

export type PickStrategy = 'rarest' | 'random' | 'in-order';

export const NO_PIECE = -1;

export class PiecePicker {
  readonly pieces: number;
  readonly strategy: PickStrategy;
  /** What we have. To be read only. */
  readonly have: PieceSet;
  #haveCount = 0;

  readonly #random: RandomStream;
  readonly #randomFirst: number;
  /** Neither had nor begun. */
  readonly #open: PieceSet;
  /** Of each piece: known peers that have it, but for `#everything`. */
  readonly #counts: Uint8Array;
  /** Peers that have all pieces and were counted as a whole, less those that left as a whole but had come piece by piece. */
  #everything = 0;
  #openCount: number;

  /**
   * At most 255 peers that have not everything are known at a time. `randomFirst`: how many pieces are picked at random before rarest first begins. `counts`: where the counts are kept, all 0 now;
   * whoever keeps them for many pickers may count a HAVE there, in the place of `peerHas`.
   */
  constructor(pieces: number, strategy: PickStrategy, random: RandomStream, randomFirst = 1, counts: Uint8Array = new Uint8Array(pieces)) {
    this.pieces = pieces;
    this.strategy = strategy;
    this.have = pieceSet(pieces);
    this.#random = random;
    this.#randomFirst = randomFirst;
    this.#open = fullSet(pieces);
    this.#counts = counts;
    this.#openCount = pieces;
  }

  get haveCount(): number {
    return this.#haveCount;
  }

  get complete(): boolean {
    return this.#haveCount === this.pieces;
  }

  /** Pieces that are neither had nor begun. */
  get openCount(): number {
    return this.#openCount;
  }

  /** How many of the known peers have the piece; we ourselves are not counted. */
  availability(piece: number): number {
    return (this.#counts[piece] as number) + this.#everything;
  }

  /** A known peer has got one piece more. */
  peerHas(piece: number): void {
    this.#counts[piece] = (this.#counts[piece] as number) + 1;
  }

  /** A peer becomes known, with what it has. */
  peerBitfield(set: PieceSet): void {
    if (this.#isFull(set)) this.#everything++;
    else
      for (let i = 0; i < set.length; i++)
        for (let word = set[i] as number; word !== 0; word &= word - 1) this.peerHas(32 * i + 31 - Math.clz32(word & -word));
  }

  /** A known peer is gone; `set` is what it had last: what it came with, and what `peerHas` told since. */
  peerGone(set: PieceSet): void {
    if (this.#isFull(set)) {
      this.#everything--;
      return;
    }
    for (let i = 0; i < set.length; i++)
      for (let word = set[i] as number; word !== 0; word &= word - 1) this.#peerLost(32 * i + 31 - Math.clz32(word & -word));
  }

  /** We have the piece, begun or not. */
  weHave(piece: number): void {
    if (hasPiece(this.have, piece)) return;
    if (hasPiece(this.#open, piece)) this.begin(piece);
    addPiece(this.have, piece);
    this.#haveCount++;
  }

  /** The piece is under way, and not picked again. */
  begin(piece: number): void {
    if (!hasPiece(this.#open, piece)) return;
    removePiece(this.#open, piece);
    this.#openCount--;
  }

  /** The piece is not under way any more, and may be picked again. */
  abandon(piece: number): void {
    if (hasPiece(this.#open, piece) || hasPiece(this.have, piece)) return;
    addPiece(this.#open, piece);
    this.#openCount++;
  }

  /** Whether the piece is neither had nor begun. */
  isOpen(piece: number): boolean {
    return hasPiece(this.#open, piece);
  }

  /** Whether a peer with these pieces has any that we do not have, begun or not (`interested`). */
  lacksOneOf(set: PieceSet): boolean {
    for (let i = 0; i < set.length; i++) if (((set[i] as number) & ~(this.have[i] as number)) !== 0) return true;
    return false;
  }

  /** The piece to ask a peer for that has these, or NO_PIECE. It is open until `begin`. */
  pick(set: PieceSet): number {
    if (this.#openCount === 0) return NO_PIECE;
    if (this.strategy === 'in-order') return this.#first(set);
    if (this.strategy === 'random' || this.#haveCount < this.#randomFirst) return this.#any(set);
    return this.#rarest(set);
  }

  #rarest(set: PieceSet): number {
    let rarest = NO_PIECE;
    let least = Number.POSITIVE_INFINITY;
    let equals = 0;
    const open = this.#open;
    const counts = this.#counts;
    for (let i = 0; i < set.length; i++) {
      let word = (set[i] as number) & (open[i] as number);
      while (word !== 0) {
        const piece = 32 * i + 31 - Math.clz32(word & -word);
        word &= word - 1;
        const count = counts[piece] as number;
        if (count > least) continue;
        if (count < least) {
          least = count;
          equals = 0;
        }
        equals++;
        if (equals === 1 || this.#random.below(equals) === 0) rarest = piece;
      }
    }
    return rarest;
  }

  #any(set: PieceSet): number {
    let size = 0;
    for (let i = 0; i < set.length; i++) size += bitsOf((set[i] as number) & (this.#open[i] as number));
    if (size === 0) return NO_PIECE;
    let skip = size === 1 ? 0 : this.#random.below(size);
    for (let i = 0; i < set.length; i++) {
      let word = (set[i] as number) & (this.#open[i] as number);
      const bits = bitsOf(word);
      if (skip >= bits) {
        skip -= bits;
        continue;
      }
      for (; skip > 0; skip--) word &= word - 1;
      return 32 * i + 31 - Math.clz32(word & -word);
    }
    return NO_PIECE;
  }

  #first(set: PieceSet): number {
    for (let i = 0; i < set.length; i++) {
      const word = (set[i] as number) & (this.#open[i] as number);
      if (word !== 0) return 32 * i + 31 - Math.clz32(word & -word);
    }
    return NO_PIECE;
  }

  #peerLost(piece: number): void {
    const count = this.#counts[piece] as number;
    if (count === 0) throw new RangeError(`nobody known has piece ${piece}`);
    this.#counts[piece] = count - 1;
  }

  #isFull(set: PieceSet): boolean {
    for (let i = 0; i < set.length - 1; i++) if (set[i] !== 0xffffffff) return false;
    return set.length === 0 || bitsOf(set[set.length - 1] as number) === ((this.pieces - 1) & 31) + 1;
  }
}
