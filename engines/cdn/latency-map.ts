/**
 * How far hosts are from one another, as a CDN has measured it long before: the one-way latency of the way that packets take while
 * everything works. Jitter, queues, traces and failures are not in it.
 */
import { randomStream } from '../kernel/random.ts';
import { Topology } from '../network/topology.ts';
import type { Nanoseconds } from '../quantities.ts';
import type { Scenario } from '../scenario.ts';

export class LatencyMap {
  readonly #topology: Topology;
  readonly #indexes: ReadonlyMap<string, number>;
  /** Hosts by the addresses that others see. */
  readonly #byAddress: ReadonlyMap<string, string>;

  constructor(scenario: Scenario) {
    // Nothing is drawn of these streams: no packet is sent here.
    this.#topology = new Topology(scenario, (purpose) => randomStream(scenario.seed, purpose));
    this.#indexes = new Map(scenario.hosts.map(({ name }, i) => [name, i]));
    this.#byAddress = new Map(scenario.hosts.map(({ address, name }) => [address, name]));
  }

  hostAt(address: string): string | undefined {
    return this.#byAddress.get(address);
  }

  /** A number of its own for each host; 0 for whoever is none. */
  numberOf(host: string | undefined): number {
    return (host === undefined ? undefined : this.#indexes.get(host)) ?? 0;
  }

  /** One way; infinite where no way leads there, or one of them is no host. */
  between(from: string, to: string): Nanoseconds {
    if (from === to) return 0;
    const [a, b] = [this.#indexes.get(from), this.#indexes.get(to)];
    const path = a === undefined || b === undefined ? null : this.#topology.path(a, b);
    return path?.reduce((sum, { properties }) => sum + properties.latency, 0) ?? Number.POSITIVE_INFINITY;
  }
}
