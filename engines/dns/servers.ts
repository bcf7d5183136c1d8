/** The DNS servers of a scenario: which host serves which zones, and which asks further. What a host serves and what it resolves share port 53. */
import type { Host } from '../network/host.ts';
import { seenAddresses } from '../network/middleboxes/seen-address.ts';
import type { World } from '../protocol.ts';
import { rogueZones } from './attack/rogue-zone.ts';
import { Signing } from './dnssec/signing.ts';
import { canonical } from './domain-name.ts';
import type { ResourceRecord } from './records.ts';
import type { RecursionSettings } from './resolver/resolver.ts';
import type { DnsService, DomainName, NameServerService, ResolverService } from './scenario.ts';
import { type Forgery, withForgeries } from './server/forgery.ts';
import { LiveZone } from './server/live-zone.ts';
import type { LoggedQuery, ServerSettings } from './server/name-server.ts';
import type { Zone } from './server/zone.ts';
import { takeUpdate } from './server/zone-changes.ts';
import { ZoneTally } from './server/zone-tally.ts';
import { EDNS_PAYLOAD } from './wire/message.ts';

/** Cache of a name server that offers recursion without being declared a resolver. */
const SERVER_CACHE = 10_000;

/** What the scenario says of one host. */
interface Roles {
  readonly zones: LiveZone[];
  server?: NameServerService;
  resolver?: ResolverService;
}

/** By host name, in the order of the services. */
export function serversOf(world: World): ReadonlyMap<string, DnsServer> {
  const services = world.scenario.services.filter((service): service is DnsService => service.kind.startsWith('dns.'));
  const signing = new Signing(world.scenario.seed, services);
  const roles = rolesByHost(world, services, signing);
  /** Those that their owners serve, and sign where they are signed. */
  const genuine = new Set([...roles.values()].flatMap(({ zones }) => zones));
  for (const { host, zone } of rogueZones(world)) rolesOf(roles, host).zones.push(zone);
  const tally = new ZoneTally();
  const published = (zone: LiveZone, host: Host): Zone => (genuine.has(zone) ? signing.current(zone.current, host.now()) : zone.current);
  return new Map(
    [...roles].map(([name, own]) => {
      const host = world.host(name);
      return [name, new DnsServer(own, recursionOf(own, signing), tally, (zone) => published(zone, host))];
    }),
  );
}

function rolesByHost(world: World, services: readonly DnsService[], signing: Signing): Map<string, Roles> {
  const seen = seenAddresses(world.scenario);
  const roles = new Map<string, Roles>();
  for (const service of services) {
    if (service.kind === 'dns.zone') {
      const operators = service.operators.flatMap((host) => service.servers.flatMap((server) => seen(host, server) ?? []));
      const zone = new LiveZone(service.origin, signing.recordsOf(service), operators);
      for (const host of service.servers) rolesOf(roles, host).zones.push(zone);
    } else if (service.kind === 'dns.server') rolesOf(roles, service.host).server = service;
    else if (service.kind === 'dns.resolver') rolesOf(roles, service.host).resolver = service;
  }
  return roles;
}

function rolesOf(roles: Map<string, Roles>, host: string): Roles {
  const known = roles.get(host) ?? { zones: [] };
  roles.set(host, known);
  return known;
}

function recursionOf({ server, resolver }: Roles, signing: Signing): RecursionSettings | undefined {
  if (resolver) {
    const { cache, hints, walk, edns, dnssec, minimise, order } = resolver;
    return {
      cache,
      hints,
      walk,
      query: { ...(edns === null ? {} : { edns }), ...(dnssec ? { dnssecOk: true } : {}) },
      minimise,
      ...(order ? { order } : {}),
      ...(dnssec ? { trustAnchors: signing.trustAnchors() } : {}),
    };
  }
  // It hands the query on as it got it, with RD set.
  return server?.recursion ? { cache: SERVER_CACHE, hints: server.hints, walk: 'recursively', query: {}, minimise: false } : undefined;
}

/** One host's server: its settings, and what outlives a crash of the host. */
export class DnsServer implements ServerSettings {
  readonly order: ServerSettings['order'];
  readonly recursion: ServerSettings['recursion'];
  readonly edns: number | null;
  readonly answers: ServerSettings['answers'];
  readonly limits: ServerSettings['limits'];
  readonly queries: ServerSettings['queries'];
  readonly counts = { queries: 0, dropped: 0, questions: 0, hits: 0, secure: 0, insecure: 0, bogus: 0 };
  /** What it lies about; a further lie is a new list. */
  forgeries: readonly Forgery[] = [];
  lastQuery?: LoggedQuery;
  readonly #zones: readonly LiveZone[];
  readonly #published: (zone: LiveZone) => Zone;
  readonly #tally: ZoneTally;
  #served?: { readonly forgeries: readonly Forgery[]; readonly versions: readonly Zone[]; readonly zones: readonly Zone[] };

  constructor(
    { zones, server, resolver }: Roles,
    recursion: RecursionSettings | undefined,
    tally: ZoneTally,
    published: (zone: LiveZone) => Zone,
  ) {
    this.#zones = zones;
    this.#published = published;
    this.#tally = tally;
    this.recursion = recursion;
    this.order = server?.order;
    this.edns = server ? server.edns : EDNS_PAYLOAD;
    this.answers = server?.answers ?? null;
    this.limits = resolver?.limits ?? server?.limits;
    this.queries = resolver?.queries;
  }

  /** The same list while nothing changes, so that what is looked up in it can be indexed once. */
  get zones(): readonly Zone[] {
    const known = this.#served;
    if (known?.forgeries === this.forgeries && this.#zones.every((zone, i) => this.#published(zone) === known.versions[i]))
      return known.zones;
    const versions = this.#zones.map(this.#published);
    const zones = versions.map((zone) => withForgeries(zone, this.forgeries));
    this.#served = { forgeries: this.forgeries, versions, zones };
    return zones;
  }

  /** A zone's records as they are written at the moment; none of a zone that it does not serve. */
  recordsOf(origin: DomainName): readonly ResourceRecord[] {
    return this.#zones.find((zone) => canonical(zone.origin) === canonical(origin))?.records ?? [];
  }

  readonly update: ServerSettings['update'] = (host, message, from) => takeUpdate(host, this.#zones, message, from);
  readonly answered: ServerSettings['answered'] = (host, query) => this.#tally.count(host, this.#zones, query);
}
