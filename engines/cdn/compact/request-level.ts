/**
 * A CDN at the level of requests: which node is asked, whether it has the object, what the origin has to send. No messages, no packets,
 * no time that a transfer takes: ten thousand users for an hour in seconds. As many users stand near each node (nodes.ts); a request
 * comes from one of them, drawn evenly.
 */
import type { RandomStream } from '../../kernel/random.ts';
import type { BitsPerSecond, Bytes, Nanoseconds } from '../../quantities.ts';
import type { CdnCatalogue } from '../catalogue.ts';
import { type FlashCrowd, RequestProcess } from '../request-process.ts';
import { CompactNodes, type NodesSetUp } from './nodes.ts';

export interface RequestLevelSetUp extends Pick<NodesSetUp, 'service' | 'latency'> {
  readonly catalogue: CdnCatalogue;
  readonly up: (node: string) => BitsPerSecond;
  /** Requests a second of all users together, on average. */
  readonly rate: number;
  readonly crowd: FlashCrowd | null;
  readonly random: (purpose: string) => RandomStream;
}

export class RequestLevel {
  readonly #setUp: RequestLevelSetUp;
  readonly #process: RequestProcess;
  readonly #places: RandomStream;
  readonly #nodes: CompactNodes;

  constructor(setUp: RequestLevelSetUp, now: Nanoseconds) {
    const { service, catalogue, rate, crowd, random, latency, up } = setUp;
    const { paths, sizes } = catalogue;
    this.#setUp = setUp;
    this.#process = new RequestProcess(catalogue.popularity, rate, crowd, now, {
      arrivals: random('crowd arrivals'),
      choices: random('crowd objects'),
    });
    this.#places = random('crowd places');
    this.#nodes = new CompactNodes({ service, latency, up, objects: paths.length, path: (object) => paths[object] as string }, now);
    if (service.fill === 'push') this.#nodes.push((object) => sizes[object] as Bytes);
  }

  get nodes(): CompactNodes {
    return this.#nodes;
  }

  /** All requests before `until`, each to the node to which its user was sent at the last look (`nodes.look`). `up`: whether it is there. */
  advance(until: Nanoseconds, up: (node: number) => boolean): void {
    const nodes = this.#nodes;
    const count = this.#setUp.service.nodes.length;
    const { sizes } = this.#setUp.catalogue;
    nodes.see(up);
    const process = this.#process;
    for (; process.at < until; process.advance()) {
      const node = nodes.chosenNear(this.#places.below(count));
      const { object } = process;
      if (nodes.isUp(node)) nodes.request(node, object, sizes[object] as Bytes);
      else nodes.failed();
    }
  }
}
