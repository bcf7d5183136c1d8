/**
 * The attacker's own version of somebody else's zone: what it serves to those whom a forged answer sends to it (Kaminsky's attack).
 * The false record is in it, and every other name of the zone leads to the same data.
 */
import type { World } from '../../protocol.ts';
import { ROOT, wildcardBelow } from '../domain-name.ts';
import type { RecordData, ResourceRecord } from '../records.ts';
import type { DomainName } from '../scenario.ts';
import { LiveZone } from '../server/live-zone.ts';
import { targetOf } from './target.ts';

/** Seconds: a week, the longest that common resolvers keep anything (RFC 2181 §8 lets them bound it). */
export const FORGED_TTL = 604_800;

/** The name server that forged answers bring along: inside the zone, so that its address may come with it. */
function rogueServerName(origin: DomainName): DomainName {
  return origin === ROOT ? 'rogue.' : `rogue.${origin}`;
}

/** The records that hand `origin` over to the attacker at `address`. */
export function takeover(origin: DomainName, address: string): { readonly server: ResourceRecord; readonly glue: ResourceRecord } {
  const name = rogueServerName(origin);
  return {
    server: { name: origin, ttl: FORGED_TTL, data: { type: 'NS', server: name } },
    glue: { name, ttl: FORGED_TTL, data: { type: 'A', address } },
  };
}

function rogueZone(origin: DomainName, name: DomainName, data: RecordData, address: string): LiveZone {
  const { server, glue } = takeover(origin, address);
  const soa: RecordData = {
    type: 'SOA',
    primary: glue.name,
    mailbox: glue.name,
    serial: 1,
    refresh: 7200,
    retry: 900,
    expire: 1_209_600,
    minimum: 300,
  };
  return new LiveZone(origin, [
    { name: origin, ttl: FORGED_TTL, data: soa },
    server,
    glue,
    { name, ttl: FORGED_TTL, data },
    { name: wildcardBelow(origin), ttl: FORGED_TTL, data },
  ]);
}

/** The zones that attackers of the scenario serve, ready before they attack, by host. */
export function rogueZones(world: World): readonly { readonly host: string; readonly zone: LiveZone }[] {
  return world.scenario.steps.flatMap(({ action }) => {
    if (action.kind !== 'dns.poison' || action.method !== 'kaminsky') return [];
    const { origin } = targetOf(world.scenario, action.name, action.resolver);
    return [{ host: action.host, zone: rogueZone(origin, action.name, action.data, world.host(action.host).address) }];
  });
}
