/**
 * What a query with DO adds to an authoritative answer (RFC 4035 §3.1): signatures, denials, and the DS records of delegations.
 *
 * It goes by the records that the zone holds alone, so that a zone signed elsewhere and read from a file is served in the same
 * way. A zone without such records is answered for as ever.
 */
import { ancestors, canonical, parent, sameName, wildcardBelow } from '../domain-name.ts';
import type { ResourceRecord } from '../records.ts';
import type { DomainName } from '../scenario.ts';
import { recordsAt, type Zone, zoneFor } from '../server/zone.ts';
import type { Message, Question, WireRecord } from '../wire/message.ts';
import { sortKey } from './canonical-form.ts';

/** The answer to a query, with what DNSSEC adds to it where the query wants that. */
export function withSignatures(zones: readonly Zone[], query: Message, message: Message): Message {
  const question = query.questions[0];
  if (!query.edns?.dnssecOk || !question) return message;
  const answers = signed(zones, message.answers);
  const authorities = signed(zones, [...message.authorities, ...proof(zones, question, message)]);
  return { ...message, answers, authorities, additionals: signed(zones, message.additionals) };
}

/** Each set with its signatures behind it. */
function signed(zones: readonly Zone[], records: readonly WireRecord[]): WireRecord[] {
  const all: WireRecord[] = [];
  records.forEach((record, i) => {
    all.push(record);
    const next = records[i + 1];
    const ends = !next || next.data.type !== record.data.type || !sameName(next.name, record.name);
    if (ends && record.data.type !== 'RRSIG') all.push(...signaturesOf(zones, record));
  });
  return all;
}

/** The signatures of a record's set; those of a wildcard take the name that it made (RFC 4035 §3.1.3.3). */
function signaturesOf(zones: readonly Zone[], { name, ttl, data }: WireRecord): ResourceRecord[] {
  const zone = zoneOf(zones, name, data.type);
  const source = zone && (zone.nodes.has(canonical(name)) ? name : wildcardBelow(encloser(zone, name)));
  if (!zone || source === undefined) return [];
  return recordsAt(zone, source, 'RRSIG')
    .filter((record) => record.data.type === 'RRSIG' && record.data.typeCovered === data.type)
    .map((record) => ({ ...record, name, ttl: Math.min(record.ttl, ttl) }));
}

/** RFC 4035 §3.1.4.1: what a name's DS records say is its parent's word. */
export function zoneOf(zones: readonly Zone[], name: DomainName, type: string): Zone | undefined {
  const above = type === 'DS' ? parent(name) : undefined;
  return (above === undefined ? undefined : zoneFor(zones, above)) ?? zoneFor(zones, name);
}

/** The longest existing ancestor of a name. */
function encloser(zone: Zone, name: DomainName): DomainName {
  return ancestors(canonical(name)).find((ancestor) => zone.nodes.has(ancestor)) ?? canonical(zone.origin);
}

/** What the authority section needs for the answer to be believed, without signatures. */
function proof(zones: readonly Zone[], question: Question, message: Message): ResourceRecord[] {
  const found = new Set<ResourceRecord>();
  const add = (records: readonly ResourceRecord[]): void => {
    for (const record of records) found.add(record);
  };
  const delegation = message.authorities.find(({ data }) => data.type === 'NS');
  if (delegation) {
    // RFC 4035 §3.1.4: the DS set, or the proof that there is none.
    const zone = zoneOf(zones, delegation.name, 'DS');
    const ds = zone ? recordsAt(zone, delegation.name, 'DS') : [];
    if (zone) add(ds.length > 0 ? ds : denial(zone, delegation.name));
  }
  let name = question.name;
  for (const { name: owner, data } of message.answers) {
    const zone = zoneOf(zones, owner, data.type);
    // RFC 4035 §3.1.3.3: no name that is closer than the wildcard.
    if (zone && !zone.nodes.has(canonical(owner)) && zone.nodes.has(wildcardBelow(encloser(zone, owner)))) add(denial(zone, owner));
    if (data.type === 'CNAME') name = data.target;
  }
  const zone = zoneOf(zones, name, question.type);
  const denied = message.authorities.some(({ data }) => data.type === 'SOA');
  if (denied && zone) {
    // RFC 4035 §3.1.3.1, §3.1.3.2, §3.1.3.4.
    add(denial(zone, name));
    if (!zone.nodes.has(canonical(name))) add(denial(zone, wildcardBelow(encloser(zone, name))));
  }
  return [...found];
}

/** Owners of a zone's NSEC records in canonical order. */
const chains = new WeakMap<Zone, readonly { readonly key: string; readonly nsec: readonly ResourceRecord[] }[]>();

/** The NSEC record at a name, or the one that covers it; none where the zone has none. */
function denial(zone: Zone, name: DomainName): readonly ResourceRecord[] {
  let chain = chains.get(zone);
  if (!chain) {
    chain = [...zone.nodes]
      .flatMap(([owner, types]) => (types.has('NSEC') ? [{ key: sortKey(owner), nsec: types.get('NSEC') ?? [] }] : []))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    chains.set(zone, chain);
  }
  const key = sortKey(name);
  let low = 0;
  let high = chain.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((chain[middle] as { key: string }).key <= key) low = middle + 1;
    else high = middle;
  }
  return chain[low - 1]?.nsec ?? [];
}
