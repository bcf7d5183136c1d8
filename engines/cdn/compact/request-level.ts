/**
 * A CDN at the level of requests: which node is asked, whether it has the object, what the origin has to send. No messages, no packets,
 * no time that a transfer takes: ten thousand users for an hour in seconds.
 *
 * Theory of operation. Users stand near nodes, as many near each; a request comes from one of them, drawn evenly. From one look at the
 * nodes to the next, all users near one node are sent to the same one (node-choice.ts), in a cluster on to the object's owner
 * (hash-ring.ts), whose cache has the object or takes it (replacement.ts): the machines that nodes and name servers with messages use.
 * Memory grows by node and object, never by request.
 */
import { CacheRoom } from '../../http/cache/replacement.ts';
import type { RandomStream } from '../../kernel/random.ts';
import { type BitsPerSecond, type Bytes, type Nanoseconds, type Ratio, SECOND } from '../../quantities.ts';
import type { CdnCatalogue } from '../catalogue.ts';
import { HashRing } from '../hash-ring.ts';
import { chooseNode } from '../node-choice.ts';
import { type FlashCrowd, RequestProcess } from '../request-process.ts';
import type { CdnService } from '../scenario.ts';

export interface RequestLevelSetUp {
  readonly service: Pick<CdnService, 'nodes' | 'cache' | 'fill' | 'clusters' | 'loadLimit'>;
  readonly catalogue: CdnCatalogue;
  /** One way, between the places of two nodes. */
  readonly latency: (from: string, to: string) => Nanoseconds;
  /** Rate of a node's line into the network. */
  readonly up: (node: string) => BitsPerSecond;
  /** Requests a second of all users together, on average. */
  readonly rate: number;
  readonly crowd: FlashCrowd | null;
  readonly random: (purpose: string) => RandomStream;
}

/** All so far. */
export interface Totals {
  readonly requests: number;
  readonly hits: number;
  readonly bytes: Bytes;
  readonly hitBytes: Bytes;
  /** Sent by the origin. */
  readonly fromOrigin: Bytes;
  /** Sent to a node that was not there. */
  readonly failed: number;
}

export class RequestLevel {
  readonly #setUp: RequestLevelSetUp;
  readonly #process: RequestProcess;
  readonly #places: RandomStream;
  readonly #caches: readonly CacheRoom[];
  /** By node and object: the number of the node that it belongs to. Nodes of a cluster share a table. */
  readonly #owners: readonly Int32Array[];
  readonly #totals = { requests: 0, hits: 0, bytes: 0, hitBytes: 0, fromOrigin: 0, failed: 0 };
  readonly #requests: Float64Array;
  /** Delivered by each node since the last look. */
  readonly #delivered: Float64Array;
  readonly #loads: Float64Array;
  #lookedAt: Nanoseconds;

  constructor(setUp: RequestLevelSetUp, now: Nanoseconds) {
    const { service, catalogue, rate, crowd, random } = setUp;
    const { nodes, cache } = service;
    this.#setUp = setUp;
    this.#process = new RequestProcess(catalogue.popularity, rate, crowd, now, {
      arrivals: random('crowd arrivals'),
      choices: random('crowd objects'),
    });
    this.#places = random('crowd places');
    this.#caches = nodes.map(() => new CacheRoom(cache.size, cache.policy));
    this.#owners = ownersOf(setUp);
    this.#requests = new Float64Array(nodes.length);
    this.#delivered = new Float64Array(nodes.length);
    this.#loads = new Float64Array(nodes.length);
    this.#lookedAt = now;
    if (service.fill === 'push') this.#push();
  }

  get totals(): Totals {
    return this.#totals;
  }

  /** Requests that a node has answered so far. */
  requestsAt(node: number): number {
    return this.#requests[node] as number;
  }

  /** What a node delivered between the last two looks, in parts of what its line can carry: beyond 1, more was asked of it. */
  loadAt(node: number): Ratio {
    return this.#loads[node] as number;
  }

  /** All requests before `until`, sent by what the nodes were at the last look; then looks at them anew. `up`: whether a node is there. */
  advance(until: Nanoseconds, up: (node: number) => boolean): void {
    const { service, latency, catalogue } = this.#setUp;
    const states = service.nodes.map((name, i) => ({ name, number: i, healthy: up(i), load: this.#loads[i] as number }));
    const chosen = service.nodes.map((near, i) => chooseNode(states, ({ name }) => latency(near, name), service.loadLimit, i));
    const process = this.#process;
    const { sizes } = catalogue;
    for (; process.at < until; process.advance()) {
      const { number, healthy } = chosen[this.#places.below(chosen.length)] as (typeof states)[number];
      const { object } = process;
      if (healthy) this.#request(number, object, sizes[object] as Bytes, states);
      else this.#totals.failed++;
    }
    const time = until - this.#lookedAt;
    for (let node = 0; node < service.nodes.length; node++) {
      const bits = (this.#delivered[node] as number) * 8;
      this.#loads[node] = time > 0 ? (bits * SECOND) / (this.#setUp.up(service.nodes[node] as string) * time) : 0;
      this.#delivered[node] = 0;
    }
    this.#lookedAt = until;
  }

  #request(node: number, object: number, size: Bytes, states: readonly { readonly healthy: boolean }[]): void {
    const totals = this.#totals;
    this.#requests[node] = (this.#requests[node] as number) + 1;
    this.#delivered[node] = (this.#delivered[node] as number) + size;
    totals.requests++;
    totals.bytes += size;
    const owner = this.#owners[node]?.[object] ?? node;
    // As a node does whose neighbour does not answer: past it to the origin, and nothing is stored.
    const cache = states[owner]?.healthy ? this.#caches[owner] : undefined;
    if (cache?.has(object)) {
      cache.use(object);
      totals.hits++;
      totals.hitBytes += size;
      return;
    }
    totals.fromOrigin += size;
    if (this.#setUp.service.fill === 'pull') cache?.put(object, size);
  }

  /** What is asked for most, as long as it fits; the origin has sent it once to each. */
  #push(): void {
    const { sizes } = this.#setUp.catalogue;
    for (const [node, cache] of this.#caches.entries()) {
      for (const [object, size] of sizes.entries()) {
        if ((this.#owners[node]?.[object] ?? node) !== node) continue;
        if (cache.used + size > cache.room) break;
        cache.put(object, size);
        this.#totals.fromOrigin += size;
      }
    }
  }
}

function ownersOf({ service, catalogue }: RequestLevelSetUp): Int32Array[] {
  const tables: Int32Array[] = [];
  for (const cluster of service.clusters) {
    const ring = new HashRing(cluster);
    const numbers = new Map(cluster.map((name) => [name, service.nodes.indexOf(name)]));
    const table = Int32Array.from(catalogue.paths, (path) => numbers.get(ring.memberFor(path) as string) as number);
    for (const number of numbers.values()) tables[number] = table;
  }
  return tables;
}
