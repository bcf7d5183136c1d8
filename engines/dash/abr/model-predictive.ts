/**
 * Model-predictive control (Yin, Jindal, Sekar, Sinopoli, “A Control-Theoretic Approach for Dynamic Adaptive Video Streaming over HTTP”,
 * SIGCOMM ’15): of all plans for the next five segments, the one of the best quality of experience if the throughput stays as predicted;
 * its first segment is taken, and the next decision plans anew.
 *
 * The prediction is the harmonic mean of the last five downloads’ throughputs (latency included, since the plan knows no latency);
 * RobustMPC divides it by 1 + the greatest relative error of the last five predictions. The quality is the linear one of quality.ts.
 * The search is exact: depth first from the highest rendition, cut off where even the highest bitrate could not make a plan the best.
 */
import type { KilobitsPerSecond, Milliseconds, Movie } from '../movie.ts';
import { STALL_WEIGHT, SWITCH_WEIGHT } from '../quality.ts';
import { type Choice, type Outlook, PlainRule, type Progress } from './rule.ts';

/** Segments that a plan is made for. */
export const HORIZON = 5;
/** Downloads that a prediction is made of, and predictions that the greatest error is taken of. */
export const REMEMBERED = 5;

export class ModelPredictiveRule extends PlainRule {
  readonly #movie: Movie;
  readonly #buffer: Milliseconds;
  readonly #robust: boolean;
  readonly #throughputs: KilobitsPerSecond[] = [];
  readonly #errors: number[] = [];
  #predicted: KilobitsPerSecond | null = null;
  #last = 0;

  constructor(movie: Movie, { buffer, robust }: { readonly buffer: Milliseconds; readonly robust: boolean }) {
    super();
    this.#movie = movie;
    this.#buffer = buffer;
    this.#robust = robust;
  }

  choose(segment: number, { level }: Outlook): Choice {
    if (this.#throughputs.length === 0) return { rendition: 0, wait: 0 };
    let inverse = 0;
    for (const throughput of this.#throughputs) inverse += 1 / throughput;
    this.#predicted = this.#throughputs.length / inverse;
    const reckoned = this.#robust ? this.#predicted / (1 + Math.max(0, ...this.#errors)) : this.#predicted;
    return { rendition: this.#plan(segment, level, reckoned), wait: 0 };
  }

  /** The published simulator tells its rules nothing of the first one; this one is not among them, and the paper’s player knows it. */
  override started(progress: Progress): void {
    this.downloaded(progress, 0, null);
  }

  override downloaded({ rendition, downloaded, time }: Progress, _level: Milliseconds, abandonedTo: number | null): void {
    if (abandonedTo !== null || time <= 0) return;
    this.#last = rendition;
    const throughput = downloaded / time;
    if (this.#predicted !== null) remember(this.#errors, Math.abs(this.#predicted - throughput) / throughput);
    remember(this.#throughputs, throughput);
  }

  #plan(segment: number, level: Milliseconds, throughput: KilobitsPerSecond): number {
    const { bitrates, sizes, segmentDuration } = this.#movie;
    const highest = bitrates.at(-1) as number;
    const end = Math.min(segment + HORIZON, sizes.length);
    let best = Number.NEGATIVE_INFINITY;
    let chosen = 0;
    const extend = (at: number, buffered: Milliseconds, before: number, quality: number, first: number): void => {
      if (at === end) {
        if (quality > best) {
          best = quality;
          chosen = first;
        }
        return;
      }
      if (quality + (end - at) * highest <= best) return;
      for (let rendition = bitrates.length - 1; rendition >= 0; rendition--) {
        const bitrate = bitrates[rendition] as number;
        const time = (sizes[at]?.[rendition] as number) / throughput;
        const stalled = Math.max(0, time - buffered) / 1000;
        const left = Math.min(Math.max(0, buffered - time) + segmentDuration, this.#buffer);
        const gained = bitrate - SWITCH_WEIGHT * Math.abs(bitrate - (bitrates[before] as number)) - STALL_WEIGHT * highest * stalled;
        extend(at + 1, left, rendition, quality + gained, at === segment ? rendition : first);
      }
    };
    extend(segment, level, this.#last, 0, 0);
    return chosen;
  }
}

function remember(values: number[], value: number): void {
  values.push(value);
  if (values.length > REMEMBERED) values.shift();
}
