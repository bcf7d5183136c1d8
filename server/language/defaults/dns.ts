/**
 * The hierarchy of DNS that nobody wants to write out: the root, top-level domains, delegations with glue, SOA and NS
 * records, host addresses, and a local DNS server.
 *
 * Theory of operation: first every host gets its address (its own, that of its record in a declared zone, or the next free
 * one). Then missing ancestors of the declared zones appear: the root, and one zone a top-level domain. Then every zone is
 * completed from its apex down: SOA, NS, addresses of the hosts in it, and below it the delegations of the nearest zones.
 */
import { ancestors, canonical, isSubdomain, parent, ROOT } from '../../../engines/dns/domain-name.ts';
import type { RecordData } from '../../../engines/dns/records.ts';
import type { ResolverService, Walk } from '../../../engines/dns/scenario.ts';
import { EDNS_PAYLOAD } from '../../../engines/dns/wire/message.ts';
import { MILLISECOND } from '../../../engines/quantities.ts';
import { implicitHost } from '../hosts.ts';
import type { Program, ProgramNameServer, ProgramZone } from '../program.ts';
import { nameOf, publicAddress } from './addresses.ts';
import { isSigned } from './dnssec.ts';
import { GENERIC_SERVERS, ROOT_SERVERS } from './top-level-servers.ts';

/** Record sets that a local DNS server keeps. */
export const cacheDefault = 100_000;
export const walkDefault: Walk = 'iteratively';

/** Seconds. */
const ttl = { zone: 86_400, host: 3_600 };
const soa = { serial: 1, refresh: 7_200, retry: 900, expire: 1_209_600, minimum: 3_600 };

/** Answers hosts whose local DNS server nobody declared. */
const localServer = 'local-dns';

/** Servers of top-level domains by their real names, where those are well known. */
const tldServers: Readonly<Record<string, string>> = {
  'com.': 'a.gtld-servers.net',
  'net.': 'a.gtld-servers.net',
  'edu.': 'a.edu-servers.net',
  'arpa.': 'a.ns.arpa',
};

/** A server that is filled in; null: the next free address. */
interface Server {
  readonly name: string;
  readonly address: string | null;
}

function rootServers(program: Program): readonly Server[] {
  return ROOT_SERVERS.slice(0, Math.max(1, program.rootServers.root));
}

function serversOfTop(program: Program, top: string): readonly Server[] {
  const { generic } = program.rootServers;
  if (generic > 0 && (top === 'com.' || top === 'net.')) return GENERIC_SERVERS.slice(0, generic);
  return [{ name: tldServers[top] ?? `a.nic.${top.slice(0, -1)}`, address: null }];
}

/** Domains above declared zones that have no zone of their own: the top-level ones, each with its servers. */
function missingTops(program: Program): Map<string, readonly Server[]> {
  const tops = new Map<string, readonly Server[]>();
  for (const zone of program.zones.values()) {
    const chain = ancestors(canonical(zone.origin));
    const top = chain[chain.length - 2];
    if (top === undefined || program.zones.has(top)) continue;
    // A declared zone above it already leads to it only from the top-level domain down.
    tops.set(top, serversOfTop(program, top));
  }
  return tops;
}

/** Names, in lower case, of the servers that `addParentZones` and `localServers` would add. */
export function serverNames(program: Program): ReadonlySet<string> {
  const servers = [...(program.zones.has(ROOT) ? [] : rootServers(program)), ...[...missingTops(program).values()].flat()];
  return new Set([...servers.map(({ name }) => name), localServer]);
}

/** Adds the root and the top-level domains above the declared zones. Their hosts exist afterwards, without addresses. */
export function addParentZones(program: Program): void {
  const tops = missingTops(program);
  if (!program.zones.has(ROOT)) addZone(program, ROOT, rootServers(program));
  for (const [top, servers] of tops) addZone(program, top, servers);
}

function addZone(program: Program, origin: string, filledIn: readonly Server[]): void {
  for (const { name, address } of filledIn) implicitHost(program, name, address);
  const servers = filledIn.map(({ name }) => name);
  program.zones.set(origin, { origin, servers, records: [], implicit: true, fromFile: false, delegated: true, at: null, head: null });
}

/** A lookup of what zones hold: owner and type. */
class ZoneIndex {
  readonly zone: ProgramZone;
  readonly #types = new Map<string, Set<string>>();

  constructor(zone: ProgramZone) {
    this.zone = zone;
    for (const record of zone.records) this.#note(record.name, record.data.type);
  }

  #note(name: string, type: string): void {
    const key = canonical(name);
    const types = this.#types.get(key);
    if (types) types.add(type);
    else this.#types.set(key, new Set([type]));
  }

  has(name: string, type: string): boolean {
    return this.#types.get(canonical(name))?.has(type) ?? false;
  }

  add(name: string, data: RecordData, seconds: number): void {
    this.zone.records.push({ name, ttl: seconds, data });
    this.#note(name, data.type);
  }
}

/** Completes every zone. All hosts have their addresses. */
export function completeZones(program: Program): void {
  const zones = new Map<string, ZoneIndex>();
  for (const [key, zone] of program.zones) zones.set(key, new ZoneIndex(zone));
  const nearest = (name: string): ZoneIndex | null => {
    for (let n: string | undefined = canonical(name); n !== undefined; n = parent(n)) {
      const found = zones.get(n);
      if (found) return found;
    }
    return null;
  };
  const addressOf = (name: string): string | null => {
    const host = program.hosts.get(name.toLowerCase());
    return host ? publicAddress(program, host) : null;
  };

  for (const index of zones.values()) {
    const { zone } = index;
    const primary = nameOf(zone.servers[0]!);
    if (!index.has(zone.origin, 'SOA')) {
      const mailbox = zone.origin === ROOT ? 'hostmaster.' : `hostmaster.${zone.origin}`;
      // Records follow the SOA in a zone's usual order.
      zone.records.unshift({ name: zone.origin, ttl: ttl.zone, data: { type: 'SOA', primary, mailbox, ...soa } });
    }
    if (!index.has(zone.origin, 'NS')) {
      for (const server of zone.servers) index.add(zone.origin, { type: 'NS', server: nameOf(server) }, ttl.zone);
    }
  }
  for (const host of program.hosts.values()) {
    const name = nameOf(host.name);
    const index = nearest(name);
    // A host without a dot in its name lies in the root zone only when the author wrote one.
    const address = publicAddress(program, host);
    if (!index || index.zone.origin === ROOT || address === null) continue;
    if ((index.zone.implicit && !host.implicit) || isSigned(index.zone)) continue;
    if (index.has(name, 'A') || index.has(name, 'CNAME') || index.has(name, 'NS')) continue;
    index.add(name, { type: 'A', address }, ttl.host);
    if (host.at && index.zone.at)
      program.notes.push({
        kind: 'default',
        at: host.at,
        value: `${name} A ${address}`,
        why: `Its name lies in zone ${index.zone.origin}`,
      });
  }
  // The root's own servers: what a resolver that primes its hints asks for (RFC 8109).
  const root = zones.get(ROOT)!;
  for (const server of root.zone.servers) {
    const address = addressOf(server);
    if (address !== null && !root.has(nameOf(server), 'A')) root.add(nameOf(server), { type: 'A', address }, ttl.zone);
  }
  for (const server of program.registrations.flatMap(({ servers }) => servers)) {
    if (server.address === '') server.address = addressOf(server.name.slice(0, -1)) ?? '';
  }
  for (const { zone } of zones.values()) {
    if (zone.origin === ROOT || !zone.delegated) continue;
    const above = nearest(parent(zone.origin)!);
    if (!above) continue;
    if (!above.has(zone.origin, 'NS')) {
      for (const server of zone.servers) above.add(zone.origin, { type: 'NS', server: nameOf(server) }, ttl.zone);
    }
    for (const record of above.zone.records.filter((one) => one.data.type === 'NS' && canonical(one.name) === canonical(zone.origin))) {
      if (record.data.type !== 'NS') continue;
      const { server } = record.data;
      const address = addressOf(server.slice(0, -1));
      // Glue (RFC 1034 §4.2.1). The parent gives it for servers elsewhere, too: then no lookup of their names is needed first.
      if (address !== null && isSubdomain(server, above.zone.origin) && !above.has(server, 'A')) {
        above.add(server, { type: 'A', address }, ttl.zone);
      }
    }
  }
}

/** Names and addresses of the root's servers. */
export function rootHints(program: Program): { name: string; address: string }[] {
  const root = program.zones.get(ROOT);
  const hints: { name: string; address: string }[] = [];
  for (const server of root?.servers ?? []) {
    const host = program.hosts.get(server.toLowerCase());
    const address = host && publicAddress(program, host);
    if (address) hints.push({ name: nameOf(server), address });
  }
  return hints;
}

/** Who may change each zone: its servers, hosts in its domain, hosts that its primary takes changes from, and registrars. */
export function operatorsOf(program: Program): Map<ProgramZone, string[]> {
  const operators = new Map<ProgramZone, Set<string>>();
  for (const zone of program.zones.values()) {
    const updatesFrom = program.nameServers.get(zone.servers[0]!.toLowerCase())?.updatesFrom ?? [];
    operators.set(zone, new Set([...zone.servers, ...updatesFrom]));
  }
  for (const { name } of program.hosts.values()) operators.get(program.zoneAbove(nameOf(name).toLowerCase())!)?.add(name);
  for (const { registrar, zone } of program.registrations) operators.get(zone)?.add(registrar);
  return new Map([...operators].map(([zone, hosts]) => [zone, [...hosts]]));
}

/** The local DNS server of each host that has none declared. Adds `local-dns` when one is needed. */
export function localServers(program: Program): Map<string, string> {
  const served = new Map<string, string>();
  for (const resolver of program.resolvers.values()) {
    for (const host of resolver.serves) if (!served.has(host.toLowerCase())) served.set(host.toLowerCase(), resolver.host);
  }
  const domains = new Map<string, string>();
  for (const resolver of program.resolvers.values()) {
    const dot = resolver.host.indexOf('.');
    const domain = dot < 0 ? '' : resolver.host.slice(dot + 1).toLowerCase();
    if (domain !== '' && !domains.has(domain)) domains.set(domain, resolver.host);
  }
  // One that the author declares in the place of the one that is filled in serves whom nobody else does, as that would.
  const forAll = [...program.resolvers.values()].find((resolver) => resolver.serves.length === 0);
  const general = (forAll ?? program.resolvers.get(localServer))?.host ?? null;
  let implicit: string | null = null;
  for (const [key, host] of program.hosts) {
    if (host.implicit || served.has(key)) continue;
    if (program.resolvers.has(key)) {
      served.set(key, host.name);
      continue;
    }
    let found: string | null = null;
    for (let rest = key; found === null && rest !== ''; rest = rest.includes('.') ? rest.slice(rest.indexOf('.') + 1) : '') {
      found = domains.get(rest) ?? null;
    }
    found ??= general;
    if (found === null) implicit ??= localServer;
    served.set(key, found ?? implicit!);
  }
  if (implicit !== null) {
    const host = implicitHost(program, implicit, null, { latency: 2 * MILLISECOND });
    // Until somebody refers to it.
    host.used = !host.implicit;
    const resolver: Omit<ResolverService, 'kind' | 'hints'> & { serves: string[] } = {
      host: host.name,
      serves: [],
      cache: cacheDefault,
      walk: walkDefault,
      dnssec: false,
      edns: null,
      minimise: false,
      implicit: true,
      at: null,
    };
    program.resolvers.set(implicit, resolver);
    served.set(implicit, implicit);
  }
  return served;
}

/**
 * Takes the local server that was filled in out again where it would serve name servers alone that look nothing up themselves, and
 * nothing refers to it. To be asked when all steps are known, and before hosts get their addresses.
 */
export function withoutIdleLocalServer(program: Program, served: Map<string, string>): void {
  const host = program.hosts.get(localServer);
  if (!host?.implicit || host.used || !program.resolvers.get(localServer)?.implicit) return;
  const servers = new Set([...program.zones.values()].flatMap((zone) => zone.servers.map((server) => server.toLowerCase())));
  for (const [key, server] of served) if (server === localServer && key !== localServer && !servers.has(key)) return;
  const clients = new Set([...program.mailServers.keys(), ...program.webCaches.keys(), ...program.webBrowsers.keys()]);
  for (const { action } of program.steps) if ('host' in action) clients.add(action.host.toLowerCase());
  const idle = (key: string): boolean => key === localServer || (servers.has(key) && !clients.has(key));
  const kept = [...served].filter(([key, server]) => server === localServer && !idle(key));
  if (kept.length > 0) return;
  for (const [key, server] of served) if (server === localServer) served.delete(key);
  program.hosts.delete(localServer);
  program.resolvers.delete(localServer);
}

/** Greatest UDP message of a server with EDNS: clear of fragmentation (DNS Flag Day 2020). */
export const ednsDefault = EDNS_PAYLOAD;

/** A server of which nothing is said. */
export function nameServerDefaults(host: string): ProgramNameServer {
  return { host, recursion: null, edns: ednsDefault, answers: null, updatesFrom: [], implicit: true, at: null };
}

/** Where something walks recursively, servers of zones offer recursion unless the author says otherwise. */
export function offerRecursion(program: Program): void {
  const recursive = program.walksRecursively || [...program.resolvers.values()].some((resolver) => resolver.walk === 'recursively');
  if (!recursive) return;
  for (const zone of program.zones.values()) {
    for (const host of zone.servers) {
      const key = host.toLowerCase();
      const declared = program.nameServers.get(key);
      if (declared && declared.recursion !== null) continue;
      program.nameServers.set(key, { ...(declared ?? nameServerDefaults(host)), recursion: true });
    }
  }
}
