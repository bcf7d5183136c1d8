/** What anybody can find out about a zone and a resolver before attacking them. */
import type { Address } from '../../network/host.ts';
import { seenAddresses } from '../../network/middleboxes/seen-address.ts';
import type { Scenario } from '../../scenario.ts';
import { ROOT } from '../domain-name.ts';
import { ALL_IDS, ALL_SOURCE_PORTS } from '../resolver/query-source.ts';
import type { DomainName, QuerySettings, ZoneService } from '../scenario.ts';
import { zoneFor } from '../server/zone.ts';

export interface Target {
  /** The zone that the name lies in. */
  readonly origin: DomainName;
  /** Addresses of its name servers, as the resolver knows them; none where the scenario has no zone for the name. */
  readonly servers: readonly Address[];
}

/** `resolver`: the host that runs it. */
export function targetOf(scenario: Scenario, name: DomainName, resolver: string): Target {
  const zones = scenario.services.filter((service): service is ZoneService => service.kind === 'dns.zone');
  const nearest = zoneFor(zones, name);
  const seen = seenAddresses(scenario);
  const servers = scenario.hosts.flatMap((host) => (nearest?.servers.includes(host.name) ? (seen(host.name, resolver) ?? []) : []));
  // Anycast instances share theirs: one to guess.
  return { origin: nearest?.origin ?? ROOT, servers: [...new Set(servers)] };
}

/** How the resolver on that host sends its queries. */
export function queriesOf(scenario: Scenario, host: string): QuerySettings {
  for (const service of scenario.services) {
    if (service.kind === 'dns.resolver' && service.host === host && service.queries) return service.queries;
  }
  return { ids: ALL_IDS, order: 'random', ports: ALL_SOURCE_PORTS };
}
