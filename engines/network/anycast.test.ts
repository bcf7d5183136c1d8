import { describe, expect, test } from 'vitest';
import type { Process } from '../kernel/process.ts';
import { MILLISECOND } from '../quantities.ts';
import { type DatagramSocket, failed, type Host } from './host.ts';
import { connected, drain, message, networkForTests, serve } from './network-for-tests.ts';
import { lineForTests, scenarioForTests } from './scenario-for-tests.ts';

const SHARED = '192.0.2.53';
const link = (a: string, b: string, latency: number) => ({ ...lineForTests, a, b, rate: 1e9, latency: latency * MILLISECOND, at: null });

/** Two clients, each with an instance of the shared address near by; the access links are long. */
function world(fidelity: 'packets' | 'flows') {
  const far = { latency: 50 * MILLISECOND };
  const scenario = scenarioForTests(
    { london: far, tokyo: far, 'root-london': { ...far, address: SHARED }, 'root-tokyo': { latency: 40 * MILLISECOND, address: SHARED } },
    { fidelity, links: [link('london', 'root-london', 2), link('tokyo', 'root-tokyo', 3)] },
  );
  const test = networkForTests(scenario);
  const asked: string[] = [];
  for (const name of ['root-london', 'root-tokyo']) {
    test.network.boot(name, 'echo', function* (host: Host): Process {
      const socket = (yield* host.bind(53)) as DatagramSocket;
      for (;;) {
        const datagram = yield* socket.receive();
        if (!datagram) return;
        asked.push(name);
        socket.send(datagram.bytes, datagram.from, message);
      }
    });
  }
  return { ...test, asked };
}

/** Sends a datagram every second and gives where each reply came from. */
function* pings(host: Host, count: number): Process<string[]> {
  const socket = (yield* host.bind(0)) as DatagramSocket;
  const replies: string[] = [];
  host.spawn(
    'listen',
    (function* (): Process {
      for (;;) {
        const datagram = yield* socket.receive();
        if (!datagram) return;
        replies.push(datagram.from.address);
      }
    })(),
  );
  for (let i = 0; i < count; i++) {
    socket.send(Uint8Array.of(i), { address: SHARED, port: 53 }, message);
    yield* host.sleep(1000 * MILLISECOND);
  }
  socket.close();
  return replies;
}

describe.each(['packets', 'flows'] as const)('an address that hosts share (RFC 4786), at fidelity %s', (fidelity) => {
  test('a datagram reaches the nearest, and its reply comes from the shared address', () => {
    const { network, finish, asked } = world(fidelity);
    const london = network.host('london').spawn('test', pings(network.host('london'), 1));
    const tokyo = network.host('tokyo').spawn('test', pings(network.host('tokyo'), 1));
    finish();
    expect(asked).toEqual(['root-london', 'root-tokyo']);
    expect([london.result, tokyo.result]).toEqual([[SHARED], [SHARED]]);
  });

  test('when the nearest is down the next one takes over, until it is back', () => {
    const { network, kernel, finish, asked } = world(fidelity);
    const task = network.host('london').spawn('test', pings(network.host('london'), 4));
    kernel.schedule(500 * MILLISECOND, () => network.crash('root-london'));
    kernel.schedule(2500 * MILLISECOND, () => network.restore('root-london'));
    finish();
    expect(asked).toEqual(['root-london', 'root-tokyo', 'root-tokyo', 'root-london']);
    expect(task.result).toHaveLength(4);
  });

  test('a link that fails moves its users, too', () => {
    const { network, finish, asked } = world(fidelity);
    for (const direction of network.topology.directionsOf(0)) direction.fail(0);
    network.topology.changed();
    network.host('london').spawn('test', pings(network.host('london'), 1));
    finish();
    // Over the access links root-tokyo is nearer.
    expect(asked).toEqual(['root-tokyo']);
  });

  test('where none is up, what is sent is lost', () => {
    const { network, finish, asked } = world(fidelity);
    network.crash('root-london');
    network.crash('root-tokyo');
    const task = network.host('london').spawn('test', pings(network.host('london'), 1));
    finish();
    expect([asked, task.result]).toEqual([[], []]);
  });

  test('a TCP connection stays with the one that it began with', () => {
    const { network, kernel, finish } = world(fidelity);
    const served: string[] = [];
    for (const name of ['root-london', 'root-tokyo']) {
      network.boot(
        name,
        'sink',
        serve(9, function* (connection, host) {
          served.push(`${host.name} ${yield* drain(connection)}`);
        }),
      );
    }
    const london = network.host('london');
    london.spawn(
      'test',
      (function* (): Process {
        const connection = yield* connected(london, SHARED, 9);
        expect(connection.remote.address).toBe(SHARED);
        yield* connection.write(Uint8Array.of(1, 2, 3), message);
        yield* london.sleep(1000 * MILLISECOND);
        // The other instance is nearer now.
        yield* connection.write(Uint8Array.of(4, 5), message);
        connection.close();
        const later = yield* london.connect({ address: SHARED, port: 9 });
        if (!failed(later)) later.close();
      })(),
    );
    kernel.schedule(500 * MILLISECOND, () => {
      for (const direction of network.topology.directionsOf(0)) direction.fail(kernel.now);
      network.topology.changed();
      network.routesChanged();
    });
    finish();
    expect(served).toContain('root-london 5');
  });
});
