import { describe, expect, test } from 'vitest';
import { simulate } from '../../simulation.ts';
import { arrows, HOSTS, notes, resolver, resolveStep, textbook, zone } from '../scenario-for-tests.ts';

const ROOT_ZONE = `
$TTL 1d
@                   SOA  a.root-servers.net. nstld.verisign-grs.com. 1 1800 900 604800 86400
@                   NS   a.root-servers.net.
@                   NS   b.root-servers.net.
a.root-servers.net. A    10.0.0.3
b.root-servers.net. A    10.0.0.6
edu.                2d NS a.edu-servers.net.
a.edu-servers.net.  2d A  10.0.0.4
`;
const HINTS = [
  { name: 'a.root-servers.net.', address: '10.0.0.3' },
  { name: 'b.root-servers.net.', address: '10.0.0.6' },
];

/** The textbook's world with a second root server, and the queries of the local server in it. */
function queries(steps = [resolveStep('gaia.cs.umass.edu.')], properties: Parameters<typeof resolver>[1] = {}): string[] {
  const scenario = textbook(steps, { hosts: { 'b.root-servers.net': { address: '10.0.0.6' } } });
  const services = scenario.services.map((service) => {
    if (service.kind === 'dns.resolver') return resolver(HOSTS[1], { hints: HINTS, ...properties });
    return service.kind === 'dns.zone' && service.origin === '.' ? zone('.', [HOSTS[2], 'b.root-servers.net'], ROOT_ZONE) : service;
  });
  const run = simulate({ ...scenario, services });
  expect(run.steps[0]?.outcome).toBe('128.119.245.12');
  expect(notes(run).filter((note) => note.includes('primes')).length).toBeLessThan(3);
  return arrows(run)
    .filter((arrow) => arrow.startsWith(HOSTS[1]) && arrow.endsWith('?'))
    .map((arrow) => arrow.replace(`${HOSTS[1]} → `, '').replace('b.root', 'a.root'));
}

const WALK = [
  'a.root-servers.net: gaia.cs.umass.edu A?',
  'a.edu-servers.net: gaia.cs.umass.edu A?',
  'dns.cs.umass.edu: gaia.cs.umass.edu A?',
];

describe('priming (RFC 8109)', () => {
  test('a resolver with several hints first asks for the list of root servers', () => {
    expect(queries()).toEqual(['a.root-servers.net: . NS?', ...WALK]);
  });

  test('once, until the list has run out', () => {
    const elsewhere = resolveStep('nothing.example.', 'A', { kind: 'after', delay: 1e9 });
    const nextDay = resolveStep('nothing.test.', 'A', { kind: 'after', delay: 86_400e9 });
    expect(queries([resolveStep('gaia.cs.umass.edu.'), elsewhere, nextDay])).toEqual([
      'a.root-servers.net: . NS?',
      ...WALK,
      'a.root-servers.net: nothing.example A?',
      'a.root-servers.net: . NS?',
      'a.root-servers.net: nothing.test A?',
    ]);
  });

  test.each([
    ['with one hint there is no list', { hints: HINTS.slice(0, 1) }],
    ['a resolver that caches nothing could not keep it', { cache: 0 }],
  ])('%s', (_, properties) => {
    expect(queries(undefined, properties)).toEqual(WALK);
  });

  test('with every root server down the hints are tried all the same, and the client is told', () => {
    const scenario = textbook([resolveStep('gaia.cs.umass.edu.')], { hosts: { 'b.root-servers.net': { address: '10.0.0.6' } } });
    const services = scenario.services
      .filter((service) => !(service.kind === 'dns.zone' && service.origin === '.'))
      .map((service) => (service.kind === 'dns.resolver' ? resolver(HOSTS[1], { hints: HINTS }) : service));
    expect(simulate({ ...scenario, services }).steps[0]).toMatchObject({ outcome: 'SERVFAIL', succeeded: false });
  });
});
