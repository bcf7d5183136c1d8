/** DNS as the engines' registry knows it: which roles run where, what the steps do, how answers are judged. */
import { atOnce, type Process } from '../kernel/process.ts';
import type { Host } from '../network/host.ts';
import { seenAddresses } from '../network/middleboxes/seen-address.ts';
import type { Installed, Judgement, Protocol, StepOutcome, World } from '../protocol.ts';
import type { Action, ExpectationKind } from '../scenario.ts';
import { attackStep } from './attack/steps.ts';
import { canonical, displayName } from './domain-name.ts';
import { keepResolving } from './load/load.ts';
import { LoadShares } from './load-share.ts';
import { dnsMetrics } from './metrics.ts';
import { presentation } from './presentation.ts';
import type { AnswerExpectation, ForgeAction, ResolveAction } from './scenario.ts';
import { serve } from './server/name-server.ts';
import { type DnsServer, serversOf } from './servers.ts';
import { followLookups, lastLookup, lookup, lookupText, type PastLookup } from './stub-resolver.ts';
import { performUpdate } from './update/steps.ts';
import type { QueryOptions } from './wire/message.ts';

export const dns: Protocol = {
  name: 'dns',
  metrics: dnsMetrics,
  install,
};

function install(world: World): Installed {
  const servers = serversOf(world);
  const { hosts } = world.scenario;
  const shares = new LoadShares(new Map(hosts.map(({ address, name }) => [address, name])));
  for (const { name } of hosts) followLookups(world.host(name), (host, past) => shares.count(host, past));
  for (const [hostName, server] of servers) world.boot(hostName, 'name server', (host) => serve(host, server));
  return {
    perform: (action: Action) => perform(world, servers, action),
    judge: (expected: ExpectationKind) => (expected.kind === 'dns.answer' ? judge(world.host(expected.host), expected) : undefined),
  };
}

type Servers = ReadonlyMap<string, DnsServer>;

function perform(world: World, servers: Servers, action: Action): Process<StepOutcome> | undefined {
  if (action.kind === 'dns.resolve') return resolveStep(world, servers, action);
  if (action.kind === 'dns.forge') return forgeStep(world, servers, action);
  if (action.kind === 'dns.load') return keepResolving(world, action);
  return performUpdate(world, servers, action) ?? attackStep(world, servers, action);
}

function* resolveStep(world: World, servers: Servers, action: ResolveAction): Process<StepOutcome> {
  const host = world.host(action.host);
  if (action.walk) switchWalk(world, servers, host, action.walk);
  const found = yield* lookup(host, action.name, action.type, { query: queryOptions(action) });
  return { outcome: lookupText(found), succeeded: found.kind === 'answer' };
}

function queryOptions({ checking }: ResolveAction): QueryOptions {
  if (checking === 'with dnssec') return { dnssecOk: true };
  return checking === 'without validation' ? { checkingDisabled: true } : {};
}

/** Somebody who runs a name server, or broke into it, lets it lie from now on. */
function forgeStep(world: World, servers: Servers, action: ForgeAction): Process<StepOutcome> {
  return atOnce(() => {
    const { host, name, address } = action;
    const server = servers.get(host);
    if (!server) return { outcome: `${host} serves no zone`, succeeded: false };
    server.forgeries = [...server.forgeries, { name, address }];
    const lie = `answers ${displayName(name)} A ${address}, without a signature, from now on`;
    world.host(host).narrator.state('settings', `forges ${displayName(name)}`, address, { note: lie });
    return { outcome: lie, succeeded: true };
  });
}

/** The operator of the host's local server sets how it walks from now on. */
function switchWalk(world: World, servers: Servers, host: Host, walk: ResolveAction['walk'] & string): void {
  const seen = seenAddresses(world.scenario);
  // Several where they share the address.
  for (const local of world.scenario.hosts.filter(({ name }) => seen(name, host.name) === host.nameservers[0])) {
    const recursion = servers.get(local.name)?.recursion;
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
