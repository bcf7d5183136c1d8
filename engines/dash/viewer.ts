/**
 * A viewer of a film without the network: which segment to ask for, when, and in which rendition. A pure machine, driven by whatever
 * brings the segments: HTTP over simulated TCP, or a share of a link without any message.
 *
 * Theory of operation. `next` says what to do now: ask for a segment, wait, or nothing until something changes. One segment is asked
 * for at a time; `arrived`, `abandoned` or `lost` tells what became of it. In between, `abandon` may be asked with the progress. The
 * playout buffer (video/playout.ts) is what the rule looks at; the viewer adds up what comes to the screen.
 *
 *     const viewer = new Viewer(movie, settings, now);
 *     for (let wish = viewer.next(now); wish.kind !== 'done'; wish = viewer.next(now)) …
 *
 * Times are nanoseconds of the run, as the playout buffer has them; the rules are told milliseconds.
 */
import { MILLISECOND, type Nanoseconds } from '../quantities.ts';
import { Playout, type PlayoutChange } from '../video/playout.ts';
import { type AlgorithmName, type AlgorithmOptions, ruleOf } from './abr/algorithms.ts';
import type { Outlook, Progress, Rule } from './abr/rule.ts';
import { type ThroughputEstimate, WeightedEstimate } from './abr/throughput-estimate.ts';
import type { Bits, Movie } from './movie.ts';
import { ShownSegments } from './shown.ts';

export interface ViewerSettings extends AlgorithmOptions {
  readonly algorithm: AlgorithmName;
  /** Of the film; more than all segments but the last, at most all of them. */
  readonly duration: Nanoseconds;
  /** Held before the first picture, and after a stall or a jump. */
  readonly startThreshold: Nanoseconds;
  readonly resumeThreshold: Nanoseconds;
}

export type Wish =
  | { readonly kind: 'ask'; readonly segment: number; readonly rendition: number; readonly size: Bits }
  /** Ask again then, or when something has changed; null: only then. */
  | { readonly kind: 'wait'; readonly until: Nanoseconds | null }
  /** The film has ended. */
  | { readonly kind: 'done' };

export class Viewer {
  readonly movie: Movie;
  readonly playout: Playout;
  readonly shown: ShownSegments;
  readonly #settings: ViewerSettings;
  readonly #rule: Rule;
  readonly #segment: Nanoseconds;
  /** Renditions of the segments that have arrived. */
  readonly #renditions: Uint8Array;
  #estimate: ThroughputEstimate;
  /** The next segment to ask for, and the next one to come to the screen. */
  #next = 0;
  #nextShown = 0;
  /** Up to where what was played is added up. */
  #playedTo: Nanoseconds = 0;
  #first = true;
  /** Chosen, and to be asked for then. */
  #chosen: { readonly rendition: number; readonly at: Nanoseconds } | null = null;
  /** Since when there is no room for another segment. */
  #fullSince: Nanoseconds | null = null;

  /** `changed`: as of Playout. */
  constructor(movie: Movie, settings: ViewerSettings, now: Nanoseconds, changed?: (change: PlayoutChange) => void) {
    this.movie = movie;
    this.#settings = settings;
    this.#segment = Math.round(movie.segmentDuration * MILLISECOND);
    this.#rule = ruleOf(settings.algorithm, movie, settings);
    this.#renditions = new Uint8Array(movie.sizes.length);
    this.#estimate = new WeightedEstimate(movie.segmentDuration);
    this.shown = new ShownSegments(movie);
    // More than the buffer takes in would never be held.
    const most = Math.max(1, Math.floor((settings.buffer * MILLISECOND) / this.#segment)) * this.#segment;
    const startThreshold = Math.min(settings.startThreshold, most);
    const resumeThreshold = Math.min(settings.resumeThreshold, most);
    this.playout = new Playout({ length: settings.duration, startDelay: 0, startThreshold, resumeThreshold }, now, changed);
  }

  /** What the rules reckon with from now on: another server has an estimate of its own. */
  reckonWith(estimate: ThroughputEstimate): void {
    this.#estimate = estimate;
  }

  get estimate(): ThroughputEstimate {
    return this.#estimate;
  }

  /** Does what has happened up to `now`, which is not before the last call. */
  advance(now: Nanoseconds): void {
    this.playout.advance(now);
    // Before the first picture the position is 0, and nothing is shown.
    const { position } = this.playout;
    while (this.#nextShown < this.#next && this.#nextShown * this.#segment < position)
      this.shown.show(this.#renditions[this.#nextShown++] as number);
    while (this.#playedTo < position) {
      const segment = Math.min(Math.floor(this.#playedTo / this.#segment), this.#renditions.length - 1);
      const to = segment === this.#renditions.length - 1 ? position : Math.min(position, (segment + 1) * this.#segment);
      this.shown.play(this.#renditions[segment] as number, (to - this.#playedTo) / MILLISECOND);
      this.#playedTo = to;
    }
  }

  next(now: Nanoseconds): Wish {
    this.advance(now);
    const { phase, level, speed } = this.playout;
    if (phase === 'ended') return { kind: 'done' };
    if (this.#next >= this.movie.sizes.length) return { kind: 'wait', until: null };
    const over = level === 0 ? 0 : level + this.#segment - this.#settings.buffer * MILLISECOND;
    if (over > 0) {
      this.#fullSince ??= now;
      return { kind: 'wait', until: phase === 'playing' ? now + Math.ceil(over / speed) : null };
    }
    if (this.#fullSince !== null) {
      this.#rule.waited((now - this.#fullSince) / MILLISECOND);
      this.#fullSince = null;
    }
    this.#chosen ??= this.#choose(now);
    const { rendition, at } = this.#chosen;
    if (at > now) return { kind: 'wait', until: at };
    return { kind: 'ask', segment: this.#next, rendition, size: this.movie.sizes[this.#next]?.[rendition] as Bits };
  }

  #choose(now: Nanoseconds): { readonly rendition: number; readonly at: Nanoseconds } {
    if (this.#first) return { rendition: this.#rule.first(), at: now };
    const { rendition, wait } = this.#rule.choose(this.#next, this.#outlook());
    return { rendition, at: now + Math.round(wait * MILLISECOND) };
  }

  #outlook(): Outlook {
    const { throughput, latency } = this.#estimate;
    return { level: this.playout.level / MILLISECOND, throughput, latency };
  }

  /** The segment that was asked for is here, whole, in `time` (ms) of which `timeToFirstBit` passed before its first bit; `size` bits of it. */
  arrived(now: Nanoseconds, { segment, rendition, size, time, timeToFirstBit }: Omit<Progress, 'downloaded'>): void {
    this.advance(now);
    // What comes with its head, all at once, tells of a throughput only with the time that it waited.
    const receiving = time - timeToFirstBit;
    const counted = receiving >= 1 ? receiving : Math.max(time, 1e-6);
    this.#estimate.downloaded(counted, size / counted, timeToFirstBit);
    this.#renditions[segment] = rendition;
    this.#next = segment + 1;
    this.#chosen = null;
    const first = this.#first;
    this.#first = false;
    this.playout.receive(now, Math.min(this.#next * this.#segment, this.#settings.duration));
    const came = { segment, rendition, size, downloaded: size, time, timeToFirstBit };
    if (first) this.#rule.started(came);
    else this.#rule.downloaded(came, this.playout.level / MILLISECOND, null, false);
    this.advance(now);
  }

  /** Whether to give the segment up that is under way, and for which rendition. */
  abandon(now: Nanoseconds, progress: Progress): number | null {
    this.advance(now);
    return this.#rule.abandon(progress, this.#outlook());
  }

  /** It was given up for that rendition. */
  abandoned(now: Nanoseconds, progress: Progress, to: number): void {
    this.advance(now);
    this.#rule.downloaded(progress, this.playout.level / MILLISECOND, to, false);
    this.#chosen = { rendition: to, at: now };
  }

  /** It will not come; it is chosen anew. */
  lost(now: Nanoseconds): void {
    this.advance(now);
    this.#chosen = null;
  }

  /** A jump by the viewer. True where the film is held there; else what is under way is not wanted any more. */
  seek(now: Nanoseconds, position: Nanoseconds): boolean {
    this.advance(now);
    const held = this.playout.seek(now, position);
    this.#playedTo = this.playout.position;
    const there = Math.floor(this.#playedTo / this.#segment);
    // What is on the screen already comes to it no second time.
    if (there !== this.#nextShown - 1) this.#nextShown = there;
    if (held) return true;
    this.#next = there;
    this.#chosen = null;
    this.#fullSince = null;
    this.#rule.sought(this.#next);
    return false;
  }
}
