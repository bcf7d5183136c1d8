import { describe, expect, test } from 'vitest';
import { mailScenario } from './mail/scenario-for-tests.ts';
import type { Scenario } from './scenario.ts';
import { simulate } from './simulation.ts';

const scenario = mailScenario({ dialect: 'classic', steps: [] });
/** The same, said at a place of the author's text. */
const said = (source: number): Scenario => {
  const at = { source, start: 0, end: 1 };
  return {
    ...scenario,
    hosts: scenario.hosts.map((host) => ({ ...host, at })),
    services: scenario.services.map((service) => ({ ...service, at })),
  };
};

describe('what a run declares', () => {
  const { declared, hosts } = simulate(said(3));

  test('is every host and every service, with the hosts that it runs on and the document that said it', () => {
    expect(declared.length).toBe(scenario.hosts.length + scenario.services.length);
    expect(declared.filter(({ kind }) => kind === 'host').map(({ name }) => name)).toEqual(hosts.map(({ name }) => name));
    for (const service of scenario.services) {
      if (service.kind !== 'mail.mailbox') continue;
      expect(declared).toContainEqual({
        kind: 'mail.mailbox',
        name: service.address,
        hosts: [hosts.findIndex(({ name }) => name === service.host)],
        implicit: false,
        source: 3,
      });
    }
    for (const service of scenario.services) {
      if (service.kind !== 'dns.zone') continue;
      const zone = declared.find(({ kind, name }) => kind === 'dns.zone' && name === service.origin)!;
      expect(zone.hosts.map((host) => hosts[host]!.name)).toEqual(service.servers);
      expect(zone.implicit).toBe(service.implicit);
    }
  });

  test('leaves the fingerprint alone as far as places go', () => {
    expect(simulate(said(3)).fingerprint).toBe(simulate(said(5)).fingerprint);
    expect(simulate(said(3)).fingerprint).toBe(simulate(scenario).fingerprint);
    const other = { ...scenario, hosts: scenario.hosts.map((host, i) => (i === 0 ? { ...host, implicit: !host.implicit } : host)) };
    expect(simulate(other).fingerprint).not.toBe(simulate(scenario).fingerprint);
  });
});
