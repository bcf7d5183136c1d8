/** Whose address an address is, for whom. */
import { expect, test } from 'vitest';
import { AddressRealms } from './address-realms.ts';

/** Two homes with the same private address, a host outside whose address one home uses inside, too, and two that share theirs. */
const hosts = ['router', 'alice', 'second router', 'carol', 'web', 'bob', 'root', 'other root'];
const addresses = ['203.0.113.1', '192.168.0.2', '203.0.113.2', '192.168.0.2', '198.51.100.1', '198.51.100.1', '192.0.2.53', '192.0.2.53'];
const gateways = [-1, 0, -1, 2, -1, 0, -1, -1];
const realms = new AddressRealms(addresses, (host) => gateways[host]!);

test.each([
  ['alice', '203.0.113.2', ['second router']],
  ['alice', '192.168.0.2', ['alice']],
  ['carol', '192.168.0.2', ['carol']],
  ['router', '192.168.0.2', ['alice']],
  ['second router', '192.168.0.2', ['carol']],
  ['web', '192.168.0.2', []],
  ['alice', '198.51.100.1', ['bob']],
  ['carol', '198.51.100.1', ['web']],
  ['web', '203.0.113.1', ['router']],
  ['web', '192.0.2.1', []],
  ['alice', '192.0.2.53', ['root', 'other root']],
  ['root', '192.0.2.53', ['root', 'other root']],
])('from %s, %s leads to %s', (from, address, expected) => {
  expect(realms.hostsAt(address, hosts.indexOf(from)).map((host) => hosts[host])).toEqual(expected);
});

test.each([
  ['alice', 'alice'],
  ['carol', 'carol'],
  ['bob', 'bob'],
  ['root', 'root'],
  ['other root', 'root'],
])('the address of %s is known by %s', (host, holder) => expect(hosts[realms.holderOf(hosts.indexOf(host))]).toBe(holder));

test('an address that no host has stands for itself', () => expect(realms.holderOf(-1)).toBe(-1));
