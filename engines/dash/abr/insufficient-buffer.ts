/**
 * The insufficient-buffer rule of dash.js: no segment that would not come before the buffer runs dry, with a margin that grows from
 * 0.9 to 0.5 of what the buffer allows as a session settles (MMSys ’18, §5.2).
 */
import type { Movie } from '../movie.ts';
import type { Outlook } from './rule.ts';

const FIRST_SAFETY = 0.9;
const LEAST_SAFETY = 0.5;

export class InsufficientBuffer {
  readonly #movie: Movie;
  #safety = FIRST_SAFETY;

  constructor(movie: Movie) {
    this.#movie = movie;
  }

  /** `rendition`, or a lower one. Each call is one decision of the session. */
  atMost(rendition: number, { level, latency, throughput }: Outlook): number {
    const safe = this.#safety * (level - latency) * (throughput ?? 0);
    this.#safety = Math.max(this.#safety * FIRST_SAFETY, LEAST_SAFETY);
    const { bitrates, segmentDuration } = this.#movie;
    for (let lower = 0; lower < rendition; lower++) if ((bitrates[lower + 1] as number) * segmentDuration > safe) return lower;
    return rendition;
  }
}
