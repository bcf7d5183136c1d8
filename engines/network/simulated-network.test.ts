import { describe, expect, test } from 'vitest';
import type { Process } from '../kernel/process.ts';
import { start } from '../kernel/process.ts';
import type { StepOutcome } from '../protocol.ts';
import { MILLISECOND, SECOND } from '../quantities.ts';
import { type DatagramSocket, failed, type Host } from './host.ts';
import { LONGEST_DATAGRAM } from './host-udp.ts';
import { connected, drain, message, networkForTests, serve } from './network-for-tests.ts';
import { lineForTests, scenarioForTests } from './scenario-for-tests.ts';

const FAST = { up: 1e12, down: 1e12 };

function* bound(host: Host, port: number): Process<DatagramSocket> {
  const socket = yield* host.bind(port);
  if (failed(socket)) throw new Error(socket.failure);
  return socket;
}

/** Answers every datagram with as many bytes. */
function* echo(host: Host): Process {
  const socket = yield* bound(host, 53);
  for (;;) {
    const datagram = yield* socket.receive();
    if (!datagram) return;
    socket.send(datagram.bytes, datagram.from, message);
  }
}

describe('UDP', () => {
  test('a question and its answer are one exchange; who asked is the client', () => {
    const net = networkForTests(scenarioForTests({ a: FAST, b: FAST }));
    const log: unknown[] = [];
    net.network.boot('b', 'echo', echo);
    net.network.boot('a', 'asker', function* (host) {
      const socket = yield* bound(host, 0);
      socket.send(Uint8Array.of(1, 2, 3), { address: '10.0.0.2', port: 53 }, message);
      const answer = yield* socket.receive();
      log.push(answer?.bytes, answer?.from, Math.round(host.now() / MILLISECOND));
      socket.close();
      log.push(yield* socket.receive());
    });
    net.finish();
    expect(log).toEqual([Uint8Array.of(1, 2, 3), { address: '10.0.0.2', port: 53 }, 40, null]);
    const { connections, messages, packets, strings } = net.tables();
    expect([connections.rows, messages.rows, packets.rows]).toEqual([1, 2, 2]);
    expect([connections.client[0], connections.serverPort[0], strings[connections.ending[0] as number]]).toEqual([0, 53, 'closed']);
    expect(Array.from(packets.message)).toEqual([0, 1]);
    expect(Array.from(packets.fromServer)).toEqual([0, 1]);
  });

  test('what goes to a closed port, to no host, or is too long is lost without a word', () => {
    const net = networkForTests(scenarioForTests({ a: FAST, b: FAST }));
    net.network.boot('a', 'sender', function* (host) {
      const socket = yield* bound(host, 1000);
      expect(yield* host.bind(1000)).toEqual({ failure: 'address in use' });
      socket.send(new Uint8Array(1), { address: '10.0.0.2', port: 9 }, message);
      socket.send(new Uint8Array(1), { address: '192.0.2.9', port: 9 }, message);
      socket.send(new Uint8Array(LONGEST_DATAGRAM + 1), { address: '10.0.0.2', port: 9 }, message);
    });
    net.finish();
    expect(net.tables().messages.rows).toBe(1);
  });

  test('binds every ephemeral port once; after that the address is in use', () => {
    const net = networkForTests(scenarioForTests({ a: FAST }));
    const ports = new Set<number>();
    const log: unknown[] = [];
    net.network.boot('a', 'binder', function* (host) {
      let last: DatagramSocket | undefined;
      for (let i = 0; i < 16_384; i++) {
        last = yield* bound(host, 0);
        ports.add(last.local.port);
      }
      log.push(yield* host.bind(0));
      last?.close();
      log.push((yield* bound(host, 0)).local.port === last?.local.port);
    });
    net.finish();
    expect([ports.size, Math.min(...ports), Math.max(...ports)]).toEqual([16_384, 49_152, 65_535]);
    expect(log).toEqual([{ failure: 'address in use' }, true]);
  });

  test('an answer that comes after the asker closed belongs to its exchange; a new socket begins a new one', () => {
    const net = networkForTests(scenarioForTests({ a: FAST, b: FAST }));
    net.network.boot('b', 'echo', echo);
    net.network.boot('a', 'asker', function* (host) {
      for (let i = 0; i < 2; i++) {
        const socket = yield* bound(host, 1000);
        socket.send(new Uint8Array(1), { address: '10.0.0.2', port: 53 }, message);
        socket.close();
        yield* host.sleep(SECOND);
      }
    });
    net.finish();
    const { connections, messages } = net.tables();
    expect(Array.from(connections.client)).toEqual([0, 0]);
    expect(Array.from(messages.connection)).toEqual([0, 0, 1, 1]);
  });

  test('a queued datagram brings its step along', () => {
    const net = networkForTests(scenarioForTests({ a: FAST, b: FAST }));
    const steps: number[] = [];
    net.network.boot('b', 'reader', function* (host) {
      const socket = yield* bound(host, 53);
      yield* host.sleep(SECOND);
      for (let i = 0; i < 2; i++) {
        yield* socket.receive();
        steps.push(host.cause);
      }
    });
    net.network.boot('a', 'sender', function* (host) {
      const socket = yield* bound(host, 0);
      for (const step of [7, 8]) {
        host.cause = step;
        socket.send(new Uint8Array(1), { address: '10.0.0.2', port: 53 }, message);
      }
    });
    net.finish();
    expect(steps).toEqual([7, 8]);
  });
});

describe('packets', () => {
  /** Arrival times, in ms, of datagrams of `size` bytes that `a` sends to the last host all at once. */
  function arrivals(scenario: Parameters<typeof networkForTests>[0], sizes: readonly number[]): number[] {
    const net = networkForTests(scenario);
    net.network.boot('a', 'sender', function* (host) {
      const socket = yield* bound(host, 1000);
      const to = { address: scenario.hosts.at(-1)?.address ?? '', port: 9 };
      for (const size of sizes) socket.send(new Uint8Array(size), to, message);
    });
    net.finish();
    return Array.from(net.tables().packets.receivedAt, (at) => at / MILLISECOND);
  }

  test('take their time at each link: serialisation behind the queue, then latency', () => {
    // 1,000 bytes with 42 of headers are 8,336 bits: 0.8336 ms at 10 Mbps, 8.336 ms at 1 Mbps.
    const times = arrivals(
      scenarioForTests({ a: { up: 10e6, latency: MILLISECOND }, b: { down: 1e6, latency: 2 * MILLISECOND } }),
      [1000, 1000],
    );
    expect(times).toEqual([0.8336 + 1 + 8.336 + 2, 0.8336 + 1 + 2 * 8.336 + 2].map((time) => expect.closeTo(time, 5)));
  });

  test('find no room in a full queue', () => {
    const times = arrivals(scenarioForTests({ a: { up: 1e6, queue: 2_500 }, b: FAST }), [1000, 1000, 1000, 1000]);
    // One on the line, two in the queue.
    expect(times.map((time) => Number.isNaN(time))).toEqual([false, false, false, true]);
  });

  test('carry a header for each fragment', () => {
    // 3,000 bytes and 8 of UDP in three fragments: 3,008 + 3 × 34 bytes at 1 Mbps.
    expect(arrivals(scenarioForTests({ a: { up: 1e6, latency: 0 }, b: { ...FAST, latency: 0 } }), [3000])[0]).toBeCloseTo(24.88, 3);
  });

  test('are delayed by jitter within its bound, differently each, and never overtake', () => {
    const times = arrivals(scenarioForTests({ a: { ...FAST, jitter: 5 * MILLISECOND }, b: FAST }), new Array(50).fill(10));
    expect(times).toEqual([...times].sort((x, y) => x - y));
    expect(times[0]).toBeGreaterThanOrEqual(20);
    expect(times.at(-1)).toBeLessThanOrEqual(25.1);
    expect(new Set(times).size).toBeGreaterThan(3);
  });

  test('are lost as often as the link says', () => {
    const times = arrivals(scenarioForTests({ a: { ...FAST, loss: 0.3, queue: 1e9 }, b: FAST }), new Array(2000).fill(10));
    const lost = times.filter((time) => Number.isNaN(time)).length / 2000;
    expect(lost).toBeGreaterThan(0.26);
    expect(lost).toBeLessThan(0.34);
  });

  const link = { ...lineForTests, rate: 1e12, latency: MILLISECOND, jitter: 0, loss: 0, queue: 1e6, at: null };
  test.each([
    ['over the core where there is nothing else', [], 20],
    ['over a direct link', [{ ...link, a: 'a', b: 'd' }], 1],
    [
      'over hosts that forward',
      [
        { ...link, a: 'a', b: 'b' },
        { ...link, a: 'c', b: 'b' },
        { ...link, a: 'c', b: 'd' },
      ],
      3,
    ],
    ['over the core when the links are longer', [{ ...link, a: 'a', b: 'd', latency: 21 * MILLISECOND }], 20],
    [
      'with fewer hops when latencies are equal',
      [
        { ...link, a: 'a', b: 'b' },
        { ...link, a: 'b', b: 'd' },
        { ...link, a: 'a', b: 'd', latency: 2 * MILLISECOND, rate: 1e6 },
      ],
      2 + 0.416,
    ],
    [
      'over the link that was declared first when all else is equal',
      [
        { ...link, a: 'a', b: 'd', rate: 1e6 },
        { ...link, a: 'a', b: 'd' },
      ],
      1 + 0.416,
    ],
  ])('go %s', (_name, links, expected) => {
    const times = arrivals(scenarioForTests({ a: FAST, b: FAST, c: FAST, d: FAST }, { links }), [10]);
    expect(times[0]).toBeCloseTo(expected, 4);
  });
});

describe('crash and restore', () => {
  test('volatile state is lost, the disk is not; roles boot in their order', () => {
    const net = networkForTests(scenarioForTests({ a: FAST, b: FAST }));
    const log: string[] = [];
    net.network.boot('b', 'counter', function* (host) {
      const boots = (host.disk.get<number>('boots') ?? 0) + 1;
      host.disk.set('boots', boots);
      log.push(`boot ${boots} at ${host.now() / SECOND} s`);
      try {
        yield* host.sleep(10 * SECOND, { background: true });
        log.push('never');
      } finally {
        host.disk.set('boots', 1000);
        host.narrator.note('never told');
        log.push('stopped');
      }
    });
    net.network.boot('b', 'second', function* (host) {
      log.push('second');
      yield* host.sleep(0);
    });
    let outcome: StepOutcome | undefined;
    net.kernel.schedule(SECOND, () => {
      const process = net.network.perform({ kind: 'network.crash', host: 'b', downFor: 2 * SECOND });
      outcome = process && start('crash', process).result;
    });
    net.finish();
    expect(outcome).toEqual({ outcome: 'b is down for 2 s', succeeded: true });
    expect(log).toEqual(['boot 1 at 0 s', 'second', 'stopped', 'boot 2 at 3 s', 'second']);
    const { states, strings } = net.tables();
    expect(Array.from(states.note, (note) => strings[note])).toEqual(['crashes', 'boots']);
  });

  test('a host that is down can be asked, but does nothing', () => {
    const net = networkForTests(scenarioForTests({ a: FAST, b: FAST }));
    const host = net.network.host('a');
    net.network.crash('a');
    const ask = function* (): Process<unknown[]> {
      const remote = { address: '10.0.0.2', port: 80 };
      return [yield* host.listen(80), yield* host.bind(53), yield* host.connect(remote)];
    };
    expect(start('asker', ask()).result).toEqual([{ failure: 'not permitted' }, { failure: 'not permitted' }, { failure: 'unreachable' }]);
    let ran = false;
    const task = host.spawn(
      'never',
      (function* (): Process {
        ran = true;
        yield* host.sleep(1);
      })(),
    );
    expect([ran, task.done]).toEqual([false, false]);
  });

  test('who uses a connection of a host that crashes, from outside it, is told', () => {
    const net = networkForTests(scenarioForTests({ a: FAST, b: FAST }));
    net.network.boot(
      'b',
      'server',
      serve(80, function* (connection) {
        yield* drain(connection);
      }),
    );
    const host = net.network.host('a');
    const step = start(
      'step',
      (function* (): Process<unknown[]> {
        const connection = yield* connected(host, '10.0.0.2', 80);
        net.kernel.schedule(SECOND, () => net.network.crash('a'));
        return [yield* connection.read(), connection.ending, yield* connection.write(new Uint8Array(1), message)];
      })(),
    );
    net.finish();
    expect(step.result).toEqual([null, 'reset', false]);
  });

  test('a later crash puts an earlier one’s restore off', () => {
    const net = networkForTests(scenarioForTests({ a: FAST }));
    const boots: number[] = [];
    net.network.boot('a', 'role', function* (host) {
      boots.push(host.now() / SECOND);
      yield* host.sleep(0);
    });
    const crash = (downFor: number | null) =>
      start('crash', net.network.perform({ kind: 'network.crash', host: 'a', downFor }) as Process<StepOutcome>);
    net.kernel.schedule(SECOND, () => crash(2 * SECOND));
    net.kernel.schedule(2 * SECOND, () => crash(5 * SECOND));
    net.finish();
    expect(boots).toEqual([0, 7]);
  });

  test('a role that was to start before a crash starts once, after it', () => {
    const net = networkForTests(scenarioForTests({ a: FAST }));
    let boots = 0;
    net.network.boot('a', 'role', function* (host) {
      boots++;
      yield* host.sleep(0);
    });
    net.network.crash('a');
    net.network.restore('a');
    net.finish();
    expect(boots).toBe(1);
  });

  test('other actions and unknown hosts', () => {
    const net = networkForTests(scenarioForTests({ a: FAST }));
    expect(net.network.perform({ kind: 'together' })).toBeUndefined();
    expect(() => net.network.host('nobody')).toThrow('nobody');
  });
});

test('the disk keeps copies of plain values, in the order in which they were first set', () => {
  const { disk } = networkForTests(scenarioForTests({ a: {} })).network.host('a');
  const value = { bytes: Uint8Array.of(1, 2), list: [1, { deep: 'x' }], map: new Map([['k', new Set([1])]]), nothing: null };
  disk.set('b', value);
  disk.set('a', 1);
  disk.set('b', value);
  value.bytes[0] = 9;
  value.list.push(2);
  const stored = disk.get<typeof value>('b');
  expect(stored).toEqual({ bytes: Uint8Array.of(1, 2), list: [1, { deep: 'x' }], map: new Map([['k', new Set([1])]]), nothing: null });
  stored?.list.push(3);
  expect(disk.get<typeof value>('b')?.list.length).toBe(2);
  expect(disk.names()).toEqual(['b', 'a']);
  disk.delete('b');
  expect([disk.names(), disk.get('b')]).toEqual([['a'], undefined]);
  expect(() => disk.set('c', { now: () => 0 })).toThrow(TypeError);
  expect(() => disk.set('c', new Error('no'))).toThrow(TypeError);
});
