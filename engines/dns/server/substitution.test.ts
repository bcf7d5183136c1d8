import { describe, expect, test } from 'vitest';
import { simulate } from '../../simulation.ts';
import { arrows, resolveStep, textbook, UMASS_ZONE, zone } from '../scenario-for-tests.ts';
import { substitute } from './substitution.ts';

const dname = (name: string, target: string) => ({ name, ttl: 60, data: { type: 'DNAME' as const, target } });

describe('the substitution of names (RFC 6672 §2.2)', () => {
  test.each([
    ['a.old.example.', 'old.example.', 'new.example.', 'a.new.example.'],
    ['a.b.OLD.example.', 'old.example.', 'elsewhere.', 'a.b.elsewhere.'],
    ['shorter.x.', 'x.', '.', 'shorter.'],
    ['a\\.b.x.', 'x.', 'y.', 'a\\.b.y.'],
    [`${'a.'.repeat(100)}x.`, 'x.', `${'b'.repeat(60)}.`, undefined],
  ])('%s, with %s standing for %s, is %s', (name, owner, target, expected) => {
    expect(substitute(name, dname(owner, target))).toBe(expected);
  });
});

test('a resolver that knows nothing of DNAME goes on with the alias that comes along', () => {
  const scenario = textbook([resolveStep('gaia.old.umass.edu.')]);
  const services = scenario.services.map((service) =>
    service.kind === 'dns.zone' && service.origin === 'umass.edu.'
      ? zone(service.origin, service.servers, `${UMASS_ZONE}old DNAME cs\n`)
      : service,
  );
  const run = simulate({ ...scenario, services });
  expect(run.steps[0]?.outcome).toBe('128.119.245.12');
  expect(arrows(run)).toContain(
    'dns.cs.umass.edu → dns.nyu.edu: old.umass.edu DNAME cs.umass.edu, gaia.old.umass.edu CNAME gaia.cs.umass.edu, gaia.cs.umass.edu A 128.119.245.12',
  );
});
