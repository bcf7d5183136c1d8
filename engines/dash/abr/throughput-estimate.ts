/**
 * What a client makes of the downloads so far: a throughput and a latency to reckon with.
 *
 * Theory of operation. Each estimator has averages over a short and a long memory, and believes the more careful of them: of
 * throughputs the least, of latencies the greatest. The exponentially weighted average forgets by time (a download that took long
 * counts for more) and is corrected for having begun at 0; the sliding window is the mean of the last downloads. As published with
 * SABRE (Spiteri, Sitaraman, Sparacio, “From Theory to Practice”, MMSys ’18, §4) and as dash.js has it.
 */
import { nearestPowerOfHalf } from '../../kernel/elementary-functions.ts';
import type { KilobitsPerSecond, Milliseconds } from '../movie.ts';

export interface ThroughputEstimate {
  /** null before the first download. */
  readonly throughput: KilobitsPerSecond | null;
  /** From the request to the first bit; 0 before the first download. */
  readonly latency: Milliseconds;
  /** A download has brought its bits at `throughput` in `time`, beginning `latency` after the request. */
  downloaded(time: Milliseconds, throughput: KilobitsPerSecond, latency: Milliseconds): void;
}

/** Half-lives of the exponentially weighted averages, by default. */
export const HALF_LIVES: readonly Milliseconds[] = [3000, 8000];
/** Downloads in the sliding window, by default. */
export const WINDOWS: readonly number[] = [3];
/** Downloads that a sliding window can reach back. */
const KEPT = 20;

interface Average {
  readonly halfLife: Milliseconds;
  /** In downloads. */
  readonly latencyHalfLife: number;
  readonly latencyWeight: number;
  throughput: number;
  latency: number;
}

/** Exponentially weighted moving averages, one for each half-life. Latencies are weighted by downloads, of which one lasts a segment. */
export class WeightedEstimate implements ThroughputEstimate {
  readonly #averages: readonly Average[];
  #time: Milliseconds = 0;
  #downloads = 0;
  throughput: KilobitsPerSecond | null = null;
  latency: Milliseconds = 0;

  constructor(segmentDuration: Milliseconds, halfLives: readonly Milliseconds[] = HALF_LIVES) {
    this.#averages = halfLives.map((halfLife) => {
      const latencyHalfLife = halfLife / segmentDuration;
      return { halfLife, latencyHalfLife, latencyWeight: nearestPowerOfHalf(1 / latencyHalfLife), throughput: 0, latency: 0 };
    });
  }

  downloaded(time: Milliseconds, throughput: KilobitsPerSecond, latency: Milliseconds): void {
    this.#time += time;
    this.#downloads++;
    let least = Number.POSITIVE_INFINITY;
    let greatest = 0;
    for (const average of this.#averages) {
      const kept = nearestPowerOfHalf(time / average.halfLife);
      average.throughput = kept * average.throughput + (1 - kept) * throughput;
      average.latency = average.latencyWeight * average.latency + (1 - average.latencyWeight) * latency;
      least = Math.min(least, average.throughput / begunShare(this.#time / average.halfLife));
      greatest = Math.max(greatest, average.latency / begunShare(this.#downloads / average.latencyHalfLife));
    }
    this.throughput = least;
    this.latency = greatest;
  }
}

/** What an average that began at 0 has taken in after so many half-lives. Of more than 54, nothing that a number shows is missing. */
function begunShare(halfLives: number): number {
  return halfLives > 54 ? 1 : 1 - nearestPowerOfHalf(halfLives);
}

/** Means over the last downloads, one for each window. */
export class SlidingEstimate implements ThroughputEstimate {
  readonly #windows: readonly number[];
  readonly #throughputs: number[] = [];
  readonly #latencies: number[] = [];
  throughput: KilobitsPerSecond | null = null;
  latency: Milliseconds = 0;

  /** Windows of 1 to 20 downloads. */
  constructor(windows: readonly number[] = WINDOWS) {
    this.#windows = windows;
  }

  downloaded(_time: Milliseconds, throughput: KilobitsPerSecond, latency: Milliseconds): void {
    this.#throughputs.push(throughput);
    this.#latencies.push(latency);
    if (this.#throughputs.length > KEPT) {
      this.#throughputs.shift();
      this.#latencies.shift();
    }
    this.throughput = Math.min(...this.#windows.map((window) => mean(this.#throughputs.slice(-window))));
    this.latency = Math.max(...this.#windows.map((window) => mean(this.#latencies.slice(-window))));
  }
}

function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
