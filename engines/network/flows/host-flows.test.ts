import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, type Content } from '../../content.ts';
import type { Process } from '../../kernel/process.ts';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import { encode } from '../../run-codec.ts';
import type { HostDeclaration, Scenario } from '../../scenario.ts';
import type { ConnectFailure, Connection, Host } from '../host.ts';
import { connected, drain, message, networkForTests, serve } from '../network-for-tests.ts';
import { scenarioForTests } from '../scenario-for-tests.ts';

const FAST = { up: 1e12, down: 1e12 };
const SERVER = '10.0.0.2';
const FOUND = { address: SERVER, port: 80 };

type Properties = Parameters<typeof scenarioForTests>[1];
function flows(hosts: Readonly<Record<string, Partial<HostDeclaration>>>, properties: Properties = {}) {
  return networkForTests(scenarioForTests(hosts, { fidelity: 'flows', ...properties }));
}

function endings({ tables }: ReturnType<typeof flows>): string[] {
  const { connections, strings } = tables();
  return Array.from(connections.ending, (ending) => strings[ending] as string);
}

const milliseconds = (time: number): number => Math.round(time / MILLISECOND);
const sink = serve(80, function* (connection) {
  yield* drain(connection);
  connection.close();
});

describe('opening', () => {
  test('takes the client one round trip, the server one and a half', () => {
    const net = flows({ client: FAST, server: FAST });
    const times: number[] = [];
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection, host) {
        times.push(milliseconds(host.now()));
        yield* drain(connection);
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      times.push(milliseconds(host.now()));
      connection.close();
    });
    net.finish();
    expect(times).toEqual([40, 60]);
    const { connections } = net.tables();
    expect(milliseconds(connections.establishedAt[0] as number)).toBe(40);
    expect(connections.clientIsn[0]).not.toBe(connections.serverIsn[0]);
  });

  test.each<[string, (net: ReturnType<typeof flows>, host: Host) => Process<unknown>, unknown, number]>([
    ['a port where nobody listens: refused after a round trip', (_, host) => host.connect(FOUND), { failure: 'refused' }, 0.04],
    [
      'no host’s address: unreachable at once',
      (_, host) => host.connect({ address: '192.0.2.1', port: 80 }),
      { failure: 'unreachable' },
      0,
    ],
    [
      'a host that is down: given up after three minutes of SYNs ever further apart',
      function* (net, host) {
        net.network.crash('server');
        return yield* host.connect(FOUND);
      },
      { failure: 'timed out' },
      183,
    ],
    [
      'a host that is down, with a time-out of the caller’s',
      function* (net, host) {
        net.network.crash('server');
        return yield* host.connect(FOUND, { timeout: 5 * SECOND });
      },
      { failure: 'timed out' },
      5,
    ],
    [
      'a host that boots meanwhile: the next SYN finds it, a port without a listener',
      function* (net, host) {
        net.network.crash('server');
        net.kernel.schedule(2 * SECOND, () => net.network.restore('server'));
        return yield* host.connect(FOUND);
      },
      { failure: 'refused' },
      3.04,
    ],
  ])('%s', (_, attempt, outcome, seconds) => {
    const net = flows({ client: FAST, server: FAST });
    const seen: unknown[] = [];
    net.network.boot('client', 'client', function* (host) {
      seen.push(yield* attempt(net, host), Number((host.now() / SECOND).toFixed(2)));
    });
    net.finish();
    expect(seen).toEqual([outcome, seconds]);
  });

  test('twice between the same ports: address in use', () => {
    const net = flows({ client: FAST, server: FAST });
    const seen: unknown[] = [];
    net.network.boot('server', 'server', sink);
    net.network.boot('client', 'client', function* (host) {
      yield* host.connect(FOUND, { localPort: 7 });
      seen.push(yield* host.connect(FOUND, { localPort: 7 }));
    });
    net.finish();
    expect(seen).toEqual([{ failure: 'address in use' }]);
  });

  test('from the same port again after giving up: the server lets go of what never came to be', () => {
    const net = flows({ client: FAST, server: FAST });
    const seen: unknown[] = [];
    net.network.boot('server', 'server', sink);
    net.network.boot('client', 'client', function* (host) {
      // The first SYN has reached the server when its sender gives up.
      for (const timeout of [25 * MILLISECOND, 10 * SECOND]) {
        const connection = yield* host.connect(FOUND, { localPort: 7, timeout });
        seen.push('failure' in connection ? connection.failure : 'connected');
      }
    });
    net.finish();
    expect(seen).toEqual(['timed out', 'connected']);
  });

  test('from both sides at once gives one connection', () => {
    const net = flows({ a: FAST, b: FAST });
    const got: string[] = [];
    const peer = (own: number, address: string, port: number) =>
      function* (host: Host): Process {
        const connection = (yield* host.connect({ address, port }, { localPort: own })) as Connection;
        yield* connection.write(new TextEncoder().encode(`from ${host.name}`), message);
        const content = yield* connection.read();
        got.push(`${host.name} got ${new TextDecoder().decode(bytesOf(content as Content))} at ${milliseconds(host.now())}`);
        connection.close();
        yield* drain(connection);
      };
    net.network.boot('a', 'a', peer(1000, SERVER, 2000));
    net.network.boot('b', 'b', peer(2000, '10.0.0.1', 1000));
    net.finish();
    expect(got.sort()).toEqual(['a got from b at 60', 'b got from a at 60']);
    expect(endings(net)[0]).toBe('closed');
  });

  test('over a path that loses the SYN takes a second more, three with the next', () => {
    const times = new Set<number>();
    for (let seed = 1; seed <= 40; seed++) {
      const net = flows({ client: { ...FAST, loss: 0.2 }, server: FAST }, { seed });
      net.network.boot('server', 'server', sink);
      net.network.boot('client', 'client', function* (host) {
        yield* connected(host, SERVER, 80);
        times.add(milliseconds(host.now()));
      });
      net.finish();
    }
    for (const time of times) expect([40, 1040, 3040, 7040, 15_040, 31_040]).toContain(time);
    expect(times.size).toBeGreaterThan(2);
  });
});

describe('closing', () => {
  test('the dialogue: close, half-close, and what the run says of it', () => {
    const net = flows({ client: FAST, server: FAST });
    const log: string[] = [];
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection, host) {
        log.push(`server read ${yield* drain(connection)} until ${connection.ending}`);
        // The client sends no more, but it still reads.
        yield* host.sleep(100 * MILLISECOND);
        yield* connection.write(new Uint8Array(5), message);
        connection.close();
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      yield* connection.write(new Uint8Array(3), message);
      connection.close();
      expect(yield* connection.write(new Uint8Array(3), message)).toBe(false);
      log.push(`client read ${yield* drain(connection)} until ${connection.ending} at ${milliseconds(host.now())}`);
    });
    net.finish();
    expect(log).toEqual(['server read 3 until closed', 'client read 5 until closed at 180']);
    expect(endings(net)).toEqual(['closed']);
    expect(milliseconds(net.tables().connections.closedAt[0] as number)).toBe(200);
  });

  test('abort: the other side reads no further', () => {
    const net = flows({ client: FAST, server: FAST });
    const log: unknown[] = [];
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection) {
        log.push(yield* connection.read(), connection.ending, yield* connection.write(new Uint8Array(1), message));
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      yield* host.sleep(SECOND);
      connection.abort();
      expect([yield* connection.read(), connection.ending]).toEqual([null, 'reset']);
    });
    net.finish();
    expect(log).toEqual([null, 'reset', false]);
    expect(endings(net)).toEqual(['reset']);
  });

  test('a process that stops listening resets what nobody accepted, and refuses the rest', () => {
    const net = flows({ client: FAST, server: FAST });
    const log: unknown[] = [];
    net.network.boot('server', 'server', function* (host) {
      const listener = yield* host.listen(80);
      if ('failure' in listener) throw new Error();
      yield* host.sleep(SECOND);
      listener.close();
      expect(yield* listener.accept()).toBe(null);
    });
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      log.push(yield* connection.read(), connection.ending);
      log.push(yield* host.connect(FOUND));
    });
    net.finish();
    expect(log).toEqual([null, 'reset', { failure: 'refused' }]);
  });
});

describe('when the other side is gone', () => {
  /** The client sends 1 MB over 1 Mbps; the server crashes after 3 s, and boots again after so many seconds. */
  function crashing(downFor: number) {
    const net = flows({ client: { up: 1e6 }, server: FAST });
    const log: unknown[] = [];
    net.network.boot('server', 'server', sink);
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      yield* connection.write({ seed: 1, offset: 0, length: 1_000_000 }, message);
      log.push(yield* connection.read(), connection.ending, Math.round(host.now() / SECOND));
    });
    net.kernel.schedule(3 * SECOND, () => net.network.crash('server'));
    if (downFor < 1000) net.kernel.schedule((3 + downFor) * SECOND, () => net.network.restore('server'));
    net.finish();
    const { messages } = net.tables();
    expect(messages.receivedAt[0]).toBeNaN();
    return [...log, ...endings(net)];
  }

  test('for ever: data unacknowledged for 100 s breaks the connection when the timer expires next', () => {
    const [content, ending, time, recorded] = crashing(1e6);
    expect([content, ending, recorded]).toEqual([null, 'timed out', 'timed out']);
    expect(time as number).toBeGreaterThan(103);
    expect(time as number).toBeLessThan(190);
  });

  test('for a while: the retransmission that reaches it after its boot is answered with a reset', () => {
    const [content, ending, time, recorded] = crashing(20);
    expect([content, ending, recorded]).toEqual([null, 'reset', 'reset']);
    expect(time as number).toBeGreaterThanOrEqual(23);
    expect(time as number).toBeLessThan(60);
  });

  test('whoever has nothing to send does not find out', () => {
    const net = flows({ client: FAST, server: FAST });
    const log: unknown[] = [];
    net.network.boot('server', 'server', sink);
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      log.push('connected');
      log.push(yield* connection.read());
    });
    net.kernel.schedule(3 * SECOND, () => net.network.crash('server'));
    net.finish();
    expect(log).toEqual(['connected']);
  });

  test('what was sent just before arrives nowhere, and is told as not received', () => {
    const net = flows({ client: FAST, server: FAST });
    const log: unknown[] = [];
    net.network.boot('server', 'server', sink);
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      yield* host.sleep(SECOND - host.now());
      yield* connection.write(new Uint8Array(100), message);
      log.push(yield* connection.read(), connection.ending);
    });
    net.kernel.schedule(SECOND + MILLISECOND, () => net.network.crash('server'));
    net.finish();
    expect(log).toEqual([null, 'timed out']);
    expect(net.tables().messages.receivedAt[0]).toBeNaN();
  });
});

describe('writing and reading', () => {
  test('a write waits while more than the send buffer is unacknowledged', () => {
    const net = flows({ client: { up: 8e6 }, server: FAST });
    const times: number[] = [];
    net.network.boot('server', 'server', sink);
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      for (let i = 0; i < 3; i++) {
        yield* connection.write({ seed: 1, offset: i * 500_000, length: 500_000 }, message);
        times.push(milliseconds(host.now()));
      }
    });
    net.finish();
    // 512 KiB fit. Each further 500 kB takes 519 ms at 8 Mbps.
    expect(times[0]).toBe(40);
    expect(times[1]).toBeGreaterThan(500);
    expect(times[2] as number).toBeGreaterThan((times[1] as number) + 450);
  });

  test('a write that leaves little unsent waits until so much has gone out, whoever else writes', () => {
    const net = flows({ client: { up: 8e6 }, server: FAST });
    const times: [string, number][] = [];
    net.network.boot('server', 'server', sink);
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      host.spawn(
        'roomy',
        (function* (): Process {
          yield* connection.write({ seed: 1, offset: 0, length: 700_000 }, message);
          times.push(['send buffer', milliseconds(host.now())]);
        })(),
      );
      yield* connection.write({ seed: 1, offset: 700_000, length: 100_000 }, message, 50_000);
      times.push(['50 kB', milliseconds(host.now())]);
    });
    net.finish();
    expect(times.map(([which]) => which)).toEqual(['send buffer', '50 kB']);
    // 750 kB at 8 Mbps, with the headers, to the end of the message.
    expect(times[1]![1]).toBeGreaterThan(700);
    expect(times[1]![1]).toBeLessThan(1300);
  });

  test('a reader that does not read stops the sender after the receive buffer, and lets it go on', () => {
    const net = flows({ client: FAST, server: FAST });
    const log: number[] = [];
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection, host) {
        yield* host.sleep(10 * SECOND);
        const before = net.tables().flows;
        log.push(Array.from(before.length.subarray(0, before.rows)).reduce((sum, length) => sum + length, 0));
        log.push(yield* drain(connection), Math.round(host.now() / SECOND));
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      yield* connection.write({ seed: 1, offset: 0, length: 2_000_000 }, message);
      connection.close();
    });
    net.finish();
    expect(log).toEqual([512 * 1024, 2_000_000, 10]);
  });

  test('a reader of a long message sees progress when rates change', () => {
    const net = flows({ a: FAST, server: { down: 10e6 }, b: FAST });
    const sizes: number[] = [];
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection) {
        for (let content = yield* connection.read(); content; content = yield* connection.read()) {
          if (connection.remote.address === '10.0.0.1') sizes.push(content.length);
        }
      }),
    );
    const sends = (delay: number, length: number) =>
      function* (host: Host): Process {
        yield* host.sleep(delay);
        const connection = yield* connected(host, SERVER, 80);
        yield* connection.write({ seed: 1, offset: 0, length }, message);
        connection.close();
      };
    net.network.boot('a', 'a', sends(0, 5_000_000));
    net.network.boot('b', 'b', sends(SECOND, 100_000));
    net.finish();
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(5_000_000);
  });

  test('and where no rate changes: never more than a few seconds without anything of what comes', () => {
    // Its window never fills the queue, so that nothing is lost on the way.
    const net = flows({ client: { up: 100e3, queue: 2 ** 20 }, server: FAST });
    const times: number[] = [];
    let bytes = 0;
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection, host) {
        for (let content = yield* connection.read(); content; content = yield* connection.read()) {
          times.push(host.now());
          bytes += content.length;
        }
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      yield* connection.write({ seed: 1, offset: 0, length: 1_000_000 }, message);
      connection.close();
    });
    net.finish();
    expect(bytes).toBe(1_000_000);
    const longest = times.slice(1).reduce((most, time, i) => Math.max(most, time - (times[i] as number)), 0);
    expect(longest).toBeLessThan(5 * SECOND);
    // A minute and a half by its line, told of in a few pieces.
    expect(times.length).toBeLessThan(40);
  });

  test('content belongs to the step that sent it, whoever reads it when', () => {
    const net = flows({ client: FAST, server: FAST });
    const causes: number[] = [];
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection, host) {
        yield* host.sleep(SECOND);
        for (;;) {
          const content = yield* connection.read();
          if (!content) return;
          causes.push(host.cause);
          yield* connection.write(new Uint8Array(1), message);
        }
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      for (const step of [4, 5, 6]) {
        host.cause = step;
        yield* connection.write(new Uint8Array(10), message);
      }
      connection.close();
    });
    net.finish();
    expect(causes).toEqual([4, 5, 6]);
    expect(Array.from(net.tables().messages.step)).toEqual([4, 5, 6, 4, 5, 6]);
  });

  test('a host tells itself more than the send buffer holds', () => {
    const net = flows({ host: FAST });
    const log: unknown[] = [];
    net.network.boot(
      'host',
      'server',
      serve(80, function* (connection) {
        log.push(yield* drain(connection));
      }),
    );
    net.network.boot('host', 'client', function* (host) {
      const connection = yield* connected(host, '10.0.0.1', 80);
      log.push(yield* connection.write({ seed: 1, offset: 0, length: 5_000_000 }, message));
      connection.close();
    });
    net.finish();
    expect(log).toEqual([true, 5_000_000]);
  });

  test('a host talks to itself without a link', () => {
    const net = flows({ host: { latency: SECOND } });
    const log: string[] = [];
    net.network.boot(
      'host',
      'server',
      serve(80, function* (connection) {
        log.push(`server read ${yield* drain(connection)}`);
        yield* connection.write(new Uint8Array(20_000), message);
        connection.close();
      }),
    );
    net.network.boot('host', 'client', function* (host) {
      const connection = yield* connected(host, '10.0.0.1', 80);
      yield* connection.write(new Uint8Array(30_000), message);
      connection.close();
      log.push(`client read ${yield* drain(connection)}`);
    });
    net.finish();
    expect(log).toEqual(['server read 30000', 'client read 20000']);
    expect(net.kernel.now).toBeLessThan(MILLISECOND);
  });
});

describe('whatever the network does', () => {
  const link = fc.record({
    latency: fc.integer({ min: 0, max: 200 * MILLISECOND }),
    jitter: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 50 * MILLISECOND })),
    loss: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.05, noNaN: true })),
    up: fc.integer({ min: 100_000, max: 1_000_000_000 }),
    down: fc.integer({ min: 100_000, max: 1_000_000_000 }),
    queue: fc.integer({ min: 3_000, max: 300_000 }),
  });
  const writes = fc.array(
    fc.record({
      length: fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 1, max: 200_000 })),
      bulk: fc.boolean(),
      pause: fc.nat(30),
    }),
    { maxLength: 8 },
  );
  const contents = (side: number, list: readonly { length: number; bulk: boolean }[]): Content[] =>
    list.map(({ length, bulk }, i) => {
      const content = { seed: side * 1000 + i + 1, offset: i * 7, length };
      return bulk ? content : bytesOf(content);
    });
  const joined = (parts: readonly Content[]): Uint8Array => Buffer.concat(parts.map(bytesOf));
  const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

  function run(scenario: Scenario, up: Parameters<typeof contents>[1], down: typeof up, pauses: readonly number[]) {
    const net = networkForTests(scenario);
    const received: Content[][] = [[], []];
    const outcome: (string | null)[] = [];
    const speak = function* (side: number, connection: Connection, host: Host, list: typeof up): Process {
      host.spawn(
        'reader',
        (function* (): Process {
          for (let content = yield* connection.read(); content; content = yield* connection.read()) received[side]?.push(content);
          outcome[side] = connection.ending;
        })(),
      );
      for (const [i, content] of contents(side, list).entries()) {
        yield* host.sleep((pauses[i] ?? 0) * 10 * MILLISECOND);
        yield* connection.write(content, message);
      }
      connection.close();
    };
    net.network.boot(
      'server',
      'server',
      serve(80, (connection, host) => speak(0, connection, host, down)),
    );
    let opened: Connection | ConnectFailure | undefined;
    net.network.boot('client', 'client', function* (host) {
      opened = yield* host.connect(FOUND);
      if (!('failure' in opened)) yield* speak(1, opened, host, up);
    });
    net.finish();
    return { received, outcome, tables: net.tables(), net, opened };
  }

  test('bytes out are bytes in, both ways, in order, once; stretches lie end to end; and the same seed gives the same run', () => {
    fc.assert(
      fc.property(fc.nat(1000), link, link, writes, writes, (seed, client, server, up, down) => {
        const scenario = scenarioForTests({ client, server }, { seed, fidelity: 'flows' });
        const pauses = up.map(({ pause }) => pause);
        const first = run(scenario, up, down, pauses);
        if (first.opened && !('failure' in first.opened)) {
          expect(first.outcome).toEqual(['closed', 'closed']);
          expect(sameBytes(joined(first.received[0] as Content[]), joined(contents(1, up)))).toBe(true);
          expect(sameBytes(joined(first.received[1] as Content[]), joined(contents(0, down)))).toBe(true);
          expect(Array.from(first.tables.messages.receivedAt).every((at) => at > 0)).toBe(true);
          expect(endings(first.net)).toEqual(['closed']);
          const { flows: table } = first.tables;
          const ends = [0, 0];
          for (let row = 0; row < table.rows; row++) {
            const side = table.fromServer[row] as number;
            expect(table.streamStart[row]).toBe(ends[side]);
            expect(table.endedAt[row] as number).toBeGreaterThanOrEqual(table.startedAt[row] as number);
            ends[side] = (ends[side] as number) + (table.length[row] as number);
          }
          expect(ends).toEqual([up, down].map((list) => list.reduce((sum, { length }) => sum + length, 0)));
        }
        expect(sameBytes(encode(run(scenario, up, down, pauses).tables), encode(first.tables))).toBe(true);
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });
});
