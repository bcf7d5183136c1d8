/** Bytes over one TCP connection to the discard service: how long they take, and what becomes of those that do not arrive. */
import { describe, expect, test } from 'vitest';
import { arrivedOf } from '../network/capture/arrived.ts';
import { scenarioForTests } from '../network/scenario-for-tests.ts';
import { MILLISECOND, type Nanoseconds, SECOND } from '../quantities.ts';
import type { Run } from '../run.ts';
import type { Action, HostDeclaration, Step, Timing } from '../scenario.ts';
import { simulate } from '../simulation.ts';

const AT = { source: 0, start: 0, end: 0 };
const step = (action: Action, timing: Timing = { kind: 'then' }): Step => ({ parent: -1, timing, action, text: '', at: AT });
const transfer = (size: number, from = 'pc', to = 'server') => step({ kind: 'transfer.send', from, to, size });
const crash = (host: string, time: Nanoseconds, downFor: Nanoseconds | null = null) =>
  step({ kind: 'network.crash', host, downFor }, { kind: 'at', time });

/** Two hosts, 20 ms apart: a round trip takes 40 ms. */
function run(steps: readonly Step[], pc: Partial<HostDeclaration> = {}, fidelity: Run['fidelity'] = 'packets'): Run {
  return simulate(scenarioForTests({ pc, server: {} }, { steps: steps.map((one) => one), fidelity }));
}

const outcomes = ({ steps }: Run) => steps.map(({ outcome, succeeded }) => [outcome, succeeded]);
const series = (made: Run, metric: string) => [...made.series.find((one) => one.metric === metric)!.values];

describe('a transfer', () => {
  test('takes a round trip for the handshake, and one way for what fits into the first window', () => {
    const made = run([transfer(10_000)]);
    const [time] = series(made, 'transfer time');
    expect(time! / MILLISECOND).toBeCloseTo(40 + 20 + 1, 0);
    expect(series(made, 'goodput')[0]).toBeCloseTo((80_000 * SECOND) / time!, 6);
    expect(outcomes(made)).toEqual([['10 kB in 61 ms, 1.31 Mbit/s', true]]);
  });

  test('is one message of the discard protocol, to port 9', () => {
    const { messages, connections, strings, series: all } = run([transfer(1_000_000)]);
    expect(messages.rows).toBe(1);
    expect([messages.protocol, messages.kind, messages.label].map((column) => strings[column[0]!])).toEqual(['discard', 'content', '1 MB']);
    expect([messages.length[0], messages.step[0]]).toEqual([1_000_000, 0]);
    expect(messages.bulk[0]).toBeGreaterThan(0);
    expect([connections.rows, connections.serverPort[0], strings[connections.ending[0]!]]).toEqual([1, 9, 'closed']);
    expect(all.filter(({ metric }) => metric === 'transfer time').map(({ subjects }) => subjects)).toEqual([['pc', 'server']]);
  });

  test('fills the line at last', () => {
    const [goodput] = series(run([transfer(10_000_000)], { up: 10e6 }), 'goodput');
    expect(goodput).toBeGreaterThan(7e6);
    expect(goodput).toBeLessThan(10e6);
  });

  test('follows another, and both ways have receivers', () => {
    const made = run([transfer(1), transfer(1000, 'server', 'pc'), transfer(2000)]);
    expect(outcomes(made).map(([, succeeded]) => succeeded)).toEqual([true, true, true]);
    expect(made.connections.rows).toBe(3);
  });
});

describe('a transfer that fails', () => {
  test('is told when its sender is down, or goes down', () => {
    const down = run([crash('pc', 0), transfer(1000)]);
    expect(outcomes(down)[1]).toEqual(['pc is down', false]);
    const later = run([transfer(10_000_000), crash('pc', SECOND)], { up: 10e6 });
    expect(outcomes(later)[0]).toEqual([expect.stringMatching(/^pc went down after \d+ kB$/), false]);
  });

  test('is told when nobody answers', () => {
    const made = run([crash('server', 0), transfer(1000)]);
    expect(outcomes(made)[1]).toEqual(['timed out', false]);
  });

  test('is reset by a receiver that has forgotten it', () => {
    const made = run([transfer(10_000_000), crash('server', SECOND, 100 * MILLISECOND)], { up: 10e6 });
    expect(outcomes(made)[0]).toEqual([expect.stringMatching(/^reset after \d+ kB$/), false]);
    expect(made.series.map(({ metric }) => metric)).not.toContain('transfer time');
  });

  test('times out when its receiver stays away', () => {
    const made = run([transfer(10_000_000), crash('server', SECOND)], { up: 10e6 });
    expect(outcomes(made)[0]).toEqual([expect.stringMatching(/^timed out after \d+ kB$/), false]);
  });

  test.each(['packets', 'flows'] as const)('has brought its beginning: %s', (fidelity) => {
    const made = run([transfer(10_000_000), crash('server', SECOND)], { up: 10e6 }, fidelity);
    const arrived = arrivedOf(made, 0)!;
    // A line of 10 Mbit/s, for a second less the beginning.
    expect(arrived).toBeGreaterThan(700_000);
    expect(arrived).toBeLessThan(1_250_000);
  });

  test('has brought nothing where nobody was there', () => {
    // One that is kept from the network before its first segment arrives.
    const made = run([transfer(1000), crash('server', 45 * MILLISECOND)]);
    expect([made.messages.rows, arrivedOf(made, 0)]).toEqual([1, 0]);
  });

  test('counts what was sent again once, and as a whole where it arrived', () => {
    const made = run([transfer(2_000_000)], { loss: 0.02 });
    expect(made.statistics.retransmissions).toBeGreaterThan(0);
    expect(arrivedOf(made, 0)).toBe(2_000_000);
  });
});
