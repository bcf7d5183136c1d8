/** The signed zones of a scenario: who signs them, what their parents say of them, and what validators trust from the start. */
import { type Nanoseconds, SECOND } from '../../quantities.ts';
import { canonical, parent, ROOT, sameName } from '../domain-name.ts';
import type { ResourceRecord } from '../records.ts';
import type { DnsService, DomainName, SigningService, ZoneService } from '../scenario.ts';
import { loadZone, type Zone, zoneFor } from '../server/zone.ts';
import { type DsData, dsOf, entryKeys } from './keys.ts';
import { Signer } from './signer.ts';

/** Seconds, for DS sets: as long as the delegations that the language fills in. */
const TTL = 86_400;

/** What a zone's servers serve when the run begins: with the DS sets of the zones below, and signed if it is. */
export function publishedRecords(seed: number, services: readonly DnsService[], zone: ZoneService): readonly ResourceRecord[] {
  const signing = new Signing(seed, services);
  const records = signing.recordsOf(zone);
  const plain = loadZone(zone.origin, records);
  const current = signing.current(plain, 0);
  return current === plain ? records : [...current.nodes.values()].flatMap((types) => [...types.values()].flat());
}

export class Signing {
  readonly #zones: readonly ZoneService[];
  /** By canonical origin. */
  readonly #signers = new Map<DomainName, { readonly service: SigningService; readonly signer: Signer }>();

  constructor(seed: number, services: readonly DnsService[]) {
    this.#zones = services.filter((service) => service.kind === 'dns.zone');
    for (const service of services) {
      if (service.kind !== 'dns.signing') continue;
      const { zone, algorithm, resign } = service;
      const policy = { algorithm, validity: Math.floor(service.validity / SECOND), resign };
      this.#signers.set(canonical(zone), { service, signer: new Signer(seed, zone, policy) });
    }
  }

  /** A zone's records, with DS sets for the signed zones right below it; one that the author wrote stays as it is. */
  recordsOf(zone: ZoneService): readonly ResourceRecord[] {
    const added: ResourceRecord[] = [];
    for (const child of this.#zones) {
      if (!sameName(this.#parentOf(child)?.origin ?? '', zone.origin)) continue;
      const at = (type: string): boolean => zone.records.some(({ name, data }) => data.type === type && sameName(name, child.origin));
      if (!at('NS') || at('DS')) continue;
      for (const data of this.#dsSetOf(child)) added.push({ name: child.origin, ttl: TTL, data });
    }
    return added.length > 0 ? [...zone.records, ...added] : zone.records;
  }

  /** A zone as it is at a time: signed, if it is one of ours. */
  current(zone: Zone, now: Nanoseconds): Zone {
    if (this.#signers.size === 0) return zone;
    return this.#signers.get(canonical(zone.origin))?.signer.at(zone, now) ?? zone;
  }

  /** Digests of the root's keys (RFC 4035 §5): what the root zone's DS set would be if there were a zone above it. */
  trustAnchors(): readonly DsData[] {
    const root = this.#zones.find(({ origin }) => origin === ROOT);
    return root ? this.#dsSetOf(root) : [];
  }

  #dsSetOf(zone: ZoneService): readonly DsData[] {
    const own = this.#signers.get(canonical(zone.origin));
    // A zone that came signed from a file brings its keys along.
    if (!own) return entryKeys(zone.records.filter(({ name }) => sameName(name, zone.origin))).map((key) => dsOf(zone.origin, key));
    const { ds } = own.service;
    return ds === 'missing' ? [] : [ds === 'wrong' ? own.signer.formerDs : own.signer.ds];
  }

  #parentOf(zone: ZoneService): ZoneService | undefined {
    const above = parent(zone.origin);
    return above === undefined ? undefined : zoneFor(this.#zones, above);
  }
}
