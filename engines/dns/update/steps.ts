/** The steps that change zones: an operator's update, and a registrar's registration. */
import type { Process } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import { seenAddresses } from '../../network/middleboxes/seen-address.ts';
import type { StepOutcome, World } from '../../protocol.ts';
import type { Action } from '../../scenario.ts';
import { displayName, isSubdomain } from '../domain-name.ts';
import type { ResourceRecord } from '../records.ts';
import type { DomainName, RegisterAction, UpdateAction } from '../scenario.ts';
import type { Message } from '../wire/message.ts';
import { absent, removing, replacing, sendUpdate, type UpdateOutcome, updateMessage } from './client.ts';
import { effectOf } from './effect.ts';

/** TTL of what a registrar enters, in seconds: that of the top-level domains' own records. */
const REGISTERED_TTL = 172_800;

/** By host name. */
type Servers = ReadonlyMap<string, { recordsOf(origin: DomainName): readonly ResourceRecord[] }>;

/** Runs a step that changes a zone; undefined for other steps. */
export function performUpdate(world: World, servers: Servers, action: Action): Process<StepOutcome> | undefined {
  if (action.kind === 'dns.update') return update(world, servers, action);
  return action.kind === 'dns.register' ? register(world, action) : undefined;
}

function* update(world: World, servers: Servers, action: UpdateAction): Process<StepOutcome> {
  const { host: name, zone, server, replaced, removed } = action;
  const changes = [...removed.map((gone) => removing(gone.name, gone.type)), ...replacing(replaced)];
  const records = (): readonly ResourceRecord[] => servers.get(server)?.recordsOf(zone) ?? [];
  const before = records();
  const outcome = yield* sent(world, name, server, updateMessage(zone, [], changes));
  const shown = displayName(zone);
  if (outcome === 'REFUSED') return { outcome: `${outcome}: ${name} may not change ${shown}`, succeeded: false };
  if (outcome !== 'NOERROR') return { outcome, succeeded: false };
  const { changed, reason } = effectOf(action, before, records());
  if (reason === null) return { outcome: `${shown} changed`, succeeded: true };
  return { outcome: changed ? `${shown} changed, but not all of it: ${reason}` : `nothing changed: ${reason}`, succeeded: false };
}

/** Names that are taken stay so: the delegation is entered only where there is none (RFC 2136 §2.4.3). */
function* register(world: World, { host: name, name: domain, zone, server, servers }: RegisterAction): Process<StepOutcome> {
  const records = [...servers.map((one) => delegation(domain, one.name)), ...servers.flatMap((one) => glue(zone, one))];
  const outcome = yield* sent(world, name, server, updateMessage(zone, [absent(domain, 'NS')], records));
  const shown = displayName(domain);
  if (outcome === 'YXRRSET') return { outcome: `${shown} is taken`, succeeded: false };
  return { outcome: told(outcome, `${shown} registered`), succeeded: outcome === 'NOERROR' };
}

function delegation(domain: DomainName, server: DomainName): ResourceRecord {
  return { name: domain, ttl: REGISTERED_TTL, data: { type: 'NS', server } };
}

/** Only what lies in the zone can be entered there. */
function glue(zone: DomainName, server: RegisterAction['servers'][number]): ResourceRecord[] {
  return isSubdomain(server.name, zone) ? [{ name: server.name, ttl: REGISTERED_TTL, data: { type: 'A', address: server.address } }] : [];
}

/** Runs on the host that sends, so that its crash ends it. */
function* sent(world: World, from: string, server: string, message: Message): Process<UpdateOutcome> {
  const address = seenAddresses(world.scenario)(server, from) ?? world.host(server).address;
  return yield* sendUpdate(world.host(from) as Host, address, message);
}

function told(outcome: UpdateOutcome, done: string): string {
  return outcome === 'NOERROR' ? done : outcome;
}
