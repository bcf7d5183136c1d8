import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { start } from '../kernel/process.ts';
import type { StepOutcome } from '../protocol.ts';
import { MILLISECOND, SECOND } from '../quantities.ts';
import { PACKET_FATES } from '../run.ts';
import type { HostDeclaration, LinkDeclaration } from '../scenario.ts';
import { failed } from './host.ts';
import { connected, drain, message, networkForTests, serve } from './network-for-tests.ts';
import type { NetworkAction } from './scenario.ts';
import { lineForTests, scenarioForTests } from './scenario-for-tests.ts';

const link = (a: string, b: string, latency: number): LinkDeclaration => ({
  ...lineForTests,
  rate: 1e9,
  a,
  b,
  latency: latency * MILLISECOND,
  at: null,
});

/** A network whose host `a` sends a datagram of 100 bytes to `b` every 10 ms from 0 to 1 s, and what became of them. */
function watched(hosts: Record<string, Partial<HostDeclaration>>, links: readonly LinkDeclaration[] = []) {
  const net = networkForTests(scenarioForTests(hosts, { links }));
  const outcomes: StepOutcome[] = [];
  for (const name of ['a', 'b']) {
    const [to] = name === 'a' ? ['10.0.0.2'] : ['10.0.0.1'];
    net.network.boot(name, 'sender', function* (host) {
      const socket = yield* host.bind(0);
      if (failed(socket)) throw new Error(socket.failure);
      while (host.now() < SECOND) {
        socket.send(new Uint8Array(100), { address: to as string, port: 9 }, message);
        yield* host.sleep(10 * MILLISECOND);
      }
    });
  }
  return {
    net,
    outcomes,
    /** Performs a step at that millisecond. */
    at(milliseconds: number, action: NetworkAction): void {
      net.kernel.schedule(milliseconds * MILLISECOND, () => {
        const process = net.network.perform(action);
        start('step', process as NonNullable<typeof process>).whenDone((outcome) => outcomes.push(outcome));
      });
    },
    /** By sender: the fate of the packets that were sent at each tenth of a second, where all ten share it; and their delays in ms. */
    fates(sender: 'a' | 'b'): string[] {
      net.finish();
      const { packets, connections } = net.tables();
      const tenths: Set<string>[] = Array.from({ length: 10 }, () => new Set());
      for (let row = 0; row < packets.rows; row++) {
        const client = connections.client[packets.connection[row] as number] as number;
        if ((client === 0) !== (sender === 'a')) continue;
        const fate = PACKET_FATES[packets.fate[row] as number] as string;
        const delay = ((packets.receivedAt[row] as number) - (packets.sentAt[row] as number)) / MILLISECOND;
        tenths[Math.floor((packets.sentAt[row] as number) / (100 * MILLISECOND))]?.add(
          fate === 'delivered' ? `${Math.round(delay)} ms` : fate,
        );
      }
      return tenths.map((seen) => [...seen].join(' or '));
    },
    /** What is told on a host's lifeline. */
    notes(host: number): string[] {
      const { states, strings } = net.tables();
      const rows = Array.from({ length: states.rows }, (_, row) => row).filter((row) => states.host[row] === host);
      return rows.map((row) => `${(states.at[row] as number) / MILLISECOND}: ${strings[states.note[row] as number]}`);
    },
  };
}

const repeat = (counts: Record<string, number>): string[] => Object.entries(counts).flatMap(([fate, n]) => new Array(n).fill(fate));

describe('a link that fails', () => {
  const hosts = { a: {}, b: {}, c: {} };
  const links = [link('a', 'b', 1), link('a', 'c', 2), link('c', 'b', 3)];

  test('sends packets the next best way, until it recovers', () => {
    const run = watched(hosts, links);
    run.at(295, { kind: 'network.link-failure', a: 'b', b: 'a', downFor: 400 * MILLISECOND });
    expect(run.fates('a')).toEqual([...repeat({ '1 ms': 3, '5 ms': 4 }), '1 ms', '1 ms', '1 ms']);
    expect(run.outcomes).toEqual([{ outcome: 'link b <-> a is down for 400 ms', succeeded: true }]);
    expect(run.notes(0)).toEqual(['295: link to b fails', '695: link to b recovers']);
    expect(run.notes(1)).toEqual(['295: link to a fails', '695: link to a recovers']);
  });

  test('loses what is on it', () => {
    const run = watched(hosts, [link('a', 'b', 15)]);
    run.at(299, { kind: 'network.link-failure', a: 'a', b: 'b', downFor: null });
    // What was sent at 290 ms is on the line; what was sent at 280 ms has arrived.
    run.net.finish();
    const { packets } = run.net.tables();
    const fateAt = (milliseconds: number) => {
      const rows = Array.from({ length: packets.rows }, (_, row) => row).filter(
        (row) => packets.sentAt[row] === milliseconds * MILLISECOND,
      );
      return rows.map((row) => PACKET_FATES[packets.fate[row] as number]);
    };
    expect([fateAt(280), fateAt(290), fateAt(300)]).toEqual([
      ['delivered', 'delivered'],
      ['line down', 'line down'],
      ['delivered', 'delivered'],
    ]);
  });

  test('recovers when a step says so; one that works cannot recover', () => {
    const run = watched(hosts, links);
    run.at(195, { kind: 'network.link-failure', a: 'a', b: 'b', downFor: 5 * SECOND });
    run.at(495, { kind: 'network.link-recovery', a: 'a', b: 'b' });
    run.at(595, { kind: 'network.link-recovery', a: 'a', b: 'b' });
    expect(run.fates('a')).toEqual([...repeat({ '1 ms': 2, '5 ms': 3 }), ...repeat({ '1 ms': 5 })]);
    expect(run.outcomes.map(({ outcome, succeeded }) => [outcome, succeeded])).toEqual([
      ['link a <-> b is down for 5 s', true],
      ['link a <-> b works again', true],
      ['link a <-> b was not down', false],
    ]);
  });

  test('and again while it is down stays down as long as the later failure says', () => {
    const run = watched(hosts, links);
    run.at(95, { kind: 'network.link-failure', a: 'a', b: 'b', downFor: 200 * MILLISECOND });
    run.at(195, { kind: 'network.link-failure', a: 'a', b: 'b', downFor: 500 * MILLISECOND });
    expect(run.fates('a')).toEqual(['1 ms', ...repeat({ '5 ms': 6 }), ...repeat({ '1 ms': 3 })]);
  });

  test('of access takes a host off the network, unless another way leads to it', () => {
    const alone = watched(hosts);
    alone.at(295, { kind: 'network.link-failure', a: 'b', b: null, downFor: 300 * MILLISECOND });
    expect(alone.fates('a').slice(2, 7)).toEqual(['20 ms or line down', 'unreachable', 'unreachable', 'unreachable', '20 ms']);
    expect(alone.outcomes[0]?.outcome).toBe('the access link of b is down for 300 ms');
    const joined = watched(hosts, [link('b', 'c', 1)]);
    joined.at(295, { kind: 'network.link-failure', a: 'b', b: null, downFor: null });
    expect(joined.fates('a').slice(3)).toEqual(new Array(7).fill('21 ms'));
  });
});

describe('a host that crashes', () => {
  test('takes what waits at its interfaces with it', () => {
    const net = networkForTests(scenarioForTests({ a: { up: 1e5 }, b: {}, c: {} }, { links: [{ ...link('c', 'b', 1), rate: 1e5 }] }));
    net.network.boot('a', 'sender', function* (host) {
      const socket = yield* host.bind(0);
      if (failed(socket)) throw new Error(socket.failure);
      // 12.5 ms each, 42 bytes of headers included.
      for (let i = 0; i < 10; i++) socket.send(new Uint8Array(114), { address: '10.0.0.2', port: 9 }, message);
    });
    net.kernel.schedule(30 * MILLISECOND, () => net.network.crash('a'));
    net.finish();
    const { packets } = net.tables();
    expect(Array.from(packets.fate, (fate) => PACKET_FATES[fate])).toEqual(['delivered', ...new Array(9).fill('host down')]);
  });

  test('is noted once, though it crashes again while it is down', () => {
    const run = watched({ a: {}, b: {} });
    run.at(100, { kind: 'network.crash', host: 'b', downFor: 200 * MILLISECOND });
    run.at(200, { kind: 'network.crash', host: 'b', downFor: 400 * MILLISECOND });
    run.net.finish();
    expect(run.notes(1)).toEqual(['100: crashes', '600: boots']);
  });
});

test('only what was put on a link has crossed it', () => {
  // A relay with a slow link: 100 bytes and 42 of headers take 11.36 ms, and come every 10 ms.
  const run = watched({ a: {}, b: {}, c: {} }, [{ ...link('a', 'b', 1), rate: 1e5 }]);
  run.at(500, { kind: 'network.link-failure', a: 'a', b: 'b', downFor: null });
  run.net.finish();
  const { crossings, packets } = run.net.tables();
  const times = Array.from(crossings.at);
  expect(times).toEqual([...times].sort((x, y) => x - y));
  expect(Math.max(...times)).toBeLessThanOrEqual(500 * MILLISECOND);
  const crossed = Array.from({ length: crossings.rows }, (_, row) => PACKET_FATES[packets.fate[crossings.packet[row] as number] as number]);
  expect(crossed.filter((fate) => fate !== 'delivered').length).toBeLessThanOrEqual(2);
});

describe('a host that crashes on the way', () => {
  test('is gone around until it boots', () => {
    const run = watched({ a: {}, b: {}, c: {} }, [link('a', 'c', 2), link('c', 'b', 3)]);
    run.at(291, { kind: 'network.crash', host: 'c', downFor: null });
    run.at(695, { kind: 'network.restart', host: 'c' });
    run.at(795, { kind: 'network.restart', host: 'c' });
    expect(run.fates('a')).toEqual(['5 ms', '5 ms', '5 ms or host down', ...repeat({ '20 ms': 4 }), ...repeat({ '5 ms': 3 })]);
    expect(run.outcomes.map(({ outcome }) => outcome)).toEqual(['c is down until further notice', 'c boots', 'c was up already']);
    expect(run.notes(2)).toEqual(['291: crashes', '695: boots']);
  });
});

describe('a partition', () => {
  const part = (oneWay: boolean, healsAfter: number | null): NetworkAction => ({
    kind: 'network.partition',
    from: ['a'],
    to: ['b'],
    oneWay,
    healsAfter,
  });

  test('keeps both sides apart', () => {
    const run = watched({ a: {}, b: {} });
    run.at(295, part(false, 400 * MILLISECOND));
    const expected = [...repeat({ '20 ms': 3, partitioned: 4 }), '20 ms', '20 ms', '20 ms'];
    expect([run.fates('a'), run.fates('b')]).toEqual([expected, expected]);
    expect(run.outcomes[0]?.outcome).toBe('a and b are cut off from each other for 400 ms');
    expect(run.notes(1)).toEqual(['295: cut off from a', '695: reaches a again']);
  });

  test('one way lets the other through', () => {
    const run = watched({ a: {}, b: {} });
    run.at(295, part(true, null));
    run.at(495, { kind: 'network.healing' });
    expect(run.fates('a')).toEqual(['20 ms', '20 ms', '20 ms', 'partitioned', 'partitioned', ...repeat({ '20 ms': 5 })]);
    expect(run.fates('b')).toEqual(new Array(10).fill('20 ms'));
    expect(run.outcomes.map(({ outcome }) => outcome)).toEqual([
      'nothing from a reaches b until further notice',
      'all hosts reach one another again',
    ]);
  });

  test('is noted where it ends: not before another one does, and not again', () => {
    const run = watched({ a: {}, b: {} });
    run.at(100, part(false, 500 * MILLISECOND));
    run.at(200, { kind: 'network.healing' });
    run.at(300, part(true, null));
    run.at(400, part(false, 100 * MILLISECOND));
    run.at(700, { kind: 'network.healing' });
    run.at(800, { kind: 'network.healing' });
    run.net.finish();
    expect(run.notes(0)).toEqual([
      '100: cut off from b',
      '200: reaches b again',
      '300: cut off from b',
      '400: cut off from b',
      '700: reaches b again',
    ]);
    expect(run.notes(1)).toEqual(['100: cut off from a', '200: reaches a again', '400: cut off from a', '500: reaches a again']);
    expect(run.outcomes.at(-1)).toEqual({ outcome: 'there was no partition', succeeded: false });
  });

  test('partitions add up, and each heals by itself', () => {
    const run = watched({ a: {}, b: {} });
    run.at(195, part(false, 300 * MILLISECOND));
    run.at(295, part(true, 500 * MILLISECOND));
    expect(run.fates('a')).toEqual(['20 ms', '20 ms', ...repeat({ partitioned: 6 }), '20 ms', '20 ms']);
    expect(run.fates('b')).toEqual(['20 ms', '20 ms', ...repeat({ partitioned: 3 }), ...repeat({ '20 ms': 5 })]);
  });

  test('that heals in time lets a transfer end', () => {
    const net = networkForTests(scenarioForTests({ a: {}, b: {} }));
    let received = 0;
    net.network.boot(
      'b',
      'server',
      serve(80, function* (connection) {
        received = yield* drain(connection);
        connection.close();
      }),
    );
    net.network.boot('a', 'client', function* (host) {
      const connection = yield* connected(host, '10.0.0.2', 80);
      yield* connection.write({ seed: 1, offset: 0, length: 2_000_000 }, message);
      connection.close();
      yield* drain(connection);
    });
    net.kernel.schedule(100 * MILLISECOND, () => {
      start('step', net.network.perform(part(false, 5 * SECOND)) as NonNullable<ReturnType<typeof net.network.perform>>);
    });
    net.finish();
    expect(received).toBe(2_000_000);
  });
});

test('whatever happens, what was sent was delivered or lost, and the reason is told', () => {
  const fault = fc.oneof(
    fc.record({ kind: fc.constant('network.crash' as const), host: fc.constantFrom('a', 'b', 'c'), downFor: fc.nat(SECOND) }),
    fc.record({
      kind: fc.constant('network.link-failure' as const),
      a: fc.constant('a'),
      b: fc.constantFrom('c', null),
      downFor: fc.nat(SECOND),
    }),
    fc.record({
      kind: fc.constant('network.partition' as const),
      from: fc.constant(['a']),
      to: fc.constant(['b']),
      oneWay: fc.boolean(),
      healsAfter: fc.nat(SECOND),
    }),
  );
  const chance = fc.constantFrom(0, 0.1, 0.5);
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(1_000), fault), { maxLength: 6 }),
      chance,
      chance,
      fc.boolean(),
      (faults, loss, duplicates, reordering) => {
        const access = { loss, duplicates, reordering, jitter: 30 * MILLISECOND, up: 1e5, queue: 1_500 };
        const run = watched({ a: access, b: access, c: {} }, [link('a', 'c', 20), link('c', 'b', 4)]);
        for (const [at, action] of faults) run.at(at, action);
        run.net.finish();
        const { packets, crossings } = run.net.tables();
        let [sent, delivered, lost, copies] = [0, 0, 0, 0];
        for (let row = 0; row < packets.rows; row++) {
          const arrived = !Number.isNaN(packets.receivedAt[row]);
          const fate = PACKET_FATES[packets.fate[row] as number];
          expect([fate === 'delivered', fate === 'under way']).toEqual([arrived, false]);
          if (arrived) delivered += packets.length[row] as number;
          else lost += packets.length[row] as number;
          if ((packets.copyOf[row] as number) >= 0) copies += packets.length[row] as number;
          else sent += packets.length[row] as number;
          if (duplicates === 0) expect(packets.copyOf[row]).toBe(-1);
        }
        expect(sent + copies).toBe(delivered + lost);
        expect(run.net.recorder.packetsLost * 100).toBe(lost);
        for (let row = 0; row < crossings.rows; row++) {
          expect(crossings.at[row]).toBeGreaterThanOrEqual(packets.sentAt[crossings.packet[row] as number] as number);
        }
      },
    ),
    { numRuns: 100 },
  );
});
