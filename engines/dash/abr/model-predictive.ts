/**
 * Model-predictive control (Yin, Jindal, Sekar, Sinopoli, “A Control-Theoretic Approach for Dynamic Adaptive Video Streaming over HTTP”,
 * SIGCOMM ’15): of all plans for the next five segments, the one of the best quality of experience if the throughput stays as predicted;
 * its first segment is taken, and the next decision plans anew.
 *
 * The prediction is the harmonic mean of the last five downloads’ throughputs (latency included, since the plan knows no latency);
 * RobustMPC divides it by 1 + the greatest relative error of the last five predictions. The quality is the linear one of quality.ts.
 */
import type { KilobitsPerSecond, Milliseconds, Movie } from '../movie.ts';
import { bestFirst } from './best-plan.ts';
import { type Choice, type Outlook, PlainRule, type Progress } from './rule.ts';

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
    return { rendition: bestFirst(this.#movie, { segment, last: this.#last, level, room: this.#buffer, throughput: reckoned }), wait: 0 };
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
}

function remember(values: number[], value: number): void {
  values.push(value);
  if (values.length > REMEMBERED) values.shift();
}
