import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf, type Content } from '../../content.ts';
import type { Process } from '../../kernel/process.ts';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import { encode } from '../../run-codec.ts';
import type { ConnectFailure, Connection, Host } from '../host.ts';
import { connected, drain, endings, FAST, message, networkForTests, SERVER, serve } from '../network-for-tests.ts';
import { scenarioForTests } from '../scenario-for-tests.ts';
import { MAXIMUM_SEGMENT_SIZE } from './parameters.ts';

describe('whatever the network does', () => {
  const link = fc.record({
    latency: fc.integer({ min: 0, max: 200 * MILLISECOND }),
    jitter: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 50 * MILLISECOND })),
    loss: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.1, noNaN: true })),
    up: fc.integer({ min: 100_000, max: 1_000_000_000 }),
    down: fc.integer({ min: 100_000, max: 1_000_000_000 }),
    queue: fc.integer({ min: 3_000, max: 300_000 }),
    duplicates: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.05, noNaN: true })),
    reordering: fc.boolean(),
    tcp: fc.record({
      congestionControl: fc.constantFrom('newreno' as const, 'cubic' as const),
      selectiveAcknowledgments: fc.boolean(),
      nagle: fc.boolean(),
      receiveBuffer: fc.oneof(fc.constant(512 * 1024), fc.integer({ min: 1_000, max: 100_000 })),
    }),
  });
  const writes = fc.array(
    fc.record({
      length: fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 1, max: 60_000 })),
      bulk: fc.boolean(),
      pause: fc.nat(30),
    }),
    { maxLength: 8 },
  );

  /** Contents as a side writes them. */
  const contents = (side: number, list: readonly { length: number; bulk: boolean }[]): Content[] =>
    list.map(({ length, bulk }, i) => {
      const content = { seed: side * 1000 + i + 1, offset: i * 7, length };
      return bulk ? content : bytesOf(content);
    });

  const joined = (parts: readonly Content[]): Uint8Array => {
    const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
    let at = 0;
    for (const part of parts) {
      bytes.set(bytesOf(part), at);
      at += part.length;
    }
    return bytes;
  };

  // Vitest compares typed arrays element by element through iterators, which takes its time.
  const sameBytes = (a: Uint8Array, b: Uint8Array): boolean => Buffer.compare(a, b) === 0;

  test('bytes out are bytes in, both ways, in order, once; and the same seed gives the same run', () => {
    fc.assert(
      fc.property(fc.nat(1000), link, link, writes, writes, (seed, client, server, up, down) => {
        const run = () => {
          const net = networkForTests(scenarioForTests({ client, server }, { seed }));
          const received: Content[][] = [[], []];
          const outcome: (string | null)[] = [];
          const speak = function* (side: number, connection: Connection, host: Host, list: typeof up): Process {
            host.spawn(
              'reader',
              (function* (): Process {
                for (;;) {
                  const content = yield* connection.read();
                  if (!content) break;
                  received[side]?.push(content);
                }
                outcome[side] = connection.ending;
              })(),
            );
            for (const [i, content] of contents(side, list).entries()) {
              yield* host.sleep((list[i]?.pause ?? 0) * 10 * MILLISECOND);
              yield* connection.write(content, message);
            }
            connection.close();
          };
          net.network.boot(
            'server',
            'server',
            serve(80, (connection, host) => speak(0, connection, host, down)),
          );
          let opened: Connection | ConnectFailure | undefined;
          net.network.boot('client', 'client', function* (host) {
            opened = yield* host.connect({ address: SERVER, port: 80 });
            if (!('failure' in opened)) yield* speak(1, opened, host, up);
          });
          net.finish();
          return { received, outcome, tables: net.tables(), net, opened };
        };
        const first = run();
        if (first.opened && !('failure' in first.opened)) {
          expect(first.outcome).toEqual(['closed', 'closed']);
          expect(sameBytes(joined(first.received[0] as Content[]), joined(contents(1, up)))).toBe(true);
          expect(sameBytes(joined(first.received[1] as Content[]), joined(contents(0, down)))).toBe(true);
          expect(Array.from(first.tables.messages.receivedAt).every((at) => at > 0)).toBe(true);
          expect(endings(first.net)).toEqual(['closed']);
        }
        expect(first.tables.packets.length.every((length) => length <= MAXIMUM_SEGMENT_SIZE)).toBe(true);
        expect(sameBytes(encode(run().tables), encode(first.tables))).toBe(true);
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });
});

test('content belongs to the step that sent it, whoever reads it when', () => {
  const net = networkForTests(scenarioForTests({ client: FAST, server: FAST }));
  const causes: number[] = [];
  net.network.boot(
    'server',
    'server',
    serve(80, function* (connection, host) {
      yield* host.sleep(SECOND);
      for (;;) {
        const content = yield* connection.read();
        if (!content) return;
        causes.push(host.cause);
        yield* connection.write(new Uint8Array(1), message);
      }
    }),
  );
  net.network.boot('client', 'client', function* (host) {
    const connection = yield* connected(host, SERVER, 80);
    for (const step of [4, 5, 6]) {
      host.cause = step;
      yield* connection.write(new Uint8Array(10), message);
    }
    connection.close();
  });
  net.finish();
  expect(causes).toEqual([4, 5, 6]);
  expect(Array.from(net.tables().messages.step)).toEqual([4, 5, 6, 4, 5, 6]);
});

test('a host talks to itself without a link', () => {
  const net = networkForTests(scenarioForTests({ host: { latency: SECOND } }));
  const log: string[] = [];
  net.network.boot(
    'host',
    'server',
    serve(80, function* (connection) {
      log.push(`server read ${yield* drain(connection)}`);
      yield* connection.write(new Uint8Array(20_000), message);
      connection.close();
    }),
  );
  net.network.boot('host', 'client', function* (host) {
    const connection = yield* connected(host, '10.0.0.1', 80);
    yield* connection.write(new Uint8Array(30_000), message);
    connection.close();
    log.push(`client read ${yield* drain(connection)}`);
  });
  net.finish();
  expect(log).toEqual(['server read 30000', 'client read 20000']);
  expect(net.kernel.now).toBeLessThan(MILLISECOND);
});
