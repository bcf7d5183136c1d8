/**
 * What NSEC records prove (RFC 4034 §4, RFC 4035 §5.4, RFC 6840 §4): that a name does not exist, or has no records of a type.
 *
 * Pure functions over the NSEC records of one zone, which are signed and verified already. An NSEC record says that nothing
 * lies between its owner and the next name, and which types its owner has.
 */
import { ancestors, canonical, depth, isSubdomain, sameName, wildcardBelow } from '../domain-name.ts';
import type { ResourceRecord } from '../records.ts';
import type { DomainName } from '../scenario.ts';
import { compareNames } from './canonical-form.ts';

export interface Nsec {
  readonly owner: DomainName;
  readonly next: DomainName;
  readonly types: readonly string[];
}

/** The NSEC records among records. */
export function nsecsOf(records: readonly ResourceRecord[]): Nsec[] {
  return records.flatMap(({ name, data }) => (data.type === 'NSEC' ? [{ owner: name, next: data.next, types: data.types }] : []));
}

/** Whether the record says that a name of its zone does not exist. The last one's next name is the zone's own. */
export function covers({ owner, next, types }: Nsec, name: DomainName): boolean {
  // RFC 6840 §4.1: what the parent says about a cut says nothing about names below it.
  if (types.includes('NS') && !types.includes('SOA') && isSubdomain(name, owner)) return false;
  // RFC 6672 §5.3.4.1: below a DNAME record every name exists.
  if (types.includes('DNAME') && isSubdomain(name, owner)) return false;
  if (compareNames(owner, name) >= 0) return false;
  // A name above an existing one exists, too, without records (RFC 4592 §2.2.2).
  if (isSubdomain(next, name)) return false;
  return compareNames(name, next) < 0 || compareNames(next, owner) <= 0;
}

/** The longest ancestor of a name that a record which covers the name shows to exist. */
function closestEncloser({ owner, next }: Nsec, name: DomainName): DomainName {
  const shared = (other: DomainName): DomainName => ancestors(canonical(name)).find((ancestor) => isSubdomain(other, ancestor)) ?? '.';
  const [a, b] = [shared(owner), shared(next)];
  return depth(a) > depth(b) ? a : b;
}

/** NXDOMAIN: neither the name nor a wildcard that would make it exists (RFC 4035 §5.4). */
export function deniesName(nsecs: readonly Nsec[], name: DomainName): boolean {
  const covering = nsecs.find((nsec) => covers(nsec, name));
  if (!covering) return false;
  const wildcard = wildcardBelow(closestEncloser(covering, name));
  return nsecs.some((nsec) => covers(nsec, wildcard));
}

/** NODATA: the name, or the wildcard that makes it, has neither records of the type nor an alias (RFC 4035 §5.4; RFC 6840 §4.3). */
export function deniesType(nsecs: readonly Nsec[], name: DomainName, type: string): boolean {
  const at = nsecs.find(({ owner }) => sameName(owner, name));
  if (at) return lacks(at, type);
  // A name without any records: what lies below it is the next name.
  if (nsecs.some(({ owner, next }) => compareNames(owner, name) < 0 && isSubdomain(next, name) && !sameName(next, name))) return true;
  const covering = nsecs.find((nsec) => covers(nsec, name));
  if (!covering) return false;
  const wildcard = wildcardBelow(closestEncloser(covering, name));
  return nsecs.some((nsec) => sameName(nsec.owner, wildcard) && lacks(nsec, type));
}

function lacks({ owner, types }: Nsec, type: string): boolean {
  if (types.includes(type) || types.includes('CNAME')) return false;
  const cut = types.includes('NS') && !types.includes('SOA');
  // RFC 6840 §4.1: the parent speaks of DS only, and the zone itself of anything else.
  if (type === 'DS') return !types.includes('SOA') || owner === '.';
  return !cut;
}

/** An answer made from a wildcard with that many labels: no closer name exists (RFC 4035 §5.3.4). */
export function allowsWildcard(nsecs: readonly Nsec[], name: DomainName, labels: number): boolean {
  return nsecs.some((nsec) => covers(nsec, name) && depth(closestEncloser(nsec, name)) === labels);
}

/** Whether a name is a cut, as the NSEC record at it tells. A denial of DS without it leads into no other zone. */
export function isCut(nsecs: readonly Nsec[], name: DomainName): boolean {
  return nsecs.some(({ owner, types }) => sameName(owner, name) && types.includes('NS') && !types.includes('SOA'));
}
