/**
 * What a viewer sees of a clip: each coded picture decoded upon what is on the screen, whether that is what it was made for or not.
 *
 * A picture that is missing leaves the last one standing, or, interpolated, is made up halfway between that and the next one, where that
 * is there already. Either way the pictures behind it say what has changed since a picture that was never shown, so something wrong
 * stays on the screen until the next key frame: that is what a lost packet costs.
 */
import type { EncodedFrame } from '../coding/encoder.ts';
import { type CodedFrame, decodeFrame, pictureOf } from '../coding/frame.ts';
import { peakSignalToNoise, squaredError } from '../coding/quality.ts';

export class Screen {
  readonly #clip: readonly EncodedFrame[];
  #shown: Uint8Array;
  /** Of the last picture that was decoded. */
  #last: CodedFrame | null = null;

  /** The clip as the server has it: the originals are there to be compared with. */
  constructor(clip: readonly EncodedFrame[]) {
    this.#clip = clip;
    this.#shown = new Uint8Array(clip[0]?.original.length ?? 0);
  }

  /** Shows a picture; `bytes` null where it is missing, and then `next` is the one after it, if that is there. */
  show(bytes: Uint8Array | null, next: Uint8Array | null = null): void {
    if (bytes) {
      const frame = this.#decode(bytes);
      if (frame) this.#shown = this.#made(frame);
      return;
    }
    const frame = next && this.#decode(next);
    if (!frame) return;
    const coming = this.#made(frame);
    this.#shown = this.#shown.map((shade, i) => (shade + (coming[i] as number)) >> 1);
  }

  /** How near what is shown is to the picture of the original film, in decibels. */
  quality(frame: number): number {
    const original = this.#clip[frame]?.original;
    return original ? peakSignalToNoise(squaredError(this.#shown, original), original.length) : Number.NaN;
  }

  #decode(bytes: Uint8Array): CodedFrame | null {
    const frame = decodeFrame(bytes, this.#last);
    if ('error' in frame || frame.width * frame.height !== this.#shown.length) return null;
    this.#last = frame;
    return frame;
  }

  #made(frame: CodedFrame): Uint8Array {
    return pictureOf(frame, frame.key ? null : this.#shown);
  }
}
