/**
 * How the users of a name spread over its servers: of the lookups of a name with several addresses, the share whose first
 * address was this host's. Told for each host among the addresses, after each lookup.
 */
import type { Host } from '../network/host.ts';
import { canonical } from './domain-name.ts';
import type { PastLookup } from './stub-resolver.ts';

export class LoadShares {
  readonly #hostAt: ReadonlyMap<string, string>;
  /** By canonical name: lookups so far, and how many of them began with which host, in order of appearance. */
  readonly #byName = new Map<string, { lookups: number; readonly first: Map<string, number> }>();

  /** `hostAt`: names of hosts by address. */
  constructor(hostAt: ReadonlyMap<string, string>) {
    this.#hostAt = hostAt;
  }

  /** A host has looked a name up. */
  count(asking: Host, { name, lookup }: PastLookup): void {
    if (lookup.kind !== 'answer') return;
    const addresses = lookup.records.flatMap(({ data }) => (data.type === 'A' ? [data.address] : []));
    if (addresses.length < 2) return;
    const key = canonical(name);
    const counts = this.#byName.get(key) ?? { lookups: 0, first: new Map<string, number>() };
    this.#byName.set(key, counts);
    counts.lookups++;
    for (const [i, address] of addresses.entries()) {
      const host = this.#hostAt.get(address);
      if (host !== undefined) counts.first.set(host, (counts.first.get(host) ?? 0) + (i === 0 ? 1 : 0));
    }
    for (const [host, times] of counts.first) asking.narrator.measure('load share', [key, host], times / counts.lookups);
  }
}
