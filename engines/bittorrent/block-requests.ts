/**
 * Which block a peer asks which other peer for.
 *
 * Theory of operation. A piece that was picked is begun: it has a slot, which tells of each of its blocks whether it is free, asked
 * for (of how many peers), or here. Strict priority: whoever may be asked is asked for free blocks of begun pieces first, the
 * oldest ones before, so that whole pieces come to be and can be passed on; only then for a new piece of the picker. End game: when
 * no block is free and no piece is left to begin, blocks that are asked for are asked for again of others, those least often asked
 * for first, so that the last ones do not hang on a slow peer (Cohen, Incentives Build Robustness in BitTorrent, §2.4).
 *
 * A piece that fails its check begins anew. If one peer alone sent it, that is the culprit; if several did, it is asked for of one
 * peer alone, so that the next failure has a name.
 *
 * Blocks are numbers: piece × blocks a piece + place in the piece. Peers are small integers. Nothing is allocated a block, but
 * what is needed for more pieces begun or blocks asked for at a time than ever before.
 */
import type { Bytes } from '../quantities.ts';
import type { PiecePicker } from './piece-picker.ts';
import { hasPiece, type PieceSet } from './piece-set.ts';

/** What every client takes: larger requests are often answered with a closed connection (BEP 3). */
export const BLOCK: Bytes = 16384;

export const NO_BLOCK = -1;
export const NOBODY = -1;

/** What a block was that came. */
export type Arrival = 'unwanted' | 'wanted' | 'completes its piece';

const FREE = 0;
const HERE = 255;
/** Asked for more often than this it is not counted. */
const MOST = 254;

const ANYBODY = -1;
/** The next one that is asked becomes the only one. */
const SOMEBODY = -2;

export interface TorrentSizes {
  readonly length: Bytes;
  readonly pieceLength: Bytes;
  /** BLOCK where absent. */
  readonly blockLength?: Bytes;
}

export class BlockRequests {
  readonly blocksInPiece: number;
  readonly #picker: PiecePicker;
  readonly #length: Bytes;
  readonly #pieceLength: Bytes;
  readonly #blockLength: Bytes;

  /** Slots of begun pieces, oldest first. */
  #begun = new Int32Array(4);
  #begunCount = 0;
  #freeSlots: number[] = [];
  #slots = 0;
  /** Of each slot. */
  #piece = new Int32Array(4);
  #freeBlocks = new Int32Array(4);
  #missing = new Int32Array(4);
  #only = new Int32Array(4);
  /** Of each slot and block: FREE, HERE, or of how many peers it is asked for. */
  #blocks: Uint8Array;
  /** Of each slot and block that is here: who sent it. */
  #senders: Int32Array;
  /** Free blocks in all slots. */
  #free = 0;

  /** Blocks that are asked for, and of whom. */
  #asked = new Int32Array(8);
  #askedOf = new Int32Array(8);
  #askedCount = 0;

  /** After `received`: the other peers of which that block was asked for, too, which now is to be cancelled there. */
  readonly cancelled: number[] = [];

  constructor(picker: PiecePicker, { length, pieceLength, blockLength = BLOCK }: TorrentSizes) {
    this.#picker = picker;
    this.#length = length;
    this.#pieceLength = pieceLength;
    this.#blockLength = blockLength;
    this.blocksInPiece = Math.ceil(pieceLength / blockLength);
    this.#blocks = new Uint8Array(4 * this.blocksInPiece);
    this.#senders = new Int32Array(4 * this.blocksInPiece);
  }

  pieceOf(block: number): number {
    return Math.floor(block / this.blocksInPiece);
  }

  /** Where in its piece the block begins. */
  offsetOf(block: number): Bytes {
    return (block % this.blocksInPiece) * this.#blockLength;
  }

  /** The last block of a piece, and of the last piece, may be shorter. */
  lengthOf(block: number): Bytes {
    const piece = this.pieceOf(block);
    const offset = this.offsetOf(block);
    return Math.min(this.#blockLength, this.#pieceLength - offset, this.#length - piece * this.#pieceLength - offset);
  }

  /** The block that begins there, or NO_BLOCK where none of that length does. */
  blockAt(piece: number, offset: Bytes, length: Bytes): number {
    if (!(piece >= 0 && piece < this.#picker.pieces) || !(offset >= 0 && offset < this.#pieceLength) || offset % this.#blockLength !== 0)
      return NO_BLOCK;
    const block = piece * this.blocksInPiece + offset / this.#blockLength;
    return this.lengthOf(block) === length ? block : NO_BLOCK;
  }

  /** Every block that is missing is asked for, and no piece is left to begin. */
  get endGame(): boolean {
    return this.#free === 0 && this.#picker.openCount === 0 && this.#begunCount > 0;
  }

  /** How many blocks are asked for of that peer. */
  outstanding(peer: number): number {
    let count = 0;
    for (let i = 0; i < this.#askedCount; i++) if (this.#askedOf[i] === peer) count++;
    return count;
  }

  /** Whether that block is asked for of that peer. */
  isAsked(peer: number, block: number): boolean {
    return this.#find(peer, block) >= 0;
  }

  /** The next block to ask a peer for that has these pieces, or NO_BLOCK. From now on it is asked for. */
  next(peer: number, set: PieceSet): number {
    if (this.#free > 0) {
      for (let i = 0; i < this.#begunCount; i++) {
        const slot = this.#begun[i] as number;
        if (this.#freeBlocks[slot] === 0 || !hasPiece(set, this.#piece[slot] as number)) continue;
        const only = this.#only[slot] as number;
        if (only >= 0 && only !== peer) continue;
        if (only === SOMEBODY) this.#only[slot] = peer;
        return this.#ask(peer, slot, this.#firstFree(slot));
      }
    }
    const piece = this.#picker.pick(set);
    if (piece >= 0) {
      this.#picker.begin(piece);
      return this.#ask(peer, this.#newSlot(piece), 0);
    }
    return this.endGame ? this.#again(peer, set) : NO_BLOCK;
  }

  /** A whole block came from a peer. After `completes its piece`, `accept` or `reject` follows. */
  received(peer: number, block: number): Arrival {
    this.cancelled.length = 0;
    const request = this.#find(peer, block);
    if (request >= 0) this.#forget(request);
    const slot = this.#slotOf(this.pieceOf(block));
    if (slot < 0) return 'unwanted';
    const place = slot * this.blocksInPiece + (block % this.blocksInPiece);
    const state = this.#blocks[place] as number;
    const only = this.#only[slot] as number;
    if (state === HERE || (only !== ANYBODY && only !== peer)) return 'unwanted';
    if (state === FREE) this.#takeFree(slot);
    for (let i = this.#askedCount - 1; i >= 0; i--) {
      if (this.#asked[i] !== block) continue;
      this.cancelled.push(this.#askedOf[i] as number);
      this.#forget(i);
    }
    this.#blocks[place] = HERE;
    this.#senders[place] = peer;
    const missing = (this.#missing[slot] as number) - 1;
    this.#missing[slot] = missing;
    return missing === 0 ? 'completes its piece' : 'wanted';
  }

  /** The piece passed its check: we have it. */
  accept(piece: number): void {
    const slot = this.#slotOf(piece);
    if (slot >= 0) this.#endSlot(slot);
    this.#picker.weHave(piece);
  }

  /** The piece failed its check, and begins anew. Who alone sent it, or NOBODY where several did. */
  reject(piece: number): number {
    const slot = this.#slotOf(piece);
    if (slot < 0) return NOBODY;
    const first = slot * this.blocksInPiece;
    let culprit = this.#senders[first] as number;
    for (let i = 1; i < this.#size(piece); i++) if (this.#senders[first + i] !== culprit) culprit = NOBODY;
    this.#emptySlot(slot, SOMEBODY);
    return culprit;
  }

  /** A peer choked us, or is gone: what was asked of it will not come. */
  drop(peer: number): void {
    for (let i = this.#askedCount - 1; i >= 0; i--) {
      if (this.#askedOf[i] !== peer) continue;
      const block = this.#asked[i] as number;
      this.#forget(i);
      const slot = this.#slotOf(this.pieceOf(block));
      const place = slot * this.blocksInPiece + (block % this.blocksInPiece);
      if (this.#blocks[place] === HERE) continue;
      if (this.#isAskedOfAnybody(block)) this.#blocks[place] = Math.max(1, (this.#blocks[place] as number) - 1);
      else this.#release(slot, place);
    }
    for (let i = 0; i < this.#begunCount; i++) {
      const slot = this.#begun[i] as number;
      // What the only one has sent is of no use without the rest of it.
      if (this.#only[slot] === peer) this.#emptySlot(slot, SOMEBODY);
    }
  }

  #ask(peer: number, slot: number, blockInPiece: number): number {
    const block = (this.#piece[slot] as number) * this.blocksInPiece + blockInPiece;
    const place = slot * this.blocksInPiece + blockInPiece;
    const times = this.#blocks[place] as number;
    if (times === FREE) this.#takeFree(slot);
    if (times < MOST) this.#blocks[place] = times + 1;
    if (this.#askedCount === this.#asked.length) {
      this.#asked = grown(this.#asked, new Int32Array(2 * this.#askedCount));
      this.#askedOf = grown(this.#askedOf, new Int32Array(2 * this.#askedCount));
    }
    this.#asked[this.#askedCount] = block;
    this.#askedOf[this.#askedCount++] = peer;
    return block;
  }

  #again(peer: number, set: PieceSet): number {
    let best = NO_BLOCK;
    let bestSlot = 0;
    let least = MOST;
    for (let i = 0; i < this.#begunCount; i++) {
      const slot = this.#begun[i] as number;
      const piece = this.#piece[slot] as number;
      if (this.#only[slot] !== ANYBODY || !hasPiece(set, piece)) continue;
      for (let b = 0; b < this.#size(piece); b++) {
        const times = this.#blocks[slot * this.blocksInPiece + b] as number;
        if (times >= least || this.#find(peer, piece * this.blocksInPiece + b) >= 0) continue;
        least = times;
        best = b;
        bestSlot = slot;
      }
    }
    return best === NO_BLOCK ? NO_BLOCK : this.#ask(peer, bestSlot, best);
  }

  #firstFree(slot: number): number {
    const first = slot * this.blocksInPiece;
    let place = first;
    while (this.#blocks[place] !== FREE) place++;
    return place - first;
  }

  #takeFree(slot: number): void {
    this.#freeBlocks[slot] = (this.#freeBlocks[slot] as number) - 1;
    this.#free--;
  }

  #release(slot: number, place: number): void {
    this.#blocks[place] = FREE;
    this.#freeBlocks[slot] = (this.#freeBlocks[slot] as number) + 1;
    this.#free++;
  }

  #isAskedOfAnybody(block: number): boolean {
    for (let i = 0; i < this.#askedCount; i++) if (this.#asked[i] === block) return true;
    return false;
  }

  #find(peer: number, block: number): number {
    for (let i = 0; i < this.#askedCount; i++) if (this.#asked[i] === block && this.#askedOf[i] === peer) return i;
    return -1;
  }

  /** Requests stay in the order in which they were made. */
  #forget(request: number): void {
    this.#asked.copyWithin(request, request + 1, this.#askedCount);
    this.#askedOf.copyWithin(request, request + 1, this.#askedCount);
    this.#askedCount--;
  }

  /** Blocks of that piece: the last one may have fewer. */
  #size(piece: number): number {
    return Math.ceil(Math.min(this.#pieceLength, this.#length - piece * this.#pieceLength) / this.#blockLength);
  }

  #slotOf(piece: number): number {
    for (let i = 0; i < this.#begunCount; i++) if (this.#piece[this.#begun[i] as number] === piece) return this.#begun[i] as number;
    return -1;
  }

  #newSlot(piece: number): number {
    const slot = this.#freeSlots.pop() ?? this.#slots++;
    if (slot === this.#piece.length) {
      const size = 2 * slot;
      this.#begun = grown(this.#begun, new Int32Array(size));
      this.#piece = grown(this.#piece, new Int32Array(size));
      this.#freeBlocks = grown(this.#freeBlocks, new Int32Array(size));
      this.#missing = grown(this.#missing, new Int32Array(size));
      this.#only = grown(this.#only, new Int32Array(size));
      this.#blocks = grown(this.#blocks, new Uint8Array(size * this.blocksInPiece));
      this.#senders = grown(this.#senders, new Int32Array(size * this.blocksInPiece));
    }
    this.#begun[this.#begunCount++] = slot;
    this.#piece[slot] = piece;
    this.#freeBlocks[slot] = 0;
    this.#emptySlot(slot, ANYBODY);
    return slot;
  }

  /** All blocks are free, as nobody was asked for any. */
  #emptySlot(slot: number, only: number): void {
    const piece = this.#piece[slot] as number;
    const size = this.#size(piece);
    const first = slot * this.blocksInPiece;
    this.#free += size - (this.#freeBlocks[slot] as number);
    this.#freeBlocks[slot] = size;
    this.#missing[slot] = size;
    this.#only[slot] = only;
    this.#blocks.fill(FREE, first, first + size);
  }

  #endSlot(slot: number): void {
    this.#free -= this.#freeBlocks[slot] as number;
    const at = this.#begun.indexOf(slot);
    this.#begun.copyWithin(at, at + 1, this.#begunCount);
    this.#begunCount--;
    this.#freeSlots.push(slot);
  }
}

function grown<A extends Int32Array | Uint8Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
