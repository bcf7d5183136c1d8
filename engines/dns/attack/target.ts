/** What anybody can find out about a zone and a resolver before attacking them. */
import type { Address } from '../../network/host.ts';
import type { Scenario } from '../../scenario.ts';
import { ROOT } from '../domain-name.ts';
import { ALL_IDS, ALL_SOURCE_PORTS } from '../resolver/query-source.ts';
import type { DomainName, QuerySettings, ZoneService } from '../scenario.ts';
import { zoneFor } from '../server/zone.ts';

export interface Target {
  /** The zone that the name lies in. */
  readonly origin: DomainName;
  /** Addresses of its name servers; none where the scenario has no zone for the name. */
  readonly servers: readonly Address[];
}

export function targetOf(scenario: Scenario, name: DomainName): Target {
  const zones = scenario.services.filter((service): service is ZoneService => service.kind === 'dns.zone');
  const nearest = zoneFor(zones, name);
  const servers = scenario.hosts.filter((host) => nearest?.servers.includes(host.name)).map((host) => host.address);
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
