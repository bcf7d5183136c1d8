/**
 * BBA-0 (Huang, Johari, McKeown, Trunnell, Watson, “A Buffer-Based Approach to Rate Adaptation”, SIGCOMM ’14, §4): a map from the buffer
 * level to a rate. Below the reservoir it is the lowest, at the end of the cushion the highest, between them it grows along a line; the
 * choice stays as it is until the map has passed the next higher or lower bitrate.
 *
 * The paper’s buffer of 240 s has a reservoir of 90 s and a cushion of 126 s; other buffers are divided alike, but that the cushion ends
 * where there is just room for one more segment.
 */
import type { Milliseconds, Movie } from '../movie.ts';
import { type Choice, type Outlook, PlainRule } from './rule.ts';

/** Shares of the buffer. */
export const RESERVOIR = 90 / 240;
export const CUSHION_END = (90 + 126) / 240;

export class BufferBasedRule extends PlainRule {
  readonly #movie: Movie;
  readonly #reservoir: Milliseconds;
  readonly #cushion: Milliseconds;
  #last = 0;

  constructor(movie: Movie, { buffer }: { readonly buffer: Milliseconds }) {
    super();
    this.#movie = movie;
    this.#reservoir = RESERVOIR * buffer;
    this.#cushion = Math.max(0, Math.min(CUSHION_END * buffer, buffer - movie.segmentDuration) - this.#reservoir);
  }

  choose(_segment: number, { level }: Outlook): Choice {
    this.#last = this.#next(level);
    return { rendition: this.#last, wait: 0 };
  }

  #next(level: Milliseconds): number {
    const { bitrates } = this.#movie;
    const highest = bitrates.length - 1;
    if (level <= this.#reservoir) return 0;
    if (level >= this.#reservoir + this.#cushion) return highest;
    const [lowestRate, highestRate] = [bitrates[0] as number, bitrates[highest] as number];
    const mapped = lowestRate + ((highestRate - lowestRate) * (level - this.#reservoir)) / this.#cushion;
    const above = bitrates[Math.min(this.#last + 1, highest)] as number;
    const below = bitrates[Math.max(this.#last - 1, 0)] as number;
    if (mapped >= above)
      return Math.max(
        0,
        bitrates.findLastIndex((bitrate) => bitrate < mapped),
      );
    if (mapped <= below) return bitrates.findIndex((bitrate) => bitrate > mapped);
    return this.#last;
  }
}
