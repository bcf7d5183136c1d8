import { describe, expect, test } from 'vitest';
import { SECOND } from '../../quantities.ts';
import type { Run } from '../../run.ts';
import type { Scenario } from '../../scenario.ts';
import { simulate } from '../../simulation.ts';
import type { QuerySettings, SigningService } from '../scenario.ts';
import { arrows, notes, resolver, resolveStep, textbook, zone } from '../scenario-for-tests.ts';
import { oddsOfAttempts } from './odds.ts';
import type { PoisonAction } from './scenario.ts';

const ATTACKER = 'attacker';
const RESOLVER = 'dns.nyu.edu';
const TARGET = 'gaia.cs.umass.edu.';
/** From the resolver to dns.cs.umass.edu and back: 4 lines of 5 ms. */
const WINDOW_SECONDS = 0.02;

interface Attack extends Partial<QuerySettings> {
  readonly method?: 'classic' | 'kaminsky';
  readonly rate?: number;
  readonly attempts?: number;
  readonly seed?: number;
  readonly before?: Scenario['steps'];
  readonly services?: Scenario['services'];
  readonly dnssec?: boolean;
}

/** The attacker poisons the textbook’s local server with an address of its own for gaia; then the student asks for it. */
function scenarioOf({
  method = 'classic',
  rate = 1_000,
  attempts = 1,
  seed = 1,
  before = [],
  services = [],
  dnssec = false,
  ...queries
}: Attack): Scenario {
  const action: PoisonAction = {
    kind: 'dns.poison',
    host: ATTACKER,
    resolver: RESOLVER,
    name: TARGET,
    data: { type: 'A', address: '6.6.6.6' },
    method,
    rate,
    attempts,
  };
  const at = { source: 0, start: 0, end: 0 };
  const step = { parent: -1, timing: { kind: 'then' }, action, text: 'attacker poisons', at } as const;
  const scenario = textbook([...before, step, resolveStep(TARGET)], { seed, hosts: { [ATTACKER]: { latency: 5_000_000 } }, services });
  const set = { ids: 65_536, order: 'random', ports: 16_384, ...queries } as const;
  return {
    ...scenario,
    services: scenario.services.map((service) =>
      service.kind === 'dns.resolver' ? resolver(RESOLVER, { queries: set, dnssec }) : service,
    ),
  };
}

const attack = (properties: Attack): Run => simulate(scenarioOf(properties));

const victimGets = (run: Run): string => run.steps.at(-1)?.outcome ?? '';
const last = (run: Run, metric: string): number => run.series.find((series) => series.metric === metric)?.values.at(-1) as number;

/** Whether so many successes of so many trials lie where all but 0.1 % of such counts do. */
function plausible(successes: number, trials: number, odds: number): boolean {
  let probability = (1 - odds) ** trials;
  let below = 0;
  for (let k = 0; k < successes; k++) {
    below += probability;
    probability *= ((trials - k) / (k + 1)) * (odds / (1 - odds));
  }
  const upTo = below + probability;
  return upTo > 0.0005 && 1 - below > 0.0005;
}

describe('poisoning a cache', () => {
  test('with one port and few IDs: the forged answer comes first, is cached, and the victim gets it', () => {
    const run = attack({ ids: 16, ports: 1 });
    expect(run.steps[0]).toMatchObject({
      succeeded: true,
      outcome: expect.stringMatching(/^poisoned at attempt 1: \d+ forged answers; odds by RFC 5452: 100 % an attempt$/),
    });
    expect(victimGets(run)).toBe('6.6.6.6');
    expect(last(run, 'poisoning success')).toBe(1);
  });

  test('with all IDs and ports: the real answer comes first, and the forged ones reach no open port', () => {
    const run = attack({ rate: 20_000, attempts: 2 });
    expect(run.steps[0]?.outcome).toMatch(/^not poisoned in 2 attempts: \d+ forged answers; odds by RFC 5452: 1 in 2,\d+,\d+ an attempt/);
    expect(victimGets(run)).toBe('128.119.245.12');
    expect(last(run, 'poisoning success')).toBe(0);
    expect(last(run, 'forged answers')).toBeGreaterThan(400);
    expect(run.series.some(({ metric }) => metric === 'mismatched replies')).toBe(false);
  });

  test('with one port: wrong guesses are counted and told once a query, not once each', () => {
    const run = attack({ ports: 1 });
    // 20 while the query is out, 20 more before the attacker knows that it is answered.
    expect(last(run, 'mismatched replies')).toBe(40);
    expect(notes(run).filter((note) => note.includes('ID is not the query’s'))).toHaveLength(1);
    expect(notes(run)).toContain(`${RESOLVER}: ignored 20 replies that did not match`);
  });

  test('classic: having lost, it waits until the real answer has expired', () => {
    const run = attack({ ports: 1, attempts: 3 });
    const asked = arrows(run).filter((arrow) => arrow.startsWith(`${ATTACKER} → ${RESOLVER}: gaia`));
    expect(asked).toHaveLength(3);
    // An hour’s TTL, twice.
    expect(run.steps[0]?.endedAt).toBeGreaterThan(7_200e9);
    expect(run.steps[0]?.endedAt).toBeLessThan(7_210e9);
  });

  test('Kaminsky’s: it tries again at once, and wins the whole zone', () => {
    const run = attack({ method: 'kaminsky', ids: 64, ports: 1, attempts: 20 });
    expect(run.steps[0]?.succeeded).toBe(true);
    expect(run.steps[0]?.endedAt).toBeLessThan(5e9);
    expect(victimGets(run)).toBe('6.6.6.6');
    expect(notes(run)).toContain(`${RESOLVER}: caches umass.edu NS for 7 d`);
    expect(arrows(run).at(-3)).toBe(`${RESOLVER} → ${ATTACKER}: gaia.cs.umass.edu A?`);
  });

  test('Kaminsky’s does not replace what the resolver has from the zone itself, until that expires', () => {
    const run = attack({ method: 'kaminsky', ids: 64, ports: 1, attempts: 20, before: [resolveStep(TARGET)] });
    expect(run.steps[1]?.succeeded).toBe(true);
    expect(victimGets(run)).toBe('128.119.245.12');
  });

  test('IDs that follow one another are read off the attacker’s own name server, and one guess is enough', () => {
    const services = [
      zone(
        'edu.',
        ['a.edu-servers.net'],
        '$TTL 2d\n@ SOA a.edu-servers.net. h 1 1 1 1 1\n@ NS a.edu-servers.net.\numass NS dns.cs.umass\ndns.cs.umass A 10.0.0.5\nevil NS ns.evil\nns.evil A 10.0.0.6',
      ),
      zone('evil.edu.', [ATTACKER], '$TTL 1d\n@ SOA ns h 1 1 1 1 1\n@ NS ns\nns A 10.0.0.6\n'),
    ];
    // The textbook’s own zone edu. is replaced.
    const sequential = attack({ order: 'sequential', ports: 1, rate: 100, services });
    expect(notes(sequential)).toContain(`${ATTACKER}: sees that the resolver’s IDs follow one another`);
    expect(sequential.steps[0]?.outcome).toMatch(/^poisoned at attempt 1: \d+ forged answers; odds by RFC 5452: 100 % an attempt$/);
    expect(victimGets(sequential)).toBe('6.6.6.6');
    expect(victimGets(attack({ order: 'random', ports: 1, rate: 100, services }))).toBe('128.119.245.12');
  });

  test('after too many mismatches the resolver asks over TCP, and only the guesses before that count (RFC 5452 §9.3)', () => {
    const run = attack({ ids: 64, ports: 1, tcpAfter: 5 });
    expect(notes(run)).toContain(`${RESOLVER}: asks again over TCP: somebody may be forging replies`);
    expect(notes(run)).toContain(`${RESOLVER}: ignored 5 replies that did not match`);
    expect(victimGets(run)).toBe('128.119.245.12');
    const scenario = scenarioOf({ ids: 16, ports: 1, tcpAfter: 4 });
    let successes = 0;
    for (let seed = 1; seed <= 60; seed++) if (simulate({ ...scenario, seed }).steps[0]?.succeeded) successes++;
    expect(plausible(successes, 60, 4 / 16), `${successes} of 60`).toBe(true);
  });

  test('a validating resolver does not believe what matches, and the step says so', () => {
    const signed = ['.', 'edu.', 'umass.edu.'].map(
      (origin): SigningService => ({
        kind: 'dns.signing',
        zone: origin,
        algorithm: 13,
        validity: 14 * 86_400 * SECOND,
        resign: true,
        ds: 'right',
        implicit: false,
        at: null,
      }),
    );
    const run = attack({ ids: 8, ports: 1, services: signed, dnssec: true, attempts: 2 });
    expect(run.steps[0]).toMatchObject({
      succeeded: false,
      outcome: expect.stringMatching(
        /^not poisoned in 2 attempts: \d+ forged answers \(one matched in 2 attempts, and was not believed: bogus\); odds by RFC 5452: 100 % an attempt/,
      ),
    });
    expect(last(run, 'poisoning success')).toBe(0);
    // The failure is remembered for a moment (RFC 9520): that much harm is done.
    expect(victimGets(run)).toBe('SERVFAIL');
  });

  test('is the same race at fidelity flows, where datagrams travel one by one', () => {
    const scenario = scenarioOf({ ids: 16, ports: 1 });
    const told = (['packets', 'flows'] as const).map((fidelity) => simulate({ ...scenario, fidelity }).steps.map(({ outcome }) => outcome));
    expect(told[1]).toEqual(told[0]);
  });

  test('the claimed server hears nothing of it, and captures show its address as the source', () => {
    const run = attack({ ports: 1 });
    const forged = [...run.connections.forgedSource].flatMap((text, i) => (text < 0 ? [] : [i]));
    expect(forged).toHaveLength(1);
    expect(run.strings[run.connections.forgedSource[forged[0] as number] as number]).toBe('10.0.0.5');
    const server = run.hosts.findIndex(({ name }) => name === 'dns.cs.umass.edu');
    const received = [...run.messages.to].filter((to) => to === server).length;
    // A first question, the two of the timing (the second one cached), and the attempt itself.
    expect(received).toBe(3);
  });
});

describe('over many seeds, success follows the odds of RFC 5452 §7.2', () => {
  const TRIALS = 200;
  test.each([
    { ids: 64, ports: 1, rate: 1_025, method: 'classic', attempts: 1 },
    { ids: 16, ports: 4, rate: 1_025, method: 'classic', attempts: 1 },
    { ids: 512, ports: 1, rate: 2_975, method: 'classic', attempts: 1 },
    { ids: 32, ports: 8, rate: 525, method: 'kaminsky', attempts: 4 },
  ] as const)('%j', ({ ids, ports, rate, method, attempts }) => {
    let successes = 0;
    const scenario = scenarioOf({ ids, ports, rate, method, attempts });
    for (let seed = 1; seed <= TRIALS; seed++) if (simulate({ ...scenario, seed }).steps[0]?.succeeded) successes++;
    const odds = oddsOfAttempts(Math.floor(rate * WINDOW_SECONDS) / (ids * ports), attempts);
    expect(plausible(successes, TRIALS, odds), `${successes} of ${TRIALS}, expected ${(odds * TRIALS).toFixed(1)}`).toBe(true);
  });

  test('the bounds tell other odds apart', () => {
    expect(plausible(98, 300, 21 / 64)).toBe(true);
    expect(plausible(98, 300, 21 / 128)).toBe(false);
    expect(plausible(98, 300, 42 / 64)).toBe(false);
  });
});
