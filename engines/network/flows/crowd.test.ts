/** Many flows that cross each other: every one of them ends, and time goes on meanwhile. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Process } from '../../kernel/process.ts';
import { MILLISECOND } from '../../quantities.ts';
import type { HostDeclaration } from '../../scenario.ts';
import type { Host } from '../host.ts';
import { connected, drain, message, networkForTests, serve } from '../network-for-tests.ts';
import { scenarioForTests } from '../scenario-for-tests.ts';
import { MAXIMUM_SEGMENT_SIZE } from '../tcp/parameters.ts';

interface Transfer {
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
  readonly startedAt: number;
}

const name = (host: number) => `host${host}`;

/** Runs until all transfers have ended; the events that took, and the most of them at one moment. */
function crowd(hosts: readonly Partial<HostDeclaration>[], transfers: readonly Transfer[], seed: number, most: number) {
  const named = Object.fromEntries(hosts.map((host, i) => [name(i), host]));
  const { kernel, network } = networkForTests(scenarioForTests(named, { seed, fidelity: 'flows' }));
  let ended = 0;
  for (const [i, { from, to, bytes, startedAt }] of transfers.entries()) {
    network.boot(
      name(to),
      `sink ${i}`,
      serve(1000 + i, function* (connection): Process {
        expect(yield* drain(connection)).toBe(bytes);
        connection.close();
        ended++;
      }),
    );
    network.boot(name(from), `source ${i}`, function* (host: Host): Process {
      yield* host.sleep(startedAt);
      const connection = yield* connected(host, `10.0.0.${to + 1}`, 1000 + i);
      yield* connection.write({ seed: 1, offset: 0, length: bytes }, message);
      connection.close();
    });
  }
  let atOnce = 0;
  let mostAtOnce = 0;
  let { now } = kernel;
  while (kernel.events < most && kernel.run(1)) {
    atOnce = kernel.now === now ? atOnce + 1 : 1;
    now = kernel.now;
    mostAtOnce = Math.max(mostAtOnce, atOnce);
  }
  return { ended, events: kernel.events, mostAtOnce };
}

/** Equal rates, latencies and sizes are as welcome as different ones: they make events fall together. */
const rate = fc.oneof(fc.constant(1e6), fc.constant(10e6), fc.integer({ min: 1e6, max: 1e9 }));
const host = fc.record({
  up: rate,
  down: rate,
  latency: fc.oneof(fc.constant(10 * MILLISECOND), fc.constant(0), fc.integer({ min: 0, max: 100 * MILLISECOND })),
  loss: fc.oneof(fc.constant(0), fc.constant(0), fc.double({ min: 0, max: 0.02, noNaN: true })),
  queue: fc.oneof(fc.constant(256 * 1024), fc.constant(10_000), fc.integer({ min: 3_000, max: 500_000 })),
});
const transfer = fc.record({
  from: fc.nat(999),
  over: fc.nat(999),
  bytes: fc.oneof(fc.constant(1_000_000), fc.integer({ min: 1, max: 3_000_000 })),
  startedAt: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 300 * MILLISECOND })),
});

test('a transfer costs so many events, whoever crosses its way', () => {
  fc.assert(
    fc.property(
      fc.nat(1000),
      fc.array(host, { minLength: 2, maxLength: 12 }),
      fc.array(transfer, { minLength: 20, maxLength: 80 }),
      (seed, hosts, drawn) => {
        const count = hosts.length;
        const transfers = drawn.map(({ from, over, ...rest }) => ({
          ...rest,
          from: from % count,
          to: ((from % count) + 1 + (over % (count - 1))) % count,
        }));
        const bytes = transfers.reduce((sum, transfer) => sum + transfer.bytes, 0);
        // Mostly far less than one for each segment; the worst are dozens of flows in a queue of two segments.
        const most = 50 * transfers.length + (3 * bytes) / MAXIMUM_SEGMENT_SIZE;
        const { ended, events, mostAtOnce } = crowd(hosts, transfers, seed, most);
        expect(ended, `after ${events} events, up to ${mostAtOnce} of them at one moment`).toBe(transfers.length);
        expect(mostAtOnce).toBeLessThanOrEqual(10 * transfers.length);
      },
    ),
    { numRuns: 100, endOnFailure: true },
  );
});
