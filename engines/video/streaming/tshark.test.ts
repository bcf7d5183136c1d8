/** What a stream sends, as tshark reads it. Needs tshark on the machine. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writePcapng } from '../../network/capture/pcapng.ts';
import type { Run } from '../../run.ts';
import { last, run, step, streamForTests } from './scenario-for-tests.ts';

const present = spawnSync('tshark', ['--version']).status === 0;

function tshark(made: Run, ...options: string[]): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'video-'));
  try {
    const file = join(folder, 'run.pcapng');
    writeFileSync(file, writePcapng(made));
    const checks = ['ip.check_checksum', 'udp.check_checksum', 'tcp.check_checksum'].flatMap((name) => ['-o', `${name}:TRUE`]);
    return execFileSync('tshark', ['-r', file, ...checks, ...options], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
      .split('\n')
      .filter((line) => line !== '');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const fields = (made: Run, filter: string, ...names: string[]) =>
  tshark(made, '-Y', filter, '-T', 'fields', ...names.flatMap((name) => ['-e', name]));
const WRONG = '_ws.malformed || _ws.expert.severity >= error || ip.checksum.status == "Bad" || udp.checksum.status == "Bad"';

describe.skipIf(!present)('tshark', () => {
  // It knows the ports from the SETUP: nobody tells it what is RTP.
  test('takes the datagrams for RTP, one number after the other, a picture each', () => {
    const made = run([step(streamForTests())]);
    const packets = fields(made, 'rtp', 'rtp.version', 'rtp.p_type', 'rtp.seq', 'rtp.timestamp', 'rtp.marker').map((line) =>
      line.split('\t'),
    );
    expect(packets).toHaveLength(96);
    packets.forEach(([version, type, sequence, timestamp, marker], i) => {
      expect([version, type]).toEqual(['2', '96']);
      expect(marker).toMatch(/^(1|True)$/);
      expect((Number(sequence) - Number(packets[0]![2]) + 0x10000) % 0x10000).toBe(i);
      expect((Number(timestamp) - Number(packets[0]![3]) + 2 ** 32) % 2 ** 32).toBe(i * 3750);
    });
    expect(tshark(made, '-Y', WRONG)).toEqual([]);
  });

  test('reads the requests, the description, the report and the farewell', () => {
    const made = run([step(streamForTests())]);
    expect(fields(made, 'rtsp.request', 'rtsp.method')).toEqual(['DESCRIBE', 'SETUP', 'PLAY', 'TEARDOWN']);
    expect(fields(made, 'rtsp.response', 'rtsp.status')).toEqual(['200', '200', '200', '200']);
    expect(fields(made, 'sdp', 'sdp.session_name')).toEqual(['bounce']);
    expect(fields(made, 'rtcp', 'rtcp.pt', 'rtcp.sender.packetcount', 'rtcp.sdes.text')).toEqual(['200,202,203\t96\tnetscenario']);
  });

  test('reads lists of lost packets, and what is sent again', () => {
    const made = run([step(streamForTests({ loss: 'retransmit' }))], { loss: 0.05 });
    const lists = fields(made, 'rtcp.pt == 205', 'rtcp.rtpfb.fmt', 'rtcp.rtpfb.nack_pid');
    expect(lists.length).toBeGreaterThan(0);
    expect(lists.every((line) => /^1\t\d+/.test(line))).toBe(true);
    const again = fields(made, 'rtp.p_type == 98', 'rtp.seq');
    expect(again.length).toBeGreaterThan(0);
    expect(last(made, 'missed frames')).toBe(0);
    expect(tshark(made, '-Y', WRONG)).toEqual([]);
  });

  test('finds the packets between the messages', () => {
    const made = run([step(streamForTests({ transport: 'tcp' }))]);
    const packets = fields(made, 'rtp', 'rtp.seq').flatMap((line) => line.split(','));
    expect(packets).toHaveLength(96);
    expect(fields(made, 'rtsp.request', 'rtsp.method').flatMap((line) => line.split(','))).toEqual([
      'DESCRIBE',
      'SETUP',
      'PLAY',
      'TEARDOWN',
    ]);
    expect(tshark(made, '-Y', WRONG)).toEqual([]);
  });
});
