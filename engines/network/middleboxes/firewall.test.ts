/** What a firewall lets in, at both fidelities, and what becomes of the rest. */
import { describe, expect, test } from 'vitest';
import type { Process } from '../../kernel/process.ts';
import { HOUR, MINUTE } from '../../quantities.ts';
import { describeLoss } from '../capture/fates.ts';
import { failed, type Host } from '../host.ts';
import { drain, message, serve } from '../network-for-tests.ts';
import type { FilterRule, FirewallService } from '../scenario.ts';
import { ACK, RST } from '../tcp/segment.ts';
import { firewallForTests, homeNetwork, natForTests, OTHER, ROUTER, WEB } from './network-with-nat-for-tests.ts';

const text = (words: string) => new TextEncoder().encode(words);
const rule = (properties: Partial<FilterRule>): FilterRule => ({ verdict: 'allow', transport: 'tcp', ports: [], from: [], ...properties });
const answering = (port = 80) =>
  serve(port, function* (connection): Process {
    yield* drain(connection);
    yield* connection.write(text('answer'), message);
    connection.close();
  });

/** What a host gets who calls, tells something and hears the answer: its length, or why not. */
function* call(host: Host, address: string, port: number, told: unknown[]): Process {
  const connection = yield* host.connect({ address, port });
  if (failed(connection)) {
    told.push(connection.failure);
    return;
  }
  yield* connection.write(text('hello'), message);
  connection.close();
  told.push(yield* drain(connection));
}

describe.each(['packets', 'flows'] as const)('a firewall in front of a server, at %s', (fidelity) => {
  const behind = (properties: Partial<FirewallService>) => homeNetwork(fidelity, [natForTests(), firewallForTests('web', properties)]);

  test.each<[string, Partial<FirewallService>, unknown]>([
    ['drops what comes in: the caller times out', {}, 'timed out'],
    ['refuses it with RST', { incoming: 'reject' }, 'refused'],
    ['lets in what a rule allows', { rules: [rule({ ports: [[80, 80]] })] }, 6],
    [
      'counts a rule’s range of ports',
      {
        rules: [
          rule({
            ports: [
              [22, 22],
              [79, 81],
            ],
          }),
        ],
      },
      6,
    ],
    ['but no other port', { rules: [rule({ ports: [[81, 90]] })] }, 'timed out'],
    ['nor transport', { rules: [rule({ transport: 'udp' })] }, 'timed out'],
    ['knows who is let in', { rules: [rule({ from: ['other'] })] }, 6],
    ['and who is not', { rules: [rule({ from: ['router'] })] }, 'timed out'],
    ['lets the first rule that fits decide', { rules: [rule({ verdict: 'reject', from: ['other'] }), rule({})] }, 'refused'],
    ['may let everyone in but some', { incoming: 'allow', rules: [rule({ verdict: 'block', from: ['other'] })] }, 'timed out'],
  ])('%s', (_, properties, expected) => {
    const home = behind(properties);
    const told: unknown[] = [];
    home.network.boot('web', 'role', answering());
    home.network.boot('other', 'role', (host) => call(host, WEB, 80, told));
    home.finish();
    expect(told).toEqual([expected]);
    const dropped = home.recorder.lastValue('packets dropped', ['web'])?.value ?? 0;
    expect(dropped).toBe(expected === 6 ? 0 : expected === 'refused' ? 1 : dropped);
    expect(dropped > 0).toBe(expected !== 6);
  });

  test('lets its host call out, and the answer in', () => {
    const home = behind({});
    const told: unknown[] = [];
    home.network.boot('other', 'role', answering());
    home.network.boot('web', 'role', (host) => call(host, OTHER, 80, told));
    home.finish();
    expect(told).toEqual([6]);
  });

  test('knows hosts behind a NAT by the address of its router', () => {
    const home = behind({ rules: [rule({ from: ['router'] })] });
    const told: unknown[] = [];
    home.network.boot('web', 'role', answering());
    home.network.boot('alice', 'role', (host) => call(host, WEB, 80, told));
    home.finish();
    expect(told).toEqual([6]);
  });

  test('on a router stands on its outer side: neighbours pass, and what goes out', () => {
    const forwards = [{ transport: 'tcp', port: 80, lastPort: 80, host: 'alice', hostPort: 80 }] as const;
    const home = homeNetwork(fidelity, [natForTests({ forwards }), firewallForTests('router', {})]);
    const told: Record<string, unknown[]> = { bob: [], other: [], alice: [] };
    for (const name of ['alice', 'web', 'router']) home.network.boot(name, 'role', answering());
    home.network.boot('bob', 'role', (host) => call(host, ROUTER, 80, told.bob!));
    home.network.boot('other', 'role', (host) => call(host, ROUTER, 80, told.other!));
    home.network.boot('alice', 'caller', (host) => call(host, WEB, 80, told.alice!));
    home.finish();
    expect(told).toEqual({ bob: [6], other: ['timed out'], alice: [6] });
  });

  test.each([
    ['keeps an idle connection for 2 h 4 min', 2 * HOUR + 3 * MINUTE, 'closed'],
    ['and forgets it after that', 2 * HOUR + 5 * MINUTE, 'timed out'],
  ])('%s', (_, pause, expected) => {
    // The web server speaks first after the pause: to the client’s firewall that is not a new connection, and no one it knows.
    const home = homeNetwork(fidelity, [firewallForTests('other', {})]);
    let ending: unknown;
    home.network.boot(
      'web',
      'role',
      serve(80, function* (connection, host) {
        yield* host.sleep(pause);
        yield* connection.write(text('late'), message);
        connection.close();
        yield* drain(connection);
        ending = connection.ending;
      }),
    );
    home.network.boot('other', 'role', function* (host) {
      const connection = yield* host.connect({ address: WEB, port: 80 });
      if (failed(connection)) throw new Error(connection.failure);
      yield* drain(connection);
      connection.close();
    });
    home.finish();
    expect(ending).toBe(expected);
  });
});

test('a flood of datagrams stays outside, and others’ come in', () => {
  const home = homeNetwork('packets', [
    firewallForTests('web', {
      incoming: 'allow',
      rules: [rule({ verdict: 'block', transport: 'udp', ports: [[53, 53]], from: ['other'] })],
    }),
  ]);
  const heard: string[] = [];
  home.network.boot('web', 'role', function* (host) {
    const socket = yield* host.bind(53);
    if (failed(socket)) throw new Error(socket.failure);
    for (let datagram = yield* socket.receive(); datagram; datagram = yield* socket.receive()) heard.push(datagram.from.address);
  });
  for (const [name, count] of [
    ['other', 20],
    ['router', 2],
  ] as const) {
    home.network.boot(name, 'role', function* (host) {
      for (let i = 0; i < count; i++) {
        const socket = yield* host.bind(0);
        if (!failed(socket)) socket.send(text('query'), { address: WEB, port: 53 }, message);
      }
    });
  }
  home.finish();
  expect(heard).toEqual([ROUTER, ROUTER]);
  expect(home.recorder.lastValue('packets dropped', ['web'])?.value).toBe(20);
  const run = home.tables();
  expect(describeLoss(run, 0)).toBe('dropped: firewall of web');
  // Nobody has a note for each: only a SYN is worth one.
  expect(run.states.rows).toBe(0);
});

test('a rejected SYN is answered by RST, and the fate of both is told', () => {
  const home = homeNetwork('packets', [firewallForTests('web', { incoming: 'reject' })]);
  home.network.boot('web', 'role', answering());
  home.network.boot('other', 'role', (host) => call(host, WEB, 80, []));
  home.finish();
  const run = home.tables();
  expect([...run.packets.flags]).toEqual([2, RST | ACK]);
  expect([describeLoss(run, 0), describeLoss(run, 1)]).toEqual(['dropped: firewall of web', '']);
  expect(run.strings[run.states.note[0]!]).toBe('refuses SYN of other to port 80: firewall');
});
