/**
 * Pictures put together from packets.
 *
 * Theory of operation. Every packet says by its timestamp which picture it is of and by its fragment offset where in it; the marker says
 * which is the last. A picture is whole when there is no gap before its end. Sequence numbers, carried on beyond 16 bits (RFC 3550
 * §A.1), tell what is missing. An answer to PLAY says from which sequence number and timestamp on (RTP-Info) which place of the film is
 * sent, and at what scale; packets before it belong to what was sent before.
 */
import { type Bytes, type Nanoseconds, SECOND } from '../../quantities.ts';
import { CLOCK_RATE, type Fragment } from './wire/payload.ts';

/** Pictures have fewer bytes: 1 Gbit/s are 125 MB a second, and one picture a second is the least. */
const LARGEST_PICTURE: Bytes = 2 ** 27;
/** A sequence number that is further ahead is of no use: RFC 3550 §A.1. */
const MOST_DROPPED = 3_000;

/** How timestamps tell places of the film. */
export interface Mapping {
  /** The first packet that it holds for. */
  readonly sequence: number;
  readonly timestamp: number;
  /** Of the film, at that timestamp. */
  readonly position: Nanoseconds;
  /** Seconds of film in a second. */
  readonly scale: number;
}

/** The picture that a timestamp means. */
export function frameOf(timestamp: number, { timestamp: start, position, scale }: Mapping, frameRate: number): number {
  // A difference of uint32s, as a number with a sign.
  const ticks = (timestamp - start) | 0;
  return Math.round((position / SECOND + (ticks * scale) / CLOCK_RATE) * frameRate);
}

export class Assembly {
  readonly #frames: number;
  readonly #pieces = new Map<number, { readonly fragments: Map<number, Uint8Array>; size: Bytes; end: Bytes | null }>();

  /** Of a film of so many pictures. */
  constructor(frames: number) {
    this.#frames = frames;
  }

  /** True when the picture is whole by it, and was not before. What belongs to no picture of the film is dropped. */
  add(frame: number, { offset, bytes }: Fragment, last: boolean): boolean {
    if (frame < 0 || frame >= this.#frames || offset + bytes.length > LARGEST_PICTURE) return false;
    const known = this.#pieces.get(frame) ?? { fragments: new Map<number, Uint8Array>(), size: 0, end: null };
    this.#pieces.set(frame, known);
    if (known.size === known.end || known.fragments.has(offset)) return false;
    known.fragments.set(offset, bytes);
    known.size += bytes.length;
    if (last) known.end = offset + bytes.length;
    return known.size === known.end;
  }

  /** The coded picture; null while something of it is missing. */
  picture(frame: number): Uint8Array | null {
    const pieces = this.#pieces.get(frame);
    if (!pieces || pieces.end === null || pieces.size !== pieces.end) return null;
    const picture = new Uint8Array(pieces.end);
    for (const [offset, bytes] of pieces.fragments) {
      // Of pieces that overlap, whatever their sum is, nothing good comes.
      if (offset + bytes.length > picture.length) return null;
      picture.set(bytes, offset);
    }
    return picture;
  }

  isWhole(frame: number): boolean {
    const pieces = this.#pieces.get(frame);
    return pieces !== undefined && pieces.size === pieces.end;
  }

  /** Pictures before that one are not wanted any more. */
  forgetBefore(frame: number): void {
    for (const held of this.#pieces.keys()) if (held < frame) this.#pieces.delete(held);
  }

  forgetAll(): void {
    this.#pieces.clear();
  }
}

/** Sequence numbers carried on beyond 16 bits, and those that were passed over. */
export class SequenceSpace {
  #highest: number | null = null;

  /** The number as it goes on, near the last one. */
  extended(sequence: number): number {
    if (this.#highest === null) return sequence + 0x10000;
    return this.#highest + (((sequence - this.#highest) << 16) >> 16);
  }

  /** A packet has come: the numbers between it and those before, which have not. */
  receive(sequence: number): readonly number[] {
    const number = this.extended(sequence);
    const last = this.#highest ?? number - 1;
    if (number > last) this.#highest = number;
    if (number - last > MOST_DROPPED) return [];
    const missing: number[] = [];
    for (let passed = last + 1; passed < number; passed++) missing.push(passed);
    return missing;
  }

  /** The first number that is to be expected. */
  expect(sequence: number): void {
    this.#highest = this.extended(sequence) - 1;
  }
}
