import { describe, expect, test } from 'vitest';
import { Kernel } from '../../kernel/kernel.ts';
import type { Process } from '../../kernel/process.ts';
import { metrics } from '../../metrics.ts';
import { type DatagramSocket, failed, type Host } from '../../network/host.ts';
import { scenarioForTests } from '../../network/scenario-for-tests.ts';
import { SimulatedNetwork } from '../../network/simulated-network.ts';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import { Recorder } from '../../recorder.ts';
import type { Service } from '../../scenario.ts';
import { SimulatedTrust } from '../../tls/simulated-trust.ts';
import { dns } from '../protocol.ts';
import type { ResourceRecord } from '../records.ts';
import { resolver, zone } from '../scenario-for-tests.ts';
import { addressesOf, lookup, mailExchangersOf } from '../stub-resolver.ts';
import { updateMessage } from '../update/client.ts';
import { decode } from '../wire/decode.ts';
import { encode } from '../wire/encode.ts';
import { type Message, query, response } from '../wire/message.ts';

const ZONE = `$TTL 60
@ SOA ns h 1 1 1 1 1
a A 192.0.2.1
${Array.from({ length: 60 }, (_, i) => `many A 192.0.2.${i}`).join('\n')}
big TXT ${'x'.repeat(255)} ${'y'.repeat(255)}
mail MX 20 second
mail MX 10 first
mail MX 10 also-first
plain A 192.0.2.9
nomail MX 0 .
`;
const SERVER = '10.0.0.1';
const RAW = { protocol: 'dns', kind: 'query', label: 'raw' };

/** Runs `process` on a client (10.0.0.2) beside a server of the zone `t.` that resolves as well (10.0.0.1), to its end. */
function beside<T>(
  process: (client: Host, network: SimulatedNetwork) => Process<T>,
  services: readonly Service[] = [],
  nameserver = SERVER,
  operators: readonly string[] = ['server'],
): { result: T | undefined; notes: string[] } {
  const scenario = scenarioForTests(
    { server: { nameservers: [] }, client: { nameservers: [nameserver] }, other: {} },
    { services: [{ ...zone('t.', ['server'], ZONE), operators }, ...services] },
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

/** Sends bytes to the server and gives the reply, or null where none comes within a second. */
function* exchange(client: Host, bytes: Uint8Array): Process<Message | null> {
  const socket = (yield* client.bind(0)) as DatagramSocket;
  socket.send(bytes, { address: SERVER, port: 53 }, RAW);
  const waiting = client.spawn('wait', socket.receive());
  yield* client.sleep(SECOND);
  const reply = waiting.result && decode(waiting.result.bytes);
  socket.close();
  return reply?.ok ? reply.message : null;
}

const asking = (name: string, type = 'A', more: Partial<Message> = {}): Uint8Array =>
  encode({ ...query(7, { name, type }, false), ...more });

describe('the name server', () => {
  test.each<[string, Uint8Array, Partial<Message> | null]>([
    ['an answer', asking('a.t.'), { responseCode: 'NOERROR', authoritative: true, id: 7 }],
    [
      'a message it cannot read: FORMERR with the ID (RFC 1035 §4.1.1)',
      asking('a.t.').slice(0, 15),
      { responseCode: 'FORMERR', id: 7, questions: [] },
    ],
    ['a compression loop', Uint8Array.of(0, 7, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 12, 0, 1, 0, 1), { responseCode: 'FORMERR', id: 7 }],
    ['too short for an ID: silence', Uint8Array.of(1, 2, 3), null],
    [
      'a response: silence, or two servers could talk for ever',
      encode(response(query(7, { name: 'a.t.', type: 'A' }, false), 'NOERROR')),
      null,
    ],
    ['another opcode: NOTIMP', asking('a.t.', 'A', { opcode: 'STATUS' }), { responseCode: 'NOTIMP' }],
    [
      'EDNS of a later version: BADVERS (RFC 6891 §6.1.3)',
      asking('a.t.', 'A', { edns: { payload: 512, version: 7, dnssecOk: false, options: [] } }),
      { responseCode: 'BADVERS' },
    ],
    ['more than 512 bytes: TC (RFC 1035 §4.2.1)', asking('many.t.'), { truncated: true, answers: [] }],
    [
      'more than 512 bytes, and a client that takes them (RFC 6891 §6.2.3)',
      asking('many.t.', 'A', { edns: { payload: 1232, version: 0, dnssecOk: false, options: [] } }),
      { truncated: false },
    ],
    ['no recursion asked for, none given', asking('www.elsewhere.'), { responseCode: 'REFUSED' }],
  ])('%s', (_, bytes, expected) => {
    const { result } = beside((client) => exchange(client, bytes));
    if (expected === null) expect(result).toBeNull();
    else expect(result).toMatchObject({ response: true, ...expected });
  });

  test.each<[string, Partial<Message>, Partial<Message>, string]>([
    ['without EDNS', {}, { responseCode: 'NOERROR' }, 'NOERROR'],
    [
      'with EDNS, which the response has as well (RFC 6891 §6.1.1)',
      { edns: { payload: 1232, version: 0, dnssecOk: false, options: [] } },
      { responseCode: 'NOERROR', edns: { payload: 1232, version: 0, dnssecOk: false, options: [] } },
      'NOERROR',
    ],
    [
      'with EDNS of a later version: BADVERS, and nothing is changed (§6.1.3)',
      { edns: { payload: 1232, version: 1, dnssecOk: false, options: [] } },
      { responseCode: 'BADVERS', edns: { payload: 1232, version: 0, dnssecOk: false, options: [] } },
      'NXDOMAIN',
    ],
  ])('an update %s', (_, more, expected, after) => {
    const record: ResourceRecord = { name: 'new.t.', ttl: 60, data: { type: 'A', address: '192.0.2.1' } };
    const { result } = beside(
      function* (client) {
        const updated = yield* exchange(client, encode({ ...updateMessage('t.', [], [record]), ...more }));
        return [updated, yield* exchange(client, asking('new.t.'))];
      },
      [],
      SERVER,
      ['client'],
    );
    expect(result?.[0]).toMatchObject({ opcode: 'UPDATE', ...expected });
    expect(result?.[0]?.edns).toEqual(expected.edns);
    expect(result?.[1]?.responseCode).toBe(after);
  });

  test('it goes on after a thousand malformed messages', () => {
    const { result } = beside(function* (client) {
      const random = client.random('fuzz');
      const socket = (yield* client.bind(0)) as DatagramSocket;
      for (let i = 0; i < 1000; i++) socket.send(random.bytes(random.below(100)), { address: SERVER, port: 53 }, RAW);
      yield* client.sleep(SECOND);
      return yield* lookup(client, 'a.t', 'A');
    });
    expect(result).toMatchObject({ kind: 'answer', canonicalName: 'a.t.' });
  });

  test('a resolver without root hints says SERVFAIL', () => {
    const { result, notes } = beside((client) => lookup(client, 'www.elsewhere', 'A'), [resolver('server', { hints: [] })]);
    expect(result).toEqual({ kind: 'error', code: 'SERVFAIL' });
    expect(notes).toContain('cannot resolve www.elsewhere A: no root hints');
  });
});

describe('the stub resolver', () => {
  test('replies that do not match the query are waited past (RFC 5452 §9.1)', () => {
    const spoof = (id: number, name: string): Uint8Array =>
      encode(
        response(query(id, { name, type: 'A' }, true), 'NOERROR', {
          answers: [{ name, ttl: 60, data: { type: 'A', address: '6.6.6.6' } }],
        }),
      );
    const { result, notes } = beside(function* (client, network) {
      // The true server is mute; one that lies takes its place.
      network.crash('server');
      const other = network.host('other');
      client.spawn(
        'liar',
        (function* (): Process {
          const socket = yield* other.bind(53);
          if (failed(socket)) return;
          for (let port = 49152; port <= 65535; port += 1) socket.send(spoof(1, 'a.t.'), { address: client.address, port }, RAW);
        })(),
      );
      return yield* lookup(client, 'a.t', 'A', { timeout: SECOND, attempts: 1 });
    });
    expect(result).toEqual({ kind: 'timeout' });
    expect(notes).toContain('ignores a reply from 10.0.0.3, which was not asked');
  });

  test.each([
    ['a wrong ID', (q: Message) => response({ ...q, id: q.id ^ 1 }, 'NXDOMAIN'), 'ignores a reply whose ID is not the query’s'],
    [
      'another question',
      (q: Message) => response({ ...q, questions: [{ name: 'b.t.', type: 'A' }] }, 'NXDOMAIN'),
      'ignores a reply to another question',
    ],
    ['a query instead of a response', (q: Message) => q, 'ignores a reply whose ID is not the query’s'],
  ])('%s is ignored, the true reply after it is taken', (_, wrong, note) => {
    const { result, notes } = beside(
      function* (client, network) {
        const other = network.host('other');
        other.spawn(
          'server',
          (function* (): Process {
            const socket = (yield* other.bind(53)) as DatagramSocket;
            const datagram = yield* socket.receive();
            const decoded = datagram && decode(datagram.bytes);
            if (!decoded?.ok) return;
            socket.send(encode(wrong(decoded.message)), datagram?.from as never, RAW);
            yield* other.sleep(10 * MILLISECOND);
            socket.send(encode(response(decoded.message, 'NXDOMAIN')), datagram?.from as never, RAW);
          })(),
        );
        return yield* lookup(client, 'a.t', 'A', { timeout: SECOND, attempts: 1 });
      },
      [],
      '10.0.0.3',
    );
    expect(result).toEqual({ kind: 'NXDOMAIN' });
    expect(notes).toContain(note);
  });

  test('mail exchangers by preference, equal ones in order (RFC 5321 §5.1)', () => {
    const { result } = beside((client) => mailExchangersOf(client, 'mail.t'));
    expect(result).toEqual({
      kind: 'exchangers',
      implicit: false,
      exchangers: [
        { preference: 10, host: 'first.t.' },
        { preference: 10, host: 'also-first.t.' },
        { preference: 20, host: 'second.t.' },
      ],
    });
  });

  test.each([
    [
      'without MX records the domain’s own host takes the mail',
      'plain.t',
      { kind: 'exchangers', implicit: true, exchangers: [{ preference: 0, host: 'plain.t.' }] },
    ],
    ['a null MX: no mail at all (RFC 7505 §3)', 'nomail.t', { kind: 'null MX' }],
    ['no such domain', 'nothing.t', { kind: 'NXDOMAIN' }],
    ['neither MX nor address', 'big.t', { kind: 'NODATA' }],
  ])('%s', (_, domain, expected) => {
    expect(beside((client) => mailExchangersOf(client, domain)).result).toEqual(expected);
  });

  test.each([
    ['a.t', { kind: 'addresses', addresses: ['192.0.2.1'] }],
    ['192.0.2.77', { kind: 'addresses', addresses: ['192.0.2.77'] }],
    ['nothing.t', { kind: 'NXDOMAIN' }],
    ['bad..name', { kind: 'NXDOMAIN' }],
  ])('addresses of %s', (name, expected) => {
    expect(beside((client) => addressesOf(client, name)).result).toEqual(expected);
  });

  test('a host without local servers', () => {
    expect(beside((_, network) => lookup(network.host('other'), 'a.t', 'A')).result).toEqual({ kind: 'timeout' });
  });
});
