/**
 * Which links a packet takes: the path of lowest total latency over access links, the core and explicit links.
 *
 * Every host is joined to the core by its access link, or behind a NAT or in an access network to its router; the core itself adds no delay and no limit.
 * Hosts forward over the links they have. Of paths of equal latency the one with fewer hops is taken, and of those the one whose first differing
 * link was declared earlier (a host's access link counts as declared before all explicit links). Links that failed and hosts
 * that are down carry nobody's packets: paths go around them from the moment of the failure, as if routing took no time.
 * Latencies are the declared ones; jitter, queues and traces do not change a path.
 */
import type { RandomStream } from '../kernel/random.ts';
import type { Nanoseconds } from '../quantities.ts';
import type { Scenario } from '../scenario.ts';
import { type LineProperties, LinkDirection } from './link.ts';

export type Path = readonly LinkDirection[];

export class Topology {
  /** Every direction of every access and explicit link, by its index. */
  readonly directions: LinkDirection[] = [];
  /** Directions that leave each node, in order of declaration; the last node is the core. */
  readonly #leaving: LinkDirection[][] = [];
  readonly #core: number;
  readonly #hasLinks: boolean;
  /** By host: where its access link leads, the router of a NAT or of an access network, or the core. */
  readonly #gateways: Int32Array;
  readonly #hasGateways: boolean;
  readonly #down: Uint8Array;
  readonly #paths = new Map<number, Path | null>();
  /** For each source that was asked for: the direction by which each node is reached, and from which node. */
  readonly #trees = new Map<number, { via: (LinkDirection | null)[]; from: Int32Array }>();

  constructor(scenario: Scenario, random: (purpose: string) => RandomStream) {
    const { hosts, links, services } = scenario;
    this.#core = hosts.length;
    this.#hasLinks = links.length > 0;
    this.#gateways = new Int32Array(hosts.length).fill(this.#core);
    this.#down = new Uint8Array(hosts.length + 1);
    for (let node = 0; node <= hosts.length; node++) this.#leaving.push([]);
    const add = (name: string, from: number, to: number, properties: LineProperties, link = -1, reverse = false): void => {
      const direction = new LinkDirection(name, { index: this.directions.length, from, to, link, reverse }, properties, random);
      this.directions.push(direction);
      this.#leaving[from]?.push(direction);
    };
    const index = new Map(hosts.map((host, i) => [host.name, i]));
    for (const service of services) {
      if (service.kind !== 'network.nat' && service.kind !== 'network.access-network') continue;
      for (const host of service.inside) this.#gateways[index.get(host) as number] = index.get(service.host) as number;
    }
    this.#hasGateways = services.some(({ kind }) => kind === 'network.nat' || kind === 'network.access-network');
    for (const [i, host] of hosts.entries()) {
      const gateway = this.#gateways[i] as number;
      const { latency, jitter, loss, duplicates, reordering, queue, trace, up, down } = host;
      const line = { latency, jitter, loss, duplicates, reordering, queue };
      add(`${host.name} up`, i, gateway, { ...line, rate: up, trace: null });
      add(`${host.name} down`, gateway, i, { ...line, rate: down, trace });
    }
    for (const [i, link] of links.entries()) {
      const a = index.get(link.a);
      const b = index.get(link.b);
      if (a === undefined || b === undefined) throw new Error(`a link joins ${link.a} and ${link.b}, and one of them is no host`);
      add(`${link.a} to ${link.b}`, a, b, link, i, false);
      add(`${link.b} to ${link.a}`, b, a, link, i, true);
    }
  }

  /** The links from host `from` to host `to`, two different hosts; null when no way leads there now. */
  path(from: number, to: number): Path | null {
    const key = from * (this.#core + 1) + to;
    let path = this.#paths.get(key);
    if (path === undefined) {
      path = this.#hasLinks ? this.#shortestPath(from, to) : this.#overTheCore(from, to);
      this.#paths.set(key, path);
    }
    return path;
  }

  /** The directions that lead away from a host. */
  leaving(host: number): readonly LinkDirection[] {
    return this.#leaving[host] ?? [];
  }

  /** The two directions of an access link. */
  accessOf(host: number): readonly LinkDirection[] {
    return this.directions.slice(2 * host, 2 * host + 2);
  }

  /** The two directions of an explicit link. */
  directionsOf(link: number): readonly LinkDirection[] {
    return this.directions.filter((direction) => direction.link === link);
  }

  /** Links have failed or recovered: paths are found anew. */
  changed(): void {
    this.#paths.clear();
    this.#trees.clear();
  }

  /** From now on a host forwards, or does not. */
  setForwarding(host: number, forwards: boolean): void {
    this.#down[host] = forwards ? 0 : 1;
    if (this.#hasLinks || this.#hasGateways) this.changed();
  }

  #overTheCore(from: number, to: number): Path | null {
    const up: LinkDirection[] = [];
    const down: LinkDirection[] = [];
    for (let node = to; node !== from && node !== this.#core && node !== this.#gateways[from]; node = this.#gateways[node] as number)
      down.unshift(this.directions[2 * node + 1] as LinkDirection);
    const first = down[0]?.from ?? to;
    for (let node = from; node !== first; node = this.#gateways[node] as number) up.push(this.directions[2 * node] as LinkDirection);
    const path = [...up, ...down];
    return path.every((line) => line.up && (line.to === to || !this.#down[line.to])) ? path : null;
  }

  #shortestPath(from: number, to: number): Path | null {
    let tree = this.#trees.get(from);
    if (!tree) {
      tree = this.#tree(from);
      this.#trees.set(from, tree);
    }
    if (tree.from[to] === -1) return null;
    const path: LinkDirection[] = [];
    for (let node = to; node !== from; node = tree.from[node] as number) path.unshift(tree.via[node] as LinkDirection);
    return path;
  }

  /** Dijkstra's algorithm; lexicographic in (latency, hops), nodes settled in the order in which they were reached. */
  #tree(source: number): { via: (LinkDirection | null)[]; from: Int32Array } {
    const nodes = this.#core + 1;
    const latency = new Float64Array(nodes).fill(Number.POSITIVE_INFINITY);
    const hops = new Int32Array(nodes);
    const from = new Int32Array(nodes).fill(-1);
    const via: (LinkDirection | null)[] = new Array(nodes).fill(null);
    const settled = new Uint8Array(nodes);
    /** When each node was first reached: the how-manieth. */
    const reachedAs = new Int32Array(nodes);
    let reachedSoFar = 0;
    const frontier = new NodeHeap((a, b) => {
      const [latencyA, latencyB] = [latency[a] as number, latency[b] as number];
      if (latencyA !== latencyB) return latencyA < latencyB;
      const [hopsA, hopsB] = [hops[a] as number, hops[b] as number];
      return hopsA === hopsB ? (reachedAs[a] as number) < (reachedAs[b] as number) : hopsA < hopsB;
    }, nodes);
    latency[source] = 0;
    frontier.raise(source);
    for (let node = frontier.take(); node >= 0; node = frontier.take()) {
      settled[node] = 1;
      // A host that is down is reached, in vain, but leads no further.
      if (node !== source && this.#down[node]) continue;
      for (const link of this.#leaving[node] as LinkDirection[]) {
        if (!link.up) continue;
        const reached: Nanoseconds = (latency[node] as number) + link.properties.latency;
        const count = (hops[node] as number) + 1;
        const known = latency[link.to] as number;
        if (settled[link.to] || reached > known || (reached === known && count >= (hops[link.to] as number))) continue;
        if (known === Number.POSITIVE_INFINITY) reachedAs[link.to] = ++reachedSoFar;
        latency[link.to] = reached;
        hops[link.to] = count;
        from[link.to] = node;
        via[link.to] = link;
        frontier.raise(link.to);
      }
    }
    return { via, from };
  }
}

/** A binary heap of nodes that knows where each one stands, so that one that has come closer moves up. */
class NodeHeap {
  readonly #closer: (a: number, b: number) => boolean;
  readonly #heap: number[] = [];
  /** By node; −1 where it is not in the heap. */
  readonly #place: Int32Array;

  constructor(closer: (a: number, b: number) => boolean, nodes: number) {
    this.#closer = closer;
    this.#place = new Int32Array(nodes).fill(-1);
  }

  /** Puts a node in, or up where it has come closer. */
  raise(node: number): void {
    let hole = this.#place[node] as number;
    if (hole < 0) hole = this.#heap.length;
    while (hole > 0) {
      const parent = this.#heap[(hole - 1) >> 1] as number;
      if (!this.#closer(node, parent)) break;
      this.#put(parent, hole);
      hole = (hole - 1) >> 1;
    }
    this.#put(node, hole);
  }

  /** The closest node, taken out; −1 when there is none. */
  take(): number {
    const first = this.#heap[0] ?? -1;
    const last = this.#heap.pop() ?? -1;
    if (first >= 0) this.#place[first] = -1;
    if (first === last) return first;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= this.#heap.length) break;
      if (child + 1 < this.#heap.length && this.#closer(this.#heap[child + 1] as number, this.#heap[child] as number)) child++;
      if (!this.#closer(this.#heap[child] as number, last)) break;
      this.#put(this.#heap[child] as number, hole);
      hole = child;
    }
    this.#put(last, hole);
    return first;
  }

  #put(node: number, place: number): void {
    this.#heap[place] = node;
    this.#place[node] = place;
  }
}
