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

/** Fields of a slot. */
const PIECE = 0;
const FREE_BLOCKS = 1;
const MISSING = 2;
/** The only peer that is asked, or ANYBODY or SOMEBODY. */
const ONLY = 3;
/** From here on, two fields for each block: FREE, HERE or of how many peers it is asked for; and who sent it, if it is here. */
const BLOCKS = 4;

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

  /** Slots of begun pieces, oldest first, each at a multiple of `#slotSize`: its fields, and a state and a sender for each block. */
  #slots: Int32Array;
  readonly #slotSize: number;
  /** The end of the last one. */
  #slotsEnd = 0;
  /** Free blocks in all slots. */
  #free = 0;

  /** Blocks that are asked for, each followed by of whom, in the order in which they were asked for. */
  #asked = new Int32Array(16);
  #askedEnd = 0;

  /** After `received`: the other peers of which that block was asked for, too, which now is to be cancelled there. */
  readonly cancelled: number[] = [];

  constructor(picker: PiecePicker, { length, pieceLength, blockLength = BLOCK }: TorrentSizes) {
    this.#picker = picker;
    this.#length = length;
    this.#pieceLength = pieceLength;
    this.#blockLength = blockLength;
    this.blocksInPiece = Math.ceil(pieceLength / blockLength);
    this.#slotSize = BLOCKS + 2 * this.blocksInPiece;
    this.#slots = new Int32Array(4 * this.#slotSize);
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
    return this.#free === 0 && this.#picker.openCount === 0 && this.#slotsEnd > 0;
  }

  /** Whether a peer that there was nothing to ask for may have something now that it has that piece, too. */
  mayAskFor(piece: number): boolean {
    return this.#free > 0 || this.#picker.isOpen(piece) || this.endGame;
  }

  /** How many blocks are asked for of that peer. */
  outstanding(peer: number): number {
    let count = 0;
    for (let i = 0; i < this.#askedEnd; i += 2) if (this.#asked[i + 1] === peer) count++;
    return count;
  }

  /** Whether that block is asked for of that peer. */
  isAsked(peer: number, block: number): boolean {
    return this.#find(peer, block) >= 0;
  }

  /** The next block to ask a peer for that has these pieces, or NO_BLOCK. From now on it is asked for. */
  next(peer: number, set: PieceSet): number {
    if (this.#free > 0) {
      const slots = this.#slots;
      for (let slot = 0; slot < this.#slotsEnd; slot += this.#slotSize) {
        if (slots[slot + FREE_BLOCKS] === 0 || !hasPiece(set, slots[slot + PIECE] as number)) continue;
        const only = slots[slot + ONLY] as number;
        if (only >= 0 && only !== peer) continue;
        if (only === SOMEBODY) slots[slot + ONLY] = peer;
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
    const slots = this.#slots;
    const at = this.#placeOf(slot, block);
    const state = slots[at] as number;
    const only = slots[slot + ONLY] as number;
    if (state === HERE || (only !== ANYBODY && only !== peer)) return 'unwanted';
    if (state === FREE) this.#takeFree(slot);
    for (let i = this.#askedEnd - 2; i >= 0; i -= 2) {
      if (this.#asked[i] !== block) continue;
      this.cancelled.push(this.#asked[i + 1] as number);
      this.#forget(i);
    }
    slots[at] = HERE;
    slots[at + 1] = peer;
    const missing = (slots[slot + MISSING] as number) - 1;
    slots[slot + MISSING] = missing;
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
    const senders = this.sendersOf(piece);
    const first = senders[0] as number;
    const culprit = senders.every((sender) => sender === first) ? first : NOBODY;
    this.#emptySlot(slot, SOMEBODY);
    return culprit;
  }

  /** Who sent the blocks of a begun piece that are here; each as often. */
  sendersOf(piece: number): readonly number[] {
    const slot = this.#slotOf(piece);
    const senders: number[] = [];
    if (slot < 0) return senders;
    for (let at = slot + BLOCKS, end = at + 2 * this.#size(piece); at < end; at += 2)
      if (this.#slots[at] === HERE) senders.push(this.#slots[at + 1] as number);
    return senders;
  }

  /** A peer choked us, or is gone: what was asked of it will not come. */
  drop(peer: number): void {
    for (let i = this.#askedEnd - 2; i >= 0; i -= 2) {
      if (this.#asked[i + 1] !== peer) continue;
      const block = this.#asked[i] as number;
      this.#forget(i);
      const slot = this.#slotOf(this.pieceOf(block));
      const at = this.#placeOf(slot, block);
      if (this.#slots[at] === HERE) continue;
      if (this.#isAskedOfAnybody(block)) this.#slots[at] = Math.max(1, (this.#slots[at] as number) - 1);
      else {
        this.#slots[at] = FREE;
        this.#slots[slot + FREE_BLOCKS] = (this.#slots[slot + FREE_BLOCKS] as number) + 1;
        this.#free++;
      }
    }
    // What the only one has sent is of no use without the rest of it.
    for (let slot = 0; slot < this.#slotsEnd; slot += this.#slotSize)
      if (this.#slots[slot + ONLY] === peer) this.#emptySlot(slot, SOMEBODY);
  }

  #ask(peer: number, slot: number, blockInPiece: number): number {
    const block = (this.#slots[slot + PIECE] as number) * this.blocksInPiece + blockInPiece;
    const at = slot + BLOCKS + 2 * blockInPiece;
    const times = this.#slots[at] as number;
    if (times === FREE) this.#takeFree(slot);
    if (times < MOST) this.#slots[at] = times + 1;
    if (this.#askedEnd === this.#asked.length) this.#asked = grown(this.#asked, 2 * this.#askedEnd);
    this.#asked[this.#askedEnd++] = block;
    this.#asked[this.#askedEnd++] = peer;
    return block;
  }

  #again(peer: number, set: PieceSet): number {
    let best = NO_BLOCK;
    let bestSlot = 0;
    let least = MOST;
    for (let slot = 0; slot < this.#slotsEnd; slot += this.#slotSize) {
      const piece = this.#slots[slot + PIECE] as number;
      if (this.#slots[slot + ONLY] !== ANYBODY || !hasPiece(set, piece)) continue;
      for (let b = 0; b < this.#size(piece); b++) {
        const times = this.#slots[slot + BLOCKS + 2 * b] as number;
        if (times >= least || this.#find(peer, piece * this.blocksInPiece + b) >= 0) continue;
        least = times;
        best = b;
        bestSlot = slot;
      }
    }
    return best === NO_BLOCK ? NO_BLOCK : this.#ask(peer, bestSlot, best);
  }

  #firstFree(slot: number): number {
    let block = 0;
    while (this.#slots[slot + BLOCKS + 2 * block] !== FREE) block++;
    return block;
  }

  #takeFree(slot: number): void {
    this.#slots[slot + FREE_BLOCKS] = (this.#slots[slot + FREE_BLOCKS] as number) - 1;
    this.#free--;
  }

  #isAskedOfAnybody(block: number): boolean {
    for (let i = 0; i < this.#askedEnd; i += 2) if (this.#asked[i] === block) return true;
    return false;
  }

  #find(peer: number, block: number): number {
    for (let i = 0; i < this.#askedEnd; i += 2) if (this.#asked[i] === block && this.#asked[i + 1] === peer) return i;
    return -1;
  }

  #forget(request: number): void {
    this.#askedEnd = removed(this.#asked, request, 2, this.#askedEnd);
  }

  /** Blocks of that piece: the last one may have fewer. */
  #size(piece: number): number {
    return Math.ceil(Math.min(this.#pieceLength, this.#length - piece * this.#pieceLength) / this.#blockLength);
  }

  #slotOf(piece: number): number {
    for (let slot = 0; slot < this.#slotsEnd; slot += this.#slotSize) if (this.#slots[slot + PIECE] === piece) return slot;
    return -1;
  }

  /** Where a slot keeps the state of a block. */
  #placeOf(slot: number, block: number): number {
    return slot + BLOCKS + 2 * (block % this.blocksInPiece);
  }

  #newSlot(piece: number): number {
    const slot = this.#slotsEnd;
    this.#slotsEnd += this.#slotSize;
    if (this.#slotsEnd > this.#slots.length) this.#slots = grown(this.#slots, 2 * this.#slots.length);
    this.#slots[slot + PIECE] = piece;
    this.#slots[slot + FREE_BLOCKS] = 0;
    this.#emptySlot(slot, ANYBODY);
    return slot;
  }

  /** All blocks are free, as nobody was asked for any. */
  #emptySlot(slot: number, only: number): void {
    const slots = this.#slots;
    const size = this.#size(slots[slot + PIECE] as number);
    this.#free += size - (slots[slot + FREE_BLOCKS] as number);
    slots[slot + FREE_BLOCKS] = size;
    slots[slot + MISSING] = size;
    slots[slot + ONLY] = only;
    for (let at = slot + BLOCKS, end = at + 2 * size; at < end; at += 2) slots[at] = FREE;
  }

  #endSlot(slot: number): void {
    this.#free -= this.#slots[slot + FREE_BLOCKS] as number;
    this.#slotsEnd = removed(this.#slots, slot, this.#slotSize, this.#slotsEnd);
  }
}

function grown(from: Int32Array, size: number): Int32Array<ArrayBuffer> {
  const to = new Int32Array(size);
  to.set(from);
  return to;
}

/** Takes so many numbers out of an array that is filled up to `end`, which all following ones close up to; the new end. */
function removed(from: Int32Array, at: number, size: number, end: number): number {
  // A call for what is mostly a few numbers would take longer.
  for (let i = at + size; i < end; i++) from[i - size] = from[i] as number;
  return end - size;
}
