import { describe, expect, test } from 'vitest';
import { SECOND } from '../../quantities.ts';
import type { Run } from '../../run.ts';
import type { Expectation, Scenario, StatisticExpectation, Step } from '../../scenario.ts';
import { simulate } from '../../simulation.ts';
import type { ServerLimits } from '../scenario.ts';
import { notes, resolver, textbook } from '../scenario-for-tests.ts';
import type { LoadAction } from './scenario.ts';

const CLIENT = 'engineering.nyu.edu';
const RESOLVER = 'dns.nyu.edu';
const at = { source: 0, start: 0, end: 0 };

function load(properties: Partial<LoadAction> = {}): Step {
  const action: LoadAction = {
    kind: 'dns.load',
    host: CLIENT,
    names: ['gaia.cs.umass.edu.', 'short.umass.edu.'],
    type: 'A',
    rate: 20,
    duration: 50 * SECOND,
    ...properties,
  };
  return { parent: -1, timing: { kind: 'then' }, action, text: 'keeps resolving', at };
}

function run(steps: readonly Step[], limits?: ServerLimits, expectations: Scenario['expectations'] = []): Run {
  const scenario = textbook(steps, { expectations });
  return simulate({
    ...scenario,
    services: scenario.services.map((service) => (service.kind === 'dns.resolver' && limits ? resolver(RESOLVER, { limits }) : service)),
  });
}

const series = (of: Run, metric: string): Float64Array[] => of.series.filter((one) => one.metric === metric).map(({ values }) => values);

function expects(properties: Partial<StatisticExpectation>): Expectation {
  const expected: StatisticExpectation = {
    kind: 'statistic',
    statistic: 'mean',
    metric: 'lookup time',
    subjects: [[CLIENT], null],
    inLastStep: false,
    comparison: '<',
    value: SECOND,
    ...properties,
  };
  return { expected, after: 1, text: 'expect', at };
}

describe('keeps resolving', () => {
  test('begins lookups as a Poisson process: about as many as the rate says, at irregular times, for all names alike', () => {
    const told = run([load()]);
    const times = series(told, 'lookup time');
    const [first, second] = times.map((values) => values.length) as [number, number];
    // 1,000 expected; four standard deviations of a Poisson count, and of a share of one half.
    expect(Math.abs(first + second - 1_000)).toBeLessThan(4 * Math.sqrt(1_000));
    expect(Math.abs(first - second)).toBeLessThan(4 * Math.sqrt(first + second));
    const { messages, hosts } = told;
    const client = hosts.findIndex(({ name }) => name === CLIENT);
    const asked = [...messages.from].flatMap((from, i) => (from === client ? [messages.sentAt[i] as number] : []));
    const gaps = asked.slice(1).map((time, i) => (time - (asked[i] as number)) / SECOND);
    const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
    const variance = gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length;
    // Exponential gaps: the standard deviation is the mean.
    expect(Math.sqrt(variance) / mean).toBeGreaterThan(0.85);
    expect(Math.sqrt(variance) / mean).toBeLessThan(1.15);
  });

  test('is done when its last lookup is, and tells how many were answered', () => {
    const [step] = run([load({ duration: 2 * SECOND })]).steps;
    expect(step).toMatchObject({ succeeded: true, outcome: expect.stringMatching(/^\d+ lookups, 100 % answered, [\d.]+ ms on average$/) });
  });

  test('counts NXDOMAIN as answered, and silence as what it took', () => {
    const nothing = run([load({ names: ['no.umass.edu.'], duration: SECOND })]);
    expect(series(nothing, 'lookup success')[0]?.at(-1)).toBe(1);
    const dead: Step = {
      parent: -1,
      timing: { kind: 'then' },
      action: { kind: 'network.crash', host: RESOLVER, downFor: null },
      text: 'crash',
      at,
    };
    const silent = run([dead, load({ rate: 5, duration: SECOND })]);
    expect(series(silent, 'lookup success')[0]?.at(-1)).toBe(0);
    // Two attempts of five seconds each.
    for (const values of series(silent, 'lookup time')) expect([...values].every((time) => time === 10 * SECOND)).toBe(true);
    expect(silent.steps[1]?.succeeded).toBe(false);
  });

  test('repeats what an overloaded resolver dropped after five seconds, with the same ID', () => {
    const told = run([load({ rate: 100, duration: 2 * SECOND })], { capacity: 20, backlog: 10, perClient: null });
    const times = series(told, 'lookup time').flatMap((values) => [...values]);
    const late = times.filter((time) => time >= 5 * SECOND);
    expect(late.length).toBeGreaterThan(50);
    // Either it was answered within its wait, or it came back after five or ten seconds.
    const longestWait = (11 / 20) * SECOND;
    for (const time of times) expect(time % (5 * SECOND)).toBeLessThan(longestWait + SECOND / 4);
    const dropped = series(told, 'dropped queries')[0]?.at(-1) as number;
    const asked = times.length + late.length;
    expect(dropped).toBeGreaterThanOrEqual(late.length);
    expect(series(told, 'queries').some((values) => (values.at(-1) as number) >= asked)).toBe(true);
  });

  test('the resolver asks further once for lookups that come at the same time', () => {
    const told = run([load({ rate: 1_000, duration: SECOND / 50, names: ['gaia.cs.umass.edu.'] })]);
    expect(notes(told).filter((note) => note.includes('caches gaia.cs.umass.edu A'))).toHaveLength(1);
  });

  test('of a host that crashes ends all the same', () => {
    const crash: Step = {
      parent: -1,
      timing: { kind: 'at', time: SECOND },
      action: { kind: 'network.crash', host: CLIENT, downFor: null },
      text: 'crash',
      at,
    };
    const told = run([load({ duration: 3 * SECOND }), crash]);
    expect(told.steps[0]?.endedAt).not.toBeNaN();
    expect(told.steps[0]?.succeeded).toBe(false);
  });
});

describe('expectations of statistics', () => {
  const limits = { capacity: 20, backlog: 10, perClient: null };

  test.each([
    [expects({}), true, 'mean < 1 s', /^[\d.]+ ms \(mean of \d+ values\)$/],
    [expects({ statistic: 'greatest', comparison: '>', value: 3600 * SECOND }), false, 'greatest > 1 h', /\(greatest of \d+ values\)$/],
    [expects({ subjects: [['nobody.org'], null] }), false, 'mean < 1 s', /^nothing$/],
    [expects({ subjects: [[CLIENT], ['GAIA.cs.umass.edu']] }), true, 'mean < 1 s', /^[\d.]+ ms/],
    [expects({ metric: 'queue length', subjects: [null] }), false, 'mean < 1000000000', /^nothing$/],
  ])('%#', (expectation, passed, expected, measured) => {
    const [check] = run([load({ duration: SECOND })], undefined, [expectation]).checks;
    expect(check).toMatchObject({ passed, expected, measured: expect.stringMatching(measured) });
  });

  test('in the last step: what was measured before it does not count', () => {
    const steps = [load({ rate: 100, duration: 2 * SECOND }), load({ rate: 5, duration: 2 * SECOND })];
    const of = (inLastStep: boolean, statistic: 'greatest' | 'least') =>
      ({ ...expects({ inLastStep, statistic, comparison: '<', value: SECOND }), after: 2 }) as Expectation;
    const { checks } = run(steps, limits, [of(false, 'greatest'), of(true, 'greatest')]);
    expect(checks.map(({ passed }) => passed)).toEqual([false, true]);
  });
});
