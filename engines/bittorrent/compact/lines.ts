/** The lines of a swarm's hosts: how long messages take over them, and what TCP makes of those that share one. */
import { MILLISECOND, type Nanoseconds, SECOND } from '../../quantities.ts';
import type { CompactHost } from './compact-torrent.ts';

/** Of a queue that TCP fills, the share that is full on average: windows are halved when it overflows. */
const FILL = 1 / 2;

export class Lines {
  /** Of all hosts. */
  readonly meanLatency: Nanoseconds;
  readonly #hosts: readonly CompactHost[];

  constructor(hosts: readonly CompactHost[]) {
    this.#hosts = hosts;
    this.meanLatency = hosts.reduce((sum, { latency }) => sum + latency, 0) / hosts.length;
  }

  /** From a peer to the core, one way. */
  latency(peer: number): Nanoseconds {
    return (this.#hosts[peer] as CompactHost).latency;
  }

  /**
   * TCP gives connections that share a link what is inversely proportional to their round-trip times. With them counts what waits before
   * upload links: blocks before the sender's, which is full, and acknowledgements and requests before the receiver's, if it `uploads`.
   */
  weight(from: number, to: number, uploads: boolean): number {
    const waits = this.#fullWaitAt(from) + (uploads ? this.#fullWaitAt(to) : 0);
    return SECOND / Math.max(MILLISECOND, 2 * (this.latency(from) + this.latency(to)) + waits);
  }

  #fullWaitAt(peer: number): Nanoseconds {
    const { queue = 0, up } = this.#hosts[peer] as CompactHost;
    return (FILL * queue * 8 * SECOND) / up;
  }
}
