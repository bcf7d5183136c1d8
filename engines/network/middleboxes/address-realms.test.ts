/** Whose address an address is, for whom. */
import { expect, test } from 'vitest';
import { AddressRealms } from './address-realms.ts';

/** Two homes with the same private address, and a host outside whose address one home uses inside, too. */
const hosts = ['router', 'alice', 'second router', 'carol', 'web', 'bob'];
const addresses = ['203.0.113.1', '192.168.0.2', '203.0.113.2', '192.168.0.2', '198.51.100.1', '198.51.100.1'];
const gateways = [-1, 0, -1, 2, -1, 0];
const realms = new AddressRealms(addresses, (host) => gateways[host]!);

test.each([
  ['alice', '203.0.113.2', 'second router'],
  ['alice', '192.168.0.2', 'alice'],
  ['carol', '192.168.0.2', 'carol'],
  ['router', '192.168.0.2', 'alice'],
  ['second router', '192.168.0.2', 'carol'],
  ['web', '192.168.0.2', undefined],
  ['alice', '198.51.100.1', 'bob'],
  ['carol', '198.51.100.1', 'web'],
  ['web', '203.0.113.1', 'router'],
  ['web', '192.0.2.1', undefined],
])('from %s, %s leads to %s', (from, address, expected) => {
  expect(hosts[realms.hostAt(address, hosts.indexOf(from))]).toBe(expected);
});
