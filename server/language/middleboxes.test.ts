/** NATs and firewalls: text in, parts of the Scenario or problems out. */
import { describe, expect, test } from 'vitest';
import type { ZoneService } from '../../engines/dns/scenario.ts';
import type { FirewallService, NatService } from '../../engines/network/scenario.ts';
import { HOUR, MILLISECOND, MINUTE } from '../../engines/quantities.ts';
import { applyFix, compileText, markOf, readAnnotated } from './annotated-source-for-tests.ts';

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
      { forwards: ['tcp', 'udp'].map((transport) => ({ transport, port: 6881, lastPort: 6881, host: 'alice-pc', hostPort: 6881 })) },
    ],
    [
      'forward tcp 8080 to bob-tablet port 80',
      { forwards: [{ transport: 'tcp', port: 8080, lastPort: 8080, host: 'bob-tablet', hostPort: 80 }] },
    ],
    [
      'forward tcp 50000-50010 to alice-pc',
      { forwards: [{ transport: 'tcp', port: 50_000, lastPort: 50_010, host: 'alice-pc', hostPort: 50_000 }] },
    ],
    ['forward udp 50000-50010 to alice-pc port 6000', { forwards: [{ port: 50_000, lastPort: 50_010, hostPort: 6000 }] }],
    ['forward udp 50000-50010 to alice-pc port 6000-6010', { forwards: [{ port: 50_000, lastPort: 50_010, hostPort: 6000 }] }],
    [
      'forward tcp 1-10 to alice-pc forward tcp 11-20 to alice-pc port 1011 forward tcp 21 to bob-tablet',
      { forwards: [{ lastPort: 10 }, { port: 11, hostPort: 1011 }, { port: 21 }] },
    ],
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

describe('a router’s name', () => {
  const home = (forward: string, line: string) =>
    `host a, b\nzone x.org on ns.x.org { @ MX 10 a }\nnat r { inside a ${forward} }\nftp a { file "x" 1 kB }\nmailserver a { domain x.org }\nmailbox ann@x.org on a\n${line}`;
  const GET = 'b gets "x" from r';
  const SEND = 'b sends mail from ann@x.org to ann@x.org via r';

  test.each([
    ['forward tcp 21 to a', GET, 'ftp.session'],
    ['forward 20-30 to a', GET, 'ftp.session'],
    ['forward 25 to a', SEND, 'mail.send'],
  ])('stands for the server that a port is forwarded to: %s, %s', (forward, line, kind) => {
    const [step] = scenarioOf(home(forward, line)).steps;
    expect(step!.action).toMatchObject({ kind, server: 'a' });
  });

  test.each([
    ['', GET, '`r` runs no FTP server. It is a NAT: what comes for its port 21 goes to a host behind it by `forward tcp 21 to a`.'],
    ['forward 2121 to a port 21', GET, 'by `forward tcp 21 to a`'],
    ['forward tcp 21 to a', SEND, '`r` runs no mail server. It is a NAT: what comes for its port 25'],
  ])('and where none is, that is said: %s, %s', (forward, line, message) => {
    const { diagnostics } = compileText(home(forward, line));
    expect(diagnostics.find(({ severity }) => severity === 'error')?.message).toContain(message);
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
    [
      'allow tcp 80, 60000-60100',
      {
        rules: [
          {
            ports: [
              [80, 80],
              [60000, 60100],
            ],
          },
        ],
      },
    ],
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
      'host a, b\nnat r { inside a, b forward 80 to a forward tcp 80 to b }\n                                                ^^ duplicate-forward: TCP port 80 goes to `a`',
    ],
    [
      'two ports to one',
      'host a\nnat r { inside a forward tcp 80 to a forward tcp 81 to a port 80 }\n                                                              ^^ duplicate-forward: has port 80 of the router',
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
    ['ports downwards', 'host a\nfirewall a { allow tcp 80-22 }\n                       ^^^^^ range-descends: from 80 down to 22'],
    ['a range with port 0', 'host a\nnat r { inside a forward 0-5 to a }\n                         ^ out-of-range'],
    ['a range beyond the ports', 'host a\nnat r { inside a forward 5-70000 to a }\n                           ^^^^^ out-of-range'],
    [
      'ranges that overlap',
      'host a, b\nnat r { inside a, b forward 80-90 to a forward tcp 85-95 to b }\n                                                   ^^^^^ duplicate-forward: TCP port 85 goes to `a`',
    ],
    [
      'ranges that overlap behind it',
      'host a\nnat r { inside a forward udp 80-90 to a forward udp 1000-1005 to a port 88 }\n                                                                        ^^ duplicate-forward: UDP port 88 of `a` has port 88 of',
    ],
    [
      'a range to a smaller one',
      'host a\nnat r { inside a forward udp 80-90 to a port 1000-1001 }\n                                             ^^^^^^^^^ unequal-ranges: 11 ports lead to as many, not to 2',
    ],
    [
      'a range that ends beyond the ports',
      'host a\nnat r { inside a forward udp 80-90 to a port 65530 }\n                                             ^^^^^ out-of-range: end with 65540',
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

describe('habits from other firewalls and routers', () => {
  const nat = (property: string) => `host a, b\nnat r { inside a ${property} }`;
  const firewall = (property: string) => `host a, b\nfirewall a { ${property} }`;

  test.each<[string, string, string]>([
    [nat('forward 50000 - 50010 to a'), 'is written `50000-50010`', nat('forward 50000-50010 to a')],
    [nat('forward tcp port 21 to a'), 'The port stands by itself', nat('forward tcp 21 to a')],
    [nat('forward ports 1 to 9 to a'), 'is written `1-9`', nat('forward 1-9 to a')],
    [nat('forward 21 -> a'), 'Between the port and the host stands `to`', nat('forward 21 to  a')],
    [nat('forward 21 to a:2121'), 'stands behind `port`', nat('forward 21 to a port 2121')],
    [nat('forward 9-5 to a'), 'write the smaller one first', nat('forward 5-9 to a')],
    [nat('forward 5-9 to a port 1-2'), '5 ports lead to as many', nat('forward 5-9 to a port 1')],
    [nat('hairpin on'), 'Did you mean `hairpinning`', nat('hairpinning on')],
    [nat('hairpinning yes'), 'Did you mean `on`', nat('hairpinning on')],
    [nat('filtering full-cone'), 'Did you mean `endpoint-independent`', nat('filtering endpoint-independent')],
    [nat('unsolicited reject'), 'Did you mean `refused`', nat('unsolicited refused')],
    [nat('timeout tcp 5 min'), 'Did you mean `established`', nat('timeout established 5 min')],
    [firewall('deny tcp 21'), 'Did you mean `block`', firewall('block tcp 21')],
    [firewall('drop incoming'), 'Did you mean `block`', firewall('block incoming')],
    [firewall('accept all'), 'Did you mean `allow`', firewall('allow all')],
    [firewall('allow 21'), '`tcp 21` or `udp 21`', firewall('allow tcp 21')],
    [firewall('allow port 21, 50-60'), '`tcp 21, 50-60` or', firewall('allow tcp 21, 50-60')],
    [firewall('allow tcp port 21'), 'The port stands by itself', firewall('allow tcp 21')],
    [firewall('allow tcp 20, ports 50 to 60'), 'is written `50-60`', firewall('allow tcp 20, 50-60')],
    [firewall('allow http'), 'ports by their numbers', firewall('allow tcp 80')],
    [firewall('allow ip from b'), 'Did you mean `all`', firewall('allow all from b')],
    [firewall('allow tcp 21 from any'), 'about what comes from anyone', firewall('allow tcp 21 ')],
    [
      'host a\nhost b { address 192.0.2.7 }\nfirewall a { allow tcp from 192.0.2.7 }',
      'Did you mean `b`, which has it?',
      'host a\nhost b { address 192.0.2.7 }\nfirewall a { allow tcp from b }',
    ],
    [
      'host a, b, c\nfirewall b { block all }\na transfers 1 MB to b\nexpect packets dropped by a > 0',
      '`a` has no firewall and is no NAT, so it drops nothing. Did you mean `b`',
      'host a, b, c\nfirewall b { block all }\na transfers 1 MB to b\nexpect packets dropped by b > 0',
    ],
    [
      'host a, b\nnat r { inside a }\na transfers 1 MB to b\nexpect mean mappings of a > 0',
      '`a` is no NAT',
      'host a, b\nnat r { inside a }\na transfers 1 MB to b\nexpect mean mappings of r > 0',
    ],
  ])('%s: %s', (text, said, mended) => {
    const wrong = (of: string) => compileText(of).diagnostics.filter(({ severity }) => severity === 'error');
    const [first, ...others] = wrong(text);
    expect([others, first?.message]).toEqual([[], expect.stringContaining(said)]);
    expect(applyFix(text, first!)).toBe(mended);
    expect(wrong(mended)).toEqual([]);
  });

  test.each([
    [firewall('block outgoing'), 'rules are about what others begin'],
    [firewall('block icmp'), 'There is no ICMP here'],
    [firewall('allow tcp 21 to b'), 'the firewall’s own host'],
    [firewall('forward 21 to b'), '`forward` stands in the block of a `nat`'],
    [nat('deny tcp 21'), 'A NAT has no rules'],
    [firewall('allow tcp from 10.0.0.0/8'), '`10.0.0.0/8` is a network; here stands the name of a host'],
    [nat('inside 10.0.0.1'), '`10.0.0.1` is an address; here stands the name of a host'],
    ['host a\nexpect packets dropped by a = 0', '`a` has no firewall and is no NAT, so it drops nothing.'],
  ])('%s: %s', (text, said) => {
    expect(compileText(text).diagnostics.find(({ severity }) => severity === 'error')?.message).toContain(said);
  });
});
