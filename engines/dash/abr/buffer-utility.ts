/**
 * What BOLA and its kin reckon with (Spiteri, Urgaonkar, Sitaraman, “BOLA: Near-Optimal Bitrate Adaptation for Online Videos”,
 * INFOCOM ’16): the utility of a rendition, and which rendition is worth most at a buffer level.
 *
 * Utilities are logarithms of bitrates. The score of rendition m at level Q is (V (utility of m + gp) − Q) / bitrate of m; V and gp
 * turn a utility into a buffer level.
 */
import { nearestLogarithm } from '../../kernel/elementary-functions.ts';
import type { Milliseconds, Movie } from '../movie.ts';

/** Of each rendition; the lowest one’s is `least`. */
export function utilitiesOf({ bitrates }: Movie, least: number): readonly number[] {
  const offset = least - nearestLogarithm(bitrates[0] as number);
  return bitrates.map((bitrate) => nearestLogarithm(bitrate) + offset);
}

export class BufferUtility {
  readonly movie: Movie;
  readonly utilities: readonly number[];
  readonly gp: number;
  /** V of the papers, times the segment duration. */
  v: number;

  constructor(movie: Movie, utilities: readonly number[], gp: number, v: number) {
    this.movie = movie;
    this.utilities = utilities;
    this.gp = gp;
    this.v = v;
  }

  /** The rendition of the best score at this level; of equal ones the lowest. */
  best(level: Milliseconds): number {
    const { bitrates } = this.movie;
    let best = 0;
    let score = Number.NEGATIVE_INFINITY;
    for (let rendition = 0; rendition < bitrates.length; rendition++) {
      const one = (this.v * ((this.utilities[rendition] as number) + this.gp) - level) / (bitrates[rendition] as number);
      if (one > score) {
        score = one;
        best = rendition;
      }
    }
    return best;
  }

  /** The level above which no download of that rendition is worth anything: its score is 0. */
  greatestLevel(rendition: number): Milliseconds {
    return this.v * ((this.utilities[rendition] as number) + this.gp);
  }

  /** The level from which that rendition has a better score than all lower ones. */
  leastLevel(rendition: number): Milliseconds {
    const { bitrates } = this.movie;
    const bitrate = bitrates[rendition] as number;
    const utility = this.utilities[rendition] as number;
    let level = 0;
    for (let lower = 0; lower < rendition; lower++) {
      const b = bitrates[lower] as number;
      const u = this.utilities[lower] as number;
      if (u < utility) level = Math.max(level, this.v * (this.gp + (bitrate * u - b * utility) / (bitrate - b)));
    }
    return level;
  }

  /**
   * A lower rendition whose download, from its beginning, is worth more than the `remaining` bits of this one at that level, and
   * lighter than them; null for none.
   */
  worthMore(rendition: number, size: number, remaining: number, level: Milliseconds): number | null {
    const { bitrates } = this.movie;
    let score = (this.greatestLevel(rendition) - level) / remaining;
    let better: number | null = null;
    for (let lower = 0; lower < rendition; lower++) {
      const other = (size * (bitrates[lower] as number)) / (bitrates[rendition] as number);
      if (other >= remaining) break;
      const otherScore = (this.greatestLevel(lower) - level) / other;
      if (otherScore > score) {
        score = otherScore;
        better = lower;
      }
    }
    return better;
  }
}
