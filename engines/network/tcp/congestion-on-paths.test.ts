import { describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import { connected, drain, FAST, message, networkForTests, SERVER, serve } from '../network-for-tests.ts';
import { scenarioForTests } from '../scenario-for-tests.ts';
import { MAXIMUM_SEGMENT_SIZE } from './parameters.ts';

describe('slow start', () => {
  // 100,000 bytes are 69 segments; the windows of 10, 20, 40 segments carry them in three rounds.
  test.each([
    [14_600, 1],
    [14_601, 2],
    [43_800, 2],
    [100_000, 3],
    [102_200, 3],
    [102_201, 4],
  ])('%i bytes arrive in %i rounds', (bytes, rounds) => {
    const net = networkForTests(scenarioForTests({ client: FAST, server: FAST }));
    let at = 0;
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection, host) {
        expect(yield* drain(connection)).toBe(bytes);
        at = host.now();
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      yield* connection.write({ seed: 1, offset: 0, length: bytes }, message);
      connection.close();
    });
    net.finish();
    // A round trip for the handshake, one for each further window, half a one for the last bytes.
    expect(Math.round(at / MILLISECOND)).toBe(40 + 40 * (rounds - 1) + 20);
  });
});

describe('congestion avoidance', () => {
  // M. Mathis et al., “The Macroscopic Behavior of the TCP Congestion Avoidance Algorithm”, 1997: MSS/RTT · √(3/2)/√p where
  // each loss is repaired without a time-out, as most are while the window is large; the small ones fall short of it.
  test.each([
    [50, 0.0005],
    [100, 0.001],
    [200, 0.002],
    [100, 0.005],
    [40, 0.01],
  ])('over a path of %i ms that loses one packet in 1/%f reaches about what theory says', (roundTrip, loss) => {
    const latency = (roundTrip / 4) * MILLISECOND;
    const net = networkForTests(scenarioForTests({ client: { ...FAST, latency, loss }, server: { ...FAST, latency } }, { seed: 7 }));
    const bytes = (15e3 / Math.sqrt(loss)) * 60;
    let done = 0;
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection, host) {
        expect(yield* drain(connection)).toBe(Math.round(bytes));
        done = host.now();
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      yield* connection.write({ seed: 1, offset: 0, length: Math.round(bytes) }, message);
      connection.close();
    });
    net.finish();
    const theory = (MAXIMUM_SEGMENT_SIZE / (roundTrip / 1000)) * Math.sqrt(1.5 / loss);
    const measured = bytes / (done / SECOND);
    expect(measured / theory).toBeGreaterThan(0.6);
    expect(measured / theory).toBeLessThan(1.25);
  });
});
