/**
 * Counts what a CDN does, for its metrics. An observer: it stands outside the wire, and changes nothing of what nodes and clients do.
 * Values are told by the host at which they come about.
 */
import type { Narrator } from '../network/host.ts';
import type { Bytes, Nanoseconds } from '../quantities.ts';
import type { HitRatios } from './prediction.ts';

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

  /** `name`: as the author calls the CDN. */
  constructor(name: string) {
    this.#subjects = [name];
  }

  /** A node has answered a client. `hit`: without the origin. */
  answered(narrator: Narrator, node: string, hit: boolean, bytes: Bytes): void {
    const requests = (this.#nodes.get(node) ?? 0) + 1;
    this.#nodes.set(node, requests);
    narrator.measure('node requests', [node], requests);
    this.#requests++;
    this.#bytes += bytes;
    if (hit) {
      this.#hits++;
      this.#hitBytes += bytes;
    }
    narrator.measure('cdn hit ratio', this.#subjects, this.#hits / this.#requests);
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

  failed(narrator: Narrator): void {
    narrator.measure('failed requests', this.#subjects, ++this.#failed);
  }

  predicted(narrator: Narrator, predicted: HitRatios | null, best: HitRatios): void {
    narrator.measure('best hit ratio', this.#subjects, best.objects);
    if (predicted === null) return;
    narrator.measure('predicted hit ratio', this.#subjects, predicted.objects);
    narrator.measure('predicted byte hit ratio', this.#subjects, predicted.bytes);
  }
}
