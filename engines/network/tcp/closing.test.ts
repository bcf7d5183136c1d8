import { describe, expect, test } from 'vitest';
import type { Process } from '../../kernel/process.ts';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import type { Connection, Host } from '../host.ts';
import { connected, drain, endings, FAST, message, networkForTests, SERVER, serve, trace } from '../network-for-tests.ts';
import { scenarioForTests } from '../scenario-for-tests.ts';

describe('closing', () => {
  test('the dialogue: close, half-close, and what the run says of it', () => {
    const net = networkForTests(scenarioForTests({ client: FAST, server: FAST }));
    const log: string[] = [];
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection, host) {
        log.push(`server read ${yield* drain(connection)} until ${connection.ending}`);
        // The client sends no more, but it still reads.
        yield* host.sleep(100 * MILLISECOND);
        yield* connection.write(new Uint8Array(5), message);
        connection.close();
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      yield* connection.write(new Uint8Array(3), message);
      connection.close();
      expect(yield* connection.write(new Uint8Array(3), message)).toBe(false);
      log.push(`client read ${yield* drain(connection)} until ${connection.ending}`);
    });
    net.finish();
    expect(log).toEqual(['server read 3 until closed', 'client read 5 until closed']);
    expect(trace(net)).toEqual([
      '0 client SYN 0',
      '20 server SYN+ACK 0',
      '40 client ACK 0',
      '40 client ACK 3',
      '40 client FIN+ACK 0',
      '60 server ACK 0',
      '160 server ACK 5',
      '160 server FIN+ACK 0',
      '180 client ACK 0',
    ]);
    expect(endings(net)).toEqual(['closed']);
    expect(Math.round((net.tables().connections.closedAt[0] as number) / MILLISECOND)).toBe(200);
  });

  test('both at the same time', () => {
    const net = networkForTests(scenarioForTests({ client: FAST, server: FAST }));
    const log: unknown[] = [];
    const session = function* (connection: Connection, host: Host): Process {
      yield* host.sleep(SECOND - host.now());
      connection.close();
      log.push(yield* connection.read(), connection.ending);
    };
    net.network.boot('server', 'server', serve(80, session));
    net.network.boot('client', 'client', function* (host) {
      yield* session(yield* connected(host, SERVER, 80), host);
    });
    net.finish();
    expect(log).toEqual([null, 'closed', null, 'closed']);
    expect(endings(net)).toEqual(['closed']);
    expect(trace(net).slice(3)).toEqual(
      ['1000 client FIN+ACK 0', '1000 server FIN+ACK 0', '1020 server ACK 0', '1020 client ACK 0'].sort(
        (a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10),
      ),
    );
  });

  test('abort: the other side reads no further', () => {
    const net = networkForTests(scenarioForTests({ client: FAST, server: FAST }));
    const log: unknown[] = [];
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection) {
        log.push(yield* connection.read(), connection.ending, yield* connection.write(new Uint8Array(1), message));
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      connection.abort();
      expect([yield* connection.read(), connection.ending]).toEqual([null, 'reset']);
    });
    net.finish();
    expect(log).toEqual([null, 'reset', false]);
    expect(endings(net)).toEqual(['reset']);
  });

  test('abort after a time-out resets an other side that got more than is being sent again', () => {
    // The server's line is busy with a long datagram when its ACKs are to go out, and its queue has no room for them.
    const net = networkForTests(scenarioForTests({ client: FAST, server: { ...FAST, up: 100_000, queue: 4_000 } }));
    const log: unknown[] = [];
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection, host) {
        yield* host.sleep(SECOND - host.now());
        const socket = yield* host.bind(0);
        if (!('failure' in socket)) socket.send(new Uint8Array(60_000), { address: '10.0.0.1', port: 9 }, message);
        log.push(yield* drain(connection), connection.ending, Math.round(host.now() / MILLISECOND));
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      yield* host.sleep(SECOND - host.now());
      yield* connection.write({ seed: 1, offset: 0, length: 2_920 }, message);
      yield* host.sleep(1_500 * MILLISECOND);
      expect(net.recorder.retransmissions).toBe(1);
      connection.abort();
    });
    net.finish();
    expect(log).toEqual([2_920, 'reset', 2_520]);
  });

  test('a process that stops listening resets what nobody accepted, and refuses the rest', () => {
    const net = networkForTests(scenarioForTests({ client: FAST, server: FAST }));
    const log: unknown[] = [];
    net.network.boot('server', 'server', function* (host) {
      const listener = yield* host.listen(80);
      if ('failure' in listener) throw new Error();
      expect(yield* host.listen(80)).toEqual({ failure: 'address in use' });
      yield* host.sleep(SECOND);
      listener.close();
      expect(yield* listener.accept()).toBe(null);
    });
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      log.push(yield* connection.read(), connection.ending);
      log.push(yield* host.connect({ address: SERVER, port: 80 }));
    });
    net.finish();
    expect(log).toEqual([null, 'reset', { failure: 'refused' }]);
  });
});
