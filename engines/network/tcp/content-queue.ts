/** A stretch of a byte stream held as content: appended at its end, dropped at its start, cut anywhere; bulk stays bulk. */
import { type Content, slice } from '../../content.ts';
import type { Bytes } from '../../quantities.ts';

interface Piece {
  readonly start: Bytes;
  readonly content: Content;
}

export class ContentQueue {
  #pieces: Piece[] = [];
  /** Pieces before this one are dropped. */
  #first = 0;
  #start: Bytes;
  #end: Bytes;

  /** `start`: offset in the stream of the first byte that will be appended. */
  constructor(start: Bytes) {
    this.#start = start;
    this.#end = start;
  }

  /** Offset of the first byte held. */
  get start(): Bytes {
    return this.#start;
  }

  /** Offset after the last byte held. */
  get end(): Bytes {
    return this.#end;
  }

  get length(): Bytes {
    return this.#end - this.#start;
  }

  append(content: Content): void {
    if (content.length === 0) return;
    const last = this.#pieces.length > this.#first ? this.#pieces[this.#pieces.length - 1] : undefined;
    const joined = last && join(last.content, content);
    if (last && joined) this.#pieces[this.#pieces.length - 1] = { start: last.start, content: joined };
    else this.#pieces.push({ start: this.#end, content });
    this.#end += content.length;
  }

  /** The content from `from` to `to`, both within what is held. */
  cut(from: Bytes, to: Bytes): Content[] {
    const parts: Content[] = [];
    let low = this.#first;
    let high = this.#pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#pieces[middle] as Piece).start <= from) low = middle;
      else high = middle - 1;
    }
    for (let i = low; i < this.#pieces.length; i++) {
      const { start, content } = this.#pieces[i] as Piece;
      if (start >= to) break;
      const begin = Math.max(from, start) - start;
      const end = Math.min(to, start + content.length) - start;
      if (end > begin) parts.push(begin === 0 && end === content.length ? content : slice(content, begin, end));
    }
    return parts;
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

  /** Takes the first piece out; null when nothing is held. */
  take(): Content | null {
    const piece = this.#pieces[this.#first];
    if (!piece || this.#start === this.#end) return null;
    const end = piece.start + piece.content.length;
    const content = piece.start < this.#start ? slice(piece.content, this.#start - piece.start, piece.content.length) : piece.content;
    this.dropBefore(end);
    return content;
  }
}

/** The two as one where that costs nothing: neighbours in one block of memory or in one bulk content. */
function join(a: Content, b: Content): Content | null {
  if (a instanceof Uint8Array) {
    if (!(b instanceof Uint8Array) || a.buffer !== b.buffer || a.byteOffset + a.length !== b.byteOffset) return null;
    return new Uint8Array(a.buffer, a.byteOffset, a.length + b.length);
  }
  if (b instanceof Uint8Array || a.seed !== b.seed || a.offset + a.length !== b.offset) return null;
  return { seed: a.seed, offset: a.offset, length: a.length + b.length };
}
