import { describe, expect, test } from 'vitest';
import { bytesOf, type Content } from '../../content.ts';
import type { Process } from '../../kernel/process.ts';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import type { Connection, Host } from '../host.ts';
import { connected, drain, endings, FAST, message, networkForTests, SERVER, serve, trace } from '../network-for-tests.ts';
import { scenarioForTests } from '../scenario-for-tests.ts';

describe('opening', () => {
  test('takes the client one round trip, the server one and a half', () => {
    const net = networkForTests(scenarioForTests({ client: FAST, server: FAST }));
    const times: number[] = [];
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection, host) {
        times.push(host.now());
        yield* drain(connection);
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      times.push(host.now());
      connection.close();
    });
    net.finish();
    expect(times.map((time) => Math.round(time / MILLISECOND))).toEqual([40, 60]);
    const { connections } = net.tables();
    expect(connections.clientPort[0]).toBeGreaterThanOrEqual(49_152);
    expect(connections.clientIsn[0]).not.toBe(connections.serverIsn[0]);
  });

  test('of a port where nobody listens: refused after one round trip', () => {
    const net = networkForTests(scenarioForTests({ client: FAST, server: FAST }));
    const seen: unknown[] = [];
    net.network.boot('client', 'client', function* (host) {
      seen.push(yield* host.connect({ address: SERVER, port: 80 }), Math.round(host.now() / MILLISECOND));
    });
    net.finish();
    expect(seen).toEqual([{ failure: 'refused' }, 40]);
    expect(trace(net)).toEqual(['0 client SYN 0', '20 server RST+ACK 0']);
    expect(endings(net)).toEqual(['refused']);
  });

  test('of an address that no host has: unreachable at once', () => {
    const net = networkForTests(scenarioForTests({ client: FAST }));
    const seen: unknown[] = [];
    net.network.boot('client', 'client', function* (host) {
      seen.push(yield* host.connect({ address: '192.0.2.1', port: 80 }), host.now());
    });
    net.finish();
    expect(seen).toEqual([{ failure: 'unreachable' }, 0]);
  });

  test('of a host that is down: SYNs ever further apart, given up after three minutes', () => {
    const net = networkForTests(scenarioForTests({ client: FAST, server: FAST }));
    const seen: unknown[] = [];
    net.network.crash('server');
    net.network.boot('client', 'client', function* (host) {
      seen.push(yield* host.connect({ address: SERVER, port: 80 }), host.now() / SECOND);
    });
    net.finish();
    expect(trace(net)).toEqual([0, 1, 3, 7, 15, 31, 63, 123].map((s) => `${s * 1000} client SYN 0${s ? ' again' : ''}`));
    expect(seen).toEqual([{ failure: 'timed out' }, 183]);
    expect(endings(net)).toEqual(['timed out']);
  });

  test('without an ephemeral port left, or on one that has a connection already: address in use', () => {
    const net = networkForTests(scenarioForTests({ client: FAST, server: FAST }));
    const seen: unknown[] = [];
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection) {
        yield* drain(connection);
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const ports = new Set<number>();
      for (let i = 0; i < 16_384; i++) {
        const listener = yield* host.listen(0);
        if (!('failure' in listener)) ports.add(listener.local.port);
      }
      seen.push(ports.size, Math.min(...ports), Math.max(...ports));
      seen.push(yield* host.listen(0), yield* host.connect({ address: SERVER, port: 80 }));
      yield* host.connect({ address: SERVER, port: 80 }, { localPort: 7 });
      seen.push(yield* host.connect({ address: SERVER, port: 80 }, { localPort: 7 }));
    });
    net.finish();
    const inUse = { failure: 'address in use' };
    expect(seen).toEqual([16_384, 49_152, 65_535, inUse, inUse, inUse]);
  });

  test('with a time-out of the caller’s', () => {
    const net = networkForTests(scenarioForTests({ client: FAST, server: FAST }));
    const seen: unknown[] = [];
    net.network.crash('server');
    net.network.boot('client', 'client', function* (host) {
      seen.push(yield* host.connect({ address: SERVER, port: 80 }, { timeout: 5 * SECOND }), host.now() / SECOND);
    });
    net.finish();
    expect(seen).toEqual([{ failure: 'timed out' }, 5]);
  });

  test('from both sides at once gives one connection', () => {
    const net = networkForTests(scenarioForTests({ a: FAST, b: FAST }));
    const got: string[] = [];
    const peer = (own: number, address: string, port: number) =>
      function* (host: Host): Process {
        const connection = (yield* host.connect({ address, port }, { localPort: own })) as Connection;
        yield* connection.write(new TextEncoder().encode(`from ${host.name}`), message);
        const content = yield* connection.read();
        got.push(`${host.name} got ${new TextDecoder().decode(bytesOf(content as Content))} at ${Math.round(host.now() / MILLISECOND)}`);
        connection.close();
        yield* drain(connection);
      };
    net.network.boot('a', 'a', peer(1000, SERVER, 2000));
    net.network.boot('b', 'b', peer(2000, '10.0.0.1', 1000));
    net.finish();
    expect(got.sort()).toEqual(['a got from b at 60', 'b got from a at 60']);
    expect(endings(net)[0]).toBe('closed');
  });
});
