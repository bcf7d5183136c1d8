/**
 * The same fault at both fidelities: the same outcome in words, and about the same amount and time. One segment, ten that are
 * all on their way, and a long transfer meet each fault differently.
 */
import { describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import type { Action, HostDeclaration, LinkDeclaration, Step } from '../../scenario.ts';
import { simulate } from '../../simulation.ts';
import { lineForTests, scenarioForTests } from '../scenario-for-tests.ts';

type Hosts = Readonly<Record<string, Partial<HostDeclaration>>>;

const AT = { source: 0, start: 0, end: 0 };

function at(seconds: number, action: Action): Step {
  const timing = { kind: 'at', time: seconds * SECOND } as const;
  return { parent: -1, timing, action, text: action.kind, at: AT };
}

const fails = (seconds: number | null): Action => ({
  kind: 'network.link-failure',
  a: 'a',
  b: null,
  downFor: seconds && seconds * SECOND,
});
const crashes = (host: string, seconds: number | null): Action => ({ kind: 'network.crash', host, downFor: seconds && seconds * SECOND });
const parted = (from: string, to: string, oneWay: boolean): Action => ({
  kind: 'network.partition',
  from: [from],
  to: [to],
  oneWay,
  healsAfter: 5 * SECOND,
});

const UNITS: Readonly<Record<string, number>> = { B: 1, kB: 1e3, MB: 1e6 };

/** A slow line straight from `a` to `b`, quicker to travel than the way through the core. */
const DIRECT: LinkDeclaration = { ...lineForTests, a: 'a', b: 'b', rate: 1e6, latency: MILLISECOND, at: AT };

/** How a transfer of so many bytes from `a` to `b` ends: in words, after how many bytes where it says so, and how many seconds. */
function outcome(
  fidelity: 'packets' | 'flows',
  size: number,
  hosts: Hosts,
  faults: readonly Step[],
  links: readonly LinkDeclaration[] = [],
) {
  const steps = [at(0, { kind: 'transfer.send', from: 'a', to: 'b', size }), ...faults];
  const [step] = simulate({ ...scenarioForTests(hosts, { steps, links }), fidelity }).steps;
  if (!step) throw new Error('no step');
  const [, words, amount, unit] = /^(.+) after ([\d.]+) ([kM]?B)$/.exec(step.outcome) ?? [];
  return {
    words: step.succeeded ? 'arrived' : (words ?? step.outcome),
    amount: Number(amount ?? 0) * (UNITS[unit ?? 'B'] ?? Number.NaN),
    seconds: (step.endedAt - step.startedAt) / SECOND,
  };
}

const FAR: Hosts = { a: { up: 10e6, latency: 200e6 }, b: {} };
const NEAR: Hosts = { a: { up: 10e6 }, b: {} };
const outage = (first: boolean): Hosts => {
  const [none, some] = [0, 1e6].map((rate) => ({ duration: (rate === 0 ? 10 : 20) * SECOND, rate, latency: null }));
  return { a: {}, b: { trace: (first ? [none, some] : [some, none]) as NonNullable<HostDeclaration['trace']> } };
};

describe.each<[string, Hosts, readonly Step[]]>([
  ['nothing', FAR, []],
  ['a line that fails for good under the handshake', FAR, [at(0.1, fails(null))]],
  ['a line that fails for 1 s under the handshake', FAR, [at(0.1, fails(1))]],
  ['a line that fails for good under the first segments', FAR, [at(0.5, fails(null))]],
  ['a line that fails for 1 s under the first segments', FAR, [at(0.6, fails(1))]],
  ['a line that fails for 5 s', NEAR, [at(1, fails(5))]],
  ['a line that fails for 200 s', NEAR, [at(1, fails(200))]],
  ['a receiver that crashes for 1 s', NEAR, [at(1, crashes('b', 1))]],
  ['a receiver that crashes for 1 s under the first segments', FAR, [at(0.55, crashes('b', 1))]],
  ['a receiver that crashes for good', NEAR, [at(1, crashes('b', null))]],
  ['a sender that crashes', NEAR, [at(1, crashes('a', null))]],
  ['a partition for 5 s', NEAR, [at(1, parted('a', 'b', false))]],
  ['a partition for 5 s under the first segments', FAR, [at(0.55, parted('a', 'b', false))]],
  ['acknowledgments cut off for 5 s', NEAR, [at(1, parted('b', 'a', true))]],
  ['an outage of 10 s at the beginning', outage(true), []],
  ['an outage of 10 s each 30 s', outage(false), []],
])('%s', (_, hosts, faults) => {
  test.each([1000, 14_000, 5_000_000])('a transfer of %i bytes', (size) => {
    const packets = outcome('packets', size, hosts, faults);
    const flows = outcome('flows', size, hosts, faults);
    expect(flows.words).toBe(packets.words);
    // Behind a hole, packets keep back what flows have handed on.
    expect(Math.abs(flows.amount - packets.amount)).toBeLessThanOrEqual(0.15 * packets.amount);
    // Within a few hundredths, and a part of the time-out of 1 s.
    expect(Math.abs(flows.seconds - packets.seconds)).toBeLessThanOrEqual(0.25 + 0.05 * packets.seconds);
  });
});

test('a line that fails for 0.3 s, with a second way round it: on it goes when the timer has expired', () => {
  const faults = [at(2.5, { kind: 'network.link-failure', a: 'a', b: 'b', downFor: 0.3 * SECOND })];
  const [packets, flows] = (['packets', 'flows'] as const).map((fidelity) => outcome(fidelity, 3_000_000, NEAR, faults, [DIRECT]));
  expect(flows?.words).toBe('arrived');
  expect(packets?.words).toBe('arrived');
  expect(Math.abs((flows?.seconds ?? 0) / (packets?.seconds ?? 0) - 1)).toBeLessThan(0.1);
});
