/**
 * Contents one behind another: what a message carries, a cache keeps or a file holds. Each part is literal or generated, and bulk stays
 * bulk, whatever is cut out of it: a file of 700 MB is a few numbers until somebody asks for its octets.
 */
import { bytesOf, type Content, isSealed, join, slice } from './content.ts';
import type { Bytes } from './quantities.ts';

export type Contents = readonly Content[];

/** Literal bytes up to here travel in one message with what stands before them. */
const TOGETHER: Bytes = 64 * 1024;
/** Octets that are compared at one time. */
const BLOCK: Bytes = 64 * 1024;

export function lengthOf(contents: Contents): Bytes {
  return contents.reduce((sum, { length }) => sum + length, 0);
}

/** From `start` to `end` (exclusive), without generating bytes. */
export function sliceOf(contents: Contents, start: Bytes, end: Bytes): Contents {
  const parts: Content[] = [];
  let at = 0;
  for (const content of contents) {
    const from = Math.max(start, at);
    const to = Math.min(end, at + content.length);
    if (from < to) parts.push(slice(content, from - at, to - at));
    at += content.length;
  }
  return parts;
}

/** With neighbours joined: of one bulk content, and literal bytes up to `together`. */
export function joined(contents: Contents, together: Bytes = TOGETHER): Contents {
  const parts: Content[] = [];
  let literal: Uint8Array[] = [];
  let size = 0;
  const flush = () => {
    if (size > 0) parts.push(concatenated(literal, size));
    literal = [];
    size = 0;
  };
  for (const content of contents) {
    if (content.length === 0) continue;
    if (content instanceof Uint8Array) {
      if (size + content.length > together) flush();
      literal.push(content);
      size += content.length;
      continue;
    }
    flush();
    const last = parts.at(-1);
    const one = last && join(last, content);
    if (one) parts[parts.length - 1] = one;
    else parts.push(content);
  }
  flush();
  return parts;
}

/** Whether both hold the same octets. Generated content is generated only where it must be, block by block. */
export function same(a: Contents, b: Contents): boolean {
  const length = lengthOf(a);
  if (length !== lengthOf(b)) return false;
  for (let at = 0; at < length; ) {
    const [x] = sliceOf(a, at, length) as [Content];
    const [y] = sliceOf(b, at, length) as [Content];
    let step = Math.min(x.length, y.length);
    if (!generatedAlike(x, y)) {
      step = Math.min(step, BLOCK);
      const [p, q] = [bytesOf(slice(x, 0, step)), bytesOf(slice(y, 0, step))];
      if (!p.every((byte, i) => byte === q[i])) return false;
    }
    at += step;
  }
  return true;
}

/** Both are the same place of the same generated content. */
function generatedAlike(x: Content, y: Content): boolean {
  if (x instanceof Uint8Array || y instanceof Uint8Array || isSealed(x) || isSealed(y)) return false;
  return x.seed === y.seed && x.offset === y.offset;
}

/** All bytes. Allocates as many. */
export function bytesOfAll(contents: Contents): Uint8Array {
  return concatenated(contents.map(bytesOf), lengthOf(contents));
}

/** The literal bytes before the first bulk content. */
export function literalStart(contents: Contents): Uint8Array {
  const first = contents.findIndex((content) => !(content instanceof Uint8Array));
  return bytesOfAll(first < 0 ? contents : contents.slice(0, first));
}

function concatenated(parts: readonly Uint8Array[], length: Bytes): Uint8Array {
  const [only] = parts;
  if (only && parts.length === 1) return only;
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
