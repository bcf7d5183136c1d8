/** What a peer holds and whom it serves, on the state timeline. */
import type { Narrator } from '../network/host.ts';
import { hasPiece, type PieceSet } from './piece-set.ts';

/** Cells that pieces are shown in at most; of larger torrents, one stands for several. */
export const MOST_CELLS = 128;

/** Of swarms with more who take part, the state timeline shows nothing where they are simulated by pieces, and no copies at all. */
export const MOST_SHOWN = 100;

export class PeerStates {
  readonly #narrator: Narrator;
  readonly #store: string;
  readonly #pieces: number;
  #cells = '';
  #unchokes = '';

  constructor(narrator: Narrator, { name, pieces }: { readonly name: string; readonly pieces: number }) {
    this.#narrator = narrator;
    this.#store = `torrent ${name}`;
    this.#pieces = pieces;
  }

  /** Told when it shows. */
  has(set: PieceSet, count: number): void {
    const cells = cellsOf(this.#pieces, (piece) => (hasPiece(set, piece) ? 9 : 0));
    if (cells === this.#cells) return;
    this.#cells = cells;
    this.#narrator.state(this.#store, 'pieces', cells);
    this.#narrator.state(this.#store, 'has', `${count} of ${this.#pieces}`);
  }

  unchokes(hosts: readonly string[]): void {
    const text = hosts.join(', ');
    if (text === this.#unchokes) return;
    this.#unchokes = text;
    this.#narrator.state(this.#store, 'unchokes', text === '' ? null : text);
  }

  /** It is not there any more. */
  end(): void {
    for (const key of ['pieces', 'has', 'unchokes']) this.#narrator.state(this.#store, key, null);
  }
}

/** A digit a cell, 0 to 9: the mean of what its pieces have, rounded down, but 1 where it is anything. */
export function cellsOf(pieces: number, of: (piece: number) => number): string {
  const cells = Math.min(pieces, MOST_CELLS);
  let text = '';
  for (let cell = 0; cell < cells; cell++) {
    const first = Math.floor((cell * pieces) / cells);
    const end = Math.floor(((cell + 1) * pieces) / cells);
    let sum = 0;
    for (let piece = first; piece < end; piece++) sum += of(piece);
    const mean = sum / (end - first);
    text += Math.min(9, mean > 0 ? Math.max(1, Math.floor(mean)) : 0);
  }
  return text;
}
