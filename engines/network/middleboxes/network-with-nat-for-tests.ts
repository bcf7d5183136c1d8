/** A home behind a NAT and two hosts outside, for tests. */
import type { HostDeclaration, Scenario, Service } from '../../scenario.ts';
import { networkForTests } from '../network-for-tests.ts';
import type { FirewallService, NatService } from '../scenario.ts';
import { hostForTests, scenarioForTests } from '../scenario-for-tests.ts';
import { IDLE_TIMEOUTS } from './session.ts';

export const ROUTER = '203.0.113.1';
export const WEB = '198.51.100.1';
export const OTHER = '198.51.100.2';

export const natForTests = (properties: Partial<NatService> = {}): NatService => ({
  kind: 'network.nat',
  host: 'router',
  inside: ['alice', 'bob'],
  forwards: [],
  filtering: 'address-and-port-dependent',
  hairpinning: true,
  unsolicited: 'dropped',
  timeouts: IDLE_TIMEOUTS,
  at: null,
  ...properties,
});

export const firewallForTests = (host: string, properties: Partial<FirewallService> = {}): FirewallService => ({
  kind: 'network.firewall',
  host,
  incoming: 'block',
  rules: [],
  at: null,
  ...properties,
});

/** `alice` and `bob` behind `router`, a millisecond away from it; `web` and `other` outside, as the router 10 ms from the core. */
export function homeScenario(
  fidelity: Scenario['fidelity'],
  services: readonly Service[] = [natForTests()],
  hosts: Readonly<Record<string, Partial<HostDeclaration>>> = {},
): Scenario {
  const near = { latency: 1_000_000 };
  const declared: readonly [string, string, Partial<HostDeclaration>][] = [
    ['router', ROUTER, {}],
    ['alice', '192.168.0.2', near],
    ['bob', '192.168.0.3', near],
    ['web', WEB, {}],
    ['other', OTHER, {}],
  ];
  return {
    ...scenarioForTests({}, { fidelity, services }),
    hosts: declared.map(([name, address, properties]) => hostForTests(name, address, { ...properties, ...hosts[name] })),
  };
}

export const homeNetwork = (...of: Parameters<typeof homeScenario>) => networkForTests(homeScenario(...of));

/** `TCP 192.168.0.2:5000 → 203.0.113.1:5000, 198.51.100.1:80`: each connection as its client and as its server know it. */
export function connectionsSeen({ tables }: ReturnType<typeof homeNetwork>): string[] {
  const { connections: c, hosts, strings } = tables();
  const endpoint = (host: Int32Array, port: Int32Array, row: number) => `${hosts[host[row]!]!.address}:${port[row]}`;
  return Array.from({ length: c.rows }, (_, row) => {
    const client = [endpoint(c.client, c.clientPort, row), endpoint(c.serverSeen, c.serverSeenPort, row)];
    const server = [endpoint(c.clientSeen, c.clientSeenPort, row), endpoint(c.server, c.serverPort, row)];
    return `${strings[c.transport[row]!]!.toUpperCase()} ${client.join(' > ')} | ${server.join(' > ')}`;
  });
}
