/** Contents that have arrived and were not taken yet: bytes are taken from the front, bulk stays bulk until its bytes are asked for. */
import { type Content, slice } from '../content.ts';
import { bytesOfAll, type Contents } from '../contents.ts';
import type { Bytes } from '../quantities.ts';

const NONE: Content = new Uint8Array(0);

export class ContentQueue {
  readonly #contents: Content[] = [];
  /** The content that is taken next, and how much of it was. */
  #first = 0;
  #offset: Bytes = 0;
  #length: Bytes = 0;

  get length(): Bytes {
    return this.#length;
  }

  push(content: Content): void {
    if (content.length === 0) return;
    this.#contents.push(content);
    this.#length += content.length;
  }

  /** The first `size` bytes, at most as many as are there; they stay. */
  peek(size: Bytes): Uint8Array {
    const parts: Content[] = [];
    let [at, offset] = [this.#first, this.#offset];
    for (let missing = size; missing > 0; at++) {
      const content = this.#contents[at] as Content;
      const end = Math.min(content.length, offset + missing);
      parts.push(slice(content, offset, end));
      missing -= end - offset;
      offset = 0;
    }
    return bytesOfAll(parts);
  }

  /** The first `size` bytes, at most as many as are there. */
  take(size: Bytes): Uint8Array {
    return bytesOfAll(this.takeContents(size));
  }

  /** The same, as they came. */
  takeContents(size: Bytes): Contents {
    const parts: Content[] = [];
    this.#length -= size;
    for (let missing = size; missing > 0; ) {
      const content = this.#contents[this.#first] as Content;
      const end = Math.min(content.length, this.#offset + missing);
      parts.push(slice(content, this.#offset, end));
      missing -= end - this.#offset;
      this.#offset = end;
      if (end === content.length) this.#drop();
    }
    return parts;
  }

  /** The first content is used up. Its place goes once half of the places are of such, so that each is moved about once. */
  #drop(): void {
    this.#contents[this.#first++] = NONE;
    this.#offset = 0;
    if (2 * this.#first < this.#contents.length) return;
    this.#contents.splice(0, this.#first);
    this.#first = 0;
  }
}
