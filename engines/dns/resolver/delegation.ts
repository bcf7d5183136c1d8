/** The servers of a zone as a resolver knows them, and where a walk down the hierarchy begins (RFC 1034 §5.3.3 step 2). */
import type { Address } from '../../network/host.ts';
import { ancestors, canonical, depth, isSubdomain, ROOT, sameName } from '../domain-name.ts';
import type { ResourceRecord } from '../records.ts';
import type { DomainName } from '../scenario.ts';
import { delegationFor, recordsAt, zoneFor } from '../server/zone.ts';
import type { ResolverState } from './resolution.ts';

export interface Delegation {
  readonly zone: DomainName;
  readonly servers: readonly DomainName[];
  /** By canonical server name. */
  readonly addresses: Map<DomainName, readonly Address[]>;
}

/** RFC 1034 §5.3.3 step 2: the servers nearest to the name, from the cache, our own zones' delegations, or the hints. */
export function closestDelegation(state: ResolverState, name: DomainName): Delegation | undefined {
  const zone = zoneFor(state.zones, name);
  const own = zone && delegationFor(zone, name);
  for (const ancestor of ancestors(name)) {
    const cached = state.cache.records(ancestor, 'NS');
    if (cached.length > 0 && (!own || depth(ancestor) > depth((own[0] as ResourceRecord).name))) {
      const delegation = delegationOf(state, cached, []);
      // Servers below their own zone whose glue has lapsed are found only from further up.
      if (delegation.servers.some((server) => delegation.addresses.has(server) || !isSubdomain(server, ancestor))) return delegation;
    }
    if (own && sameName((own[0] as ResourceRecord).name, ancestor)) {
      const glue = own.flatMap((record) => (record.data.type === 'NS' && zone ? recordsAt(zone, record.data.server, 'A') : []));
      return delegationOf(state, own, glue);
    }
  }
  if (state.hints.length === 0) return undefined;
  const addresses = new Map<DomainName, Address[]>();
  for (const hint of state.hints) addresses.set(canonical(hint.name), [...(addresses.get(canonical(hint.name)) ?? []), hint.address]);
  return { zone: ROOT, servers: [...addresses.keys()], addresses };
}

/** NS records of one zone, with the addresses at hand: glue, own zones, cache. */
export function delegationOf(state: ResolverState, records: readonly ResourceRecord[], glue: readonly ResourceRecord[]): Delegation {
  const addresses = new Map<DomainName, readonly Address[]>();
  const servers: DomainName[] = [];
  for (const { data } of records) {
    if (data.type !== 'NS') continue;
    const server = canonical(data.server);
    servers.push(server);
    const found = glue.filter((record) => canonical(record.name) === server);
    const known = found.length > 0 ? found : state.cache.records(server, 'A');
    const list = known.flatMap((record) => (record.data.type === 'A' ? [record.data.address] : []));
    if (list.length > 0) addresses.set(server, list);
  }
  return { zone: (records[0] as ResourceRecord).name, servers, addresses };
}
