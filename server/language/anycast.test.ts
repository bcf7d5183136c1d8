import { describe, expect, test } from 'vitest';
import { compile } from './compile.ts';
import { ROOT_SERVERS } from './defaults/top-level-servers.ts';

const compiled = (text: string) => compile([{ uri: 'file:///t.netscenario', text }], new Map());
const good = (text: string) => {
  const { scenario, diagnostics } = compiled(text);
  expect(diagnostics.filter(({ severity }) => severity !== 'hint')).toEqual([]);
  return scenario;
};
/** The text that the first problem underlines, and what is said. */
const problem = (text: string): string => {
  const [first] = compiled(text).diagnostics;
  return first ? `${first.code} at ${text.slice(first.start, first.end)}: ${first.message}` : 'none';
};

describe('anycast', () => {
  const WORLD = 'host pc, west, east\nzone example.org on ns.example.org { www A 192.0.2.80 }\nanycast ns.example.org on west, east\n';

  test('the hosts share the address that the name has, run its zone, and the name is no host', () => {
    const { hosts, services } = good(`${WORLD}pc resolves www.example.org`);
    const addressOf = (name: string) => hosts.find((host) => host.name === name)?.address;
    expect(addressOf('west')).toBe(addressOf('east'));
    expect(addressOf('pc')).not.toBe(addressOf('west'));
    expect(hosts.map(({ name }) => name)).not.toContain('ns.example.org');
    const zone = services.find((service) => service.kind === 'dns.zone' && service.origin === 'example.org.');
    expect(zone).toMatchObject({ servers: ['west', 'east'] });
    expect(zone && 'records' in zone ? zone.records : []).toContainEqual(
      expect.objectContaining({ name: 'ns.example.org.', data: { type: 'A', address: addressOf('west') } }),
    );
  });

  test('resolvers and settings of servers go to each host; hosts ask the shared address', () => {
    const { hosts, services } = good(
      `${WORLD}host r1, r2\nresolver dns { serves pc order fixed }\nnameserver ns.example.org { order random }\nanycast dns on r1, r2 { address 9.9.9.9 }\npc resolves www.example.org`,
    );
    const of = (kind: string) => services.flatMap((one) => (one.kind === kind && 'host' in one ? [one.host] : []));
    expect([of('dns.resolver').filter((host) => host !== 'local-dns'), of('dns.server')]).toEqual([
      ['r1', 'r2'],
      ['west', 'east'],
    ]);
    expect(hosts.find(({ name }) => name === 'pc')?.nameservers).toEqual(['9.9.9.9']);
    expect(hosts.find(({ name }) => name === 'r2')?.address).toBe('9.9.9.9');
  });

  test('a root server keeps its real address', () => {
    const { hosts } = good('host pc, k1, k2\nroot { servers 13 }\nanycast k.root-servers.net on k1, k2\npc resolves example.org');
    expect(hosts.filter(({ address }) => address === '193.0.14.129').map(({ name }) => name)).toEqual(['k1', 'k2']);
  });

  test.each([
    [
      'a step of the name',
      `${WORLD}ns.example.org crashes`,
      'shared-address at ns.example.org: `ns.example.org` is an address that several hosts share. Name one of them: `west`, `east`.',
    ],
    [
      'its own host',
      'anycast west on west',
      'shared-address at west: `west` stands for the address; the hosts that share it have names of their own.',
    ],
    [
      'a declared host as the name',
      'host ns, west\nanycast ns on west',
      'shared-address at ns: `ns` is a host of its own; an address that hosts share needs no `host` line.',
    ],
    [
      'a host with an address of its own',
      'host west { address 10.1.1.1 }\nanycast ns on west',
      'shared-address at 10.1.1.1: `west` has the address of `ns`, and none of its own.',
    ],
    [
      'a host of two',
      'host west\nanycast a on west\nanycast b on west',
      'duplicate-declaration at west: Where `west` answers is declared twice.',
    ],
  ])('%s is an error', (_, text, expected) => {
    expect(problem(text)).toBe(expected);
  });

  test('two hosts that share an address without it are an error still', () => {
    expect(problem('host a { address 10.1.1.1 }\nhost b { address 10.1.1.1 }\na crashes\nb crashes')).toMatch(
      /^duplicate-address at 10.1.1.1/,
    );
  });
});

describe('root', () => {
  const records = (text: string, origin: string) =>
    good(text).services.flatMap((one) => (one.kind === 'dns.zone' && one.origin === origin ? one.records : []));
  const WORLD = 'host pc\nzone amazon.com on ns.amazon.com\npc resolves amazon.com NS\n';

  test('thirteen servers with their real addresses, in the root zone and in the hints', () => {
    const text = `root { servers 13 }\n${WORLD}`;
    const names = ROOT_SERVERS.map(({ name }) => `${name}.`);
    const root = records(text, '.');
    expect(root.flatMap(({ name, data }) => (name === '.' && data.type === 'NS' ? [data.server] : []))).toEqual(names);
    const addresses = root.flatMap(({ name, data }) => (names.includes(name) && data.type === 'A' ? [data.address] : []));
    expect(addresses).toEqual(ROOT_SERVERS.map(({ address }) => address));
    const hints = good(text).services.flatMap((one) => (one.kind === 'dns.resolver' ? [one.hints] : []));
    expect(hints[0]).toEqual(ROOT_SERVERS.map(({ name, address }) => ({ name: `${name}.`, address })));
  });

  test('com with two servers and glue for both', () => {
    const root = records(`root { generic 2 }\n${WORLD}`, '.');
    expect(root.flatMap(({ name, data }) => (name === 'com.' && data.type === 'NS' ? [data.server] : []))).toEqual([
      'a.gtld-servers.net.',
      'b.gtld-servers.net.',
    ]);
    expect(root.flatMap(({ name, data }) => (name.endsWith('gtld-servers.net.') && data.type === 'A' ? [data.address] : []))).toEqual([
      '192.5.6.30',
      '192.33.14.30',
    ]);
  });

  test('without it there is one of each', () => {
    expect(records(WORLD, '.').filter(({ data }) => data.type === 'NS')).toHaveLength(2);
  });

  test('a declared root zone says itself which servers it has', () => {
    expect(problem(`root { servers 2 }\nzone . on ns.root\n${WORLD}`)).toMatch(
      /^duplicate-declaration at servers 2: Zone `\.` says already/,
    );
  });
});
