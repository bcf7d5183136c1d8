/** What a content distribution network is where the author says nothing, and what follows from one in DNS. */
import { canonical, isSubdomain } from '../../../engines/dns/domain-name.ts';
import { MILLISECOND, MINUTE, SECOND } from '../../../engines/quantities.ts';
import type { AccessLink, Program } from '../program.ts';
import { nameOf, publicAddress } from './addresses.ts';

const GiB = 2 ** 30;

export const cdnDefaults = {
  cache: 10 * GiB,
  policy: 'lru' as const,
  fill: 'pull' as const,
  /** Seconds. */
  ttl: 20,
  healthCheck: 10 * SECOND,
  loadLimit: 0.8,
  alpha: 0.8,
};

/** What a crowd of viewers is. */
export const crowdDefaults = {
  down: 25e6,
  latency: 10 * MILLISECOND,
  arriving: MINUTE,
};

/** Lines of nodes that a placement fills in: inside an access network, and at an exchange in the core. */
export const nodeLines: Readonly<Record<'enter deep' | 'bring home', Pick<AccessLink, 'up' | 'down' | 'latency'>>> = {
  'enter deep': { up: 1e9, down: 1e9, latency: MILLISECOND },
  'bring home': { up: 1e10, down: 1e10, latency: 5 * MILLISECOND },
};

/** Seconds. */
const ALIAS_TTL = 3_600;

/** Names below which nodes are found: each with the addresses of all of them. All hosts have their addresses. */
export function nameCdns(program: Program): void {
  for (const { domain, nodes, serves, ttl, at } of program.cdns.values()) {
    const zone = program.zones.get(domain);
    if (!zone) continue;
    const labels = new Set<string>();
    for (const name of serves) {
      const absolute = nameOf(name);
      if (isSubdomain(absolute, domain)) {
        labels.add(absolute);
        continue;
      }
      const customer = program.zoneAbove(canonical(absolute));
      const alias = customer?.records.find(({ name: owner, data }) => canonical(owner) === absolute && data.type === 'CNAME');
      if (alias?.data.type === 'CNAME') {
        if (isSubdomain(alias.data.target, domain)) labels.add(canonical(alias.data.target));
        continue;
      }
      if (!customer || customer.records.some(({ name: owner }) => canonical(owner) === absolute)) continue;
      const target = `${name.replaceAll('.', '-')}.${domain}`;
      customer.records.push({ name: absolute, ttl: ALIAS_TTL, data: { type: 'CNAME', target } });
      if (at) program.notes.push({ kind: 'default', at, value: `${absolute} CNAME ${target}`, why: `Its nodes serve ${name}` });
      labels.add(target);
    }
    for (const label of labels) {
      for (const node of nodes) {
        const host = program.hosts.get(node.toLowerCase());
        const address = host ? publicAddress(program, host) : null;
        if (address !== null) zone.records.push({ name: label, ttl, data: { type: 'A', address } });
      }
    }
  }
}
