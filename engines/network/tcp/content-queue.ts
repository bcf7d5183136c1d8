/** A stretch of a byte stream held as content: appended at its end, taken or dropped at its start; bulk stays bulk. */
import { type Content, join, slice } from '../../content.ts';
import type { Bytes } from '../../quantities.ts';

interface Piece {
  readonly start: Bytes;
  readonly content: Content;
}

export class ContentQueue {
  #pieces: Piece[] = [];
  /** Pieces before this one are dropped. */
  #first = 0;
  #start: Bytes = 0;
  #end: Bytes = 0;

  /** Offset of the first byte held. */
  get start(): Bytes {
    return this.#start;
  }

  /** Offset after the last byte held. */
  get end(): Bytes {
    return this.#end;
  }

  append(content: Content): void {
    if (content.length === 0) return;
    const last = this.#pieces.length > this.#first ? this.#pieces[this.#pieces.length - 1] : undefined;
    const joined = last && join(last.content, content);
    if (last && joined) this.#pieces[this.#pieces.length - 1] = { start: last.start, content: joined };
    else this.#pieces.push({ start: this.#end, content });
    this.#end += content.length;
  }

  dropBefore(offset: Bytes): void {
    this.#start = Math.max(this.#start, Math.min(offset, this.#end));
    while (this.#first < this.#pieces.length) {
      const { start, content } = this.#pieces[this.#first] as Piece;
      if (start + content.length > this.#start) break;
      this.#first++;
    }
    if (this.#first > 64 && this.#first * 2 > this.#pieces.length) {
      this.#pieces = this.#pieces.slice(this.#first);
      this.#first = 0;
    }
  }

  /** What lies at the start, to the end of one piece; stays there. Null when nothing is held. */
  front(): Content | null {
    const piece = this.#pieces[this.#first];
    return piece ? slice(piece.content, this.#start - piece.start, piece.content.length) : null;
  }

  /** Takes out what lies before offset `until`, at most to the end of one piece; null when nothing does. */
  take(until: Bytes): Content | null {
    const piece = this.#pieces[this.#first];
    if (!piece || this.#start >= until) return null;
    const from = this.#start - piece.start;
    const to = Math.min(until - piece.start, piece.content.length);
    const content = from === 0 && to === piece.content.length ? piece.content : slice(piece.content, from, to);
    this.dropBefore(piece.start + to);
    return content;
  }
}
