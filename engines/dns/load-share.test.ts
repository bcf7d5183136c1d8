import { expect, test } from 'vitest';
import { simulate } from '../simulation.ts';
import type { RecordOrder } from './record-order.ts';
import { HOSTS, resolver, resolveStep, textbook, UMASS_ZONE, zone } from './scenario-for-tests.ts';
import { EDNS_PAYLOAD } from './wire/message.ts';

/** Twelve lookups of a name with three addresses; the last value of each server's share. */
function shares({ cache, zoneOrder, ttl }: { cache?: RecordOrder; zoneOrder?: RecordOrder; ttl: number }): Record<string, number> {
  const steps = Array.from({ length: 12 }, () => resolveStep('farm.umass.edu.', 'A', { kind: 'after', delay: 2e9 }));
  const scenario = textbook(steps, {
    hosts: { web1: { address: '192.0.2.1' }, web2: { address: '192.0.2.2' }, web3: { address: '192.0.2.3' } },
  });
  const lines = ['1', '2', '3'].map((last) => `farm ${ttl} A 192.0.2.${last}\n`).join('');
  const services = scenario.services.map((service) => {
    if (service.kind === 'dns.resolver') return resolver(HOSTS[1], cache ? { order: cache } : {});
    return service.kind === 'dns.zone' && service.origin === 'umass.edu.'
      ? zone(service.origin, service.servers, UMASS_ZONE + lines)
      : service;
  });
  const server = {
    kind: 'dns.server' as const,
    host: HOSTS[4],
    recursion: false,
    edns: EDNS_PAYLOAD,
    answers: null,
    hints: [],
    implicit: false,
    at: null,
  };
  const run = simulate({ ...scenario, services: zoneOrder ? [...services, { ...server, order: zoneOrder }] : services });
  return Object.fromEntries(
    run.series
      .filter(({ metric }) => metric === 'load share')
      .map(({ subjects, values }) => [`${subjects[0]} at ${subjects[1]}`, values.at(-1) as number]),
  );
}

const farm = (web1: number, web2: number, web3: number) => ({
  'farm.umass.edu. at web1': web1,
  'farm.umass.edu. at web2': web2,
  'farm.umass.edu. at web3': web3,
});

test.each([
  ['the cache rotates what it has', { ttl: 600 }, farm(1 / 3, 1 / 3, 1 / 3)],
  ['a cache that does not sends everybody to one server', { ttl: 600, cache: 'fixed' as const }, farm(1, 0, 0)],
  ['until it has to ask again: then the name server has rotated', { ttl: 1, cache: 'fixed' as const }, farm(1 / 3, 1 / 3, 1 / 3)],
  ['unless that one does not, either', { ttl: 1, cache: 'fixed' as const, zoneOrder: 'fixed' as const }, farm(1, 0, 0)],
])('%s', (_, setting, expected) => {
  expect(shares(setting)).toEqual(expected);
});

test('a name with one address has no shares', () => {
  expect(simulate(textbook([resolveStep('gaia.cs.umass.edu.')])).series.filter(({ metric }) => metric === 'load share')).toEqual([]);
});
