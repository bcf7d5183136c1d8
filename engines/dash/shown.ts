/** What a viewer has seen: segments as they come to the screen, and what they add up to. */
import type { Bits, KilobitsPerSecond, Milliseconds, Movie } from './movie.ts';
import { linearQuality } from './quality.ts';

export class ShownSegments {
  readonly #movie: Movie;
  #last: number | null = null;
  segments = 0;
  /** Sums over them. */
  bitrate: KilobitsPerSecond = 0;
  bitrateChange: KilobitsPerSecond = 0;
  /** Changes of rendition from one to the next. */
  switches = 0;
  #bits: Bits = 0;

  constructor(movie: Movie) {
    this.#movie = movie;
  }

  show(rendition: number): void {
    const { bitrates } = this.#movie;
    const bitrate = bitrates[rendition] as number;
    this.segments++;
    this.bitrate += bitrate;
    if (this.#last !== null && this.#last !== rendition) {
      this.switches++;
      this.bitrateChange += Math.abs(bitrate - (bitrates[this.#last] as number));
    }
    this.#last = rendition;
  }

  /** So much of a segment of that rendition was played. */
  play(rendition: number, time: Milliseconds): void {
    this.#bits += (this.#movie.bitrates[rendition] as number) * time;
  }

  /** 0 before the first one. */
  get meanBitrate(): KilobitsPerSecond {
    return this.segments === 0 ? 0 : this.bitrate / this.segments;
  }

  /** Bits of film played over that time, in which waiting counts as nothing shown. */
  overTime(time: Milliseconds): KilobitsPerSecond {
    return time <= 0 ? 0 : this.#bits / time;
  }

  /** See quality.ts. */
  quality(stallTime: Milliseconds, startupTime: Milliseconds): KilobitsPerSecond {
    const { segments, bitrate, bitrateChange } = this;
    return linearQuality({ segments, bitrate, bitrateChange, stallTime, startupTime }, this.#movie.bitrates.at(-1) as number);
  }
}
