/**
 * Signing a zone (RFC 4035 §2): its keys, a signature for each set that the zone is authoritative for, and the NSEC records
 * that go round its names in canonical order.
 *
 * Delegations are signed only as far as they are the zone's own word: the DS set and the NSEC record, neither the NS set nor
 * glue (§2.2). A name that exists only because something lies below it has no NSEC record (§2.3).
 */
import { canonical } from '../domain-name.ts';
import { typeNumber } from '../record-format.ts';
import type { ResourceRecord } from '../records.ts';
import type { DomainName } from '../scenario.ts';
import { delegationFor, loadZone, type Zone } from '../server/zone.ts';
import { compareNames } from './canonical-form.ts';
import type { KeyPair } from './keys.ts';
import { signSet, type Validity } from './signature.ts';

export interface ZoneKeys {
  /** Signs the set of keys. */
  readonly ksk: KeyPair;
  /** Signs everything else. */
  readonly zsk: KeyPair;
}

/** Seconds, for a zone without an SOA record. */
const TTL = 3600;

/** The zone with its DNSSEC records; signatures and denials that it had before are left out. */
export function signZone(zone: Zone, keys: ZoneKeys, validity: Validity): Zone {
  return loadZone(zone.origin, signedRecords(zone, keys, validity));
}

function signedRecords(zone: Zone, keys: ZoneKeys, validity: Validity): ResourceRecord[] {
  const soa = zone.soa?.data.type === 'SOA' ? zone.soa : undefined;
  // RFC 9077 §3: a denial lives no longer than the SOA record lets it.
  const denialTtl = soa?.data.type === 'SOA' ? Math.min(soa.ttl, soa.data.minimum) : TTL;
  const apex = canonical(zone.origin);
  const records: ResourceRecord[] = [];
  /** Owners of NSEC records, and the types that exist there. */
  const owners: { readonly name: DomainName; readonly types: string[] }[] = [];
  const sign = (set: readonly ResourceRecord[], key: KeyPair): void => {
    records.push(...set, signSet(set, zone.origin, key, validity));
  };
  for (const [name, types] of zone.nodes) {
    const cut = delegationFor(zone, name)?.[0];
    const own = cut === undefined || canonical(cut.name) === name;
    const present: string[] = [];
    for (const [type, set] of types) {
      if (type === 'RRSIG' || type === 'NSEC' || (name === apex && type === 'DNSKEY')) continue;
      const authoritative = cut === undefined || (own && type === 'DS');
      if (authoritative) sign(set, keys.zsk);
      else records.push(...set);
      if (authoritative || (own && type === 'NS')) present.push(type);
    }
    if (name === apex) {
      present.push('DNSKEY');
      const dnskeys = [keys.ksk, keys.zsk].map(({ record }) => ({ name: zone.origin, ttl: soa?.ttl ?? TTL, data: record }));
      sign(dnskeys, keys.ksk);
    }
    if (present.length > 0) owners.push({ name: nameAt(zone, name), types: [...present, 'RRSIG', 'NSEC'] });
  }
  owners.sort((a, b) => compareNames(a.name, b.name));
  owners.forEach(({ name, types }, i) => {
    const next = (owners[i + 1] ?? owners[0])?.name ?? zone.origin;
    const data = { type: 'NSEC', next, types: types.sort((a, b) => (typeNumber(a) ?? 0) - (typeNumber(b) ?? 0)) } as const;
    sign([{ name, ttl: denialTtl, data }], keys.zsk);
  });
  return records;
}

/** A name as the zone spells it. */
function nameAt(zone: Zone, name: DomainName): DomainName {
  if (name === canonical(zone.origin)) return zone.origin;
  for (const set of zone.nodes.get(name)?.values() ?? []) return (set[0] as ResourceRecord).name;
  return name;
}
