/** NATs and firewalls: text in, parts of the Scenario or problems out. */
import { describe, expect, test } from 'vitest';
import type { ZoneService } from '../../engines/dns/scenario.ts';
import type { FirewallService, NatService } from '../../engines/network/scenario.ts';
import { HOUR, MILLISECOND, MINUTE } from '../../engines/quantities.ts';
import { compileText, markOf, readAnnotated } from './annotated-source-for-tests.ts';

function scenarioOf(text: string) {
  const { scenario, diagnostics } = compileText(text);
  expect(diagnostics.filter(({ severity }) => severity === 'error')).toEqual([]);
  return scenario;
}

const HOME = 'host alice-pc, bob-tablet, web\n';
const service = <Kind extends 'network.nat' | 'network.firewall'>(text: string, kind: Kind) =>
  scenarioOf(text).services.find((one) => one.kind === kind) as Kind extends 'network.nat' ? NatService : FirewallService;
const natOf = (block: string) => service(`${HOME}nat home-router { inside alice-pc, bob-tablet ${block} }`, 'network.nat');
const firewallOf = (block: string) => service(`${HOME}firewall web { ${block} }`, 'network.firewall');

describe('nat', () => {
  test('is what RFC 4787 and 5382 ask for, unless it says otherwise', () => {
    expect(natOf('')).toMatchObject({
      host: 'home-router',
      inside: ['alice-pc', 'bob-tablet'],
      forwards: [],
      filtering: 'address-and-port-dependent',
      hairpinning: true,
      unsolicited: 'dropped',
      timeouts: { udp: 5 * MINUTE, established: 2 * HOUR + 4 * MINUTE, transitory: 4 * MINUTE },
    });
  });

  test.each<[string, object]>([
    [
      'forward 6881 to alice-pc',
      { forwards: ['tcp', 'udp'].map((transport) => ({ transport, port: 6881, host: 'alice-pc', hostPort: 6881 })) },
    ],
    ['forward tcp 8080 to bob-tablet port 80', { forwards: [{ transport: 'tcp', port: 8080, host: 'bob-tablet', hostPort: 80 }] }],
    ['filtering endpoint-independent', { filtering: 'endpoint-independent' }],
    ['hairpinning off unsolicited refused', { hairpinning: false, unsolicited: 'refused' }],
    [
      'timeout udp 2 min timeout established 3 h timeout transitory 5 min',
      { timeouts: { udp: 2 * MINUTE, established: 3 * HOUR, transitory: 5 * MINUTE } },
    ],
  ])('%s', (block, expected) => expect(natOf(block)).toMatchObject(expected));

  test('hosts behind it have private addresses and a short line, its router one of the documentation’s', () => {
    const { hosts } = scenarioOf(
      `network { latency 20 ms }\n${HOME}host tv { latency 3 ms }\nnat home-router { inside alice-pc, bob-tablet }\nnat r2 { inside tv }`,
    );
    const told = hosts.map(({ name, address, latency }) => `${name} ${address} ${latency / MILLISECOND}`);
    expect(told.sort()).toEqual([
      'alice-pc 192.168.0.2 1',
      'bob-tablet 192.168.0.3 1',
      'home-router 203.0.113.1 20',
      'r2 203.0.113.2 20',
      'tv 192.168.1.2 3',
      'web 10.0.0.1 20',
    ]);
  });

  test('two homes may have the same addresses', () => {
    const two = 'host a { address 192.168.0.2 }\nhost b { address 192.168.0.2 }\nnat r { inside a }\nnat q { inside b }';
    expect(scenarioOf(two).hosts.filter(({ address }) => address === '192.168.0.2')).toHaveLength(2);
  });

  test('zones tell outside names’ addresses: behind it, the router’s', () => {
    const { services, hosts } = scenarioOf(
      'zone home.org on ns.home.org\nhost www.home.org, client\nnat router.home.org { inside www.home.org forward tcp 80 to www.home.org }\nclient resolves www.home.org',
    );
    const zone = services.find((one): one is ZoneService => one.kind === 'dns.zone' && one.origin === 'home.org.');
    const addresses = zone?.records.flatMap(({ name, data }) => (data.type === 'A' ? [`${name} ${data.address}`] : []));
    expect(addresses).toEqual(expect.arrayContaining(['www.home.org. 203.0.113.1', 'router.home.org. 203.0.113.1']));
    expect(hosts.find(({ name }) => name === 'www.home.org')?.address).toBe('192.168.0.2');
  });

  test('a local DNS server behind it is asked by its private address from there only', () => {
    const { hosts } = scenarioOf(
      'host pc, outside\nresolver dns\nnat router { inside pc, dns forward udp 53 to dns }\npc resolves x.org\noutside resolves x.org',
    );
    const servers = Object.fromEntries(hosts.map(({ name, nameservers }) => [name, nameservers[0]]));
    expect([servers.pc, servers.outside]).toEqual(['192.168.0.3', '203.0.113.1']);
  });
});

describe('firewall', () => {
  test.each<[string, object]>([
    ['', { incoming: 'block', rules: [] }],
    [
      'allow tcp 25, 80',
      {
        incoming: 'block',
        rules: [
          {
            verdict: 'allow',
            transport: 'tcp',
            ports: [
              [25, 25],
              [80, 80],
            ],
            from: [],
          },
        ],
      },
    ],
    [
      'block udp 53 from bob-tablet',
      { incoming: 'allow', rules: [{ verdict: 'block', transport: 'udp', ports: [[53, 53]], from: ['bob-tablet'] }] },
    ],
    [
      'reject incoming allow all from alice-pc, bob-tablet',
      { incoming: 'reject', rules: [{ transport: null, ports: [], from: ['alice-pc', 'bob-tablet'] }] },
    ],
    ['allow tcp ports 60000 to 60100', { rules: [{ ports: [[60000, 60100]] }] }],
    ['block tcp 9 from alice-pc allow tcp 9', { rules: [{ verdict: 'block' }, { verdict: 'allow' }] }],
  ])('{ %s }', (block, expected) => expect(firewallOf(block)).toMatchObject(expected));

  test('may stand in front of a server that the language fills in', () => {
    const found = service(
      'host pc, attacker\nfirewall a.root-servers.net { block udp 53 from attacker }\npc resolves x.org',
      'network.firewall',
    );
    expect(found).toMatchObject({ host: 'a.root-servers.net', incoming: 'allow' });
  });
});

describe('what cannot be', () => {
  test.each<[string, string]>([
    ['a NAT behind itself', 'nat r { inside r }\n               ^ two-nats: behind itself'],
    ['a NAT behind a NAT', 'host a\nnat r { inside a }\nnat q { inside r }\n               ^ two-nats: is a NAT itself'],
    ['a host behind two', 'host a\nnat r { inside a }\nnat q { inside a }\n               ^ two-nats: behind `r` already'],
    ['a NAT for nobody', 'nat r { hairpinning on }\n    ^ empty-nat'],
    ['two NATs on a host', 'host a, b\nnat r { inside a }\nnat r { inside b }\n    ^ duplicate-declaration'],
    [
      'a forward to someone outside',
      'host a, b\nnat r { inside a forward 80 to b }\n                               ^ not-inside: forwarded to `a`',
    ],
    [
      'a port twice',
      'host a, b\nnat r { inside a, b forward 80 to a forward tcp 80 to b }\n                                                      ^ duplicate-forward: TCP port 80 goes to `a`',
    ],
    [
      'two ports to one',
      'host a\nnat r { inside a forward tcp 80 to a forward tcp 81 to a port 80 }\n                                                       ^ duplicate-forward: has port 80 of the router',
    ],
    ['port 0', 'host a\nnat r { inside a forward 0 to a }\n                         ^ out-of-range'],
    ['a link around it', 'host a, b\nlink a <-> b\n^^^^^^^^^^^^ link-around-nat: lead around `r`\nnat r { inside a }'],
    [
      'an address that hides another',
      'host a { address 192.0.2.1 }\n                 ^^^^^^^^^ duplicate-address\nhost b { address 192.0.2.1 }\nnat r { inside a }',
    ],
    ['a firewall twice', 'host a\nfirewall a { allow all }\nfirewall a { block all }\n         ^ duplicate-declaration'],
    [
      'a firewall that looks for a private address',
      'host a, b\nnat r { inside a }\nfirewall b { allow tcp 9 from a }\n                              ^ hidden-source: by the address of `r`',
    ],
    [
      'ports downwards',
      'host a\nfirewall a { allow tcp ports 80 to 22 }\n                             ^^^^^^^^ range-descends: from 80 down to 22',
    ],
    [
      'ports downwards',
      'host a\nfirewall a { allow tcp ports 80 to 22 }\n                             ^^^^^^^^ range-descends: from 80 down to 22',
    ],
    [
      'a host that shares its address behind it',
      'host east, west\nanycast ns on east, west\nnat r { inside west }\n               ^^^^ shared-address: has the address of `ns`',
    ],
    [
      'an address that hosts share behind it',
      'host east, west\nanycast ns on east, west\nnat r { inside ns }\n               ^^ shared-address: Name one of them',
    ],
    [
      'a NAT that shares its address',
      'host a, east, west\nanycast ns on east, west\nnat west { inside a }\n    ^^^^ shared-address: needs one of its own',
    ],
    ['an unknown host', 'firewall nobody { block incoming }\n         ^^^^^^ unknown-host'],
  ])('%s', (_, annotated) => {
    const wanted = readAnnotated(annotated);
    const diagnostics = compileText(wanted.text).diagnostics.filter(({ severity }) => severity !== 'hint');
    expect(diagnostics.map((diagnostic) => markOf(wanted.text, diagnostic))).toEqual(wanted.marks);
    diagnostics.forEach(({ message }, i) => {
      expect(message).toContain(wanted.messages[i] ?? '');
    });
  });

  test('links within a home, and of its router, are fine', () => {
    scenarioOf('host a, b, c\nlink a <-> b\nlink a <-> r\nlink r <-> c\nnat r { inside a, b }');
  });
});
