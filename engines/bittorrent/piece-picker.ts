/**
 * Which piece a peer asks for next.
 *
 * Theory of operation. The pieces that are still to be begun stand in one array, those that fewest of the known peers have first.
 * Pieces that equally many have are a bucket, in no order; where each bucket begins is known, and where each piece stands. So a
 * HAVE moves its piece to the end of its bucket, and the border of the next one over it: a swap. Peers that have everything raise
 * or lower all pieces alike, and are only counted.
 *
 * Rarest first looks through the buckets from the rarest on, each from a random place, for a piece that the other peer has. Where
 * that takes long the other peer has little, and what it has is compared as a whole. Its first pieces a peer picks at random: a
 * rare piece comes slowly, and without a whole piece it has nothing to trade (Cohen, Incentives Build Robustness in BitTorrent, §2.4.3).
 *
 * Nothing is allocated after construction but for more buckets.
 */
import type { RandomStream } from '../kernel/random.ts';
import { addPiece, bitsOf, hasPiece, type PieceSet, pieceSet, removePiece } from './piece-set.ts';

export type PickStrategy = 'rarest' | 'random' | 'in-order';

export const NO_PIECE = -1;

/** Pieces looked at, one after the other, before all that the other peer has is compared. */
const LOOKS = 48;
/** Departures of complete peers that are only counted. */
const SLACK = 32;

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
  readonly #counts: Uint16Array;
  /** Peers that have all pieces and were counted as a whole, less those that left as a whole but had come piece by piece. */
  #everything = 0;
  /** The open pieces, by count. */
  readonly #order: Int32Array;
  /** Where each open piece stands in the order. */
  readonly #places: Int32Array;
  /** Where in the order the pieces of each count begin; the last entry is the end. Counts are below `#levels`. */
  #begins: Int32Array;
  #levels = 8;
  #openCount: number;

  /** `randomFirst`: how many pieces are picked at random before rarest first begins. */
  constructor(pieces: number, strategy: PickStrategy, random: RandomStream, randomFirst = 1) {
    this.pieces = pieces;
    this.strategy = strategy;
    this.have = pieceSet(pieces);
    this.#random = random;
    this.#randomFirst = randomFirst;
    this.#open = pieceSet(pieces);
    this.#counts = new Uint16Array(pieces);
    this.#order = new Int32Array(pieces);
    this.#places = new Int32Array(pieces);
    this.#begins = new Int32Array(this.#levels + 1).fill(pieces);
    this.#begins[0] = 0;
    this.#openCount = pieces;
    for (let piece = 0; piece < pieces; piece++) {
      addPiece(this.#open, piece);
      // Shuffled, so that walking through a bucket prefers none.
      const place = strategy === 'in-order' ? piece : random.below(piece + 1);
      if (place !== piece) this.#put(this.#order[place] as number, piece);
      this.#put(piece, place);
    }
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
    const count = this.#counts[piece] as number;
    this.#counts[piece] = count + 1;
    if (count + 1 >= this.#levels) this.#addLevels();
    if (!hasPiece(this.#open, piece)) return;
    const last = (this.#begins[count + 1] as number) - 1;
    this.#swap(piece, last);
    this.#begins[count + 1] = last;
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
      if (this.#everything <= -SLACK) this.#settle();
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
    let hole = this.#places[piece] as number;
    // The last piece of each bucket from its own on fills the hole that the one before leaves.
    for (let level = (this.#counts[piece] as number) + 1; level <= this.#levels; level++) {
      const last = (this.#begins[level] as number) - 1;
      if (last !== hole) this.#put(this.#order[last] as number, hole);
      this.#begins[level] = last;
      hole = last;
    }
    this.#openCount--;
  }

  /** The piece is not under way any more, and may be picked again. */
  abandon(piece: number): void {
    if (hasPiece(this.#open, piece) || hasPiece(this.have, piece)) return;
    addPiece(this.#open, piece);
    this.#openCount++;
    const count = this.#counts[piece] as number;
    let hole = this.#begins[this.#levels] as number;
    // The first piece of each bucket above its own makes room at the end.
    for (let level = this.#levels - 1; level > count; level--) {
      this.#begins[level + 1] = hole + 1;
      const first = this.#begins[level] as number;
      if (first !== hole) this.#put(this.#order[first] as number, hole);
      hole = first;
    }
    this.#begins[count + 1] = hole + 1;
    this.#put(piece, hole);
  }

  /** Whether a peer with these pieces has any that we do not have, begun or not (`interested`). */
  lacksOneOf(set: PieceSet): boolean {
    for (let i = 0; i < set.length; i++) if (((set[i] as number) & ~(this.have[i] as number)) !== 0) return true;
    return false;
  }

  /** The piece to ask a known peer for that has these, or NO_PIECE. It is open until `begin`. */
  pick(set: PieceSet): number {
    if (this.#openCount === 0) return NO_PIECE;
    if (this.strategy === 'in-order') return this.#first(set);
    if (this.strategy === 'random' || this.#haveCount < this.#randomFirst) return this.#any(set);
    return this.#rarest(set);
  }

  #rarest(set: PieceSet): number {
    let looks = LOOKS;
    for (let level = Math.max(0, 1 - this.#everything); level < this.#levels; level++) {
      const begin = this.#begins[level] as number;
      const size = (this.#begins[level + 1] as number) - begin;
      if (size === 0) continue;
      let place = size === 1 ? 0 : this.#random.below(size);
      for (let i = 0; i < size; i++) {
        if (looks-- === 0) return this.#rarestOfAll(set);
        const piece = this.#order[begin + place] as number;
        if (hasPiece(set, piece)) return piece;
        if (++place === size) place = 0;
      }
    }
    return NO_PIECE;
  }

  #rarestOfAll(set: PieceSet): number {
    let rarest = NO_PIECE;
    let least = Number.POSITIVE_INFINITY;
    let equals = 0;
    for (let i = 0; i < set.length; i++) {
      let word = (set[i] as number) & (this.#open[i] as number);
      while (word !== 0) {
        const piece = 32 * i + 31 - Math.clz32(word & -word);
        word &= word - 1;
        const count = this.#counts[piece] as number;
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
    if (!hasPiece(this.#open, piece)) return;
    const first = this.#begins[count] as number;
    this.#swap(piece, first);
    this.#begins[count] = first + 1;
  }

  /** Counts hold again who left as a whole. */
  #settle(): void {
    const gone = -this.#everything;
    this.#everything = 0;
    for (let piece = 0; piece < this.pieces; piece++) this.#counts[piece] = (this.#counts[piece] as number) - gone;
    // No count was below `gone`, so the buckets below were empty.
    this.#begins.copyWithin(0, gone);
    this.#begins.fill(this.#openCount, this.#levels - gone + 1);
  }

  #addLevels(): void {
    const begins = new Int32Array(2 * this.#levels + 1).fill(this.#openCount);
    begins.set(this.#begins);
    this.#begins = begins;
    this.#levels *= 2;
  }

  #isFull(set: PieceSet): boolean {
    for (let i = 0; i < set.length - 1; i++) if (set[i] !== 0xffffffff) return false;
    return set.length === 0 || bitsOf(set[set.length - 1] as number) === ((this.pieces - 1) & 31) + 1;
  }

  #swap(piece: number, place: number): void {
    const other = this.#order[place] as number;
    this.#put(other, this.#places[piece] as number);
    this.#put(piece, place);
  }

  #put(piece: number, place: number): void {
    this.#order[place] = piece;
    this.#places[piece] = place;
  }
}
