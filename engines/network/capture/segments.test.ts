import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../../content.ts';
import { metrics } from '../../metrics.ts';
import { MILLISECOND, SECOND } from '../../quantities.ts';
import { type ConnectionEnding, Recorder } from '../../recorder.ts';
import type { Run } from '../../run.ts';
import { CaptureRefused, capturedPackets } from './captured.ts';
import { dissectFrame } from './dissect-frame.ts';
import { type CaptureTables, writePcapng } from './pcapng.ts';
import { withSegments } from './segments.ts';
import { streamIndex } from './streams.ts';

/** What Wireshark makes of a capture: one line a frame that passes the filter, the asked fields separated by tabs. */
function tshark(capture: Uint8Array, fields: readonly string[], filter?: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'capture-'));
  try {
    const file = join(folder, 'capture.pcapng');
    writeFileSync(file, capture);
    const checks = ['ip.check_checksum', 'tcp.check_checksum', 'udp.check_checksum'].flatMap((name) => ['-o', `${name}:TRUE`]);
    const shown = [...(filter ? ['-Y', filter] : []), '-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
    // Wireshark would guess at a protocol by the first bytes of what means nothing.
    const output = execFileSync('tshark', ['-n', '-r', file, '-d', 'tcp.port==7777,data', ...checks, ...shown], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1 << 28,
    });
    return output.split('\n').filter((line) => line !== '');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Frames that are malformed, or have a wrong checksum. */
const BROKEN = '_ws.malformed or _ws.short or ip.checksum.status == 0 or tcp.checksum.status == 0 or udp.checksum.status == 0';

const HOSTS = [
  { name: 'client', address: '10.0.0.1', implicit: false },
  { name: 'server', address: '10.0.0.2', implicit: false },
  { name: 'other', address: '10.0.0.3', implicit: false },
];

/** One direction's turn: who sends how much, in stretches, each `rate` bytes a millisecond, after a pause. */
interface Turn {
  readonly fromServer: boolean;
  readonly messages: readonly number[];
  readonly stretches: readonly { readonly share: number; readonly rate: number; readonly pause: number; readonly delay: number }[];
}

interface Told {
  readonly openedAt: number;
  readonly roundTrip: number;
  readonly turns: readonly Turn[];
  readonly ending: ConnectionEnding | 'open';
  readonly isn: number;
}

/** Tells a recorder a connection, whose turns follow each other as questions and answers do. */
function tell(recorder: Recorder, port: number, { openedAt, roundTrip, turns, ending, isn }: Told): void {
  const connection = recorder.openConnection({
    transport: 'tcp',
    client: 0,
    clientPort: port,
    server: 1,
    serverPort: 7777,
    at: openedAt,
    clientIsn: isn,
  });
  recorder.setServerIsn(connection, 0xffffffff - isn);
  recorder.establishConnection(connection, openedAt + roundTrip);
  let now = openedAt + 2 * roundTrip;
  const offsets = [0, 0];
  turns.forEach(({ fromServer, messages, stretches }, turn) => {
    const side = fromServer ? 1 : 0;
    const begun = now;
    const start = offsets[side]!;
    const rows: number[] = [];
    for (const length of messages) {
      const content = { seed: port * 100 + turn + 1, offset: offsets[side]!, length };
      const info = { protocol: 'bulk', kind: 'content', label: `${length} bytes` };
      rows.push(recorder.sendMessage(begun, side, 1 - side, connection, content, info, 0, offsets[side]!));
      offsets[side]! += length;
    }
    let at = start;
    const end = offsets[side]!;
    stretches.forEach(({ share, rate, pause, delay }, i) => {
      const length = i === stretches.length - 1 ? end - at : Math.min(Math.floor((end - start) * share), end - at);
      const from = now + pause;
      const until = Math.round(from + (length / rate) * MILLISECOND);
      recorder.flow(connection, fromServer, from, until, at, length, delay, 0);
      at += length;
      now = i === stretches.length - 1 ? until + delay : until;
    });
    for (const row of rows) recorder.receiveMessage(row, now);
  });
  if (ending !== 'open') recorder.closeConnection(connection, now + 2 * roundTrip, ending);
}

function runOf(recorder: Recorder): CaptureTables & Pick<Run, 'flows' | 'crossings'> {
  const step = {
    text: 'client sends',
    at: { source: 0, start: 0, end: 0 },
    parent: -1,
    startedAt: 0,
    endedAt: 0,
    outcome: '',
    succeeded: true,
  };
  return { ...recorder.tables(), hosts: HOSTS, links: [], steps: [step], title: 'flows', fidelity: 'flows' };
}

const run = (...connections: Told[]) => {
  const recorder = new Recorder(metrics);
  connections.forEach((told, i) => {
    tell(recorder, 1024 + i, told);
  });
  return runOf(recorder);
};

const stretch = fc.record({
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  rate: fc.integer({ min: 1, max: 125_000 }),
  pause: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 200 * MILLISECOND })),
  delay: fc.integer({ min: 0, max: 300 * MILLISECOND }),
});
const turn: fc.Arbitrary<Turn> = fc.record({
  fromServer: fc.boolean(),
  messages: fc.array(fc.integer({ min: 1, max: 20_000 }), { minLength: 1, maxLength: 4 }),
  stretches: fc.array(stretch, { minLength: 1, maxLength: 5 }),
});
const told: fc.Arbitrary<Told> = fc.record({
  openedAt: fc.integer({ min: 0, max: 10 * SECOND }),
  roundTrip: fc.integer({ min: 0, max: 400 * MILLISECOND }),
  turns: fc.array(turn, { maxLength: 5 }),
  ending: fc.constantFrom('closed', 'open', 'reset'),
  // Not 0, and 0xffffffff for the server: tshark takes the number 0 that its first byte then has for an acknowledgment repeated.
  isn: fc.integer({ min: 1, max: 0xffffffff }),
});

describe('segments of flows', () => {
  test('give tshark nothing to remark, wherever they are captured', () => {
    fc.assert(
      fc.property(fc.array(told, { minLength: 20, maxLength: 40 }), (connections) => {
        const flows = run(...connections);
        for (const at of [{}, { host: 'client' }, { host: 'server' }]) {
          const capture = writePcapng(flows, at);
          // Resets and closes are news to tshark, too, but none of its analysis of sequence numbers, and nothing to warn of.
          const remarks = `${BROKEN} or tcp.analysis.flags or (_ws.expert.severity >= 0x600000 and not tcp.flags.reset == 1)`;
          expect(tshark(capture, ['frame.number', 'tcp.port', '_ws.expert.message'], remarks)).toEqual([]);
        }
        expect(tshark(writePcapng(flows), ['frame.number'], 'tcp.flags.syn == 1').length).toBe(2 * connections.length);
      }),
      { numRuns: 3, endOnFailure: true },
    );
  }, 120_000);

  test('carry every byte of the messages once, in order', () => {
    fc.assert(
      fc.property(told, (connection) => {
        const flows = run({ ...connection, ending: 'closed' });
        const view = withSegments(flows);
        const index = streamIndex(view);
        const { packets, messages } = view;
        for (const fromServer of [0, 1]) {
          const sent: Uint8Array[] = [];
          let offset = 0;
          for (let packet = 0; packet < packets.rows; packet++) {
            if (packets.fromServer[packet] !== fromServer || packets.length[packet] === 0) continue;
            expect(packets.streamStart[packet]).toBe(offset);
            expect(packets.length[packet]).toBeLessThanOrEqual(1460);
            offset += packets.length[packet]!;
            sent.push(index.payloadOf(packet));
          }
          const said = Array.from({ length: messages.rows }, (_, row) => row)
            .filter((row) => messages.from[row] === fromServer)
            .map((row) => bytesOf(index.contentOf(row)));
          expect(Buffer.compare(Buffer.concat(sent), Buffer.concat(said))).toBe(0);
        }
      }),
      { numRuns: 60 },
    );
  });

  test('are received when their stretch’s delay is over; the last one with its message', () => {
    const flows = run({
      openedAt: 0,
      roundTrip: 20 * MILLISECOND,
      turns: [{ fromServer: false, messages: [14_600], stretches: [{ share: 1, rate: 1_460, pause: 0, delay: 10 * MILLISECOND }] }],
      ending: 'open',
      isn: 1,
    });
    const { packets } = withSegments(flows);
    const data = Array.from({ length: packets.rows }, (_, row) => row).filter((row) => packets.length[row]! > 0);
    expect(data.map((row) => packets.sentAt[row]! / MILLISECOND)).toEqual([40, 41, 42, 43, 44, 45, 46, 47, 48, 49]);
    expect(data.map((row) => packets.receivedAt[row]! / MILLISECOND)).toEqual([51, 52, 53, 54, 55, 56, 57, 58, 59, 60]);
    expect(packets.receivedAt[data.at(-1)!]).toBe(flows.messages.receivedAt[0]);
    // The handshake, ten segments, five acknowledgments.
    expect(packets.rows).toBe(3 + 10 + 5);
    expect(data.map((row) => (packets.flags[row]! & 8) > 0)).toEqual([...new Array(9).fill(false), true]);
  });

  test('of a long fat path stay below the window that the handshake offers', () => {
    const flows = run({
      openedAt: 0,
      roundTrip: 300 * MILLISECOND,
      turns: [{ fromServer: true, messages: [8_000_000], stretches: [{ share: 1, rate: 125_000, pause: 0, delay: 150 * MILLISECOND }] }],
      ending: 'closed',
      isn: 5,
    });
    const capture = writePcapng(flows);
    expect(tshark(capture, ['frame.number'], 'tcp.analysis.flags')).toEqual([]);
    const [shift] = tshark(capture, ['tcp.options.wscale.shift'], 'tcp.flags.syn == 1 and tcp.flags.ack == 0');
    expect(65_535 * 2 ** Number(shift)).toBeGreaterThan(8_000_000);
  });

  test('a refused connection is a SYN and its RST, one that timed out SYNs ever further apart, an open one goes without FIN', () => {
    const recorder = new Recorder(metrics);
    const open = (port: number) =>
      recorder.openConnection({ transport: 'tcp', client: 0, clientPort: port, server: 1, serverPort: 25, at: SECOND, clientIsn: 7 });
    recorder.closeConnection(open(1), 1.05 * SECOND, 'refused');
    recorder.closeConnection(open(2), 20 * SECOND, 'timed out');
    open(3);
    const flows = runOf(recorder);
    const fields = ['tcp.srcport', 'frame.time_relative', 'tcp.flags.str', 'tcp.seq_raw', 'tcp.ack_raw', 'frame.comment'];
    const lines = tshark(writePcapng(flows), fields).map((line) => line.replace(/·/g, '').split('\t'));
    expect(lines.filter(([port]) => port === '1' || port === '25')).toEqual([
      ['1', '0.000000000', 'S', '7', '0', ''],
      ['25', '0.025000000', 'AR', '0', '8', ''],
    ]);
    const timedOut = lines.filter(([port]) => port === '2');
    expect(timedOut.map(([, time]) => Math.round(Number(time)))).toEqual([0, 1, 3, 7, 15]);
    expect(timedOut.every(([, , flags, , , comment]) => flags === 'S' && comment === 'lost: by chance')).toBe(true);
    expect(lines.filter(([port]) => port === '3').map((line) => line[5])).toEqual(['under way when the run ended']);
    expect(withSegments(flows).packets.retransmission.reduce((sum, one) => sum + one, 0)).toBe(4);
  });

  test('after a reset nothing is acknowledged; on a connection that timed out the last flight is lost', () => {
    const upload = (ending: ConnectionEnding) => {
      const recorder = new Recorder(metrics);
      const c = recorder.openConnection({ transport: 'tcp', client: 0, clientPort: 9, server: 1, serverPort: 25, at: 0, clientIsn: 7 });
      recorder.establishConnection(c, 20 * MILLISECOND);
      const content = { seed: 3, offset: 0, length: 146_000 };
      recorder.sendMessage(20 * MILLISECOND, 0, 1, c, content, { protocol: 'bulk', kind: 'content', label: '' }, 0, 0);
      recorder.flow(c, false, 20 * MILLISECOND, 120 * MILLISECOND, 0, 146_000, 10 * MILLISECOND, 0);
      recorder.closeConnection(c, ending === 'reset' ? 100 * MILLISECOND : 200 * SECOND, ending);
      return runOf(recorder);
    };
    const { packets } = withSegments(upload('reset'));
    const reset = Array.from(packets.flags).findIndex((flags) => flags & 4);
    expect(packets.sentAt[reset]).toBe(100 * MILLISECOND);
    const after = Array.from({ length: packets.rows - reset - 1 }, (_, i) => reset + 1 + i);
    expect(after.every((row) => packets.fromServer[row] === 0 && packets.sentAt[row]! <= 110 * MILLISECOND)).toBe(true);
    const late = withSegments(upload('timed out')).packets;
    const lost = Array.from({ length: late.rows }, (_, row) => row).filter((row) => Number.isNaN(late.receivedAt[row]!));
    expect(lost.every((row) => late.sentAt[row]! > 100 * MILLISECOND)).toBe(true);
    expect(lost.length).toBe(19);
    expect(tshark(writePcapng(upload('timed out'), { host: 'server' }), ['frame.number'], 'tcp.analysis.flags')).toEqual([]);
  });

  test('dissect like recorded packets, and can be had of one connection alone', () => {
    const turns: Turn[] = [{ fromServer: false, messages: [3_000], stretches: [{ share: 1, rate: 100, pause: 0, delay: MILLISECOND }] }];
    const one: Told = { openedAt: 0, roundTrip: 2 * MILLISECOND, turns, ending: 'closed', isn: 1 };
    const flows = run(one, one);
    const all = withSegments(flows);
    const second = withSegments(flows, { connection: 1 });
    expect(withSegments(flows, { connection: 1 })).toBe(second);
    expect(second.packets.rows * 2).toBe(all.packets.rows);
    expect(new Set(second.packets.connection)).toEqual(new Set([1]));
    const [message] = streamIndex(second).packetsOf(1);
    expect(dissectFrame(second, message!).fields.map(({ name }) => name)).toEqual([
      'Ethernet II',
      'Internet Protocol Version 4',
      'Transmission Control Protocol',
      'BULK',
    ]);
  });

  test('of more than two million a capture is refused', () => {
    const recorder = new Recorder(metrics);
    const c = recorder.openConnection({ transport: 'tcp', client: 0, clientPort: 9, server: 1, serverPort: 25, at: 0, clientIsn: 7 });
    recorder.establishConnection(c, 20);
    recorder.flow(c, false, 20, 1e12, 0, 4e9, 10, 0);
    expect(() => writePcapng(runOf(recorder))).toThrow(CaptureRefused);
    expect(() => writePcapng(runOf(recorder))).toThrow(/4\.1 million segments/);
    expect(writePcapng(runOf(recorder), { host: 'other' }).length).toBeGreaterThan(0);
  });

  test('cross the links that their stretches cross, and acknowledgments the same way back', () => {
    const recorder = new Recorder(metrics);
    const c = recorder.openConnection({ transport: 'tcp', client: 0, clientPort: 9, server: 1, serverPort: 80, at: 0, clientIsn: 7 });
    recorder.establishConnection(c, 20 * MILLISECOND);
    const info = { protocol: 'bulk', kind: 'content', label: '' };
    recorder.sendMessage(30 * MILLISECOND, 1, 0, c, { seed: 3, offset: 0, length: 100_000 }, info, 0, 0);
    // The server's bytes cross the link from its b, the server, to its a, another host, 2 ms after they went out; 10 ms in all.
    for (const [start, at] of [
      [0, 30],
      [50_000, 80],
    ] as const) {
      const row = recorder.flow(c, true, at * MILLISECOND, (at + 20) * MILLISECOND, start, 50_000, 10 * MILLISECOND, 0);
      recorder.crossLink(-1 - row, 0, true, (at + 2) * MILLISECOND);
    }
    recorder.closeConnection(c, 200 * MILLISECOND, 'closed');
    const flows = { ...runOf(recorder), links: [{ a: 2, b: 1 }] };
    const view = withSegments(flows);
    const crossed = capturedPackets(view, -1, [1, 2]);
    expect(crossed.length).toBe(view.packets.rows);
    for (const { packet, at } of crossed) {
      const { sentAt, receivedAt, length, fromServer } = view.packets;
      if (length[packet]! > 0) expect(at - sentAt[packet]!).toBe(2 * MILLISECOND);
      if (fromServer[packet] === 0) expect(at - sentAt[packet]!).toBe(8 * MILLISECOND);
      expect(at).toBeLessThanOrEqual(receivedAt[packet]!);
    }
    const capture = writePcapng(flows, { link: ['server', 'other'] });
    expect(tshark(capture, ['frame.number'], `${BROKEN} or tcp.analysis.flags`)).toEqual([]);
  });

  test('are not asked for where a run has its packets', () => {
    const packets = { ...run(), fidelity: 'packets' as const };
    expect(withSegments(packets)).toBe(packets);
  });
});
