import { describe, expect, test } from 'vitest';
import type { Process } from '../../kernel/process.ts';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import type { Connection, Host } from '../host.ts';
import { connected, drain, endings, FAST, message, networkForTests, SERVER, serve, trace } from '../network-for-tests.ts';
import { scenarioForTests, tcpForTests } from '../scenario-for-tests.ts';
import type { SimulatedHost } from '../simulated-host.ts';
import { Conversation } from './conversation.ts';
import { ACK, FIN, RST, type Segment, SYN } from './segment.ts';

/** A server that listens on port 80; a segment from nowhere arrives there at once. The answers: flags, sequence, acknowledgment. */
function answersTo(port: number, flags: number, numbers: { sequence?: number; acknowledgment?: number; length?: number } = {}) {
  const net = networkForTests(scenarioForTests({ client: FAST, server: FAST }));
  net.network.boot('server', 'server', function* (host: Host): Process {
    yield* host.listen(80);
    const opening = { transport: 'tcp' as const, client: 0, clientPort: 7, server: 1, serverPort: port, at: 0 };
    const conversation = new Conversation(net.recorder.openConnection(opening));
    const stray: Segment = {
      kind: 'tcp',
      from: 0,
      fromPort: 7,
      toPort: port,
      conversation,
      connection: conversation.connection,
      fromServer: false,
      flags,
      sequence: 0,
      acknowledgment: 0,
      window: 100,
      streamStart: 0,
      length: 0,
      message: -1,
      retransmission: false,
      options: null,
      ...numbers,
    };
    (host as SimulatedHost).arrive(stray);
  });
  net.kernel.run(6);
  const { packets } = net.tables();
  const rows = Array.from({ length: packets.rows }, (_, row) => row).filter((row) => packets.fromServer[row]);
  return rows.map((row) => [packets.flags[row], packets.sequence[row], packets.acknowledgment[row]]);
}

describe('a segment for no connection', () => {
  test.each<[string, number, number, object, number[][]]>([
    ['at a closed port: RST where it says that it expects to be', 81, ACK, { acknowledgment: 500 }, [[RST, 500, 0]]],
    ['without ACK: RST that acknowledges it', 81, SYN, { sequence: 500 }, [[RST | ACK, 0, 501]]],
    ['… with all that it carries', 81, FIN, { sequence: 4_294_967_290, length: 10 }, [[RST | ACK, 0, 5]]],
    ['an RST: never answered', 81, RST, {}, []],
    ['at a listener, with ACK: RST', 80, ACK | SYN, { acknowledgment: 500 }, [[RST, 500, 0]]],
    ['at a listener, with neither SYN nor ACK: dropped', 80, FIN, {}, []],
    ['at a listener, an RST: dropped', 80, RST | ACK, { acknowledgment: 500 }, []],
  ])('%s (RFC 9293 §3.10.7.1, §3.10.7.2)', (_, port, flags, numbers, answers) => {
    expect(answersTo(port, flags, numbers)).toEqual(answers);
  });

  test('at a listener, a SYN: taken', () => {
    expect(answersTo(80, SYN, { sequence: 500 }).map(([flags, , acknowledgment]) => [flags, acknowledgment])).toEqual([[SYN | ACK, 501]]);
  });
});

test('a connection out of TIME-WAIT: the same two endpoints again, a sequence space of its own (RFC 9293 §3.6.1)', () => {
  const net = networkForTests(scenarioForTests({ client: FAST, server: FAST }));
  const got: number[] = [];
  net.network.boot(
    'server',
    'server',
    serve(80, function* (connection) {
      // Closes first, so that TIME-WAIT is here.
      connection.close();
      got.push(yield* drain(connection));
    }),
  );
  net.network.boot('client', 'client', function* (host) {
    for (const length of [100, 200]) {
      const connection = (yield* host.connect({ address: SERVER, port: 80 }, { localPort: 5_000 })) as Connection;
      yield* connection.write(new Uint8Array(length), message);
      yield* drain(connection);
      connection.close();
      yield* host.sleep(SECOND);
    }
  });
  net.finish();
  expect(got).toEqual([100, 200]);
  expect(endings(net)).toEqual(['closed', 'closed']);
});

test('the network is told of windows and round trips between hosts, if it asks', () => {
  const net = networkForTests(scenarioForTests({ client: { up: 10e6, loss: 0.02 }, server: {} }));
  const told: [from: number, to: number, window: number, roundTrip: number][] = [];
  Object.assign(net.network, { observe: (...values: [number, number, number, number]) => told.push(values) });
  net.network.boot(
    'server',
    'server',
    serve(80, function* (connection) {
      yield* drain(connection);
    }),
  );
  net.network.boot('client', 'client', function* (host) {
    const connection = yield* connected(host, SERVER, 80);
    yield* connection.write({ seed: 1, offset: 0, length: 1_000_000 }, message);
    connection.close();
  });
  net.finish();
  expect(told.length).toBeGreaterThan(5);
  // No more than one a round trip of 40 ms, and one a loss.
  expect(told.length).toBeLessThan(net.kernel.now / (40 * MILLISECOND) + net.recorder.packetsLost);
  for (const [from, to, window, roundTrip] of told) {
    expect([from, to]).toEqual([0, 1]);
    expect(window).toBeGreaterThanOrEqual(1_460);
    expect(roundTrip).toBeGreaterThan(39 * MILLISECOND);
  }
});

describe('a host’s settings', () => {
  const transfer = (client: Partial<typeof tcpForTests>, server: Partial<typeof tcpForTests>, bytes = 1_000_000) => {
    const side = (tcp: Partial<typeof tcpForTests>) => ({ ...FAST, loss: 0.01, tcp: { ...tcpForTests, ...tcp } });
    const net = networkForTests(scenarioForTests({ client: side(client), server: side(server) }));
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection) {
        expect(yield* drain(connection)).toBe(bytes);
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      yield* connection.write({ seed: 1, offset: 0, length: bytes }, message);
      connection.close();
    });
    net.finish();
    return net;
  };
  /** ACKs of the server that carry options. */
  const blocks = (net: ReturnType<typeof transfer>): number => {
    const { packets } = net.tables();
    return Array.from(packets.optionsLength).filter((length, i) => length > 0 && packets.flags[i] === ACK && packets.fromServer[i]).length;
  };

  test('selective acknowledgments are sent where both sides want them', () => {
    expect(blocks(transfer({}, {}))).toBeGreaterThan(0);
    expect(blocks(transfer({ selectiveAcknowledgments: false }, {}))).toBe(0);
    expect(blocks(transfer({}, { selectiveAcknowledgments: false }))).toBe(0);
  });

  test('a receive buffer bounds what is on its way', () => {
    const { packets } = transfer({}, { receiveBuffer: 8_000 }, 200_000).tables();
    const isn = packets.sequence[packets.flags.indexOf(SYN)] as number;
    let most = 0;
    for (let row = 0; row < packets.rows; row++) {
      if (packets.fromServer[row]) continue;
      let acknowledged = 0;
      for (let ack = 0; ack < row; ack++) {
        if (!packets.fromServer[ack] || !((packets.receivedAt[ack] as number) <= (packets.sentAt[row] as number))) continue;
        acknowledged = Math.max(acknowledged, (((packets.acknowledgment[ack] as number) - isn) >>> 0) - 1);
      }
      most = Math.max(most, (packets.streamStart[row] as number) + (packets.length[row] as number) - acknowledged);
    }
    expect(most).toBeLessThanOrEqual(8_000);
    expect(most).toBeGreaterThan(6_500);
  });

  test('CUBIC is back at a wide window sooner than NewReno', () => {
    const time = (congestionControl: 'cubic' | 'newreno') => {
      const net = transfer({ congestionControl, receiveBuffer: 2 ** 24 }, { receiveBuffer: 2 ** 24 }, 3_000_000);
      return net.kernel.now;
    };
    expect(time('cubic')).toBeLessThan(time('newreno'));
  });

  test('the Nagle algorithm puts small writes together', () => {
    const segments = (nagle: boolean): number => {
      const net = networkForTests(scenarioForTests({ client: { ...FAST, tcp: { ...tcpForTests, nagle } }, server: FAST }));
      net.network.boot(
        'server',
        'server',
        serve(80, function* (connection) {
          expect(yield* drain(connection)).toBe(1_000);
        }),
      );
      net.network.boot('client', 'client', function* (host) {
        const connection = yield* connected(host, SERVER, 80);
        for (let i = 0; i < 100; i++) yield* connection.write(new Uint8Array(10), message);
        connection.close();
      });
      net.finish();
      return trace(net).filter((line) => / client (FIN\+)?ACK [1-9]/.test(line)).length;
    };
    expect(segments(false)).toBe(100);
    expect(segments(true)).toBe(2);
  });
});
