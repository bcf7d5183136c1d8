/**
 * Counts what a CDN does, for its metrics. An observer: it stands outside the wire, and changes nothing of what nodes and clients do.
 * Values are told by the host at which they come about.
 */
import type { Narrator } from '../network/host.ts';
import type { Bytes, Nanoseconds, Ratio } from '../quantities.ts';
import type { HitRatios } from './prediction.ts';

/** What a crowd without messages has done, since it began or since it was told the last time. */
export interface CrowdCounts {
  /** Answered, at each node. */
  readonly requests: ReadonlyMap<string, number>;
  readonly hits: number;
  readonly bytes: Bytes;
  readonly hitBytes: Bytes;
  readonly fromOrigin: Bytes;
  readonly failed: number;
}

/** What viewers have seen. */
export interface CrowdWatched {
  readonly playing: Nanoseconds;
  readonly stalled: Nanoseconds;
  readonly segments: number;
  /** Sum over the segments, in kbit/s. */
  readonly bitrate: number;
}

export class CdnLedger {
  readonly #subjects: readonly [string];
  readonly #nodes = new Map<string, number>();
  #requests = 0;
  #hits = 0;
  #bytes: Bytes = 0;
  #hitBytes: Bytes = 0;
  #fromOrigin: Bytes = 0;
  /** What clients got from the origin itself. */
  #pastNodes: Bytes = 0;
  #failed = 0;
  readonly #watched = { playing: 0, stalled: 0, segments: 0, bitrate: 0 };
  /** Of each node: what was asked of its line, by who counts it. */
  readonly #loads = new Map<string, Map<object, Ratio>>();

  /** `name`: as the author calls the CDN. */
  constructor(name: string) {
    this.#subjects = [name];
  }

  /** A node has answered a client. `hit`: without the origin. */
  answered(narrator: Narrator, node: string, hit: boolean, bytes: Bytes): void {
    this.#answeredAt(narrator, node, 1);
    this.#bytes += bytes;
    if (hit) {
      this.#hits++;
      this.#hitBytes += bytes;
    }
    this.#ratios(narrator);
  }

  /** A crowd without messages has done so much more. */
  crowd(narrator: Narrator, { requests, hits, bytes, hitBytes, fromOrigin, failed }: CrowdCounts): void {
    for (const [node, count] of requests) this.#answeredAt(narrator, node, count);
    this.#hits += hits;
    this.#bytes += bytes;
    this.#hitBytes += hitBytes;
    this.#fromOrigin += fromOrigin;
    this.#ratios(narrator);
    if (this.#failed + failed > 0) this.failed(narrator, failed);
  }

  /** A crowd of viewers has seen so much more. */
  watched(narrator: Narrator, { playing, stalled, segments, bitrate }: CrowdWatched): void {
    const all = this.#watched;
    all.playing += playing;
    all.stalled += stalled;
    all.segments += segments;
    all.bitrate += bitrate;
    const ratio = all.stalled / (all.playing + all.stalled);
    if (!Number.isNaN(ratio)) narrator.measure('stall ratio', this.#subjects, ratio);
    if (all.segments > 0) narrator.measure('crowd bitrate', this.#subjects, (all.bitrate / all.segments) * 1000);
  }

  /**
   * What `by` found was asked of a node's line of late: the health checks, or a crowd, whose requests those do not see. The sum is told.
   */
  load(narrator: Narrator, node: string, by: object, load: Ratio): void {
    const loads = this.#loads.get(node) ?? new Map<object, Ratio>();
    this.#loads.set(node, loads.set(by, load));
    let sum = 0;
    for (const one of loads.values()) sum += one;
    narrator.measure('node load', [node], sum);
  }

  /** Of what `by` counted nothing more is known: at a node, or anywhere. */
  loadEnds(by: object, node?: string): void {
    for (const [name, loads] of this.#loads) if (node === undefined || node === name) loads.delete(by);
  }

  #answeredAt(narrator: Narrator, node: string, count: number): void {
    const requests = (this.#nodes.get(node) ?? 0) + count;
    this.#nodes.set(node, requests);
    this.#requests += count;
    narrator.measure('node requests', [node], requests);
  }

  #ratios(narrator: Narrator): void {
    if (this.#requests > 0) narrator.measure('cdn hit ratio', this.#subjects, this.#hits / this.#requests);
    if (this.#bytes > 0) narrator.measure('cdn byte hit ratio', this.#subjects, this.#hitBytes / this.#bytes);
    this.#offload(narrator);
  }

  /** The origin has sent so much to a node. */
  fromOrigin(bytes: Bytes): void {
    this.#fromOrigin += bytes;
  }

  /** The origin has sent so much to a client, past all nodes. */
  pastNodes(narrator: Narrator, bytes: Bytes): void {
    this.#fromOrigin += bytes;
    this.#pastNodes += bytes;
    this.#offload(narrator);
  }

  /** A user has what it asked for, after so long. */
  delivered(narrator: Narrator, time: Nanoseconds): void {
    narrator.measure('cdn response time', this.#subjects, time);
  }

  #offload(narrator: Narrator): void {
    const got = this.#bytes + this.#pastNodes;
    // What nodes fetched for others yet to come counts as well: at first, an origin may send more than clients get.
    if (got > 0) narrator.measure('origin offload', this.#subjects, Math.max(0, 1 - this.#fromOrigin / got));
  }

  failed(narrator: Narrator, count = 1): void {
    this.#failed += count;
    narrator.measure('failed requests', this.#subjects, this.#failed);
  }

  predicted(narrator: Narrator, predicted: HitRatios | null, best: HitRatios): void {
    narrator.measure('best hit ratio', this.#subjects, best.objects);
    if (predicted === null) return;
    narrator.measure('predicted hit ratio', this.#subjects, predicted.objects);
    narrator.measure('predicted byte hit ratio', this.#subjects, predicted.bytes);
  }
}
