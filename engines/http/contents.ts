/** Contents one behind another: what a message carries, or a cache keeps. Bulk stays bulk, whatever is cut out of it. */
import { bytesOf, type Content, slice } from '../content.ts';
import { ContentQueue } from '../network/tcp/content-queue.ts';
import type { Bytes } from '../quantities.ts';

export type Contents = readonly Content[];

/** Literal bytes up to here travel in one message with what stands before them. */
const TOGETHER: Bytes = 64 * 1024;

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

/** With neighbours joined: of one bulk content, and literal bytes up to 64 KiB. */
export function joined(contents: Contents): Contents {
  const queue = new ContentQueue();
  for (const content of contents) queue.append(content);
  const parts: Content[] = [];
  let literal: Uint8Array[] = [];
  let size = 0;
  const flush = () => {
    if (size > 0) parts.push(concatenated(literal, size));
    literal = [];
    size = 0;
  };
  for (;;) {
    const content = queue.take(Number.POSITIVE_INFINITY);
    if (content === null) break;
    if (!(content instanceof Uint8Array) || size + content.length > TOGETHER) flush();
    if (content instanceof Uint8Array) {
      literal.push(content);
      size += content.length;
    } else parts.push(content);
  }
  flush();
  return parts;
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
