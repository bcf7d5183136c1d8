/**
 * BOLA-E: BOLA with placeholder segments (MMSys ’18, §5.1 and §5.2). A virtual part of the buffer stands for what the player could have
 * downloaded but did not, for a full buffer or a lack of content; so BOLA starts at the rendition that the throughput sustains, and
 * does not take a small buffer for a slow network. The insufficient-buffer rule guards what is really there.
 */
import type { Milliseconds, Movie } from '../movie.ts';
import { BufferUtility, utilitiesOf } from './buffer-utility.ts';
import { InsufficientBuffer } from './insufficient-buffer.ts';
import { type Choice, type Outlook, PlainRule, type Progress, sustainable } from './rule.ts';

/** The level that the lowest rendition is meant for, and what each rendition adds to the level of the highest one. */
const LEAST_BUFFER: Milliseconds = 10_000;
const BUFFER_PER_RENDITION: Milliseconds = 2000;

export interface BolaEnhancedOptions {
  readonly buffer: Milliseconds;
  /** As for BOLA; counts only without the insufficient-buffer rule. */
  readonly gp: number;
  readonly oscillation: 'u' | 'o';
  readonly insufficientBufferRule: boolean;
}

export class BolaEnhancedRule extends PlainRule {
  readonly #movie: Movie;
  readonly #oscillation: 'u' | 'o';
  readonly #withInsufficient: boolean;
  readonly #worth: BufferUtility;
  /** Begins with the first decision on a known throughput. */
  #insufficient: InsufficientBuffer | null = null;
  #settled = false;
  /** The virtual part of the buffer. */
  #placeholder: Milliseconds = 0;
  #last = 0;

  constructor(movie: Movie, { buffer, gp, oscillation, insufficientBufferRule }: BolaEnhancedOptions) {
    super();
    this.#movie = movie;
    this.#oscillation = oscillation;
    this.#withInsufficient = insufficientBufferRule;
    const utilities = utilitiesOf(movie, 1);
    const highest = utilities.at(-1) as number;
    if (insufficientBufferRule) {
      const reckoned = Math.max(LEAST_BUFFER + BUFFER_PER_RENDITION * movie.bitrates.length, buffer);
      const derived = (highest - 1) / (reckoned / LEAST_BUFFER - 1);
      this.#worth = new BufferUtility(movie, utilities, derived, LEAST_BUFFER / derived);
    } else {
      // As BOLA, whose utilities begin at 0.
      const derived = gp - 1;
      this.#worth = new BufferUtility(movie, utilities, derived, (buffer - movie.segmentDuration) / (highest + derived));
    }
  }

  choose(_segment: number, outlook: Outlook): Choice {
    const { level, throughput, latency } = outlook;
    if (!this.#settled) {
      if (throughput === null) return { rendition: this.#last, wait: 0 };
      this.#settled = true;
      if (this.#withInsufficient) this.#insufficient = new InsufficientBuffer(this.#movie);
      const rendition = sustainable(this.#movie, throughput, latency);
      this.#placeholder = Math.max(0, this.#worth.leastLevel(rendition) - level);
      return { rendition, wait: 0 };
    }
    let rendition = this.#worth.best(level + this.#placeholder);
    const sustained = sustainable(this.#movie, throughput as number, latency);
    if (rendition > this.#last && rendition > sustained) {
      rendition = Math.max(this.#last, sustained);
      if (this.#oscillation === 'u') rendition++;
    }
    let wait = level + this.#placeholder - this.#worth.greatestLevel(rendition);
    if (wait > 0) {
      // What is only virtual can be taken away at once.
      const taken = Math.min(wait, this.#placeholder);
      this.#placeholder -= taken;
      wait -= taken;
    } else wait = 0;
    if (rendition === this.#movie.bitrates.length - 1) wait = 0;
    const safe = this.#insufficient?.atMost(rendition, outlook) ?? rendition;
    if (safe < rendition) {
      rendition = safe;
      wait = 0;
      this.#placeholder = Math.min(this.#placeholder, Math.max(0, this.#worth.leastLevel(rendition) - level));
    }
    return { rendition, wait };
  }

  override waited(time: Milliseconds): void {
    this.#placeholder += time;
  }

  override downloaded({ rendition, time }: Progress, level: Milliseconds, abandonedTo: number | null, replaces: boolean): void {
    this.#last = rendition;
    if (abandonedTo !== null) {
      // Something went wrong: no more confidence than the rendition that is left needs.
      const wanted = abandonedTo > 0 ? this.#worth.leastLevel(abandonedTo) : LEAST_BUFFER;
      if (!replaces) this.#placeholder = Math.min(this.#placeholder, Math.max(0, wanted - level));
      return;
    }
    if (replaces) {
      this.#placeholder += this.#movie.segmentDuration;
      return;
    }
    const before = level + time;
    this.#placeholder = Math.min(this.#placeholder, Math.max(0, this.#worth.greatestLevel(rendition) - before));
    // Where another rule has decided, the level must speak for its choice; but a stalled player is no reason for confidence.
    if (level > 0) this.#placeholder = Math.max(this.#placeholder, this.#worth.leastLevel(rendition) - before);
  }

  override sought(_segment: number): void {
    this.#settled = false;
  }

  override abandon({ rendition, size, downloaded, time, timeToFirstBit }: Progress, { level }: Outlook): number | null {
    const left = size - downloaded;
    if (downloaded <= 0 || left <= 0) return null;
    // Another request costs another latency: how things will stand after it.
    const then = Math.max(0, level + this.#placeholder - timeToFirstBit);
    const throughput = downloaded / (time - timeToFirstBit);
    const leftThen = left - timeToFirstBit * throughput;
    return leftThen <= 0 ? null : this.#worth.worthMore(rendition, size, leftThen, then);
  }
}
