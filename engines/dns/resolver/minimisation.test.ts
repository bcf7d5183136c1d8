/** Query-name minimisation (RFC 9156): who is told how much of the name. */
import { describe, expect, test } from 'vitest';
import { simulate } from '../../simulation.ts';
import { arrows, resolver, resolveStep, textbook, UMASS_ZONE, zone } from '../scenario-for-tests.ts';
import { depthsBetween } from './minimisation.ts';

const run = (name: string, more = '', properties = {}) => {
  const base = textbook([resolveStep(name)], properties);
  const services = base.services.map((service) => {
    if (service.kind === 'dns.resolver') return { ...resolver(service.host, { minimise: true }), walk: service.walk };
    return service.kind === 'dns.zone' && service.origin === 'umass.edu.'
      ? zone('umass.edu.', service.servers, UMASS_ZONE + more)
      : service;
  });
  return simulate({ ...base, services });
};
/** What the resolver asks, in order: `server: question`. */
const asked = (name: string, more?: string): string[] =>
  arrows(run(name, more)).flatMap((arrow) => {
    const [, server, question] = /^dns\.nyu\.edu → (\S+): (.*\?)$/.exec(arrow) ?? [];
    return server ? [`${server}: ${question}`] : [];
  });

describe('a resolver that minimises', () => {
  test('tells the root and edu no more than they need', () => {
    expect(asked('gaia.cs.umass.edu.')).toEqual([
      'a.root-servers.net: edu A?',
      'a.edu-servers.net: umass.edu A?',
      'dns.cs.umass.edu: cs.umass.edu A?',
      'dns.cs.umass.edu: gaia.cs.umass.edu A?',
    ]);
    expect(run('gaia.cs.umass.edu.').steps[0]?.outcome).toBe('128.119.245.12');
  });

  test.each([
    ['an empty non-terminal on the way', 'gaia.cs.umass.edu.', '', '128.119.245.12'],
    ['an alias on the way: the name below it does not exist', 'below.www.umass.edu.', '', 'NXDOMAIN'],
    ['a wildcard', 'a.b.c.wild.umass.edu.', '', '128.119.2.2'],
    ['a name that does not exist', 'a.b.c.nothing.umass.edu.', '', 'NXDOMAIN'],
    ['a name of many labels', `${'x.'.repeat(40)}umass.edu.`, `${'x.'.repeat(40).slice(0, -1)} A 192.0.2.40\n`, '192.0.2.40'],
  ])('%s', (_, name, more, outcome) => {
    expect(run(name, more).steps[0]?.outcome).toBe(outcome);
  });

  test('a denial on the way: the whole question is asked, for servers that deny what has only others below it (§2.3)', () => {
    expect(asked('a.b.nothing.umass.edu.').slice(2)).toEqual([
      'dns.cs.umass.edu: nothing.umass.edu A?',
      'dns.cs.umass.edu: a.b.nothing.umass.edu A?',
    ]);
  });

  test('walking recursively, it hands the whole question on', () => {
    const walking = arrows(run('gaia.cs.umass.edu.', '', { walk: 'recursively' }));
    expect(walking[1]).toBe('dns.nyu.edu → a.root-servers.net: gaia.cs.umass.edu A?');
  });
});

describe('labels of the questions on the way', () => {
  test.each<[number, number, number[]]>([
    [0, 1, []],
    [0, 4, [1, 2, 3]],
    [2, 4, [3]],
    [3, 3, []],
    [1, 9, [2, 3, 4, 5, 6, 7, 8]],
  ])('from %i to %i: %j', (from, to, depths) => expect(depthsBetween(from, to)).toEqual(depths));

  test('one at a time four times, ten at most, always further down', () => {
    for (let to = 1; to <= 127; to++) {
      const depths = depthsBetween(0, to);
      expect(depths.length).toBeLessThanOrEqual(10);
      expect(depths.slice(0, 4)).toEqual([1, 2, 3, 4].filter((depth) => depth < to));
      expect([...depths, to].every((depth, i, all) => i === 0 || depth > (all[i - 1] as number))).toBe(true);
    }
  });
});
