/** Datagrams through a NAT: what the other side sees, who may answer, and for how long (RFC 4787). */
import { describe, expect, test } from 'vitest';
import { MINUTE, SECOND } from '../../quantities.ts';
import { failed, type Host } from '../host.ts';
import { message } from '../network-for-tests.ts';
import type { NatFiltering } from '../scenario.ts';
import { connectionsSeen, homeNetwork, natForTests, OTHER, ROUTER, WEB } from './network-with-nat-for-tests.ts';

const text = (words: string) => new TextEncoder().encode(words);

function* bound(host: Host, port: number) {
  const socket = yield* host.bind(port);
  if (failed(socket)) throw new Error(socket.failure);
  return socket;
}

/** Tells what comes to a port, from whom. */
function* hear(host: Host, port: number, heard: string[], answer?: string) {
  const socket = yield* bound(host, port);
  for (;;) {
    const datagram = yield* socket.receive();
    if (!datagram) return;
    heard.push(`${new TextDecoder().decode(datagram.bytes)} from ${datagram.from.address}:${datagram.from.port}`);
    if (answer) socket.send(text(answer), datagram.from, message);
  }
}

test('a datagram goes out by the router’s address, and its answer comes in: one exchange', () => {
  const home = homeNetwork('packets');
  const [asked, answered]: [string[], string[]] = [[], []];
  home.network.boot('web', 'role', (host) => hear(host, 53, asked, 'answer'));
  home.network.boot('alice', 'role', function* (host) {
    const socket = yield* bound(host, 4000);
    socket.send(text('question'), { address: WEB, port: 53 }, message);
    const datagram = yield* socket.receive();
    answered.push(`${datagram?.from.address}:${datagram?.from.port}`);
    socket.close();
  });
  home.finish();
  expect([asked, answered]).toEqual([[`question from ${ROUTER}:4000`], [`${WEB}:53`]]);
  expect(connectionsSeen(home)).toEqual([`UDP 192.168.0.2:4000 > ${WEB}:53 | ${ROUTER}:4000 > ${WEB}:53`]);
  const { messages } = home.tables();
  expect([...messages.connection]).toEqual([0, 0]);
  expect([...messages.from].reverse()).toEqual([...messages.to]);
});

describe.each<[NatFiltering, readonly string[]]>([
  ['endpoint-independent', [`other:53 from ${OTHER}:53`, `web:54 from ${WEB}:54`, `web:53 from ${WEB}:53`]],
  ['address-dependent', [`web:54 from ${WEB}:54`, `web:53 from ${WEB}:53`]],
  ['address-and-port-dependent', [`web:53 from ${WEB}:53`]],
])('%s filtering', (filtering, expected) => {
  test('lets in what RFC 4787 §5 says', () => {
    const home = homeNetwork('packets', [natForTests({ filtering })]);
    const heard: string[] = [];
    home.network.boot('alice', 'role', function* (host) {
      const socket = yield* bound(host, 4000);
      socket.send(text('x'), { address: WEB, port: 53 }, message);
      for (;;) {
        const datagram = yield* socket.receive();
        if (datagram) heard.push(`${new TextDecoder().decode(datagram.bytes)} from ${datagram.from.address}:${datagram.from.port}`);
      }
    });
    for (const [name, port, at] of [
      ['other', 53, SECOND],
      ['web', 54, 2 * SECOND],
      ['web', 53, 3 * SECOND],
    ] as const) {
      home.network.boot(name, `port ${port}`, function* (host) {
        const socket = yield* bound(host, port);
        yield* host.sleep(at);
        socket.send(text(`${name}:${port}`), { address: ROUTER, port: 4000 }, message);
      });
    }
    home.finish();
    expect(heard).toEqual(expected);
  });
});

test.each([
  ['4 min later comes in', 4 * MINUTE, 1],
  ['6 min later does not', 6 * MINUTE, 0],
])('an answer %s', (_, pause, expected) => {
  const home = homeNetwork('packets');
  const heard: string[] = [];
  home.network.boot('web', 'role', function* (host) {
    const socket = yield* bound(host, 53);
    const datagram = yield* socket.receive();
    yield* host.sleep(pause);
    if (datagram) socket.send(text('late'), datagram.from, message);
  });
  home.network.boot('alice', 'role', function* (host) {
    const socket = yield* bound(host, 4000);
    socket.send(text('question'), { address: WEB, port: 53 }, message);
    for (;;) {
      const datagram = yield* socket.receive();
      if (datagram) heard.push(datagram.from.address);
    }
  });
  home.finish();
  expect(heard).toHaveLength(expected);
  const { packets, hosts } = home.tables();
  expect(hosts[packets.droppedBy[1]!]?.name).toBe(expected ? undefined : 'router');
});

test('a mapping made anew with another port is another exchange', () => {
  const home = homeNetwork('packets');
  const asked: string[] = [];
  home.network.boot('web', 'role', (host) => hear(host, 53, asked));
  const ask = (name: string, at: readonly number[]) =>
    home.network.boot(name, 'role', function* (host) {
      const socket = yield* bound(host, 4000);
      let now = 0;
      for (const time of at) {
        yield* host.sleep(time - now);
        now = time;
        socket.send(text(name), { address: WEB, port: 53 }, message);
      }
    });
  ask('alice', [0, 10 * MINUTE]);
  ask('bob', [6 * MINUTE]);
  home.finish();
  // Alice's port was free after 5 min, and bob has it when she comes back.
  expect(asked).toEqual([`alice from ${ROUTER}:4000`, `bob from ${ROUTER}:4000`, `alice from ${ROUTER}:4002`]);
  expect(connectionsSeen(home)).toEqual([
    `UDP 192.168.0.2:4000 > ${WEB}:53 | ${ROUTER}:4000 > ${WEB}:53`,
    `UDP 192.168.0.3:4000 > ${WEB}:53 | ${ROUTER}:4000 > ${WEB}:53`,
    `UDP 192.168.0.2:4000 > ${WEB}:53 | ${ROUTER}:4002 > ${WEB}:53`,
  ]);
  expect([...home.tables().messages.connection]).toEqual([0, 1, 2]);
});
