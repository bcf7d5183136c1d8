import { describe, expect, test } from 'vitest';
import { resolveStep, textbook } from './dns/scenario-for-tests.ts';
import { mailScenario } from './mail/scenario-for-tests.ts';
import { HOUR, MILLISECOND } from './quantities.ts';
import { encodeRun } from './run-codec.ts';
import type { Scenario } from './scenario.ts';
import { DEFAULT_LIMITS, LimitReached, Simulation, simulate } from './simulation.ts';

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

describe('a run that does not end is stopped', () => {
  const endless = textbook([
    resolveStep('gaia.cs.umass.edu', 'A', { kind: 'every', interval: MILLISECOND, until: Number.MAX_SAFE_INTEGER }),
  ]);

  test('by its events', () => {
    const limits = { ...DEFAULT_LIMITS, maximumEvents: 5_432 };
    expect(() => simulate(endless, limits)).toThrow(LimitReached);
    expect(() => simulate(endless, limits)).toThrow(
      /^the run did not end within 5432 events \([\d.]+ m?s of simulated time\): let it do less \(an earlier “until”, smaller transfers\), choose “fidelity flows”, or raise the limit$/,
    );
  });

  test('by what it has recorded', () => {
    const limits = { ...DEFAULT_LIMITS, maximumRecorded: 2 * 2 ** 20 };
    expect(() => simulate(endless, limits)).toThrow(
      /^the run has recorded 2 MiB \(\d{4,5} messages and \d{4,5} packets in [\d.]+ s of simulated time\) and had not ended: let /,
    );
    expect(() => simulate(endless, { ...limits, maximumRecorded: 100_000 })).toThrow(/has recorded 100 kB/);
  });

  test('and no other: limits that are just not reached change nothing', () => {
    const ending = textbook([resolveStep('gaia.cs.umass.edu')]);
    const run = simulate(ending);
    const { events } = run.statistics;
    expect(simulate(ending, { ...DEFAULT_LIMITS, maximumEvents: events }).fingerprint).toBe(run.fingerprint);
    expect(() => simulate(ending, { ...DEFAULT_LIMITS, maximumEvents: events - 1 })).toThrow(LimitReached);
  });

  test('what is recorded is told about as it is saved', () => {
    const simulation = new Simulation(endless);
    expect(simulation.limitReached(DEFAULT_LIMITS)).toBe(null);
    const before = simulation.recorded;
    expect(before).toBeLessThan(10_000);
    simulation.advance(200_000);
    const { recorded } = simulation;
    const saved = encodeRun(simulation.finish()).length;
    expect(recorded / saved).toBeGreaterThan(0.8);
    expect(recorded / saved).toBeLessThan(1.5);
  });
});

test('a run of more than 104 days ends there, and its steps say so', () => {
  const DAY = 24 * HOUR;
  const run = simulate(
    textbook([
      resolveStep('gaia.cs.umass.edu', 'A', { kind: 'at', time: 100 * DAY }),
      resolveStep('www.umass.edu', 'A', { kind: 'after', delay: 100 * DAY }),
    ]),
  );
  expect(run.duration).toBe(Number.MAX_SAFE_INTEGER);
  expect(run.steps.map(({ outcome, succeeded }) => [outcome, succeeded])).toEqual([
    ['128.119.245.12', true],
    ['never began: simulated time ends after 104 d 6 h', false],
  ]);
  expect(run.messages.rows).toBe(8);
});

test.each([
  ['queries', ['lone'], true, '0'],
  ['bogus answers', ['dns.nyu.edu'], true, '0'],
  ['zone queries', ['nowhere.edu.'], true, '0'],
  ['queries', ['dns.nyu.edu'], false, '1'],
  // A share of nothing, or a time of what has not been done, is none.
  ['lookup success', ['lone'], false, 'nothing'],
  ['lookup time', ['lone', 'gaia.cs.umass.edu.'], false, 'nothing'],
])('%s of %j: what has never been counted is 0', (metric, subjects, passed, measured) => {
  const expected = { kind: 'metric', metric, subjects, comparison: '=', value: 0 } as const;
  const expectations = [{ expected, after: 1, text: 'expect', at: { source: 0, start: 0, end: 0 } }];
  const run = simulate(textbook([resolveStep('gaia.cs.umass.edu')], { hosts: { lone: {} }, expectations }));
  expect(run.checks[0]).toMatchObject({ passed, measured, expected: expect.stringMatching(/^= 0/) });
});
