import { describe, expect, test } from 'vitest';
import { Kernel } from '../../kernel/kernel.ts';
import type { Process } from '../../kernel/process.ts';
import { metrics } from '../../metrics.ts';
import type { Host } from '../../network/host.ts';
import { scenarioForTests } from '../../network/scenario-for-tests.ts';
import { SimulatedNetwork } from '../../network/simulated-network.ts';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import { Recorder } from '../../recorder.ts';
import type { ResourceRecord } from '../records.ts';
import { Cache, type Credibility, credibility } from './cache.ts';
import { RoundTripTable } from './server-selection.ts';

/** Runs `process` on a host, to its end. */
function onHost<T>(process: (host: Host) => Process<T>): T {
  const network = new SimulatedNetwork(new Kernel(1), scenarioForTests({ host: {} }), new Recorder(metrics));
  const host = network.host('host');
  const task = host.spawn('test', process(host));
  while (network.kernel.run(1000));
  return task.result as T;
}

const record = (address: string, ttl = 60): ResourceRecord => ({ name: 'a.t.', ttl, data: { type: 'A', address } });
const addresses = (records: readonly ResourceRecord[]) => records.map(({ data }) => (data.type === 'A' ? data.address : ''));
const [OLD, NEW] = ['192.0.2.1', '192.0.2.2'] as const;

describe('data gives way only to what is at least as credible (RFC 2181 §5.4.1)', () => {
  const { glue, answer, authority, authoritative } = credibility;
  test.each<[string, Credibility, Credibility, string]>([
    ['glue does not replace an authoritative answer', authoritative, glue, OLD],
    ['an answer without AA does not, either', authoritative, answer, OLD],
    ['nor does the authority section of a reply with AA', authoritative, authority, OLD],
    ['glue does not replace an answer without AA', answer, glue, OLD],
    ['an authoritative answer replaces another one', authoritative, authoritative, NEW],
    ['an authoritative answer replaces glue', glue, authoritative, NEW],
  ])('%s', (_, first, second, kept) => {
    const held = onHost(function* (host) {
      const cache = new Cache(host, 10);
      cache.store([record(OLD)], first);
      yield* host.sleep(SECOND);
      cache.store([record(NEW)], second);
      return addresses(cache.records('a.t.', 'A'));
    });
    expect(held).toEqual([kept]);
  });

  test('once it has run out, anything may take its place', () => {
    const held = onHost(function* (host) {
      const cache = new Cache(host, 10);
      cache.store([record(OLD, 5)], authoritative);
      yield* host.sleep(5 * SECOND);
      cache.store([record(NEW)], glue);
      return addresses(cache.records('a.t.', 'A'));
    });
    expect(held).toEqual([NEW]);
  });

  test('glue answers nobody', () => {
    const found = onHost(function* (host) {
      yield* host.sleep(0);
      const cache = new Cache(host, 10);
      cache.store([record(OLD)], glue);
      return [cache.answer('a.t.', 'A'), addresses(cache.records('a.t.', 'A'))];
    });
    expect(found).toEqual([undefined, [OLD]]);
  });
});

test('a failure is remembered for five seconds (RFC 9520 §3.2: at least one, at most 300)', () => {
  const found = onHost(function* (host) {
    const cache = new Cache(host, 10);
    cache.storeFailure('a.t.', 'A');
    const kinds: (string | undefined)[] = [];
    for (let second = 0; second < 6; second++) {
      kinds.push(cache.answer('a.t.', 'A')?.kind);
      yield* host.sleep(SECOND);
    }
    return kinds;
  });
  expect(found).toEqual(['SERVFAIL', 'SERVFAIL', 'SERVFAIL', 'SERVFAIL', 'SERVFAIL', undefined]);
});

describe('the choice among servers', () => {
  const [near, far] = ['10.0.0.1', '10.0.0.2'] as const;

  /** How often the near one is chosen in a row when it answers in `nearTime` and the far one in `farTime`. */
  const streak = (nearTime: number, farTime: number): number =>
    onHost(function* (host) {
      yield* host.sleep(0);
      const table = new RoundTripTable(host);
      table.answered(near, nearTime);
      table.answered(far, farTime);
      let count = 0;
      while (count < 1000 && table.choose([near, far]) === near) {
        table.answered(near, nearTime);
        count++;
      }
      return count;
    });

  test('falls on the faster one, and now and then on the other, which may have become faster', () => {
    // 30 ms falls below 10 ms after ln 3 / −ln 0.98 = 54.4 times.
    expect(streak(10 * MILLISECOND, 30 * MILLISECOND)).toBe(55);
    expect(streak(10 * MILLISECOND, 11 * MILLISECOND)).toBe(5);
  });

  test('falls on one that was never asked', () => {
    const chosen = onHost(function* (host) {
      yield* host.sleep(0);
      const table = new RoundTripTable(host);
      table.answered(near, MILLISECOND);
      return table.choose([near, far]);
    });
    expect(chosen).toBe(far);
  });
});
