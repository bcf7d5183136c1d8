import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { metrics } from '../../metrics.ts';
import { MILLISECOND } from '../../quantities.ts';
import { Recorder } from '../../recorder.ts';
import { capturedPackets } from './captured.ts';
import { type CaptureOptions, type CaptureTables, linkNames, writePcapng } from './pcapng.ts';

/** What Wireshark makes of a capture: one line a frame that passes the filter, the asked fields separated by tabs. */
function tshark(capture: Uint8Array, fields: readonly string[], filter?: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'capture-'));
  try {
    const file = join(folder, 'capture.pcapng');
    writeFileSync(file, capture);
    const checks = ['ip.check_checksum', 'tcp.check_checksum', 'udp.check_checksum'].flatMap((name) => ['-o', `${name}:TRUE`]);
    const shown = [...(filter ? ['-Y', filter] : []), '-T', 'fields', ...fields.flatMap((field) => ['-e', field])];
    const output = execFileSync('tshark', ['-n', '-r', file, ...checks, ...shown], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 1 << 28,
    });
    return output.split('\n').filter((line) => line !== '');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * `west` asks `east` four times over a link: one question arrives twice, one is dropped at a full queue, one is lost to a failing
 * line after it crossed the link, and the last is on its way when the run ends. `north` asks over no link.
 */
function questions(): CaptureTables {
  const recorder = new Recorder(metrics);
  const ms = (value: number) => value * MILLISECOND;
  const ask = (client: number, port: number, at: number) => {
    const connection = recorder.openConnection({ transport: 'udp', client, clientPort: port, server: 1, serverPort: 7778, at: ms(at) });
    const info = { protocol: 'echo', kind: 'question', label: 'who?' };
    const message = recorder.sendMessage(ms(at), client, 1, connection, new Uint8Array(4), info, 0, 0);
    const no = {
      fromServer: false,
      flags: 0,
      sequence: 0,
      acknowledgment: 0,
      window: 0,
      streamStart: 0,
      retransmission: false,
      options: null,
    };
    return recorder.sendPacket({ ...no, connection, length: 4, message }, ms(at), 0);
  };
  const twice = ask(0, 1, 0);
  recorder.crossLink(twice, 1, true, ms(1));
  const copy = recorder.copyPacket(twice, ms(1));
  recorder.crossLink(copy, 0, false, ms(2));
  recorder.receivePacket(twice, ms(5));
  recorder.receivePacket(copy, ms(6));
  recorder.losePacket(ask(0, 2, 10), 'queue full');
  const failing = ask(0, 3, 20);
  recorder.crossLink(failing, 1, true, ms(21));
  recorder.losePacket(failing, 'line down');
  recorder.receivePacket(ask(2, 4, 20.5), ms(25));
  ask(0, 5, 30);
  const hosts = ['west', 'east', 'north'].map((name, i) => ({ name, address: `10.0.0.${i + 1}`, implicit: false }));
  const step = {
    text: 'west asks',
    at: { source: 0, start: 0, end: 0 },
    parent: -1,
    startedAt: 0,
    endedAt: 0,
    outcome: '',
    succeeded: true,
  };
  const links = [
    { a: 1, b: 2 },
    { a: 1, b: 0 },
  ];
  return { ...recorder.tables(), hosts, links, steps: [step], title: 'questions' };
}

const run = questions();
const frames = (options: CaptureOptions) =>
  tshark(writePcapng(run, options), ['frame.time_relative', 'udp.srcport', 'frame.comment', 'frame.interface_name']).map((line) =>
    line.split('\t'),
  );
const ports = (options: CaptureOptions) => frames(options).map(([, port]) => Number(port));

describe('a capture', () => {
  test('of everything holds what hosts sent, and says what did not arrive', () => {
    const told = frames({});
    expect(told.map(([, port]) => Number(port))).toEqual([1, 2, 3, 4, 5]);
    expect(told.map(([, , comment]) => comment)).toEqual([
      'west asks',
      'west asks,lost: queue full',
      'west asks,lost: line down',
      'west asks',
      'west asks,under way when the run ended',
    ]);
  });

  test('of a host holds a copy that the network made where it arrives, not where it was never sent', () => {
    expect(ports({ host: 'east' })).toEqual([1, 1, 4]);
    expect(ports({ host: 'west' })).toEqual([1, 2, 3, 5]);
  });

  test('of a link holds what crossed it, either way, when it did', () => {
    const told = frames({ link: ['west', 'east'] });
    expect(told.map(([time, port, , name]) => [time, port, name])).toEqual([
      ['0.000000000', '1', 'west <-> east'],
      ['0.020000000', '3', 'west <-> east'],
    ]);
    expect(ports({ link: ['east', 'west'] })).toEqual([1, 3]);
    expect(ports({ link: ['north', 'east'] })).toEqual([1]);
  });

  test('of what the run does not have is refused in words that help', () => {
    expect(() => writePcapng(run, { host: 'nobody' })).toThrow('there is no host “nobody” in this run');
    expect(() => writePcapng(run, { link: ['west', 'nobody'] })).toThrow('there is no host “nobody” in this run');
    expect(() => writePcapng(run, { link: ['west', 'north'] })).toThrow(
      'there is no link between “west” and “north” in this run; its links are east,north and east,west',
    );
    expect(() => writePcapng({ ...run, links: [] }, { link: ['west', 'north'] })).toThrow('it has no links');
    expect(() => writePcapng(run, { host: 'west', link: ['west', 'east'] })).toThrow('not of both');
  });
});

test('links are told by the names of their ends', () => {
  expect(linkNames(run)).toEqual([
    ['east', 'north'],
    ['east', 'west'],
  ]);
});

test('packets of one time stand in the order in which they were sent', () => {
  const at = run.packets.sentAt.map(() => 7);
  const same = { ...run, packets: { ...run.packets, sentAt: at } };
  expect(capturedPackets(same, -1).map(({ packet }) => packet)).toEqual([0, 2, 3, 4, 5]);
});
