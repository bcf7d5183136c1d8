/** The finished program as the Scenario that the engines run. */
import type { Scenario, Service, TcpSettings } from '../../engines/scenario.ts';
import { addressFor } from './defaults/addresses.ts';
import { rootHints } from './defaults/dns.ts';
import { accessDefaults, insideDefaults, tcpDefaults } from './defaults/network.ts';
import type { AccessLink, Program } from './program.ts';
import { fileName } from './uri.ts';

/** `served`: the local DNS server of each host, by the host's lower-case name. */
export function scenarioOf(program: Program, served: ReadonlyMap<string, string>): Scenario {
  const access: AccessLink = { ...accessDefaults, ...program.network };
  const tcp: TcpSettings = { ...tcpDefaults, ...program.tcp };
  const hints = rootHints(program);
  const services: Service[] = [];
  for (const { origin, servers, records, implicit, at } of program.zones.values()) {
    services.push({ kind: 'dns.zone', origin, servers, records, implicit, at });
  }
  for (const server of program.nameServers.values()) services.push({ ...server, hints });
  for (const { host, cache, walk, implicit, at } of program.resolvers.values()) {
    services.push({ kind: 'dns.resolver', host, cache, walk, hints, implicit, at });
  }
  for (const server of program.mailServers.values()) {
    const { host, domains, dialect, maximumSize, retry, expiry, at } = server;
    const first = domains[0] ?? host;
    services.push({
      kind: 'mail.server',
      host,
      domains,
      greeting: server.greeting ?? first,
      helo: server.helo ?? first,
      dialect,
      maximumSize,
      retry,
      expiry,
      at,
    });
  }
  services.push(...program.mailboxes.values(), ...program.nats, ...program.firewalls);
  const first = program.sources[0];
  return {
    format: 1,
    title: program.title ?? (first ? titleOf(first.uri) : 'Untitled'),
    seed: program.seed ?? 1,
    fidelity: program.fidelity,
    sources: program.sources.map((source) => source.uri),
    hosts: [...program.hosts.values()].map((host) => {
      const server = served.get(host.name.toLowerCase());
      const resolver = server === undefined ? null : (program.hosts.get(server.toLowerCase()) ?? null);
      const address = resolver && addressFor(program, resolver, host);
      return {
        name: host.name,
        address: host.address!,
        nameservers: address === null ? [] : [address],
        ...(host.behind === null ? access : insideDefaults),
        ...host.access,
        tcp: { ...tcp, ...host.tcp },
        implicit: host.implicit,
        at: host.at,
      };
    }),
    links: program.links,
    services,
    steps: program.steps,
    expectations: program.expectations,
    views: program.views,
  };
}

/** `Mail` for `file:///w/Mail.netscenario`. */
function titleOf(uri: string): string {
  const name = fileName(uri.replace(/[?#].*$/, '')).replace(/\.netscenario(\.md)?$/, '');
  try {
    return decodeURIComponent(name) || 'Untitled';
  } catch {
    return name;
  }
}
