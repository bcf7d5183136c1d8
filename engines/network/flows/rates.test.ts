import { expect, test } from 'vitest';
import type { Process } from '../../kernel/process.ts';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import type { HostDeclaration } from '../../scenario.ts';
import type { Host } from '../host.ts';
import { connected, drain, message, networkForTests, serve } from '../network-for-tests.ts';
import { lineForTests, scenarioForTests } from '../scenario-for-tests.ts';
import { MAXIMUM_SEGMENT_SIZE } from '../tcp/parameters.ts';
import { FULL_FRAME } from './route.ts';

const FAST = { up: 1e12, down: 1e12 };
const SERVER = '10.0.0.2';
const tcp = { congestionControl: 'newreno', selectiveAcknowledgments: true, nagle: false, receiveBuffer: 64 * 2 ** 20 } as const;

interface Transfer {
  readonly bytes: number;
  readonly startedAt?: number;
}

/** Seconds from the start of the first until each transfer's last byte is read; `host` 0 is the server. */
function completions(
  server: Partial<HostDeclaration>,
  senders: readonly (Partial<HostDeclaration> & Transfer)[],
  seed = 1,
): { seconds: number[]; events: number } {
  const hosts: Record<string, Partial<HostDeclaration>> = { first: { tcp, ...senders[0] }, server: { tcp, ...server } };
  for (const [i, sender] of senders.entries()) if (i > 0) hosts[`sender${i}`] = { tcp, ...sender };
  const net = networkForTests(scenarioForTests(hosts, { seed, fidelity: 'flows' }));
  const seconds: number[] = [];
  const names = Object.keys(hosts).filter((name) => name !== 'server');
  for (const [i, { bytes, startedAt = 0 }] of senders.entries()) {
    net.network.boot(
      'server',
      `sink ${i}`,
      serve(80 + i, function* (connection, host) {
        expect(yield* drain(connection)).toBe(bytes);
        seconds[i] = host.now() / SECOND;
      }),
    );
    net.network.boot(names[i] as string, 'source', function* (host: Host): Process {
      yield* host.sleep(startedAt);
      const connection = yield* connected(host, SERVER, 80 + i);
      yield* connection.write({ seed: 1, offset: 0, length: bytes }, message);
      connection.close();
    });
  }
  net.finish();
  return { seconds, events: net.kernel.events };
}

// 100,000 bytes are 69 segments; the windows of 10, 20, 40 segments carry them in three rounds (RFC 6928, RFC 3465).
test.each([
  [14_600, 1],
  [14_601, 2],
  [43_800, 2],
  [100_000, 3],
  [102_200, 3],
  [102_201, 4],
])('slow start: %i bytes arrive in %i rounds', (bytes, rounds) => {
  // A round trip for the handshake, one for each further window, half a one for the last bytes.
  const { seconds } = completions(FAST, [{ ...FAST, bytes }]);
  expect(Math.round((seconds[0] as number) * 1000)).toBe(40 + (rounds - 1) * 40 + 20);
});

test('a dialogue of small messages takes what packets take: serialisation on each line, and latency', () => {
  const line = { up: 1e6, down: 1e6 };
  const time = (fidelity: 'packets' | 'flows'): number => {
    const net = networkForTests(scenarioForTests({ client: line, server: line }, { fidelity }));
    let at = 0;
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection) {
        while (yield* connection.read()) yield* connection.write(new Uint8Array(200), message);
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      for (let i = 0; i < 10; i++) {
        yield* connection.write(new Uint8Array(100), message);
        yield* connection.read();
      }
      at = host.now();
    });
    net.finish();
    return at;
  };
  expect(time('flows') / time('packets')).toBeCloseTo(1, 2);
});

// M. Mathis et al., 1997: MSS/RTT · √(3/2)/√p, for losses evenly apart; drawn losses give somewhat more.
test.each([
  [50, 0.0005],
  [100, 0.001],
  [200, 0.002],
  [100, 0.005],
  [40, 0.01],
])('a path of %i ms that loses one segment in 1/%f carries about what theory says', (roundTrip, loss) => {
  const latency = (roundTrip / 4) * MILLISECOND;
  const bytes = Math.round((15e3 / Math.sqrt(loss)) * 120);
  const { seconds } = completions({ ...FAST, latency }, [{ ...FAST, latency, loss, bytes }], 7);
  const theory = (MAXIMUM_SEGMENT_SIZE / (roundTrip / 1000)) * Math.sqrt(1.5 / loss);
  expect(bytes / (seconds[0] as number) / theory).toBeGreaterThan(0.65);
  expect(bytes / (seconds[0] as number) / theory).toBeLessThan(1.45);
});

/**
 * Share of a line that a single flow fills over a cycle of its window from half of D + B to D + B, segments: D is what the
 * line holds, B the queue. Below D the rate rises with the window, from there on the line is full and the rounds get longer.
 */
function utilisation(d: number, b: number): number {
  const low = Math.min((d + b) / 2, d);
  const high = d + b;
  const from = Math.max((d + b) / 2, d);
  const rising = (d * d - low * low) / 2;
  const full = (high * high - from * from) / 2;
  return (rising + full) / ((d - low) * d + full);
}

// 20 Mbps and 100 ms: 165 segments.
test.each([0, 0.1, 0.25, 0.5, 1, 2])('a queue of %f bandwidth-delay products fills the line as its saw-tooth says', (share) => {
  const d = (20e6 * 0.1) / 8 / FULL_FRAME;
  const queue = Math.max(Math.round(share * d), 2) * FULL_FRAME;
  const bytes = 60e6;
  const server = { down: 20e6, latency: 25 * MILLISECOND, queue };
  const sender = { up: 1e9, latency: 25 * MILLISECOND, queue: 1e9, bytes };
  // Without the start: what a long transfer takes longer than a shorter one.
  const [long, short] = [bytes, bytes / 3].map((length) => completions(server, [{ ...sender, bytes: length }]).seconds[0] as number);
  const rate = ((bytes * 2) / 3) * (FULL_FRAME / MAXIMUM_SEGMENT_SIZE) * 8;
  const measured = rate / ((long as number) - (short as number)) / 20e6;
  expect(measured / utilisation(d, queue / FULL_FRAME)).toBeGreaterThan(0.95);
  expect(measured / utilisation(d, queue / FULL_FRAME)).toBeLessThan(1.05);
});

test('the receive window bounds the rate: a window each round trip', () => {
  const receiveBuffer = 100_000;
  const { seconds } = completions({ ...FAST, tcp: { ...tcp, receiveBuffer } }, [{ ...FAST, bytes: 10_000_000 }]);
  // 100 rounds of 40 ms.
  expect(seconds[0]).toBeGreaterThan(3.9);
  expect(seconds[0]).toBeLessThan(4.2);
});

test('flows of one round trip share a line evenly, and fill it', () => {
  const whole = (50_000_000 * (FULL_FRAME / MAXIMUM_SEGMENT_SIZE) * 8) / 50e6;
  const senders = Array.from({ length: 10 }, () => ({ ...FAST, bytes: 5_000_000 }));
  // Whom an overflow hits is drawn: some draws leave one sender behind, who does not fill the line alone.
  const runs = Array.from({ length: 9 }, (_, i) => completions({ down: 50e6, queue: 300_000 }, senders, i + 1).seconds);
  const median = (values: number[]): number => values.sort((a, b) => a - b)[4] as number;
  for (const seconds of runs) expect(Math.max(...seconds)).toBeGreaterThan(whole);
  expect(median(runs.map((seconds) => Math.max(...seconds)))).toBeLessThan(whole * 1.08);
  expect(median(runs.map((seconds) => Math.min(...seconds)))).toBeGreaterThan(whole * 0.65);
});

test('the shorter round trip gets the larger share, in about the inverse proportion or more', () => {
  const near = { ...FAST, latency: 5 * MILLISECOND, bytes: 20_000_000 };
  const far = { ...FAST, latency: 45 * MILLISECOND, bytes: 20_000_000 };
  const { seconds } = completions({ down: 20e6, latency: 5 * MILLISECOND, queue: 40_000 }, [near, far]);
  // At the end of the near one: what it took, and what was left over for the far one (without its start).
  const whole = (20_000_000 * (FULL_FRAME / MAXIMUM_SEGMENT_SIZE) * 8) / 20e6;
  const share = whole / (seconds[0] as number);
  expect(share).toBeGreaterThan(0.65);
  expect(share).toBeLessThan(0.97);
  expect(seconds[1] as number).toBeGreaterThan(2 * whole);
});

test('an outage stalls the transfer, which goes on when it is over', () => {
  const trace = [
    { duration: SECOND, rate: 10e6, latency: null },
    { duration: 5 * SECOND, rate: 0, latency: null },
    { duration: 100 * SECOND, rate: 10e6, latency: null },
  ];
  const { seconds } = completions({ ...lineForTests, trace }, [{ ...FAST, bytes: 2_000_000 }]);
  // 1.66 s at 10 Mbps, 5 s of nothing, and the windows at the begin and after it.
  expect(seconds[0]).toBeGreaterThan(6.6);
  expect(seconds[0]).toBeLessThan(7.6);
});

test('a long transfer over a steady line costs no more events than a short one, but for a word of progress every few seconds', () => {
  const receiveBuffer = 512 * 1024;
  const server = { down: 10e6, queue: 2 ** 20, tcp: { ...tcp, receiveBuffer } };
  const [short, long] = [2e6, 2e9].map((bytes) => completions(server, [{ ...FAST, bytes }]));
  const lasts = (long?.seconds[0] as number) - (short?.seconds[0] as number);
  expect((long?.events as number) - (short?.events as number)).toBeLessThan(40 + lasts / 2);
});
