import { describe, expect, test } from 'vitest';
import type { Process } from '../../kernel/process.ts';
import { SECOND } from '../../quantities.ts';
import { connected, drain, endings, FAST, message, networkForTests, SERVER, serve } from '../network-for-tests.ts';
import { scenarioForTests } from '../scenario-for-tests.ts';

describe('flow control', () => {
  test('a reader that stops holds the writer back; probes go on until it reads', () => {
    const net = networkForTests(scenarioForTests({ client: FAST, server: FAST }));
    const log: string[] = [];
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection, host) {
        yield* host.sleep(20 * SECOND);
        log.push(`read ${yield* drain(connection)}`);
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      yield* connection.write({ seed: 1, offset: 0, length: 2_000_000 }, message);
      log.push(`buffered at ${Math.floor(host.now() / SECOND)} s`);
      connection.close();
    });
    net.finish();
    expect(log).toEqual(['buffered at 20 s', 'read 2000000']);
    const { packets } = net.tables();
    const probes = Array.from(packets.length).filter((length, i) => length === 1 && !packets.fromServer[i]);
    expect(probes.length).toBe(4);
    expect(Array.from(packets.window)).toContain(0);
  });

  test('a reader that never reads does not keep the run alive for ever', () => {
    const net = networkForTests(scenarioForTests({ client: FAST, server: FAST }));
    net.network.boot(
      'server',
      'server',
      serve(80, function* (_connection, host) {
        yield* host.sleep(SECOND);
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      yield* connection.write({ seed: 1, offset: 0, length: 2_000_000 }, message);
    });
    net.finish();
    expect(endings(net)).toEqual(['open']);
  });
});

test('a write that leaves little unsent waits until so much has gone out, whoever else writes', () => {
  const net = networkForTests(scenarioForTests({ client: { up: 8e6 }, server: FAST }));
  const times: [string, number][] = [];
  net.network.boot(
    'server',
    'server',
    serve(80, function* (connection) {
      yield* drain(connection);
    }),
  );
  net.network.boot('client', 'client', function* (host) {
    const connection = yield* connected(host, SERVER, 80);
    host.spawn(
      'roomy',
      (function* (): Process {
        yield* connection.write({ seed: 1, offset: 0, length: 700_000 }, message);
        times.push(['send buffer', host.now() / SECOND]);
      })(),
    );
    yield* connection.write({ seed: 1, offset: 700_000, length: 100_000 }, message, 50_000);
    times.push(['50 kB', host.now() / SECOND]);
  });
  net.finish();
  expect(times.map(([which]) => which)).toEqual(['send buffer', '50 kB']);
  // 750 kB at 8 Mbps, but for the 256 KiB that wait in the queue of the link.
  expect(times[1]![1]).toBeGreaterThan(0.45);
  expect(times[1]![1]).toBeLessThan(0.75);
});
