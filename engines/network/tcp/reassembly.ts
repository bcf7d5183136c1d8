/** Segments that came before their turn, kept until what lies before them has come. */
import { type Content, slice } from '../../content.ts';
import type { Bytes } from '../../quantities.ts';

interface Range {
  readonly start: Bytes;
  readonly end: Bytes;
  readonly payload: readonly Content[];
}

export class Reassembly {
  /** In order, without overlap. */
  readonly #ranges: Range[] = [];

  get empty(): boolean {
    return this.#ranges.length === 0;
  }

  /** Keeps what of the payload at `start` is not held yet. */
  insert(start: Bytes, payload: readonly Content[]): void {
    let at = start;
    const end = start + lengthOf(payload);
    let i = 0;
    while (at < end) {
      const next = this.#ranges[i];
      if (next && next.end <= at) {
        i++;
        continue;
      }
      const until = next ? Math.min(end, next.start) : end;
      if (until > at) {
        this.#ranges.splice(i, 0, { start: at, end: until, payload: cut(payload, at - start, until - start) });
        i++;
      }
      if (!next) break;
      at = Math.max(at, next.end);
    }
  }

  /** Takes out everything that follows `next` without a gap. */
  takeFrom(next: Bytes): Content[] {
    const taken: Content[] = [];
    let at = next;
    for (;;) {
      const range = this.#ranges[0];
      if (!range || range.start > at) return taken;
      this.#ranges.shift();
      if (range.end <= at) continue;
      taken.push(...cut(range.payload, at - range.start, range.end - range.start));
      at = range.end;
    }
  }
}

/** The bytes from `from` to `to` of a payload. */
export function cut(payload: readonly Content[], from: Bytes, to: Bytes): Content[] {
  const parts: Content[] = [];
  let start = 0;
  for (const content of payload) {
    const begin = Math.max(from - start, 0);
    const end = Math.min(to - start, content.length);
    if (end > begin) parts.push(begin === 0 && end === content.length ? content : slice(content, begin, end));
    start += content.length;
  }
  return parts;
}

export function lengthOf(payload: readonly Content[]): Bytes {
  let length = 0;
  for (const content of payload) length += content.length;
  return length;
}
