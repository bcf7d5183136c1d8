/**
 * BOLA: the rendition by the buffer level alone, as a Lyapunov optimisation (INFOCOM ’16), as SABRE and dash.js have it.
 *
 * BOLA-FINITE reckons with the time since the last seek and the time that is left, so that it starts low and ends without a full
 * buffer; BOLA-BASIC does not. When the level speaks for a higher rendition than the throughput sustains, BOLA-U takes the one above
 * the sustained one, and BOLA-O the sustained one after waiting until the level is right for it, so that it does not oscillate.
 */
import type { Milliseconds, Movie } from '../movie.ts';
import { BufferUtility, utilitiesOf } from './buffer-utility.ts';
import { type Choice, type Outlook, PlainRule, type Progress, sustainable } from './rule.ts';

export interface BolaOptions {
  /** Room of the player's buffer. */
  readonly buffer: Milliseconds;
  /** What a second without stalling is worth, in utility; above 0. */
  readonly gp: number;
  readonly variant: 'basic' | 'finite';
  readonly oscillation: 'u' | 'o';
}

export class BolaRule extends PlainRule {
  readonly #movie: Movie;
  readonly #options: BolaOptions;
  readonly #worth: BufferUtility;
  #soughtSegment = 0;
  #last = 0;

  constructor(movie: Movie, options: BolaOptions) {
    super();
    this.#movie = movie;
    this.#options = options;
    const utilities = utilitiesOf(movie, 0);
    this.#worth = new BufferUtility(movie, utilities, options.gp, 0);
    this.#reckonWith(options.buffer);
  }

  #reckonWith(buffer: Milliseconds): void {
    const worth = this.#worth;
    worth.v = (buffer - this.#movie.segmentDuration) / ((worth.utilities.at(-1) as number) + worth.gp);
  }

  choose(segment: number, { level, throughput, latency }: Outlook): Choice {
    const { segmentDuration, sizes, bitrates } = this.#movie;
    if (this.#options.variant === 'finite') {
      const segments = Math.max(Math.min(segment - this.#soughtSegment, sizes.length - segment) / 2, 3);
      this.#reckonWith(Math.min(this.#options.buffer, segments * segmentDuration));
    }
    let rendition = this.#worth.best(level);
    let wait = 0;
    if (rendition > this.#last && throughput !== null) {
      const sustained = sustainable(this.#movie, throughput, latency);
      if (rendition > sustained) {
        if (this.#last > sustained) rendition = this.#last;
        else if (this.#options.oscillation === 'u') rendition = sustained + 1;
        else {
          rendition = sustained;
          if (rendition < bitrates.length - 1) wait = Math.max(0, level - this.#worth.greatestLevel(rendition));
        }
      }
    }
    this.#last = rendition;
    return { rendition, wait };
  }

  override sought(segment: number): void {
    this.#soughtSegment = segment;
  }

  override abandon({ rendition, size, downloaded }: Progress, { level }: Outlook): number | null {
    if (this.#options.variant === 'basic') return null;
    const left = size - downloaded;
    if (downloaded <= 0 || left <= 0 || this.#worth.greatestLevel(rendition) - level < 0) return null;
    const to = this.#worth.worthMore(rendition, size, left, level);
    if (to !== null) this.#last = to;
    return to;
  }
}
