import { describe, expect, test } from 'vitest';
import { SECOND } from '../../quantities.ts';
import type { Run } from '../../run.ts';
import type { Scenario, Step } from '../../scenario.ts';
import { DEFAULT_LIMITS, Simulation, simulate } from '../../simulation.ts';
import type { ServerLimits } from '../scenario.ts';
import { bytesOfMessage, nameServer, resolveStep, textbook } from '../scenario-for-tests.ts';
import { decode } from '../wire/decode.ts';
import type { FloodAction } from './scenario.ts';

const SERVER = 'dns.cs.umass.edu';
const at = { source: 0, start: 0, end: 0 };

function flooding(properties: Partial<FloodAction>): Step {
  const action: FloodAction = {
    kind: 'dns.flood',
    host: 'bot',
    server: SERVER,
    below: 'umass.edu.',
    forged: false,
    rate: 100,
    duration: 2 * SECOND,
    ...properties,
  };
  return { parent: -1, timing: { kind: 'at', time: 0 }, action, text: 'bot floods', at };
}

function scenarioOf(steps: readonly Step[], limits?: ServerLimits): Scenario {
  const services = limits ? [nameServer(SERVER, { limits })] : [];
  return textbook(steps, { hosts: { bot: { latency: 5_000_000 } }, services });
}

const last = (run: Run, metric: string): number | undefined =>
  run.series.find((series) => series.metric === metric && series.subjects[0] === SERVER)?.values.at(-1);

describe('a flood', () => {
  test('sends evenly spaced queries, each for another name', () => {
    const run = simulate(scenarioOf([flooding({})]));
    expect(run.steps[0]).toMatchObject({ outcome: '200 queries, 198 answered by then', succeeded: true });
    const { messages, strings, hosts } = run;
    const bot = hosts.findIndex(({ name }) => name === 'bot');
    const sent = [...messages.from].flatMap((from, i) => (from === bot ? [i] : []));
    const gaps = new Set(sent.slice(1).map((row, i) => (messages.sentAt[row] as number) - (messages.sentAt[sent[i] as number] as number)));
    expect([...gaps]).toEqual([SECOND / 100]);
    const names = new Set(sent.map((row) => strings[messages.label[row] as number]));
    expect(names.size).toBe(200);
    for (const name of names) expect(name).toMatch(/^x[0-9a-f]{8}\.umass\.edu A\?$/);
  });

  test('has no ID twice, as long as there are others', () => {
    const run = simulate(scenarioOf([flooding({ rate: 5_000, duration: SECOND })]));
    const bot = run.hosts.findIndex(({ name }) => name === 'bot');
    const ids = [...run.messages.from].flatMap((from, row) => {
      const decoded = from === bot ? decode(bytesOfMessage(run, row)) : undefined;
      return decoded?.ok ? [decoded.message.id] : [];
    });
    expect(ids).toHaveLength(5_000);
    expect(new Set(ids).size).toBe(5_000);
  });

  test('without a name asks for top-level names', () => {
    const { messages, strings } = simulate(scenarioOf([flooding({ below: null, duration: SECOND / 10 })]));
    expect(strings[messages.label[0] as number]).toMatch(/^x[0-9a-f]{8} A\?$/);
  });

  test('beyond the server’s capacity is dropped, counted and not told one by one; a lookup waits its turn or comes back', () => {
    const limits = { capacity: 20, backlog: 5, perClient: null };
    const run = simulate(scenarioOf([flooding({}), resolveStep('gaia.cs.umass.edu.', 'A', { kind: 'at', time: SECOND })], limits));
    // 2 s of 20 a second, and those still waiting at the end.
    expect(last(run, 'queries')).toBeGreaterThanOrEqual(201);
    expect(last(run, 'dropped queries')).toBeGreaterThan(150);
    expect(run.states.rows).toBeLessThan(60);
    expect(run.steps[1]).toMatchObject({ outcome: '128.119.245.12' });
  });

  test('from one address is stopped by a limit for each client, and one from forged addresses is not', () => {
    const limits = { capacity: null, backlog: 0, perClient: 10 };
    // Ten at once, ten in each of the two seconds.
    expect(last(simulate(scenarioOf([flooding({})], limits)), 'dropped queries')).toBeGreaterThanOrEqual(170);
    expect(last(simulate(scenarioOf([flooding({ forged: true })], limits)), 'dropped queries')).toBe(0);
  });

  test('from forged addresses is answered to those, and to nobody here', () => {
    const run = simulate(scenarioOf([flooding({ forged: true })]));
    const server = run.hosts.findIndex(({ name }) => name === SERVER);
    expect([...run.messages.from].filter((from) => from === server)).toEqual([]);
    const sources = new Set([...run.connections.forgedSource].filter((text) => text >= 0).map((text) => run.strings[text]));
    expect(sources.size).toBeGreaterThan(190);
    for (const source of sources) expect(source).toMatch(/^198\.(18|19)\./);
  });

  test.each([false, true])('is kind to memory: its messages take a small share of what a run may record (forged: %s)', (forged) => {
    const limits = { capacity: 100, backlog: 10, perClient: null };
    const simulation = new Simulation(scenarioOf([flooding({ forged, rate: 10_000, duration: SECOND })], limits));
    while (simulation.advance(10_000));
    // Of 100,000 such messages, ten times that.
    expect(simulation.recorded).toBeLessThan(DEFAULT_LIMITS.maximumRecorded / 80);
    expect(simulation.finish().messages.rows).toBeGreaterThan(9_999);
  });
});
