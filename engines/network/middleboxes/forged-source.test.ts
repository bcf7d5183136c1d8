/** Datagrams with forged sources at NATs and firewalls: a source that cannot lie where it comes from is dropped (RFC 2827). */
import { describe, expect, test } from 'vitest';
import type { Process } from '../../kernel/process.ts';
import { describeLoss } from '../capture/fates.ts';
import { addressesOf, endpointsOf, type Place } from '../capture/frames.ts';
import { failed, type Host } from '../host.ts';
import { message } from '../network-for-tests.ts';
import type { FilterRule } from '../scenario.ts';
import { connectionsSeen, firewallForTests, homeNetwork, natForTests, OTHER, ROUTER, WEB } from './network-with-nat-for-tests.ts';

const [ALICE, BOB, NOBODY] = ['192.168.0.2', '192.168.0.3', '192.0.2.99'];
const FORWARDED = natForTests({ forwards: [{ transport: 'udp', port: 53, lastPort: 53, host: 'alice', hostPort: 5353 }] });

type Home = ReturnType<typeof homeNetwork>;

function* bound(host: Host, port: number) {
  const socket = yield* host.bind(port);
  if (failed(socket)) throw new Error(socket.failure);
  return socket;
}

/** Tells what comes to a port, from where, and answers it. */
function hear(home: Home, name: string, port: number, heard: string[]): void {
  home.network.boot(name, `port ${port}`, function* (host): Process {
    const socket = yield* bound(host, port);
    for (;;) {
      const datagram = yield* socket.receive();
      if (!datagram) return;
      heard.push(`${name} from ${datagram.from.address}:${datagram.from.port}`);
      if (datagram.bytes[0] === 1) socket.send(Uint8Array.of(2), datagram.from, message);
    }
  });
}

/** The host sends one byte in the name of an address, port 4000. */
function forge(home: Home, name: string, source: string, to: string, port: number): void {
  home.network.boot(name, 'forges', function* (host): Process {
    yield* host.sleep(1);
    expect(host.forge(Uint8Array.of(1), { address: source, port: 4000 }, { address: to, port }, message)).toBe(true);
  });
}

const fates = ({ tables }: Home): string[] => {
  const run = tables();
  return Array.from({ length: run.packets.rows }, (_, packet) => describeLoss(run, packet));
};

describe('a NAT', () => {
  test.each([
    ['from inside, as a host outside', 'alice', OTHER, WEB, 53],
    ['from inside, as nobody', 'alice', NOBODY, WEB, 53],
    ['from inside, as the router', 'alice', ROUTER, WEB, 53],
    ['from inside, as a host outside, back in', 'bob', OTHER, ROUTER, 53],
    ['from outside, as a host inside', 'web', ALICE, ROUTER, 53],
    ['from outside, as the router', 'web', ROUTER, ROUTER, 53],
  ])('drops a datagram %s', (_, sender, source, to, port) => {
    const home = homeNetwork('packets', [FORWARDED]);
    const heard: string[] = [];
    for (const name of ['web', 'other', 'bob', 'router']) hear(home, name, 53, heard);
    hear(home, 'alice', 5353, heard);
    forge(home, sender, source, to, port);
    home.finish();
    expect([heard, fates(home)]).toEqual([[], ['dropped: router lets no such source pass']]);
    expect(home.recorder.lastValue('packets dropped', ['router'])?.value).toBe(1);
    expect(home.recorder.lastValue('mappings', ['router'])?.value).toBe(0);
  });

  test('takes who claims to be a neighbour for that neighbour, who gets the reply', () => {
    const home = homeNetwork('packets');
    const heard: string[] = [];
    hear(home, 'web', 53, heard);
    for (const name of ['alice', 'bob']) hear(home, name, 4000, heard);
    forge(home, 'alice', BOB, WEB, 53);
    home.finish();
    expect(heard).toEqual([`web from ${ROUTER}:4000`, `bob from ${WEB}:53`]);
    const run = home.tables();
    const sources = (['sent', 'between', 'received'] as Place[]).map((place) => addressesOf(run, 0, place).source);
    expect(sources).toEqual([BOB, ROUTER, ROUTER]);
    const name = (index: number) => run.hosts[index]?.name;
    expect([...run.messages.from].map(name)).toEqual(['alice', 'web']);
    expect([...run.messages.to].map(name)).toEqual(['web', 'bob']);
  });

  test('a neighbour’s own exchange stays its own', () => {
    const home = homeNetwork('packets');
    const heard: string[] = [];
    hear(home, 'web', 53, heard);
    home.network.boot('bob', 'asks', function* (host): Process {
      const socket = yield* bound(host, 4000);
      for (const pause of [0, 1_000_000_000]) {
        yield* host.sleep(pause);
        socket.send(Uint8Array.of(0), { address: WEB, port: 53 }, message);
      }
      yield* socket.receive();
    });
    forge(home, 'alice', BOB, WEB, 53);
    home.finish();
    const { messages } = home.tables();
    // Bob's question, the forged one, its answer, which the neighbour's exchange takes, and Bob's second question.
    expect([...messages.connection]).toEqual([0, 1, 0, 0]);
    expect(connectionsSeen(home)).toEqual([
      `UDP ${BOB}:4000 > ${WEB}:53 | ${ROUTER}:4000 > ${WEB}:53`,
      `UDP ${ALICE}:4000 > ${WEB}:53 | ${ROUTER}:4000 > ${WEB}:53`,
    ]);
  });

  test.each([
    ['a host outside', OTHER, [`alice from ${OTHER}:4000`, `other from ${ROUTER}:53`]],
    ['nobody', NOBODY, [`alice from ${NOBODY}:4000`]],
  ])('lets in by a forwarded port who claims to be %s', (_, source, expected) => {
    const home = homeNetwork('packets', [FORWARDED]);
    const heard: string[] = [];
    hear(home, 'alice', 5353, heard);
    hear(home, 'other', 4000, heard);
    forge(home, 'web', source, ROUTER, 53);
    home.finish();
    expect(heard).toEqual(expected);
    const run = home.tables();
    expect((['sent', 'between', 'received'] as Place[]).map((place) => addressesOf(run, 0, place))).toEqual([
      { source, destination: ROUTER },
      { source, destination: ROUTER },
      { source, destination: ALICE },
    ]);
    const { from, to } = endpointsOf(run, 0, 'received');
    expect([run.hosts[from]?.name, run.hosts[to]?.name]).toEqual(['web', 'alice']);
    expect(run.hosts[run.messages.to[0]!]?.name).toBe('alice');
  });

  test('what a partition keeps from the sender’s target is kept, whoever it claims to be', () => {
    const home = homeNetwork('packets', [FORWARDED]);
    const heard: string[] = [];
    hear(home, 'alice', 5353, heard);
    home.network.partitions.add([home.network.indexOf('web')], [home.network.indexOf('alice')], false);
    forge(home, 'web', OTHER, ROUTER, 53);
    home.finish();
    expect([heard, fates(home)]).toEqual([[], ['lost: partitioned']]);
  });
});

describe('a firewall', () => {
  const rule = (properties: Partial<FilterRule>): FilterRule => ({
    verdict: 'allow',
    transport: 'udp',
    ports: [],
    from: [],
    ...properties,
  });

  test.each([
    ['whom it lets in', OTHER, true],
    ['whom only a lie can be here', ALICE, true],
    ['whom it does not let in', ROUTER, false],
    ['nobody', NOBODY, false],
  ])('judges by the address that is claimed: of %s', (_, source, passes) => {
    const rules = [rule({ from: ['router', 'web'], verdict: 'block' }), rule({ from: ['other', 'alice'] })];
    const home = homeNetwork('packets', [natForTests(), firewallForTests('web', { rules })]);
    const heard: string[] = [];
    hear(home, 'web', 53, heard);
    forge(home, 'other', source, WEB, 53);
    home.finish();
    expect(heard).toEqual(passes ? [`web from ${source}:4000`] : []);
    expect(fates(home)[0]).toBe(passes ? '' : 'dropped: firewall of web');
  });

  test('is opened by a forged datagram for no reply', () => {
    const home = homeNetwork('packets', [firewallForTests('web')]);
    const heard: string[] = [];
    hear(home, 'web', 4000, heard);
    forge(home, 'web', NOBODY, OTHER, 53);
    home.network.boot('other', 'calls', function* (host): Process {
      const socket = yield* bound(host, 53);
      yield* socket.receive();
      socket.send(Uint8Array.of(0), { address: WEB, port: 4000 }, message);
    });
    home.finish();
    expect([heard, fates(home)]).toEqual([[], ['', 'dropped: firewall of web']]);
  });
});
