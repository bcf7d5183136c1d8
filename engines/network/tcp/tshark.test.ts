/** Captures of TCP in trouble, read by tshark: nothing malformed, and the same retransmissions as the run tells of. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import type { HostDeclaration } from '../../scenario.ts';
import { type CaptureTables, capturedPackets, writePcapng } from '../capture/pcapng.ts';
import { connected, drain, message, networkForTests, SERVER, serve } from '../network-for-tests.ts';
import { scenarioForTests, tcpForTests } from '../scenario-for-tests.ts';

/** The client uploads so many bytes in one message, then reads what the server answers. */
function upload(client: Partial<HostDeclaration>, server: Partial<HostDeclaration>, bytes: number, seed: number) {
  const net = networkForTests(scenarioForTests({ client, server }, { seed }));
  net.network.boot(
    'server',
    'server',
    serve(80, function* (connection) {
      yield* drain(connection);
      yield* connection.write({ seed: 2, offset: 0, length: 20_000 }, message);
      connection.close();
    }),
  );
  net.network.boot('client', 'client', function* (host) {
    const connection = yield* connected(host, SERVER, 80);
    yield* connection.write({ seed: 1, offset: 0, length: bytes }, message);
    connection.close();
    yield* drain(connection);
  });
  return net;
}

function tshark(capture: Uint8Array, fields: readonly string[], filter?: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'tcp-'));
  try {
    const file = join(folder, 'capture.pcapng');
    writeFileSync(file, capture);
    const checks = ['ip.check_checksum', 'tcp.check_checksum'].flatMap((name) => ['-o', `${name}:TRUE`]);
    const asked = fields.flatMap((field) => ['-e', field]);
    const args = ['-n', '-r', file, ...checks, ...(filter ? ['-Y', filter] : []), '-T', 'fields', ...asked];
    const output = execFileSync('tshark', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 });
    return output.split('\n').slice(0, -1);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What tshark calls a segment that it has seen before; which of these is a matter of its own clockwork. */
const AGAIN = ['retransmission', 'fast_retransmission', 'spurious_retransmission', 'out_of_order'];
/** `1`: it checked the checksum, and it is right. */
const SOUND = ['ip.checksum.status', 'tcp.checksum.status'];

/** What tshark finds in a capture of the whole network, beside what the run says. No frame is malformed. */
function compare(run: CaptureTables) {
  const capture = writePcapng(run);
  const remarks = [...AGAIN, 'zero_window_probe'].map((remark) => `tcp.analysis.${remark}`);
  const table = tshark(capture, [...remarks, '_ws.malformed', 'tcp.option.len.invalid', ...SOUND]).map((line) => line.split('\t'));
  for (const [i, line] of table.entries()) expect([i + 1, ...line.slice(remarks.length)]).toEqual([i + 1, '', '', '1', '1']);
  const lines = table.map((line) => line.map((value) => value !== ''));
  const order = capturedPackets(run, -1).map(({ packet }) => packet);
  const { packets } = run;
  expect(lines.length).toBe(order.length);
  const frames = (condition: (found: boolean[], packet: number) => boolean): number[] =>
    order.flatMap((packet, i) => (condition(lines[i] as boolean[], packet) ? [i + 1] : []));
  return {
    capture,
    /** Numbers of the frames that tshark takes for sent again, and of those that the run does, but for window probes. */
    found: frames((found) => found.slice(0, AGAIN.length).includes(true)),
    marked: frames(
      (found, packet) =>
        !found[AGAIN.length] && (packets.retransmission[packet] === 1 || ((packets.copyOf[packet] ?? -1) >= 0 && carries(run, packet))),
    ),
    probes: frames((found) => found[AGAIN.length] === true),
    kinds: Object.fromEntries(AGAIN.map((kind, i) => [kind, frames((found) => found[i] === true).length])),
  };
}

/** It takes some of the sequence space, so that a second one is noticed. */
function carries({ packets }: CaptureTables, packet: number): boolean {
  return (packets.length[packet] as number) > 0 || ((packets.flags[packet] as number) & 3) !== 0;
}

const withoutSack = { tcp: { ...tcpForTests, selectiveAcknowledgments: false } };
const cubic = { tcp: { ...tcpForTests, congestionControl: 'cubic' as const } };

describe('tshark finds the retransmissions that the run tells of, and no others', () => {
  test.each<[string, Partial<HostDeclaration>, Partial<HostDeclaration>, number]>([
    ['with loss both ways', { loss: 0.02 }, { loss: 0.01 }, 600_000],
    ['with loss both ways, without selective acknowledgments', { loss: 0.02, ...withoutSack }, { loss: 0.01 }, 600_000],
    ['with loss, under CUBIC', { loss: 0.01, ...cubic }, cubic, 600_000],
    ['with so much loss that timers run out', { loss: 0.12 }, { loss: 0.12 }, 150_000],
    ['with so much loss that timers run out, without selective acknowledgments', { loss: 0.12, ...withoutSack }, { loss: 0.12 }, 150_000],
    ['where a queue overflows', { up: 10e6, queue: 30_000 }, {}, 1_000_000],
    ['with jitter that lets packets overtake, and loss', { jitter: 5 * MILLISECOND, reordering: true, loss: 0.005 }, {}, 600_000],
    ['with duplicates', { duplicates: 0.02 }, { duplicates: 0.02 }, 300_000],
  ])('%s', (name, client, server, bytes) => {
    let again = 0;
    for (const seed of [1, 2]) {
      const net = upload(client, server, bytes, seed);
      net.finish();
      const { found, marked, probes } = compare(net.tables());
      expect([seed, found]).toEqual([seed, marked]);
      expect(probes).toEqual([]);
      again += marked.length;
    }
    if (!name.includes('duplicates')) expect(again).toBeGreaterThan(0);
  });

  test('fast ones after duplicate acknowledgments, with blocks that tshark reads', () => {
    const net = upload({ loss: 0.02 }, {}, 600_000, 1);
    net.finish();
    const { capture, kinds } = compare(net.tables());
    expect(kinds.fast_retransmission).toBeGreaterThan(0);
    expect(tshark(capture, ['tcp.options.sack_perm'], 'tcp.flags.syn == 1')).toEqual(['1', '1'].map(() => expect.stringMatching(/.+/)));
    const blocks = tshark(capture, ['tcp.options.sack.count', 'tcp.options.sack_le', 'tcp.options.sack_re', 'tcp.ack'], 'tcp.options.sack');
    expect(blocks.length).toBeGreaterThan(0);
    for (const line of blocks) {
      const [count, left, right, acknowledgment] = line.split('\t') as [string, string, string, string];
      const edges = left.split(',').map((edge, i) => [Number(edge), Number(right.split(',')[i])] as const);
      expect(edges.length).toBe(Number(count));
      expect(edges.length).toBeLessThanOrEqual(4);
      for (const [from, to] of edges) expect(Number(acknowledgment) < from && from < to).toBe(true);
    }
  });
});

test('tshark finds a reset', () => {
  const net = networkForTests(scenarioForTests({ client: {}, server: {} }));
  net.network.boot(
    'server',
    'server',
    serve(80, function* (connection) {
      yield* connection.read();
      connection.abort();
    }),
  );
  net.network.boot('client', 'client', function* (host) {
    const connection = yield* connected(host, SERVER, 80);
    yield* connection.write(new Uint8Array(50_000), message);
    yield* drain(connection);
  });
  net.finish();
  const { capture, found } = compare(net.tables());
  expect(found).toEqual([]);
  expect(tshark(capture, ['tcp.srcport'], 'tcp.flags.reset == 1')[0]).toBe('80');
});

test.each([[true], [false]])(
  'tshark finds a window that closes, the probes of it, and its opening (selective acknowledgments: %s)',
  (sack) => {
    const tcp = { ...tcpForTests, receiveBuffer: 20_000, selectiveAcknowledgments: sack };
    const net = networkForTests(scenarioForTests({ client: {}, server: { tcp } }));
    net.network.boot(
      'server',
      'server',
      serve(80, function* (connection, host) {
        yield* host.sleep(20 * SECOND);
        yield* drain(connection);
      }),
    );
    net.network.boot('client', 'client', function* (host) {
      const connection = yield* connected(host, SERVER, 80);
      yield* connection.write(new Uint8Array(100_000), message);
      connection.close();
    });
    net.finish();
    const run = net.tables();
    const { capture, found, marked, probes } = compare(run);
    expect(found).toEqual(marked);
    // After 1, 3, 7 and 15 s; at 20 s the server reads.
    expect(probes.length).toBe(4);
    const order = capturedPackets(run, -1).map(({ packet }) => packet);
    const again = probes.map((frame) => run.packets.retransmission[order[frame - 1] as number]);
    expect(again).toEqual([0, 1, 1, 1]);
    expect(tshark(capture, ['tcp.srcport'], 'tcp.analysis.zero_window').every((port) => port === '80')).toBe(true);
    expect(tshark(capture, ['frame.number'], 'tcp.analysis.zero_window_probe_ack').length).toBe(4);
    expect(tshark(capture, ['frame.number'], 'tcp.analysis.window_update').length).toBe(1);
  },
);
