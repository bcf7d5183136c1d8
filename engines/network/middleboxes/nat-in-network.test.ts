/** What hosts before and behind a NAT see of each other, at both fidelities. */
import { describe, expect, test } from 'vitest';
import type { Process } from '../../kernel/process.ts';
import { HOUR, MINUTE, SECOND } from '../../quantities.ts';
import { type Connection, failed, type Host } from '../host.ts';
import { drain, message, serve } from '../network-for-tests.ts';
import { connectionsSeen, homeNetwork, natForTests, OTHER, ROUTER, WEB } from './network-with-nat-for-tests.ts';
import { IDLE_TIMEOUTS } from './session.ts';

const text = (words: string) => new TextEncoder().encode(words);
type Home = ReturnType<typeof homeNetwork>;

/** A host opens a connection, says something, and reads until the other side closes: what it heard of, and what came of it. */
function* call(host: Host, address: string, port: number, heard: unknown[], localPort = 0): Process {
  const connection = yield* host.connect({ address, port }, { localPort });
  if (failed(connection)) {
    heard.push(connection.failure);
    return;
  }
  heard.push(`${connection.local.address}:${connection.local.port} > ${connection.remote.address}:${connection.remote.port}`);
  yield* connection.write(text('hello'), message);
  connection.close();
  heard.push(yield* drain(connection));
}

/** Answers what was said with a word of six letters, and tells who has called. */
const answering = (callers: string[]) =>
  serve(80, function* (connection: Connection): Process {
    callers.push(`${connection.remote.address}:${connection.remote.port} > ${connection.local.address}`);
    yield* drain(connection);
    yield* connection.write(text('answer'), message);
    connection.close();
  });

const run = (home: Home, host: string, role: (host: Host) => Process): void => home.network.boot(host, 'role', role);
const dropped = ({ recorder }: Home, host: string) => recorder.lastValue('packets dropped', [host])?.value ?? 0;
const mappings = ({ recorder }: Home) => recorder.lastValue('mappings', ['router'])?.value ?? 0;

describe.each(['packets', 'flows'] as const)('TCP through a NAT at %s', (fidelity) => {
  test('each side knows the other by the endpoint that it can reach', () => {
    const home = homeNetwork(fidelity);
    const [callers, heard]: [string[], unknown[]] = [[], []];
    run(home, 'web', answering(callers));
    run(home, 'alice', (host) => call(host, WEB, 80, heard, 5000));
    home.finish();
    expect(heard).toEqual([`192.168.0.2:5000 > ${WEB}:80`, 6]);
    expect(callers).toEqual([`${ROUTER}:5000 > ${WEB}`]);
    expect(connectionsSeen(home)).toEqual([`TCP 192.168.0.2:5000 > ${WEB}:80 | ${ROUTER}:5000 > ${WEB}:80`]);
    const { messages, hosts } = home.tables();
    const ends = [0, 1].map((row) => `${hosts[messages.from[row]!]!.name} > ${hosts[messages.to[row]!]!.name}`);
    expect(ends).toEqual(['alice > web', 'web > alice']);
    expect([...messages.receivedAt].some(Number.isNaN)).toBe(false);
  });

  test('two hosts with the same port get two ports of the router, the second one of the same parity', () => {
    const home = homeNetwork(fidelity);
    const [callers, heard]: [string[], unknown[]] = [[], []];
    run(home, 'web', answering(callers));
    run(home, 'alice', (host) => call(host, WEB, 80, heard, 5000));
    run(home, 'bob', (host) => call(host, WEB, 80, heard, 5000));
    home.finish();
    expect(callers).toEqual([`${ROUTER}:5000 > ${WEB}`, `${ROUTER}:5002 > ${WEB}`]);
    expect(heard.filter((one) => one === 6)).toHaveLength(2);
    expect(mappings(home)).toBe(2);
  });

  test('nobody outside reaches a private address, or the router where nothing is mapped', () => {
    const home = homeNetwork(fidelity);
    const heard: unknown[] = [];
    run(home, 'alice', answering([]));
    run(home, 'web', (host) => call(host, '192.168.0.2', 80, heard));
    run(home, 'other', (host) => call(host, ROUTER, 80, heard));
    home.finish();
    expect(heard).toEqual(['unreachable', 'timed out']);
    expect(dropped(home, 'router')).toBeGreaterThan(3);
    expect(home.kernel.now).toBeGreaterThan(2 * MINUTE);
  });

  test('a router that refuses answers RST, and listens itself where something on it does', () => {
    const home = homeNetwork(fidelity, [natForTests({ unsolicited: 'refused' })]);
    const [callers, heard]: [string[], unknown[]] = [[], []];
    run(home, 'router', answering(callers));
    run(home, 'web', (host) => call(host, ROUTER, 81, heard));
    run(home, 'alice', (host) => call(host, ROUTER, 80, heard, 5000));
    run(home, 'other', (host) => call(host, ROUTER, 80, heard, 5000));
    home.finish();
    expect(heard.filter((one) => typeof one === 'string')).toEqual(expect.arrayContaining(['refused']));
    expect(heard.filter((one) => one === 6)).toHaveLength(2);
    expect(callers).toEqual([`192.168.0.2:5000 > ${ROUTER}`, `${OTHER}:5000 > ${ROUTER}`]);
  });

  test('a forwarded port leads to its host from outside, and from inside by way of a hairpin', () => {
    const forwards = [{ transport: 'tcp', port: 8080, lastPort: 8080, host: 'alice', hostPort: 80 }] as const;
    const home = homeNetwork(fidelity, [natForTests({ forwards })]);
    const [callers, heard]: [string[], unknown[]] = [[], []];
    run(home, 'alice', answering(callers));
    run(home, 'web', (host) => call(host, ROUTER, 8080, heard, 5000));
    run(home, 'bob', (host) => call(host, ROUTER, 8080, heard, 6000));
    home.finish();
    expect(heard).toEqual(expect.arrayContaining([`${WEB}:5000 > ${ROUTER}:8080`, `192.168.0.3:6000 > ${ROUTER}:8080`, 6, 6]));
    expect(callers).toEqual([`${ROUTER}:6000 > 192.168.0.2`, `${WEB}:5000 > 192.168.0.2`]);
    expect(connectionsSeen(home)).toEqual(
      [
        `TCP 192.168.0.3:6000 > ${ROUTER}:8080 | ${ROUTER}:6000 > 192.168.0.2:80`,
        `TCP ${WEB}:5000 > ${ROUTER}:8080 | ${WEB}:5000 > 192.168.0.2:80`,
      ].sort((a, b) => Number(b.includes(WEB)) - Number(a.includes(WEB))),
    );
  });

  test('without hairpinning a hairpin leads nowhere', () => {
    const forwards = [{ transport: 'tcp', port: 80, lastPort: 80, host: 'alice', hostPort: 80 }] as const;
    const home = homeNetwork(fidelity, [natForTests({ forwards, hairpinning: false })]);
    const heard: unknown[] = [];
    run(home, 'alice', answering([]));
    run(home, 'bob', (host) => call(host, ROUTER, 80, heard));
    home.finish();
    expect(heard).toEqual(['timed out']);
  });

  test('neighbours behind one NAT talk to each other as they are', () => {
    const home = homeNetwork(fidelity);
    const [callers, heard]: [string[], unknown[]] = [[], []];
    run(home, 'alice', answering(callers));
    run(home, 'bob', (host) => call(host, '192.168.0.2', 80, heard, 5000));
    home.finish();
    expect(callers).toEqual(['192.168.0.3:5000 > 192.168.0.2']);
    expect([heard[1], mappings(home)]).toEqual([6, 0]);
    // 1 ms to the router, 1 ms from it: twice a handshake's round trip would take more than 8 ms by way of the core.
    expect(home.tables().connections.establishedAt[0]).toBeLessThan(5_000_000);
  });

  test.each([
    ['is kept for 2 h 4 min', 2 * HOUR + 3 * MINUTE, 6],
    ['is forgotten after that', 2 * HOUR + 5 * MINUTE, 0],
  ])('an idle connection %s', (_, pause, expected) => {
    const home = homeNetwork(fidelity);
    let heard = -1;
    let ending: unknown;
    run(home, 'web', answering([]));
    run(home, 'alice', function* (host) {
      const connection = yield* host.connect({ address: WEB, port: 80 });
      if (failed(connection)) throw new Error(connection.failure);
      yield* host.sleep(pause);
      yield* connection.write(text('still here?'), message);
      connection.close();
      heard = yield* drain(connection);
      ending = connection.ending;
    });
    home.finish();
    expect([heard, ending]).toEqual([expected, expected > 0 ? 'closed' : 'timed out']);
  });

  test('a router that loses power forgets its connections', () => {
    const home = homeNetwork(fidelity);
    let ending: unknown;
    run(home, 'web', answering([]));
    run(home, 'alice', function* (host) {
      const connection = yield* host.connect({ address: WEB, port: 80 });
      if (failed(connection)) throw new Error(connection.failure);
      yield* host.sleep(10 * SECOND);
      yield* connection.write(text('hello'), message);
      yield* drain(connection);
      ending = connection.ending;
    });
    home.kernel.schedule(SECOND, () => home.network.crash('router'));
    home.kernel.schedule(2 * SECOND, () => home.network.restore('router'));
    home.finish();
    expect(ending).toBe('timed out');
    expect(mappings(home)).toBe(0);
  });
});

describe('the table of a NAT', () => {
  test('is told with the time that each mapping has', () => {
    const home = homeNetwork('packets');
    run(home, 'web', answering([]));
    run(home, 'alice', (host) => call(host, WEB, 80, [], 5000));
    run(home, 'bob', function* (host) {
      yield* host.sleep(10 * MINUTE);
    });
    home.finish();
    const { states, strings } = home.tables();
    const told = Array.from({ length: states.rows }, (_, row) => {
      const value = states.value[row]! < 0 ? 'forgotten' : strings[states.value[row]!];
      const left = states.expiresAt[row]! - states.at[row]!;
      return [strings[states.store[row]!], strings[states.key[row]!], value, Number.isNaN(left) ? null : left];
    });
    const key = 'TCP 192.168.0.2:5000';
    const outer = `${ROUTER}:5000`;
    expect(told).toEqual([
      ['nat table', key, `${outer}, partially open`, IDLE_TIMEOUTS.transitory],
      ['nat table', key, `${outer}, established`, IDLE_TIMEOUTS.established],
      ['nat table', key, `${outer}, closing`, IDLE_TIMEOUTS.transitory],
      ['nat table', key, `${outer}, closing`, expect.any(Number)],
      ['nat table', key, 'forgotten', null],
    ]);
    expect(mappings(home)).toBe(0);
  });
});
