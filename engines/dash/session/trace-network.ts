/**
 * A network that is only a trace: a request waits for the latency, then its bits come at the bandwidth, whatever TCP would do. As the
 * published simulator reckons (SABRE): latency and bandwidth may change on the way, and the trace begins anew at its end.
 *
 * The order of the arithmetic is part of the contract: decisions of sessions are compared with the reference’s, and must not part by a
 * last bit.
 */
import type { Bits, KilobitsPerSecond, Milliseconds } from '../movie.ts';

export interface NetworkPeriod {
  /** Above 0. */
  readonly duration: Milliseconds;
  /** At least one period of a trace has one above 0. */
  readonly bandwidth: KilobitsPerSecond;
  readonly latency: Milliseconds;
}

/** A download as it stands; made once by whoever asks for it, and kept up to date. */
export interface Download {
  downloaded: Bits;
  time: Milliseconds;
  /** Of that, before the first bit. */
  timeToFirstBit: Milliseconds;
}

/** Bits and time after which a download is looked at again. */
const PROGRESS_SIZE: Bits = 12_000;
const PROGRESS_TIME: Milliseconds = 50;

export class TraceNetwork {
  readonly #trace: readonly NetworkPeriod[];
  readonly #changed: (period: NetworkPeriod) => void;
  #index = 0;
  #period: NetworkPeriod;
  #left: Milliseconds;
  /** Since the beginning. */
  time: Milliseconds = 0;

  /** `changed` is told of each period as it begins, but for the first. */
  constructor(trace: readonly NetworkPeriod[], changed: (period: NetworkPeriod) => void) {
    this.#trace = trace;
    this.#changed = changed;
    this.#period = trace[0] as NetworkPeriod;
    this.#left = this.#period.duration;
  }

  delay(duration: Milliseconds): void {
    let left = duration;
    while (left > this.#left) {
      left -= this.#left;
      this.#finishPeriod();
    }
    this.#pass(left);
  }

  /** Brings `size` bits, and tells `download` of them. With `abandon`, which is asked now and then, a rendition ends it there, and is the result. */
  download(size: Bits, download: Download, abandon: (() => number | null) | null): number | null {
    download.timeToFirstBit = this.#latency();
    if (!abandon) {
      download.downloaded = size;
      download.time = download.timeToFirstBit + this.#transfer(size);
      return null;
    }
    download.time = download.timeToFirstBit;
    download.downloaded = 0;
    // The first look counts from the request.
    for (let leastTime = PROGRESS_TIME - download.time; ; leastTime = PROGRESS_TIME) {
      const { bandwidth } = this.#period;
      const bits = Math.min(size - download.downloaded, Math.max(PROGRESS_SIZE, leastTime * bandwidth));
      if (bits <= this.#left * bandwidth) {
        // Nearly always: the hot path.
        const time = bits / bandwidth;
        this.#pass(time);
        download.downloaded += bits;
        download.time += time;
      } else this.#transferAcross(size - download.downloaded, leastTime, download);
      if (download.downloaded >= size) return null;
      const abandonedTo = abandon();
      if (abandonedTo !== null) return abandonedTo;
    }
  }

  /** One latency, of which each period makes its share pass. */
  #latency(): Milliseconds {
    let total = 0;
    let share = 1;
    while (share > 0) {
      const { latency } = this.#period;
      const time = share * latency;
      if (time <= this.#left) {
        total += time;
        this.#pass(time);
        break;
      }
      total += this.#left;
      share -= this.#left / latency;
      this.#finishPeriod();
    }
    return total;
  }

  #transfer(size: Bits): Milliseconds {
    let total = 0;
    let left = size;
    for (;;) {
      const { bandwidth } = this.#period;
      const capacity = this.#left * bandwidth;
      if (left <= capacity) {
        const time = left / bandwidth;
        this.#pass(time);
        return total + time;
      }
      total += this.#left;
      left -= capacity;
      this.#finishPeriod();
    }
  }

  /** Until it is worth another look, or all `bits` that are left are there; over the ends of periods. */
  #transferAcross(bits: Bits, leastTime: Milliseconds, download: Download): void {
    let left = bits;
    let sizeToGo = PROGRESS_SIZE;
    let timeToGo = leastTime;
    let totalBits = 0;
    let totalTime = 0;
    do {
      const { bandwidth } = this.#period;
      const capacity = this.#left * bandwidth;
      const enough = Math.min(left, Math.max(sizeToGo, timeToGo * bandwidth));
      if (bandwidth > 0 && enough <= capacity) {
        const time = enough / bandwidth;
        this.#pass(time);
        totalBits += enough;
        totalTime += time;
        break;
      }
      const time = this.#left;
      if (bandwidth === 0 && sizeToGo <= 0 && timeToGo <= time) {
        this.#pass(timeToGo);
        totalTime += timeToGo;
        break;
      }
      this.#finishPeriod();
      totalBits += capacity;
      totalTime += time;
      left -= capacity;
      sizeToGo -= capacity;
      timeToGo -= time;
    } while (left > 0 && (sizeToGo > 0 || timeToGo > 0));
    download.downloaded += totalBits;
    download.time += totalTime;
  }

  #pass(time: Milliseconds): void {
    this.#left -= time;
    this.time += time;
  }

  #finishPeriod(): void {
    this.time += this.#left;
    this.#index = (this.#index + 1) % this.#trace.length;
    this.#period = this.#trace[this.#index] as NetworkPeriod;
    this.#left = this.#period.duration;
    this.#changed(this.#period);
  }
}
