/**
 * What the peers of a large swarm know of their neighbours' pieces, and who is interested in whom.
 *
 * Theory of operation. What neighbours know of a peer's pieces is what it has *told*: a bitfield when they met, a HAVE for each piece
 * since. A peer is interested in a neighbour that has told of a piece that it has not told of itself. A HAVE visits all neighbours, and
 * nothing else in a swarm happens as often: it touches, of each, its picker's count, and nothing else where nobody's interest changes.
 * So what each edge has to know of interest is kept at both of its ends, with a piece that is a reason for it (the *witness*): only who
 * gets that very piece has to look for another reason.
 *
 * Counts are raised for all neighbours first: with no decision in between, the processor waits for many of them at a time.
 */
import type { PiecePicker } from '../piece-picker.ts';
import { addPiece, type PieceSet, sizeOf } from '../piece-set.ts';
import { type Neighbours, NOBODY } from './neighbours.ts';

/** Of an edge: its peer is interested in the other one. */
const INTERESTED = 1;
/** Of an edge: the other one is interested in its peer. */
const WANTED = 2;

export interface InterestObserver {
  /** The peer of the edge has become interested in the other one, or is so no longer. */
  changed(edge: number, interested: boolean): void;
  /** The peer of the edge is interested already, and the other one has told of another piece, this one, that it has not. Only for peers that wait. */
  more(edge: number, piece: number): void;
}

export class Interest {
  readonly #pieces: number;
  readonly #words: number;
  readonly #neighbours: Neighbours;
  readonly #observer: InterestObserver;
  readonly #waiting: Uint8Array;
  /** Of all peers, one after the other: a HAVE visits so many that it must not visit their objects. */
  readonly #toldWords: Uint32Array;
  /** Views of it. */
  readonly #told: (PieceSet | null)[];
  /** Of each peer and piece: neighbours that have it, as its picker counts them. */
  readonly #counts: Uint8Array;
  readonly #untold: Int32Array;
  /** Of each edge. */
  readonly #flags: Uint8Array;
  /** Of each edge whose peer is interested: a piece that the other one has told of and it has not; of others any piece. */
  readonly #witness: Int32Array;

  /** `waiting`: not 0 for peers that are to hear of `more`. */
  constructor(neighbours: Neighbours, peers: number, pieces: number, waiting: Uint8Array, observer: InterestObserver) {
    this.#neighbours = neighbours;
    this.#pieces = pieces;
    this.#words = (pieces + 31) >>> 5;
    this.#waiting = waiting;
    this.#observer = observer;
    this.#toldWords = new Uint32Array(peers * this.#words);
    this.#told = new Array(peers).fill(null);
    this.#counts = new Uint8Array(peers * pieces);
    this.#untold = new Int32Array(peers);
    this.#flags = new Uint8Array(neighbours.other.length);
    this.#witness = new Int32Array(neighbours.other.length);
  }

  /** What a peer has told of; to be read only, and null for who is not there. */
  toldBy(peer: number): PieceSet | null {
    return this.#told[peer] as PieceSet | null;
  }

  /** It has told of all pieces. */
  hasToldAll(peer: number): boolean {
    return this.#untold[peer] === 0;
  }

  /** A peer joins, with these pieces, and knows nobody. */
  join(peer: number, set: PieceSet): void {
    const told = this.#toldWords.subarray(peer * this.#words, (peer + 1) * this.#words);
    told.set(set);
    this.#told[peer] = told;
    this.#untold[peer] = this.#pieces - sizeOf(set);
    this.countsOf(peer).fill(0);
  }

  /** Where a peer's picker keeps its counts. */
  countsOf(peer: number): Uint8Array {
    return this.#counts.subarray(peer * this.#pieces, (peer + 1) * this.#pieces);
  }

  /** The peer of the edge, which has that picker if it downloads, learns what the other one has. */
  meet(edge: number, picker: PiecePicker | null): void {
    const other = this.#neighbours.other[edge] as number;
    picker?.peerBitfield(this.#told[other] as PieceSet);
    if (this.#hasMore(edge, other, this.#neighbours.peerOf(edge))) this.#set(edge, true);
  }

  /** The two of an edge part; to be called at either end. */
  part(edge: number): void {
    this.#flags[edge] = 0;
  }

  /** A peer is gone: nobody meets it any more. */
  leave(peer: number): void {
    this.#told[peer] = null;
  }

  /** The neighbours hear that a peer has a piece. */
  tell(peer: number, piece: number): void {
    addPiece(this.#told[peer] as PieceSet, piece);
    this.#untold[peer] = (this.#untold[peer] as number) - 1;
    const neighbours = this.#neighbours;
    const others = neighbours.other;
    const counts = this.#counts;
    const toldWords = this.#toldWords;
    const flags = this.#flags;
    const witness = this.#witness;
    const waiting = this.#waiting;
    const words = this.#words;
    const pieces = this.#pieces;
    const word = piece >>> 5;
    const bit = 1 << (piece & 31);
    const first = neighbours.firstOf(peer);
    const end = neighbours.endOf(peer);
    for (let edge = first; edge < end; edge++) {
      const other = others[edge] as number;
      if (other !== NOBODY) counts[other * pieces + piece] = (counts[other * pieces + piece] as number) + 1;
    }
    for (let edge = first; edge < end; edge++) {
      const other = others[edge] as number;
      if (other === NOBODY) continue;
      const flag = flags[edge] as number;
      if (witness[edge] === piece && (flag & INTERESTED) !== 0) {
        if (!this.#hasMore(edge, other, peer)) this.#set(edge, false);
        continue;
      }
      const wanted = (flag & WANTED) !== 0;
      if (wanted && waiting[other] === 0) continue;
      if (((toldWords[other * words + word] as number) & bit) !== 0) continue;
      const back = neighbours.back[edge] as number;
      if (wanted) this.#observer.more(back, piece);
      else {
        witness[back] = piece;
        this.#set(back, true);
      }
    }
  }

  /** Whether `other`, at the end of that edge of `peer`, has told of anything that `peer` has not: if so, it is the witness from now on. */
  #hasMore(edge: number, other: number, peer: number): boolean {
    const told = this.#toldWords;
    const words = this.#words;
    const theirs = other * words;
    const ours = peer * words;
    const start = (this.#witness[edge] as number) >>> 5;
    let i = start;
    do {
      const word = (told[theirs + i] as number) & ~(told[ours + i] as number);
      if (word !== 0) {
        this.#witness[edge] = 32 * i + 31 - Math.clz32(word & -word);
        return true;
      }
      if (++i === words) i = 0;
    } while (i !== start);
    return false;
  }

  #set(edge: number, interested: boolean): void {
    const flags = this.#flags;
    const back = this.#neighbours.back[edge] as number;
    if (((flags[edge] as number) & INTERESTED) === (interested ? INTERESTED : 0)) return;
    flags[edge] = (flags[edge] as number) ^ INTERESTED;
    flags[back] = (flags[back] as number) ^ WANTED;
    this.#observer.changed(edge, interested);
  }
}
