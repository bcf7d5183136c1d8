import { expect, test } from 'vitest';
import type { Host } from '../network/host.ts';
import { scenarioForTests } from '../network/scenario-for-tests.ts';
import { SimulatedTrust } from '../tls/simulated-trust.ts';
import { zone } from './scenario-for-tests.ts';
import { serversOf } from './servers.ts';

test('a server serves the same list of zones until one of them changes or it lies', () => {
  const services = [zone('a.', ['server'], '$TTL 1\n@ SOA ns h 1 1 1 1 1'), zone('b.', ['server'], '$TTL 1\n@ SOA ns h 1 1 1 1 1')];
  const scenario = scenarioForTests({ server: { nameservers: [] } }, { services });
  const host = { name: 'server', now: () => 0 } as Host;
  const server = serversOf({
    scenario,
    trust: new SimulatedTrust(scenario.seed),
    host: () => host,
    boot: () => {},
    tap: () => {},
    divert: () => {},
    path: () => null,
  }).get('server');
  const zones = server?.zones;
  expect(zones?.map(({ origin }) => origin)).toEqual(['a.', 'b.']);
  expect(server?.zones).toBe(zones);
  if (server) server.forgeries = [{ name: 'www.a.', address: '192.0.2.6' }];
  expect(server?.zones[0]?.nodes.has('www.a.')).toBe(true);
  expect(server?.zones[1]).toBe(zones?.[1]);
});
