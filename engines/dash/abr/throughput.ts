/** The throughput rule of dash.js (MMSys ’18, §5): the highest rendition that 0.9 of the estimated throughput sustains, unless the buffer is too low for it. */
import type { Milliseconds, Movie } from '../movie.ts';
import { InsufficientBuffer } from './insufficient-buffer.ts';
import { type Choice, type Outlook, PlainRule, type Progress, sustainable } from './rule.ts';

/** Share of the estimate that is reckoned with. */
export const SAFETY = 0.9;
/** A download that would take longer than so many segments is given up. */
const TOO_LONG = 1.8;
/** Not before it has had so long. */
const GRACE: Milliseconds = 500;

export class ThroughputRule extends PlainRule {
  readonly #movie: Movie;
  readonly #insufficient: InsufficientBuffer | null;

  constructor(movie: Movie, options: { readonly insufficientBufferRule: boolean }) {
    super();
    this.#movie = movie;
    this.#insufficient = options.insufficientBufferRule ? new InsufficientBuffer(movie) : null;
  }

  choose(_segment: number, outlook: Outlook): Choice {
    if (outlook.throughput === null) return { rendition: 0, wait: 0 };
    const rendition = sustainable(this.#movie, outlook.throughput * SAFETY, outlook.latency);
    return { rendition: this.#insufficient ? this.#insufficient.atMost(rendition, outlook) : rendition, wait: 0 };
  }

  override abandon({ rendition, size, downloaded, time, timeToFirstBit }: Progress, { latency }: Outlook): number | null {
    const { bitrates, segmentDuration } = this.#movie;
    const downloading = time - timeToFirstBit;
    if (time < GRACE || downloading <= 0) return null;
    const throughput = downloaded / downloading;
    const left = size - downloaded;
    if (time + left / throughput <= TOO_LONG * segmentDuration) return null;
    const lower = sustainable(this.#movie, throughput * SAFETY, latency);
    if (lower >= rendition) return null;
    return (size * (bitrates[lower] as number)) / (bitrates[rendition] as number) >= left ? null : lower;
  }
}
