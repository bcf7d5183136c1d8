import { describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import { connected, drain, endings, FAST, message, networkForTests, SERVER, serve, trace } from '../network-for-tests.ts';
import { lineForTests, scenarioForTests, tcpForTests } from '../scenario-for-tests.ts';
import type { TcpConnection } from './connection.ts';

describe('loss', () => {
  test('data for a host that went down is sent again, ever further apart, until the connection times out', () => {
    const net = networkForTests(scenarioForTests({ client: FAST, server: FAST }));
    const log: unknown[] = [];
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection) {
        yield* drain(connection);
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      yield* host.sleep(SECOND - host.now());
      net.network.crash('server');
      yield* connection.write(new Uint8Array(100), message);
      log.push(yield* connection.read(), connection.ending);
    });
    net.finish();
    expect(trace(net).slice(3)).toEqual([1, 2, 4, 8, 16, 32, 64].map((s) => `${s * 1000} client ACK 100${s > 1 ? ' again' : ''}`));
    expect(log).toEqual([null, 'timed out']);
    expect(endings(net)).toEqual(['timed out']);
  });

  test('a host that came back answers an old connection with RST', () => {
    const net = networkForTests(scenarioForTests({ client: FAST, server: FAST }));
    const log: unknown[] = [];
    let boots = 0;
    net.network.boot('server', 'server', (host) => {
      boots++;
      return serve(80, function* (connection) {
        yield* drain(connection);
      })(host);
    });
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      net.network.crash('server');
      yield* host.sleep(SECOND);
      net.network.restore('server');
      yield* connection.write(new Uint8Array(100), message);
      log.push(yield* connection.read(), connection.ending);
    });
    net.finish();
    expect(log).toEqual([null, 'reset']);
    expect(boots).toBe(2);
  });

  test('one segment lost to a full queue is sent again after three duplicate ACKs, without a time-out', () => {
    // The window outgrows what fits into the queue of 10 Mbps, so that drop-tail loses some.
    const net = networkForTests(scenarioForTests({ client: { up: 10e6, queue: 40_000 }, server: FAST }));
    let done = 0;
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection, host) {
        expect(yield* drain(connection)).toBe(3_000_000);
        done = host.now();
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      yield* connection.write({ seed: 1, offset: 0, length: 3_000_000 }, message);
      connection.close();
    });
    net.finish();
    expect(net.recorder.packetsLost).toBeGreaterThan(0);
    expect(net.recorder.retransmissions).toBeGreaterThanOrEqual(net.recorder.packetsLost);
    // 2.4 s at the link’s rate; recovery costs some of it.
    expect(done / SECOND).toBeGreaterThan(2.4);
    expect(done / SECOND).toBeLessThan(5);
  });
});

describe('one packet lost where a host on the way is down for a moment', () => {
  /** Ten segments from the client over `middle`, at 10 Mbps; `middle` is down from `from` to `to` (ms after the first is sent). */
  function losing(from: number, to: number, bytes: number, selectiveAcknowledgments = true) {
    const link = { ...lineForTests, rate: 10e6, latency: MILLISECOND, queue: 1e6, at: null };
    const links = [
      { ...link, a: 'client', b: 'middle' },
      { ...link, a: 'middle', b: 'server', rate: 1e12 },
    ];
    const tcp = { ...tcpForTests, selectiveAcknowledgments };
    const far = { ...FAST, latency: SECOND, tcp };
    const net = networkForTests(scenarioForTests({ client: far, server: far, middle: far }, { links }));
    let sender: TcpConnection | undefined;
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection) {
        yield* drain(connection);
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      sender = (yield* connected(host, SERVER, 80)) as TcpConnection;
      yield* host.sleep(100 * MILLISECOND - host.now());
      net.kernel.schedule(from * MILLISECOND, () => net.network.crash('middle'));
      net.kernel.schedule(to * MILLISECOND, () => net.network.restore('middle'));
      yield* sender.write({ seed: 1, offset: 0, length: bytes }, message);
    });
    net.finish();
    const { packets } = net.tables();
    const again = Array.from(packets.retransmission).flatMap((one, i) =>
      one ? [Math.round((packets.sentAt[i] as number) / MILLISECOND)] : [],
    );
    return { again, lost: net.recorder.packetsLost, sender };
  }

  test.each([
    // Only the first segment reaches the middle (after 2.2 ms) while it is down. The others bring ACKs 1.2 ms apart from 6.5 ms on.
    ['RFC 6675 §5', true, 109],
    // The first of them tells a new window, the first one that is scaled, so it is no duplicate; the fourth is the third.
    ['RFC 5681 §3.2', false, 110],
  ])('the third duplicate ACK has it sent again at once (%s)', (_, selective, at) => {
    const { again, lost, sender } = losing(2, 3, 14_600, selective);
    expect([lost, again]).toEqual([1, [at]]);
    // Nor is that round trip measured: the handshake's 4.1 ms stand.
    expect((sender?.sender.roundTripTime.smoothed ?? 0) / MILLISECOND).toBeLessThan(4.6);
  });

  test('with nothing after it the timer has it sent again; that round trip is not measured (Karn)', () => {
    const { again, lost, sender } = losing(0, 50, 1_000);
    expect([lost, again]).toEqual([1, [1_100]]);
    expect((sender?.sender.roundTripTime.smoothed ?? 0) / MILLISECOND).toBeLessThan(5);
  });
});
