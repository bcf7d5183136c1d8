/** What we send, as tshark reads it. Needs tshark on the machine. */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../content.ts';
import { followed, followOptions } from '../network/capture/follow-for-tests.ts';
import { writePcapng } from '../network/capture/pcapng.ts';
import { streamIndex } from '../network/capture/streams.ts';
import type { Run } from '../run.ts';
import { simulate } from '../simulation.ts';
import type { DataMode, FtpOperation } from './scenario.ts';
import { ftpScenario, get, put, say, session } from './scenario-for-tests.ts';

const present = spawnSync('tshark', ['--version']).status === 0;

/** tshark's lines, and the files that it found, by name. */
function tshark(run: Run, ...options: string[]): { lines: string[]; files: Map<string, Uint8Array> } {
  const folder = mkdtempSync(join(tmpdir(), 'ftp-'));
  try {
    const file = join(folder, 'run.pcapng');
    const objects = join(folder, 'objects');
    writeFileSync(file, writePcapng(run));
    const checks = ['ip.check_checksum', 'tcp.check_checksum'].flatMap((name) => ['-o', `${name}:TRUE`]);
    const lines = execFileSync('tshark', ['-r', file, '--export-objects', `ftp-data,${objects}`, ...checks, ...options], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      maxBuffer: 2 ** 28,
    })
      .split('\n')
      .filter((line) => line !== '');
    const files = new Map(readdirSync(objects).map((name) => [name, new Uint8Array(readFileSync(join(objects, name)))]));
    return { lines, files };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The octets of each data message, as the run has them. */
function sent(run: Run): Uint8Array[] {
  const { messages, strings } = run;
  const found: Uint8Array[] = [];
  for (let i = 0; i < messages.rows; i++) {
    if (strings[messages.protocol[i]!] === 'ftp-data') found.push(bytesOf(streamIndex(run).contentOf(i)));
  }
  return found;
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const DATA_COMMANDS = ['RETR readme.txt', 'RETR pub/disk.iso', 'LIST', 'NLST pub', 'MLSD', 'STOR up.bin', 'APPE readme.txt', 'STOU'];

const BAD = '_ws.malformed || _ws.expert.severity >= warning || ip.checksum.status == "Bad" || tcp.checksum.status == "Bad"';
const ONE_OF_EACH: readonly FtpOperation[] = [
  { kind: 'working directory' },
  get('readme.txt'),
  get('pub/disk.iso'),
  { kind: 'list', how: 'list', path: null },
  { kind: 'list', how: 'names', path: 'pub' },
  { kind: 'list', how: 'facts', path: null },
  put('up.bin', { source: { kind: 'size', size: 50_000 } }),
  put('up.bin', { how: 'append', as: 'readme.txt' }),
  put('up.bin', { how: 'unique' }),
  { kind: 'make directory', path: 'a "quoted" name' },
  { kind: 'rename', path: 'up.bin', to: 'moved.bin' },
  { kind: 'size', path: 'moved.bin' },
  { kind: 'modified', path: 'moved.bin' },
  { kind: 'delete', path: 'moved.bin' },
  ...['STAT', 'STAT pub', 'FEAT', 'HELP', 'SYST', 'OPTS MLST size;', 'MLST readme.txt', 'ALLO 10', 'MODE S', 'STRU F', 'XYZZY'].map(say),
];

describe.skipIf(!present)('tshark', () => {
  describe.each<DataMode>(['active', 'passive', 'extended active', 'extended passive'])('in %s mode', (mode) => {
    const run = simulate(ftpScenario({ steps: [session(ONE_OF_EACH, { mode })] }));

    test('has nothing against any packet', () => {
      expect(tshark(run, '-Y', BAD).lines).toEqual([]);
    });

    // Wireshark 4.0 names EPSV so, and tells and exports nothing of what EPRT set up, though it dissects it.
    const method = { active: 'PORT', passive: 'PASV', 'extended active': '', 'extended passive': 'EPASV' }[mode];

    test('finds each file and listing on its data connection, octet for octet', () => {
      const fields = ['tcp.stream', 'ftp-data.setup-method', 'ftp-data.command'].flatMap((field) => ['-e', field]);
      const rows = tshark(run, '-Y', 'ftp-data', '-T', 'fields', ...fields).lines.map((line) => line.split('\t'));
      expect(new Set(rows.map((row) => row[1]))).toEqual(new Set([method]));
      const commands = new Map(rows.map(([stream, , command]) => [Number(stream), command]));
      expect([...commands.keys()]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
      if (method !== '') expect([...commands.values()]).toEqual(DATA_COMMANDS);
      const streams = [...commands.keys()];
      const { lines } = tshark(run, ...followOptions(streams));
      expect(followed(lines, streams).map(digest)).toEqual(sent(run).map(digest));
    });

    test.skipIf(method === '')('exports the files that were fetched and stored as they were', () => {
      const { files } = tshark(run);
      const [readme, disk, , , , up] = sent(run) as Uint8Array[];
      const digests = (given: Iterable<Uint8Array>) => [...given].map(digest).sort();
      expect(digests(files.values())).toEqual(digests([readme!, disk!, up!]));
    });

    test('reads the same commands, codes and endpoints', () => {
      const { messages, strings } = run;
      const labels = (kind: string) =>
        [...messages.kind].flatMap((k, i) =>
          strings[k] === kind && strings[messages.protocol[i]!] === 'ftp' ? [strings[messages.label[i]!]!] : [],
        );
      const commands = tshark(run, '-Y', 'ftp.request', '-T', 'fields', '-e', 'ftp.request.command').lines;
      expect(commands).toEqual(labels('command').map((label) => label.split(' ')[0]));
      const codes = tshark(run, '-Y', 'ftp.response.code', '-T', 'fields', '-e', 'ftp.response.code').lines;
      expect(codes.map((code) => code.split(',')[0])).toEqual(labels('reply').map((label) => label.slice(0, 3)));
      if (mode !== 'active' && mode !== 'passive') return;
      const field = mode === 'active' ? 'ftp.active.port' : 'ftp.passive.port';
      const ports = tshark(run, '-Y', field, '-T', 'fields', '-e', field).lines.map(Number);
      const six = labels(mode === 'active' ? 'command' : 'reply').flatMap(
        (label) => /(\d+),(\d+)\)?$/.exec(label)?.slice(1).map(Number) ?? [],
      );
      expect(ports).toEqual(Array.from({ length: six.length / 2 }, (_, i) => six[2 * i]! * 256 + six[2 * i + 1]!));
    });
  });

  test('finds the file of a run with flows as well', () => {
    const run = simulate(ftpScenario({ fidelity: 'flows', steps: [session([get('pub/disk.iso')])] }));
    const { lines, files } = tshark(run, '-Y', BAD);
    expect(lines).toEqual([]);
    expect([...files.values()].map(digest)).toEqual(sent(run).map(digest));
  });
});
