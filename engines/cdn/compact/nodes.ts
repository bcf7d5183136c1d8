/**
 * The nodes of a CDN without messages: what each has in its cache, who is sent to which, and what the origin has to send.
 *
 * Theory of operation. Users stand near nodes. From one look at the nodes to the next, all users near one node are sent to the same one
 * (node-choice.ts), in a cluster on to the object's owner (hash-ring.ts), whose cache has the object or takes it (replacement.ts): the
 * machines that nodes and name servers with messages use. Memory grows by node and object (a place in a table for each, whatever is stored), never by request.
 */
import { CacheRoom } from '../../http/cache/replacement.ts';
import { type BitsPerSecond, type Bytes, type Nanoseconds, type Ratio, SECOND } from '../../quantities.ts';
import { STORED_HEAD } from '../catalogue.ts';
import { HashRing } from '../hash-ring.ts';
import { chooseNode } from '../node-choice.ts';
import type { CdnService } from '../scenario.ts';

export interface NodesSetUp {
  readonly service: Pick<CdnService, 'nodes' | 'cache' | 'fill' | 'clusters' | 'loadLimit'>;
  /** How many there are; objects are numbers from 0. */
  readonly objects: number;
  /** What a cluster's ring places an object by. */
  readonly path: (object: number) => string;
  /** One way, between the places of two nodes. */
  readonly latency: (from: string, to: string) => Nanoseconds;
  /** Rate of a node's line into the network. */
  readonly up: (node: string) => BitsPerSecond;
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

const UNKNOWN = -1;

export class CompactNodes {
  readonly #setUp: NodesSetUp;
  readonly #caches: CacheRoom[];
  /** By node: its cluster; -1 for a node by itself. */
  readonly #clusterOf: Int32Array;
  readonly #rings: readonly HashRing[];
  /** By cluster and object: the node that it belongs to, once it was asked for. */
  readonly #owners: readonly Int32Array[];
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #totals = { requests: 0, hits: 0, bytes: 0, hitBytes: 0, fromOrigin: 0, failed: 0 };
  readonly #requests: Float64Array;
  /** Asked of each node since the last look. */
  readonly #delivered: Float64Array;
  readonly #loads: Float64Array;
  readonly #healthy: Uint8Array;
  /** By node: where those near it are sent. */
  readonly #chosen: Int32Array;
  #lookedAt: Nanoseconds;

  constructor(setUp: NodesSetUp, now: Nanoseconds) {
    const { nodes, clusters } = setUp.service;
    this.#setUp = setUp;
    this.#caches = nodes.map(() => this.#emptyCache());
    this.#numbers = new Map(nodes.map((name, i) => [name, i]));
    this.#rings = clusters.map((members) => new HashRing(members));
    this.#owners = clusters.map(() => new Int32Array(setUp.objects).fill(UNKNOWN));
    this.#clusterOf = Int32Array.from(nodes, (name) => clusters.findIndex((members) => members.includes(name)));
    this.#requests = new Float64Array(nodes.length);
    this.#delivered = new Float64Array(nodes.length);
    this.#loads = new Float64Array(nodes.length);
    this.#healthy = new Uint8Array(nodes.length).fill(1);
    this.#chosen = new Int32Array(nodes.length);
    this.#lookedAt = now;
    this.look(now);
  }

  get totals(): Totals {
    return this.#totals;
  }

  /** Requests that a node has answered so far. */
  requestsAt(node: number): number {
    return this.#requests[node] as number;
  }

  /** What was asked of a node between the last two looks, in parts of what its line can carry: beyond 1, more than it could. */
  loadAt(node: number): Ratio {
    return this.#loads[node] as number;
  }

  /** As it was last seen. */
  isUp(node: number): boolean {
    return this.#healthy[node] === 1;
  }

  /** Where users near that node are sent since the last look. */
  chosenNear(node: number): number {
    return this.#chosen[node] as number;
  }

  /** From now on, a node is there or not: requests come to what is there. A crash takes the cache with it. */
  see(up: (node: number) => boolean): void {
    for (let node = 0; node < this.#healthy.length; node++) {
      const healthy = up(node) ? 1 : 0;
      if (healthy < (this.#healthy[node] as number)) this.#caches[node] = this.#emptyCache();
      this.#healthy[node] = healthy;
    }
  }

  /** Looks at each node: whether it is there, and what was asked of it since the last look. By that, users are sent until the next one. */
  look(now: Nanoseconds): void {
    const { service, latency, up } = this.#setUp;
    const time = now - this.#lookedAt;
    for (const [node, name] of service.nodes.entries()) {
      const bits = (this.#delivered[node] as number) * 8;
      this.#loads[node] = time > 0 ? (bits * SECOND) / (up(name) * time) : 0;
      this.#delivered[node] = 0;
    }
    this.#lookedAt = now;
    const states = service.nodes.map((name, number) => ({ name, number, healthy: this.isUp(number), load: this.loadAt(number) }));
    for (const { name: near, number } of states) {
      this.#chosen[number] = chooseNode(states, ({ name }) => latency(near, name), service.loadLimit, number).number;
    }
  }

  /** A request was sent to a node that is not there. */
  failed(): void {
    this.#totals.failed++;
  }

  /** The node whose cache an object is looked for in, when `node` is asked for it. */
  ownerOf(node: number, object: number): number {
    const cluster = this.#clusterOf[node] as number;
    if (cluster < 0) return node;
    const owners = this.#owners[cluster] as Int32Array;
    let owner = owners[object] as number;
    if (owner === UNKNOWN) {
      owner = this.#numbers.get(this.#rings[cluster]?.memberFor(this.#setUp.path(object)) as string) as number;
      owners[object] = owner;
    }
    if (this.isUp(owner)) return owner;
    // The next one on the ring, as nodes do once they know.
    const next = this.#rings[cluster]?.memberFor(this.#setUp.path(object), (name) => this.isUp(this.#numbers.get(name) as number));
    return next == null ? node : (this.#numbers.get(next) as number);
  }

  /**
   * A node, which is there, is asked for an object. True where a cache has it, or it is on its way to one (`underWay`); otherwise the
   * origin sends it.
   */
  request(node: number, object: number, size: Bytes, underWay = false): boolean {
    const totals = this.#totals;
    this.#requests[node] = (this.#requests[node] as number) + 1;
    this.#delivered[node] = (this.#delivered[node] as number) + size;
    totals.requests++;
    totals.bytes += size;
    const owner = this.ownerOf(node, object);
    const cache = this.#caches[owner] as CacheRoom;
    cache.use(object);
    if (underWay || cache.has(object)) {
      totals.hits++;
      totals.hitBytes += size;
      return true;
    }
    totals.fromOrigin += size;
    if (this.#setUp.service.fill === 'pull') cache.put(object, size + STORED_HEAD);
    return false;
  }

  /** Fills caches from the first object on, as long as the next one fits; the origin has sent each once to each. */
  push(sizeOf: (object: number) => Bytes): void {
    for (const [node, cache] of this.#caches.entries()) {
      for (let object = 0; object < this.#setUp.objects; object++) {
        if (this.ownerOf(node, object) !== node) continue;
        const size = sizeOf(object);
        const room = size + STORED_HEAD;
        if (cache.used + room > cache.room) break;
        cache.put(object, room);
        this.#totals.fromOrigin += size;
      }
    }
  }

  #emptyCache(): CacheRoom {
    const { size, policy } = this.#setUp.service.cache;
    return new CacheRoom(size, policy);
  }
}
