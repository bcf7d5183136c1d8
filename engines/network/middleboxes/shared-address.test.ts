/** Hosts that share an address (anycast, RFC 4786) beyond NATs and firewalls, which know addresses, not hosts. */
import { describe, expect, test } from 'vitest';
import type { Process } from '../../kernel/process.ts';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import { failed, type Host } from '../host.ts';
import { connected, drain, message, networkForTests, serve } from '../network-for-tests.ts';
import type { FilterRule, NatFiltering } from '../scenario.ts';
import { firewallForTests, homeScenario, natForTests } from './network-with-nat-for-tests.ts';

const SHARED = '192.0.2.53';

/** `web` and `other` share an address; `web` is nearer. */
function home(fidelity: 'packets' | 'flows', services: Parameters<typeof homeScenario>[1] = [natForTests()]) {
  return networkForTests(
    homeScenario(fidelity, services, { web: { address: SHARED }, other: { address: SHARED, latency: 40 * MILLISECOND } }),
  );
}

function* bound(host: Host, port: number) {
  const socket = yield* host.bind(port);
  if (failed(socket)) throw new Error(socket.failure);
  return socket;
}

test('a query from behind a NAT reaches the nearest that is up, by one mapping', () => {
  const net = home('packets');
  const asked: string[] = [];
  for (const name of ['web', 'other']) {
    net.network.boot(name, 'echo', function* (host): Process {
      const socket = yield* bound(host, 53);
      for (;;) {
        const datagram = yield* socket.receive();
        if (!datagram) return;
        asked.push(name);
        socket.send(datagram.bytes, datagram.from, message);
      }
    });
  }
  const answers: string[] = [];
  net.network.boot('alice', 'asks', function* (host): Process {
    const socket = yield* bound(host, 4000);
    for (let i = 0; i < 3; i++) {
      socket.send(Uint8Array.of(i), { address: SHARED, port: 53 }, message);
      const datagram = yield* socket.receive();
      answers.push(`${datagram?.from.address}:${datagram?.from.port}`);
      yield* host.sleep(SECOND);
    }
    socket.close();
  });
  net.kernel.schedule(500 * MILLISECOND, () => net.network.crash('web'));
  net.kernel.schedule(1700 * MILLISECOND, () => net.network.restore('web'));
  net.finish();
  expect(asked).toEqual(['web', 'other', 'web']);
  expect(answers).toEqual([`${SHARED}:53`, `${SHARED}:53`, `${SHARED}:53`]);
  expect(net.recorder.lastValue('packets dropped', ['router'])?.value).toBe(0);
});

test.each<[NatFiltering, number, boolean]>([
  ['address-dependent', 54, true],
  ['address-and-port-dependent', 53, true],
  ['address-and-port-dependent', 54, false],
])('%s filtering lets in from port %d what another host with the address sends: %s', (filtering, port, expected) => {
  const net = home('packets', [natForTests({ filtering })]);
  const heard: string[] = [];
  net.network.boot('alice', 'asks', function* (host): Process {
    const socket = yield* bound(host, 4000);
    socket.send(Uint8Array.of(1), { address: SHARED, port: 53 }, message);
    const datagram = yield* socket.receive();
    if (datagram) heard.push(datagram.from.address);
  });
  net.network.boot('other', 'calls', function* (host): Process {
    const socket = yield* bound(host, port);
    yield* host.sleep(SECOND);
    socket.send(Uint8Array.of(2), { address: '203.0.113.1', port: 4000 }, message);
  });
  net.finish();
  expect(heard).toEqual(expected ? [SHARED] : []);
});

describe.each(['packets', 'flows'] as const)('at %s', (fidelity) => {
  test('a connection from behind a NAT goes to the nearest', () => {
    const net = home(fidelity);
    const served: string[] = [];
    for (const name of ['web', 'other']) {
      net.network.boot(
        name,
        'sink',
        serve(9, function* (connection, host): Process {
          served.push(`${host.name} ${yield* drain(connection)} from ${connection.remote.address}`);
        }),
      );
    }
    net.network.boot('alice', 'sends', function* (host): Process {
      const connection = yield* connected(host, SHARED, 9);
      yield* connection.write({ seed: 1, offset: 0, length: 100_000 }, message);
      connection.close();
    });
    net.finish();
    expect(served).toEqual(['web 100000 from 203.0.113.1']);
  });

  test.each([
    ['other', 'allow', 3],
    ['router', 'block', 3],
    ['other', 'block', 'timed out'],
  ] as const)('a firewall’s rule for %s, %s, holds for who shares its address', (from, verdict, expected) => {
    const rule: FilterRule = { verdict, transport: 'tcp', ports: [], from: [from] };
    const incoming = verdict === 'allow' ? 'block' : 'allow';
    const net = home(fidelity, [firewallForTests('router', { incoming, rules: [rule] })]);
    const told: unknown[] = [];
    net.network.boot(
      'router',
      'sink',
      serve(9, function* (connection): Process {
        told.push(yield* drain(connection));
      }),
    );
    net.network.boot('web', 'calls', function* (host): Process {
      const connection = yield* host.connect({ address: '203.0.113.1', port: 9 }, { timeout: 10 * SECOND });
      if (failed(connection)) told.push(connection.failure);
      else {
        yield* connection.write(Uint8Array.of(1, 2, 3), message);
        connection.close();
      }
    });
    net.finish();
    expect(told).toEqual([expected]);
  });
});
