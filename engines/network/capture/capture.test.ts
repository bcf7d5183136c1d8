import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../../content.ts';
import type { Field } from '../../field.ts';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import type { HostDeclaration } from '../../scenario.ts';
import { failed } from '../host.ts';
import { connected, drain, message, networkForTests, serve } from '../network-for-tests.ts';
import { scenarioForTests } from '../scenario-for-tests.ts';
import { decode as decodeEthernet, type EthernetFrame } from '../wire/ethernet.ts';
import { decode as decodeIpv4, type Ipv4Packet } from '../wire/ipv4.ts';
import { decode as decodeTcp, type TcpPacket } from '../wire/tcp.ts';
import { dissectFrame } from './dissect-frame.ts';
import { frameOf } from './frames.ts';
import { type CaptureTables, capturedPackets, writePcapng } from './pcapng.ts';
import { streamIndex } from './streams.ts';

/** A client that uploads and downloads over TCP, and asks over UDP. */
function transfer(client: Partial<HostDeclaration>, server: Partial<HostDeclaration>, bytes: number, seed = 1) {
  const net = networkForTests(scenarioForTests({ client, server, other: {} }, { seed, title: 'a transfer' }));
  net.network.boot(
    'server',
    'tcp',
    serve(7777, function* (connection) {
      yield* drain(connection);
      for (let i = 0; i < 3; i++) yield* connection.write(bytesOf({ seed: 9 + i, offset: 0, length: 1000 * (i + 1) }), message);
      connection.close();
    }),
  );
  net.network.boot('server', 'udp', function* (host) {
    const socket = yield* host.bind(7778);
    if (failed(socket)) throw new Error(socket.failure);
    for (;;) {
      const datagram = yield* socket.receive();
      if (!datagram) return;
      socket.send(new Uint8Array(datagram.bytes.length * 4), datagram.from, message);
    }
  });
  net.network.boot('client', 'client', function* (host) {
    const socket = yield* host.bind(0);
    if (failed(socket)) throw new Error(socket.failure);
    socket.send(new Uint8Array(1_000), { address: '10.0.0.2', port: 7778 }, message);
    const connection = yield* connected(host, '10.0.0.2', 7777);
    yield* connection.write(bytesOf({ seed: 3, offset: 0, length: 100 }), message);
    yield* connection.write({ seed: 4, offset: 0, length: bytes }, message);
    connection.close();
    yield* drain(connection);
    socket.close();
  });
  net.finish();
  return net.tables();
}

/** What tshark says of a capture: one line a frame, the asked fields separated by tabs. */
function tshark(capture: Uint8Array, fields: readonly string[], filter?: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'capture-'));
  try {
    const file = join(folder, 'capture.pcapng');
    writeFileSync(file, capture);
    const checks = ['ip.check_checksum', 'tcp.check_checksum', 'udp.check_checksum'].flatMap((name) => ['-o', `${name}:TRUE`]);
    const args = [
      '-n',
      '-r',
      file,
      ...checks,
      ...(filter ? ['-Y', filter] : []),
      '-T',
      'fields',
      ...fields.flatMap((field) => ['-e', field]),
    ];
    const output = execFileSync('tshark', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 });
    return output.split('\n').filter((line) => line !== '');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const BROKEN =
  '_ws.malformed or ip.checksum.status == 0 or tcp.checksum.status == 0 or udp.checksum.status == 0 or _ws.expert.severity == error';

describe('tshark', () => {
  test.each([['network'], ['client'], ['server']])('finds nothing to remark on a clean transfer, captured at %s', (at) => {
    const run = transfer({}, {}, 500_000);
    const capture = writePcapng(run, at === 'network' ? {} : { host: at });
    expect(tshark(capture, ['frame.number'], BROKEN)).toEqual([]);
    expect(tshark(capture, ['frame.number', 'tcp.analysis.flags'], 'tcp.analysis.flags')).toEqual([]);
    // The long answer over UDP came as three fragments, which are one datagram again.
    expect(tshark(capture, ['udp.length'], 'udp.srcport == 7778')).toEqual(['4008']);
    expect(tshark(capture, ['frame.number']).length).toBe(run.packets.rows + 2);
  });

  test('follows the stream to its last byte', () => {
    const run = transfer({}, {}, 300_000);
    const lengths = tshark(writePcapng(run), ['tcp.srcport', 'tcp.len'], 'tcp').map((line) => line.split('\t').map(Number));
    const total = (server: boolean): number =>
      lengths.filter(([source]) => (source === 7777) === server).reduce((sum, [, length]) => sum + (length as number), 0);
    expect([total(false), total(true)]).toEqual([300_100, 6_000]);
  });

  test('explains every retransmission and duplicate of a transfer with loss by what the run recorded', () => {
    for (const seed of [1, 2, 3]) {
      const run = transfer({ loss: 0.02, jitter: 2 * MILLISECOND }, { loss: 0.01 }, 400_000, seed);
      const { packets } = run;
      const retransmitted = Array.from(packets.retransmission).filter((one) => one === 1).length;
      expect(retransmitted).toBeGreaterThan(0);
      const capture = writePcapng(run);
      expect(tshark(capture, ['frame.number'], BROKEN.replace(' or _ws.expert.severity == error', ''))).toEqual([]);
      const order = capturedPackets(run, -1).flatMap(({ packet }) =>
        new Array(packets.message[packet]! >= 0 && packets.length[packet]! > 1472 ? 3 : 1).fill(packet),
      );
      // What tshark calls these depends on its own clockwork; the run knows which segments are sent again.
      const again = ['retransmission', 'fast_retransmission', 'spurious_retransmission', 'out_of_order'];
      const remarks = [...again, 'duplicate_ack', 'lost_segment', 'ack_lost_segment', 'zero_window', 'window_full', 'reused_ports'];
      const fields = ['frame.number', ...remarks.map((remark) => `tcp.analysis.${remark}`)];
      let flagged = 0;
      for (const line of tshark(capture, fields, 'tcp.analysis.flags')) {
        const [number, ...given] = line.split('\t');
        const packet = order[Number(number) - 1] as number;
        const found = remarks.filter((_, i) => given[i]);
        expect(found.length).toBeGreaterThan(0);
        if (found.some((remark) => again.includes(remark))) {
          flagged++;
          expect([number, packets.retransmission[packet]]).toEqual([number, 1]);
        } else {
          expect(found).toEqual(['duplicate_ack']);
          expect([packets.flags[packet], packets.length[packet]]).toEqual([16, 0]);
        }
      }
      expect(flagged).toBe(retransmitted);
    }
  });

  test('reads times to the nanosecond, the names of hosts and the steps behind packets', () => {
    const run = transfer({}, {}, 100);
    const steps = [
      {
        text: 'a sends a letter — with “quotes”',
        at: { source: 0, start: 0, end: 0 },
        parent: -1,
        startedAt: 0,
        endedAt: 0,
        outcome: '',
        succeeded: true,
      },
    ];
    const packets = { ...run.packets, step: run.packets.step.map(() => 0) };
    const capture = writePcapng({ ...run, steps, packets });
    const lines = tshark(capture, ['frame.time_epoch', 'frame.comment', 'frame.interface_name']);
    expect(lines[0]).toBe('1767225600.000000000\ta sends a letter — with “quotes”\tnetwork');
    const last = packets.sentAt[packets.rows - 1] as number;
    const seconds = Math.floor(last / SECOND);
    expect(lines.at(-1)?.split('\t')[0]).toBe(`${1_767_225_600 + seconds}.${String(last % SECOND).padStart(9, '0')}`);
  });
});

test('a capture at a host that is not there is an error', () => {
  expect(() => writePcapng(transfer({}, {}, 10), { host: 'nobody' })).toThrow('nobody');
});

describe('streamIndex', () => {
  const run: CaptureTables = transfer({ loss: 0.03 }, { loss: 0.02 }, 200_000, 5);
  const index = streamIndex(run);
  const { connections, messages, packets } = run;

  test('agrees with a search through everything', () => {
    const carries = (packet: number, row: number): boolean => {
      if (packets.message[packet] === row) return true;
      if (packets.message[packet] !== -1 || packets.connection[packet] !== messages.connection[row] || packets.length[packet] === 0)
        return false;
      if (run.strings[connections.transport[packets.connection[packet]!]!] !== 'tcp') return false;
      const fromServer = messages.from[row] === connections.client[messages.connection[row]!] ? 0 : 1;
      const start = packets.streamStart[packet]!;
      const from = messages.streamStart[row]!;
      return packets.fromServer[packet] === fromServer && start < from + messages.length[row]! && start + packets.length[packet]! > from;
    };
    for (let row = 0; row < messages.rows; row++) {
      const expected = Array.from({ length: packets.rows }, (_, packet) => packet).filter((packet) => carries(packet, row));
      expect(index.packetsOf(row)).toEqual(expected);
      expect(expected.length).toBeGreaterThan(0);
    }
    for (let packet = 0; packet < packets.rows; packet++) {
      const expected = Array.from({ length: messages.rows }, (_, row) => row).filter((row) => carries(packet, row));
      expect(index.messagesOf(packet)).toEqual(expected);
    }
  });

  test('the payloads of a message’s packets put together are the message', () => {
    for (let row = 0; row < messages.rows; row++) {
      const whole = bytesOf(index.contentOf(row));
      const rebuilt = new Uint8Array(whole.length);
      for (const packet of index.packetsOf(row)) {
        const payload = index.payloadOf(packet);
        const offset = packets.message[packet] === row ? 0 : packets.streamStart[packet]! - messages.streamStart[row]!;
        payload.forEach((byte, i) => {
          if (offset + i >= 0 && offset + i < rebuilt.length) rebuilt[offset + i] = byte;
        });
      }
      expect(Buffer.compare(rebuilt, whole)).toBe(0);
    }
  });

  test('tells the two directions of a host’s connection to itself apart', () => {
    const net = networkForTests(scenarioForTests({ host: {} }));
    const text = (from: string): Uint8Array => new TextEncoder().encode(`from the ${from}`);
    net.network.boot(
      'host',
      'server',
      serve(80, function* (connection) {
        yield* connection.write(text('server'), message);
        yield* drain(connection);
        connection.close();
      }),
    );
    net.network.boot('host', 'client', function* (host) {
      const connection = yield* connected(host, '10.0.0.1', 80);
      yield* host.sleep(MILLISECOND);
      yield* connection.write(text('client'), message);
      connection.close();
      yield* drain(connection);
    });
    net.finish();
    const tables = net.tables();
    const own = streamIndex(tables);
    const carriers = [0, 1].map((row) => own.packetsOf(row).map((packet) => tables.packets.fromServer[packet]));
    expect(carriers).toEqual([[1], [0]]);
    expect(new TextDecoder().decode(own.payloadOf(own.packetsOf(1)[0]!))).toBe('from the client');
  });
});

test('a frame decodes, layer by layer, to what the run recorded; its fields cover it without a gap', () => {
  const run = transfer({ loss: 0.02 }, {}, 50_000);
  const { packets } = run;
  for (let packet = 0; packet < packets.rows; packet++) {
    const { frame, fields } = dissectFrame(run, packet);
    expect(frame).toEqual(frameOf(run, packet));
    expect(fields[0]?.start).toBe(0);
    fields.forEach((field, i) => {
      expect(field.end).toBe(fields[i + 1]?.start ?? frame.length);
    });
    const malformed = (list: readonly Field[]): boolean => list.some((field) => field.malformed || malformed(field.children ?? []));
    expect(malformed(fields.slice(0, 3))).toBe(false);
    const ip = decodeIpv4((decodeEthernet(frame) as EthernetFrame).payload) as Ipv4Packet;
    if (ip.protocol !== 6) continue;
    const segment = decodeTcp(ip.payload, ip) as TcpPacket;
    expect([segment.sequence, segment.flags, segment.window, segment.payload.length]).toEqual([
      packets.sequence[packet],
      packets.flags[packet],
      packets.window[packet],
      packets.length[packet],
    ]);
  }
});
