/** DNS over TCP, the server's side (RFC 7766), seen by a client that writes its own bytes. */
import { describe, expect, test } from 'vitest';
import { Kernel } from '../../kernel/kernel.ts';
import type { Process } from '../../kernel/process.ts';
import { metrics } from '../../metrics.ts';
import { type Connection, failed, type Host } from '../../network/host.ts';
import { scenarioForTests } from '../../network/scenario-for-tests.ts';
import { SimulatedNetwork } from '../../network/simulated-network.ts';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import { Recorder } from '../../recorder.ts';
import { SimulatedTrust } from '../../tls/simulated-trust.ts';
import { dns } from '../protocol.ts';
import { resolver, zone } from '../scenario-for-tests.ts';
import { lookup } from '../stub-resolver.ts';
import { decode } from '../wire/decode.ts';
import { encode } from '../wire/encode.ts';
import { framed, MessageReader } from '../wire/framing.ts';
import { type Message, query, response } from '../wire/message.ts';
import { IDLE_TIMEOUT, MAX_CONNECTIONS_PER_CLIENT, STALL_TIMEOUT } from './stream-server.ts';

const SERVER = { address: '10.0.0.1', port: 53 };
const RAW = { protocol: 'dns', kind: 'query over TCP', label: 'raw' };
const ZONE = `$TTL 60\n@ SOA ns h 1 1 1 1 1\n${Array.from({ length: 200 }, (_, i) => `a${i} A 192.0.2.${i}`).join('\n')}
${Array.from({ length: 200 }, (_, i) => `many A 192.0.2.${i}`).join('\n')}\n`;

/** Runs `process` on a client beside a server of zone `t.` that resolves as well; `slow.` is served by a host that is 1 s away. */
function beside<T>(process: (client: Host, network: SimulatedNetwork) => Process<T>): { result: T | undefined; notes: string[] } {
  const scenario = scenarioForTests(
    { server: { nameservers: [] }, client: { nameservers: ['10.0.0.1'] }, far: { latency: SECOND } },
    {
      services: [
        zone('t.', ['server'], ZONE),
        zone('slow.', ['far'], '$TTL 60\n@ SOA ns h 1 1 1 1 1\nwww A 192.0.2.1'),
        resolver('server', { hints: [{ name: 'far.', address: '10.0.0.3' }] }),
      ],
    },
  );
  const recorder = new Recorder(metrics);
  const network = new SimulatedNetwork(new Kernel(1), scenario, recorder);
  dns.install({
    scenario,
    trust: new SimulatedTrust(scenario.seed),
    host: (name) => network.host(name),
    boot: network.boot.bind(network),
    tap: network.tap.bind(network),
    divert: network.divert.bind(network),
    path: network.path.bind(network),
  });
  const client = network.host('client');
  const task = client.spawn('test', process(client, network));
  while (network.kernel.run(1000));
  const { states, strings } = recorder.tables();
  return { result: task.result, notes: [...states.note].flatMap((note) => (note >= 0 ? [strings[note] as string] : [])) };
}

function* connect(client: Host): Process<Connection> {
  const connection = yield* client.connect(SERVER);
  if (failed(connection)) throw new Error((connection as { failure: string }).failure);
  return connection as Connection;
}

const asking = (id: number, name: string): Message => query(id, { name, type: 'A' }, true);
const bytesOf = (...messages: readonly Message[]): Uint8Array => Uint8Array.from(messages.flatMap((one) => [...framed(encode(one))]));

/** What comes until the connection ends: IDs and codes. */
function* replies(connection: Connection, count = Infinity): Process<string[]> {
  const reader = new MessageReader(connection);
  const found: string[] = [];
  while (found.length < count) {
    const bytes = yield* reader.next();
    if (bytes === null) return found;
    const decoded = decode(bytes);
    found.push(decoded.ok ? `${decoded.message.id} ${decoded.message.responseCode}` : decoded.error);
  }
  return found;
}

describe('a connection to a name server', () => {
  test('queries in one piece and in pieces, each with its answer; the client closes', () => {
    const { result } = beside(function* (client) {
      const connection = yield* connect(client);
      const bytes = bytesOf(asking(1, 'a1.t.'), asking(2, 'nothing.t.'), asking(3, 'a3.t.'));
      yield* connection.write(bytes.slice(0, 7), RAW);
      yield* client.sleep(SECOND);
      yield* connection.write(bytes.slice(7), RAW);
      connection.close();
      return { replies: yield* replies(connection), ending: connection.ending };
    });
    expect(result).toEqual({ replies: ['1 NOERROR', '2 NXDOMAIN', '3 NOERROR'], ending: 'closed' });
  });

  test('answers leave as they are ready, not as they were asked for (§7)', () => {
    const { result } = beside(function* (client) {
      const connection = yield* connect(client);
      yield* connection.write(bytesOf(asking(1, 'www.slow.'), asking(2, 'a2.t.')), RAW);
      return yield* replies(connection, 2);
    });
    expect(result).toEqual(['2 NOERROR', '1 NOERROR']);
  });

  test('more than may be under way on one connection wait; all are answered', () => {
    const { result } = beside(function* (client) {
      const connection = yield* connect(client);
      const names = Array.from({ length: 150 }, (_, i) => asking(i, i < 100 ? `x${i}.slow.` : `a${i}.t.`));
      yield* connection.write(bytesOf(...names), RAW);
      return yield* replies(connection, 150);
    });
    expect(new Set(result).size).toBe(150);
    // The slow ones fill what may be under way: the quick ones behind them are not even read before some are answered.
    expect(Number(result?.[0]?.split(' ')[0])).toBeLessThan(64);
  });

  test('without a query it is closed after a while (§6.2.3); with one under way it stays', () => {
    const ends = (name: string) =>
      beside(function* (client) {
        const connection = yield* connect(client);
        const began = client.now();
        yield* connection.write(bytesOf(asking(1, name)), RAW);
        // Something in the foreground, or the run would end before the server's timer does.
        client.spawn('clock', client.sleep(60 * SECOND));
        const found = yield* replies(connection);
        return { found, after: Math.round((client.now() - began) / SECOND) };
      }).result;
    expect(ends('a1.t.')).toEqual({ found: ['1 NOERROR'], after: IDLE_TIMEOUT / SECOND });
  });

  test('half a query, and then nothing: closed as well', () => {
    const { result } = beside(function* (client) {
      const connection = yield* connect(client);
      yield* connection.write(bytesOf(asking(1, 'a1.t.')).slice(0, 9), RAW);
      client.spawn('clock', client.sleep(60 * SECOND));
      return yield* replies(connection);
    });
    expect(result).toEqual([]);
  });

  test.each([
    ['what is no message', framed(Uint8Array.of(1, 2, 3)), /gets a malformed query over TCP and closes the connection/],
    ['an empty message', framed(new Uint8Array()), /gets a malformed query over TCP/],
    ['a response', framed(encode(response(asking(9, 'a1.t.'), 'NOERROR'))), /gets a response over TCP that it did not ask for/],
  ])('%s costs the connection, after what was asked before it is answered', (_, bytes, note) => {
    const { result, notes } = beside(function* (client) {
      const bad = yield* connect(client);
      const good = yield* connect(client);
      yield* bad.write(Uint8Array.of(...bytesOf(asking(1, 'www.slow.')), ...bytes, ...bytesOf(asking(2, 'a2.t.'))), RAW);
      const answered = yield* replies(bad);
      yield* good.write(bytesOf(asking(3, 'a3.t.')), RAW);
      return [answered, yield* replies(good, 1)];
    });
    expect(result).toEqual([['1 NOERROR'], ['3 NOERROR']]);
    expect(notes.join('\n')).toMatch(note);
  });

  test('one address has so many connections and no more; others are served', () => {
    const { result, notes } = beside(function* (client, network) {
      const open: Connection[] = [];
      for (let i = 0; i <= MAX_CONNECTIONS_PER_CLIENT; i++) open.push(yield* connect(client));
      const last = yield* replies(open.at(-1) as Connection);
      const other = network.host('far');
      const task = other.spawn('other', connect(other));
      yield* client.sleep(5 * SECOND);
      return { last, ending: open.at(-1)?.ending, first: open[0]?.ending, other: task.result?.ending };
    });
    expect(result).toEqual({ last: [], ending: 'reset', first: null, other: null });
    expect(notes).toContain('refuses a connection from 10.0.0.2: it has 10, all have 10');
  });

  /** Answers of 3 KiB each, more of them than all buffers hold. */
  const MANY = bytesOf(...Array.from({ length: 700 }, (_, i) => asking(i, 'many.t.')));

  test('a client that pipelines and never reads is cut off, and costs nobody else anything', () => {
    const { result, notes } = beside(function* (client) {
      const connection = yield* connect(client);
      yield* connection.write(MANY, RAW);
      yield* client.sleep(STALL_TIMEOUT - SECOND);
      const before = connection.ending;
      yield* client.sleep(IDLE_TIMEOUT);
      const other = yield* connect(client);
      yield* other.write(bytesOf(asking(1, 'a1.t.')), RAW);
      return { before, after: connection.ending, other: yield* replies(other, 1) };
    });
    expect(result).toEqual({ before: null, after: 'reset', other: ['1 NOERROR'] });
    expect(notes.filter((note) => note === 'cuts the connection of 10.0.0.2, which takes no answers')).toHaveLength(1);
  });

  test('one that reads now and then gets all its answers', () => {
    const { result } = beside(function* (client) {
      const connection = yield* connect(client);
      yield* connection.write(MANY, RAW);
      connection.close();
      let length = 0;
      for (;;) {
        yield* client.sleep(STALL_TIMEOUT / 3);
        const content = yield* connection.read();
        if (content === null) break;
        length += content.length;
      }
      return { length, ending: connection.ending };
    });
    expect(result).toEqual({ length: 700 * (2 + 12 + 12 + 200 * 16), ending: 'closed' });
  });

  test('a crash of the server costs the connection; it serves again after', () => {
    const { result } = beside(function* (client, network) {
      const connection = yield* connect(client);
      network.crash('server');
      yield* client.sleep(SECOND);
      network.restore('server');
      yield* connection.write(bytesOf(asking(1, 'a1.t.')), RAW);
      const found = yield* replies(connection);
      const again = yield* connect(client);
      yield* again.write(bytesOf(asking(2, 'a2.t.')), RAW);
      return [found, connection.ending, yield* replies(again, 1)];
    });
    expect(result).toEqual([[], 'reset', ['2 NOERROR']]);
  });

  test('it goes on after a hundred connections of noise', () => {
    const { result } = beside(function* (client) {
      const random = client.random('noise');
      for (let i = 0; i < 100; i++) {
        const connection = yield* connect(client);
        yield* connection.write(random.bytes(1 + random.below(200)), RAW);
        connection.close();
        yield* client.sleep(100 * MILLISECOND);
      }
      return yield* lookup(client, 'a1.t', 'A');
    });
    expect(result).toMatchObject({ kind: 'answer', canonicalName: 'a1.t.' });
  });
});
