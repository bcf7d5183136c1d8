/** DNS as the engines' registry knows it: which roles run where, what the steps do, how answers are judged. */
import { atOnce, type Process } from '../kernel/process.ts';
import type { Host } from '../network/host.ts';
import type { Installed, Judgement, Protocol, StepOutcome, World } from '../protocol.ts';
import type { Action, ExpectationKind } from '../scenario.ts';
import { rogueZones } from './attack/rogue-zone.ts';
import { attackStep } from './attack/steps.ts';
import { Signing } from './dnssec/signing.ts';
import { canonical, displayName } from './domain-name.ts';
import { keepResolving } from './load/load.ts';
import { LoadShares } from './load-share.ts';
import { dnsMetrics } from './metrics.ts';
import { presentation } from './presentation.ts';
import type { RecordOrder } from './record-order.ts';
import type { RecursionSettings } from './resolver/resolver.ts';
import type { AnswerExpectation, DnsService, ForgeAction, NameServerService, ResolveAction } from './scenario.ts';
import { type Forgery, withForgeries } from './server/forgery.ts';
import { LiveZone } from './server/live-zone.ts';
import { type ServerSettings, serve } from './server/name-server.ts';
import { takeUpdate } from './server/zone-changes.ts';
import { ZoneTally } from './server/zone-tally.ts';
import { followLookups, lastLookup, lookup, lookupText, type PastLookup } from './stub-resolver.ts';
import { performUpdate } from './update/steps.ts';
import { EDNS_PAYLOAD, type QueryOptions } from './wire/message.ts';

/** Cache of a name server that offers recursion without being declared a resolver. */
const SERVER_CACHE = 10_000;

export const dns: Protocol = {
  name: 'dns',
  metrics: dnsMetrics,
  install,
};

function install(world: World): Installed {
  const settings = settingsByHost(world);
  const { hosts } = world.scenario;
  const shares = new LoadShares(new Map(hosts.map(({ address, name }) => [address, name])));
  for (const { name } of hosts) followLookups(world.host(name), (host, past) => shares.count(host, past));
  for (const [hostName, server] of settings) world.boot(hostName, 'name server', (host) => serve(host, server));
  return {
    perform: (action: Action) => perform(world, settings, action),
    judge: (expected: ExpectationKind) => (expected.kind === 'dns.answer' ? judge(world.host(expected.host), expected) : undefined),
  };
}

function perform(
  world: World,
  settings: ReadonlyMap<string, ServerSettings & { forgeries: readonly Forgery[] }>,
  action: Action,
): Process<StepOutcome> | undefined {
  if (action.kind === 'dns.resolve') return resolveStep(world, settings, action);
  if (action.kind === 'dns.forge') return forgeStep(world, settings, action);
  if (action.kind === 'dns.load') return keepResolving(world, action);
  return performUpdate(world, action) ?? attackStep(world, settings, action);
}

/** One server a host: what serves zones and what resolves share port 53. In the order of the services. */
function settingsByHost(world: World): Map<string, ServerSettings & { forgeries: readonly Forgery[] }> {
  const services = world.scenario.services.filter((service): service is DnsService => service.kind.startsWith('dns.'));
  const signing = new Signing(world.scenario.seed, services);
  const addressOf = new Map(world.scenario.hosts.map(({ name, address }) => [name, address]));
  const zones = new Map<string, LiveZone[]>();
  /** Those that their owners serve, and sign where they are signed. */
  const genuine = new Set<LiveZone>();
  const recursion = new Map<string, RecursionSettings>();
  const more = new Map<string, Pick<ServerSettings, 'limits' | 'queries'>>();
  const declared = new Map<string, NameServerService>();
  const tally = new ZoneTally();
  const orders = new Map<string, RecordOrder>();
  for (const service of services) {
    if (service.kind === 'dns.zone') {
      const operators = service.operators.flatMap((host) => addressOf.get(host) ?? []);
      const zone = new LiveZone(service.origin, signing.recordsOf(service), operators);
      genuine.add(zone);
      for (const host of service.servers) zones.set(host, [...(zones.get(host) ?? []), zone]);
      continue;
    }
    if (service.kind === 'dns.signing') continue;
    if (!zones.has(service.host)) zones.set(service.host, []);
    const { limits } = service;
    const queries = service.kind === 'dns.resolver' ? service.queries : undefined;
    more.set(service.host, { ...more.get(service.host), ...(limits ? { limits } : {}), ...(queries ? { queries } : {}) });
    if (service.kind === 'dns.server') declared.set(service.host, service);
    if (service.kind === 'dns.server' && service.order) orders.set(service.host, service.order);
    if (service.kind === 'dns.resolver') {
      const { cache, hints, walk, edns, dnssec, minimise, order } = service;
      recursion.set(service.host, {
        cache,
        hints,
        walk,
        query: { ...(edns === null ? {} : { edns }), ...(dnssec ? { dnssecOk: true } : {}) },
        minimise,
        ...(order ? { order } : {}),
        ...(dnssec ? { trustAnchors: signing.trustAnchors() } : {}),
      });
    } else if (service.recursion && !recursion.has(service.host)) {
      // It hands the query on as it got it, with RD set.
      recursion.set(service.host, { cache: SERVER_CACHE, hints: service.hints, walk: 'recursively', query: {}, minimise: false });
    }
  }
  const settings = new Map<string, ServerSettings & { forgeries: readonly Forgery[] }>();
  for (const { host, zone } of rogueZones(world)) zones.set(host, [...(zones.get(host) ?? []), zone]);
  for (const [host, served] of zones) {
    const own = recursion.get(host);
    const order = orders.get(host);
    const server = declared.get(host);
    settings.set(host, {
      forgeries: [],
      get zones() {
        const now = world.host(host).now();
        return served.map((zone) => {
          const current = genuine.has(zone) ? signing.current(zone.current, now) : zone.current;
          return withForgeries(current, this.forgeries);
        });
      },
      ...(order ? { order } : {}),
      ...(own ? { recursion: own } : {}),
      ...more.get(host),
      edns: server ? server.edns : EDNS_PAYLOAD,
      answers: server?.answers ?? null,
      update: (at, message, from) => takeUpdate(at, served, message, from),
      answered: (at, query) => tally.count(at, served, query),
      counts: { queries: 0, dropped: 0, questions: 0, hits: 0, secure: 0, insecure: 0, bogus: 0 },
    });
  }
  return settings;
}

function* resolveStep(world: World, settings: ReadonlyMap<string, ServerSettings>, action: ResolveAction): Process<StepOutcome> {
  const host = world.host(action.host);
  if (action.walk) switchWalk(world, settings, host, action.walk);
  const found = yield* lookup(host, action.name, action.type, { query: queryOptions(action) });
  return { outcome: lookupText(found), succeeded: found.kind === 'answer' };
}

function queryOptions({ checking }: ResolveAction): QueryOptions {
  if (checking === 'with dnssec') return { dnssecOk: true };
  return checking === 'without validation' ? { checkingDisabled: true } : {};
}

/** Somebody who runs a name server, or broke into it, lets it lie from now on. */
function forgeStep(
  world: World,
  settings: ReadonlyMap<string, { forgeries: readonly Forgery[] }>,
  action: ForgeAction,
): Process<StepOutcome> {
  return atOnce(() => {
    const { host, name, address } = action;
    const server = settings.get(host);
    if (!server) return { outcome: `${host} serves no zone`, succeeded: false };
    server.forgeries = [...server.forgeries, { name, address }];
    const lie = `answers ${displayName(name)} A ${address}, without a signature, from now on`;
    world.host(host).narrator.state('settings', `forges ${displayName(name)}`, address, { note: lie });
    return { outcome: lie, succeeded: true };
  });
}

/** The operator of the host's local server sets how it walks from now on. */
function switchWalk(world: World, settings: ReadonlyMap<string, ServerSettings>, host: Host, walk: ResolveAction['walk'] & string): void {
  // Several where they share the address.
  for (const local of world.scenario.hosts.filter((candidate) => candidate.address === host.nameservers[0])) {
    const recursion = settings.get(local.name)?.recursion;
    if (!recursion || recursion.walk === walk) continue;
    recursion.walk = walk;
    world.host(local.name).narrator.state('settings', 'walk', walk, { note: `walks the hierarchy ${walk} from now on` });
  }
}

function judge(host: Host, expected: AnswerExpectation): Judgement {
  const past = lastLookup(host, expected.name, expected.type);
  const verdict = { expected: `is ${expected.is}` };
  if (!past) return { ...verdict, passed: false, measured: `${displayName(expected.name)} was not looked up on ${host.name}` };
  return { ...verdict, passed: matches(past, expected.is), measured: lookupText(past.lookup), decidedAt: past.at };
}

/** `is` names an error, or any one record's data, with or without the trailing dot, in any case of its letters. */
function matches({ lookup: found }: PastLookup, is: string): boolean {
  const wanted = loose(is);
  if (found.kind !== 'answer') return loose(lookupText(found)) === wanted;
  // A text may be given without the quotes of its presentation form, raw data without its length.
  return found.records.some(
    ({ data }) =>
      loose(presentation(data)) === wanted ||
      (data.type === 'TXT' && data.strings.join('') === is) ||
      ('hex' in data && data.hex === wanted),
  );
}

function loose(text: string): string {
  return canonical(text.trim()).replace(/\.$/, '').replaceAll(/\s+/g, ' ');
}
