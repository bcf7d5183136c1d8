/** A zone's contents, indexed by name and type as an authoritative server needs them (RFC 1034 §4.2.1, §4.3.1). */
import { ancestors, canonical, isSubdomain, parent } from '../domain-name.ts';
import type { ResourceRecord } from '../records.ts';
import type { DomainName } from '../scenario.ts';

export interface Zone {
  readonly origin: DomainName;
  /** The zone's SOA record; a zone without one serves all the same, but its negative answers are not cached. */
  readonly soa: ResourceRecord | undefined;
  /**
   * By canonical name, then type. A name that exists only because something lies below it (an empty non-terminal,
   * RFC 4592 §2.2.2) has no types.
   */
  readonly nodes: ReadonlyMap<DomainName, ReadonlyMap<string, readonly ResourceRecord[]>>;
}

/** Records outside the zone are left out; those of one set get the lowest TTL among them (RFC 2181 §5.2), duplicates go (§5). */
export function loadZone(origin: DomainName, records: readonly ResourceRecord[]): Zone {
  const apex = canonical(origin);
  const nodes = new Map<DomainName, Map<string, ResourceRecord[]>>([[apex, new Map()]]);
  /** What each set holds so far. */
  const contents = new Map<readonly ResourceRecord[], Set<string>>();
  for (const record of records) {
    if (!isSubdomain(record.name, apex)) continue;
    for (const name of ancestors(canonical(record.name))) {
      if (nodes.has(name)) break;
      nodes.set(name, new Map());
    }
    const types = nodes.get(canonical(record.name)) as Map<string, ResourceRecord[]>;
    const set = types.get(record.data.type) ?? [];
    types.set(record.data.type, set);
    const present = contents.get(set) ?? new Set();
    contents.set(set, present);
    const content = JSON.stringify(record.data);
    if (present.has(content)) continue;
    present.add(content);
    set.push(record);
  }
  for (const types of nodes.values()) {
    for (const [type, set] of types) {
      // Signatures have the TTLs of what they sign (RFC 4034 §3).
      if (type === 'RRSIG') continue;
      const ttl = set.reduce((least, record) => Math.min(least, record.ttl), Infinity);
      types.set(
        type,
        set.map((record) => (record.ttl === ttl ? record : { ...record, ttl })),
      );
    }
  }
  return { origin, soa: nodes.get(apex)?.get('SOA')?.[0], nodes };
}

/** The records of one name and type, cuts and wildcards aside. */
export function recordsAt(zone: Zone, name: DomainName, type: string): readonly ResourceRecord[] {
  return zone.nodes.get(canonical(name))?.get(type) ?? [];
}

/** By list of zones: each by its canonical origin. */
const byOrigin = new WeakMap<readonly object[], ReadonlyMap<DomainName, object>>();

/**
 * The zone that is nearest above or at `name` (RFC 1034 §4.3.2 step 2); of several with one origin, the last. A list that was
 * searched once must not change.
 */
export function zoneFor<Z extends { readonly origin: DomainName }>(zones: readonly Z[], name: DomainName): Z | undefined {
  let index = byOrigin.get(zones) as ReadonlyMap<DomainName, Z> | undefined;
  if (!index) {
    index = new Map(zones.map((zone) => [canonical(zone.origin), zone]));
    byOrigin.set(zones, index);
  }
  for (let at: DomainName | undefined = canonical(name); at !== undefined; at = parent(at)) {
    const zone = index.get(at);
    if (zone) return zone;
  }
  return undefined;
}

/** The delegation that covers `name`: NS records at the topmost cut below the zone's apex, at or above the name (RFC 1034 §4.2.1). */
export function delegationFor(zone: Zone, name: DomainName): readonly ResourceRecord[] | undefined {
  const apex = canonical(zone.origin);
  const path = ancestors(canonical(name)).filter((n) => n !== apex && isSubdomain(n, apex));
  for (let i = path.length - 1; i >= 0; i--) {
    const servers = zone.nodes.get(path[i] as DomainName)?.get('NS');
    if (servers && servers.length > 0) return servers;
  }
  return undefined;
}
