import { describe, expect, test } from 'vitest';
import { resolver, textbook } from '../scenario-for-tests.ts';
import { queriesOf, targetOf } from './target.ts';

describe('what an attacker knows', () => {
  test.each([
    ['gaia.cs.umass.edu.', 'umass.edu.', ['10.0.0.5']],
    ['GAIA.cs.UMASS.edu.', 'umass.edu.', ['10.0.0.5']],
    ['mit.edu.', 'edu.', ['10.0.0.4']],
    ['bank.com.', '.', ['10.0.0.3']],
  ])('of %s: the zone %s and its servers', (name, origin, servers) => {
    expect(targetOf(textbook([]), name, 'dns.nyu.edu')).toEqual({ origin, servers });
  });

  test('servers that share an address are one to guess', () => {
    const scenario = textbook([], { umass: ['dns.cs.umass.edu', 'twin', 'third'], hosts: { twin: { address: '10.0.0.5' }, third: {} } });
    expect(targetOf(scenario, 'umass.edu.', 'dns.nyu.edu').servers).toEqual(['10.0.0.5', '10.0.0.7']);
  });

  test('of a resolver: its IDs and ports, all of them where it has no settings', () => {
    const scenario = textbook([]);
    expect(queriesOf(scenario, 'dns.nyu.edu')).toEqual({ ids: 65_536, order: 'random', ports: 16_384 });
    const queries = { ids: 16, order: 'sequential', ports: 2 } as const;
    const services = scenario.services.map((one) => (one.kind === 'dns.resolver' ? resolver(one.host, { queries }) : one));
    expect(queriesOf({ ...scenario, services }, 'dns.nyu.edu')).toEqual(queries);
  });
});
