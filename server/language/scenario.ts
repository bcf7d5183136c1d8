/** The finished program as the Scenario that the engines run. */
import type { Scenario, Service, TcpSettings } from '../../engines/scenario.ts';
import { cdnServices } from './cdn.ts';
import { addressFor } from './defaults/addresses.ts';
import { operatorsOf, rootHints } from './defaults/dns.ts';
import { signedZones } from './defaults/dnssec.ts';
import { accessServices } from './defaults/mail-access.ts';
import { accessDefaults, insideDefaults, tcpDefaults } from './defaults/network.ts';
import type { AccessLink, Program } from './program.ts';
import { fileName } from './uri.ts';

/** `served`: the local DNS server of each host, by the host's lower-case name. */
export function scenarioOf(program: Program, served: ReadonlyMap<string, string>): Scenario {
  const access: AccessLink = { ...accessDefaults, ...program.network };
  const tcp: TcpSettings = { ...tcpDefaults, ...program.tcp };
  const hints = rootHints(program);
  const services: Service[] = [];
  // A shared address is served by each of the hosts that share it.
  const serving = (host: string): readonly string[] => program.anycasts.get(host.toLowerCase())?.instances ?? [host];
  const operators = operatorsOf(program);
  for (const zone of program.zones.values()) {
    const { origin, servers, records, implicit, at } = zone;
    const all = servers.flatMap(serving);
    services.push({ kind: 'dns.zone', origin, servers: all, records, operators: operators.get(zone) ?? [], implicit, at });
  }
  for (const signing of signedZones(program)) services.push({ kind: 'dns.signing', ...signing });
  for (const { host: name, recursion, edns, answers, limits, order, implicit, at } of program.nameServers.values()) {
    const own = { ...(limits ? { limits } : {}), ...(order ? { order } : {}) };
    for (const host of serving(name))
      services.push({ kind: 'dns.server', host, recursion: recursion ?? false, edns, answers, hints, ...own, implicit, at });
  }
  for (const { host: name, cache, walk, dnssec, edns, minimise, limits, queries, order, implicit, at } of program.resolvers.values()) {
    const own = { ...(limits ? { limits } : {}), ...(queries ? { queries } : {}), ...(order ? { order } : {}) };
    for (const host of serving(name))
      services.push({ kind: 'dns.resolver', host, cache, walk, dnssec, edns, minimise, hints, ...own, implicit, at });
  }
  for (const server of program.mailServers.values()) {
    const first = server.domains[0] ?? server.host;
    services.push({ kind: 'mail.server', ...server, greeting: server.greeting ?? first, helo: server.helo ?? first });
  }
  services.push(
    ...program.mailboxes.values(),
    ...program.mailFilters.values(),
    ...program.webmails.values(),
    ...program.senderChecks.values(),
    ...program.dkimSignings,
    ...accessServices(program),
    ...program.bitmessagePeers.values(),
    ...program.ftpServers.values(),
  );
  services.push(...program.websites.values(), ...program.webCaches.values(), ...program.webBrowsers.values());
  services.push(...program.torrents.values());
  services.push(...cdnServices(program));
  services.push(...program.nats, ...program.firewalls, ...program.accessNetworks);
  const first = program.sources[0];
  const swept = program.variant.sweep === null ? undefined : program.sweeps[program.variant.sweep];
  return {
    format: 1,
    title: program.title ?? (first ? titleOf(first.uri) : 'Untitled'),
    seed: program.seed ?? 1,
    fidelity: program.fidelity,
    sources: program.sources.map((source) => source.uri),
    hosts: [...program.hosts.values()]
      .filter((host) => !program.anycasts.has(host.name.toLowerCase()))
      .map((host) => {
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
    expectations: swept?.expectations ?? program.expectations,
    views: swept ? [] : program.views,
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
