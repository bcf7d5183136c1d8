/** A server that lies (for its own ends, or because somebody broke into it): addresses of its own choice in the place of the zone's. */
import { canonical, isSubdomain } from '../domain-name.ts';
import type { ResourceRecord } from '../records.ts';
import type { DomainName } from '../scenario.ts';
import type { Zone } from './zone.ts';

export interface Forgery {
  readonly name: DomainName;
  readonly address: string;
}

/** Seconds. */
const TTL = 3600;

/** By the zone and what is forged in it; a further forgery is a new list. */
const forged = new WeakMap<readonly Forgery[], WeakMap<Zone, Zone>>();

/** The zone as the server gives it out. Whoever forges has not the zone's keys: what is forged has no signature. */
export function withForgeries(zone: Zone, forgeries: readonly Forgery[]): Zone {
  const own = forgeries.filter(({ name }) => isSubdomain(name, zone.origin));
  if (own.length === 0) return zone;
  const known = forged.get(forgeries) ?? new WeakMap<Zone, Zone>();
  forged.set(forgeries, known);
  const made = known.get(zone) ?? replaced(zone, own);
  known.set(zone, made);
  return made;
}

function replaced(zone: Zone, forgeries: readonly Forgery[]): Zone {
  const nodes = new Map(zone.nodes);
  for (const { name, address } of forgeries) {
    const record: ResourceRecord = { name, ttl: TTL, data: { type: 'A', address } };
    nodes.set(canonical(name), new Map([['A', [record]]]));
  }
  return { ...zone, nodes };
}
