/** What every sample is held to: it has no problems, its checks hold with this seed and others, it runs the same twice, and Wireshark agrees with its capture. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { capturedPackets, writePcapng } from '../engines/network/capture/pcapng.ts';
import { withSegments } from '../engines/network/capture/segments.ts';
import type { Run } from '../engines/run.ts';
import { DEFAULT_LIMITS, simulate } from '../engines/simulation.ts';
import { pointCount } from '../engines/sweep/plan.ts';
import { runPoint, sweepOf } from '../server/language/swept-point.ts';
import { loadProgram } from './program.ts';

export const SAMPLES = new URL('../samples/', import.meta.url).pathname;
export const samples = readdirSync(SAMPLES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.netscenario') || name.endsWith('.netscenario.md'))
  .sort();

/** Where captures lie while a file's tests run. */
let folder = '';

/** To be called by each file that looks at runs: modules outlive the files. */
export function withCaptures(): void {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'netscenario-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
    shared = null;
  });
}

/** A place for what is taken out of a capture. */
export const besideCaptures = (name: string): string => join(folder, name);

/** What tests of one sample after another share: the program, and its run with its own seed. */
let shared: { readonly name: string; readonly program: ReturnType<typeof loadProgram>; run: Run | null } | null = null;

export function programOf(name: string): ReturnType<typeof loadProgram> {
  if (shared?.name !== name) shared = { name, program: loadProgram(join(SAMPLES, name)), run: null };
  return shared.program;
}

export async function runOf(name: string): Promise<Run> {
  const { scenario } = (await programOf(name)).compilation;
  const at = shared as NonNullable<typeof shared>;
  at.run ??= simulate(scenario);
  return at.run;
}

/** Files of captures that were written already. */
export const captures = new WeakMap<Run, string>();

/** tshark's lines for a capture of everything, with every checksum verified. */
export function tshark(run: Run, ...words: string[]): string[] {
  const file = captures.get(run) ?? join(folder, `${run.fingerprint}.pcapng`);
  if (!captures.has(run)) writeFileSync(file, writePcapng(run));
  captures.set(run, file);
  return read(file, words);
}

/** The same for what one host sees. */
export function tsharkAt(run: Run, host: string, ...words: string[]): string[] {
  const file = join(folder, `${run.fingerprint}.${host}.pcapng`);
  writeFileSync(file, writePcapng(run, { host }));
  return read(file, words);
}

/** Ports of what Wireshark has no dissector for: it would guess at a protocol by the first bytes. */
const UNDISSECTED: Readonly<Record<string, number>> = { discard: 9, bitmessage: 8444 };

function read(file: string, words: readonly string[]): string[] {
  const validation = ['ip.check_checksum', 'tcp.check_checksum', 'udp.check_checksum'].flatMap((name) => ['-o', `${name}:TRUE`]);
  const undissected = Object.values(UNDISSECTED).flatMap((port) => ['-d', `tcp.port==${port},data`]);
  // Else it takes the characters of base64 for what they stand for.
  const decoding = ['-o', 'mime_multipart.remove_base64_encoding:TRUE'];
  return execFileSync('tshark', ['-r', file, ...undissected, ...decoding, ...validation, ...words], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: 2 ** 28,
  })
    .split('\n')
    .filter((line) => line !== '');
}

/** What Wireshark calls a protocol, where it does not call it as we do. */
const SHOWN: Readonly<Record<string, string>> = { pop3: 'pop', 'bittorrent-data': 'bittorrent' };

/** One line of what tshark makes of a capture, a frame each: the values of a field, as many as the frame has of it. */
type Frame = (field: string) => readonly string[];

/** The fields of all frames, in one look: what takes time is to dissect them. */
export function dissected(run: Run, fields: readonly string[]): Frame[] {
  const places = new Map(fields.map((field, i) => [field, i]));
  // Else a message whose segments arrive out of their order is said to overlap itself.
  const inOrder = ['-o', 'tcp.reassemble_out_of_order:TRUE'];
  const separated = ['-T', 'fields', '-E', 'occurrence=a', '-E', `aggregator=${SEPARATOR}`];
  const lines = tshark(run, ...inOrder, ...separated, ...fields.flatMap((field) => ['-e', field]));
  return lines.map((line) => {
    const values = line.split('\t').map((value) => (value === '' ? [] : value.split(SEPARATOR)));
    return (field) => values[places.get(field) as number] ?? [];
  });
}

/** Occurs in no field of a sample. */
const SEPARATOR = '\x1f';

const CHECKSUMS = ['ip.checksum.status', 'tcp.checksum.status', 'udp.checksum.status'];
/** Of these fields: wrong. */
const BAD = '0';
export const WRONG = ['_ws.malformed', '_ws.short', ...CHECKSUMS];
export const isWrong = (frame: Frame): boolean =>
  frame('_ws.malformed').length > 0 || frame('_ws.short').length > 0 || CHECKSUMS.some((field) => frame(field).includes(BAD));

/** Fields that hold a command, by protocol. */
const COMMANDS = {
  smtp: 'smtp.command_line',
  ftp: 'ftp.request.command',
  pop3: 'pop.request.command',
  imap: 'imap.request',
} as const;

export const FLAGS = ['frame.number', 'tcp.analysis.flags', '_ws.expert.message'];
export const flaggedAmong = (frames: readonly Frame[]): string[] =>
  frames
    .filter((frame) => frame('tcp.analysis.flags').length > 0)
    .map((frame) => `${frame('frame.number')[0]}\t${frame('_ws.expert.message').join(',')}`);

/**
 * What Wireshark's analysis of TCP flags, without a reason in the run: a retransmission must be one, and a duplicate
 * acknowledgment or a gap must come after a packet of the other side was lost or sent again; ports that are used again must have been
 * drawn twice, the first connection being over by then. The capture has a frame a packet.
 */
export function unexplainedFlags(run: Run, flagged: readonly string[]): string[] {
  const { packets } = run;
  const order = capturedPackets(run, -1);
  return flagged.filter((line) => {
    const frame = Number(line.split('\t')[0]) - 1;
    const { packet } = order[frame]!;
    if (/retransmission/i.test(line)) return packets.retransmission[packet] !== 1;
    if (/same ports as an earlier session/.test(line)) return !portsAgain(run, packets.connection[packet]!);
    // A duplicate acknowledgment that offers another window than the one before it is called a window update.
    if (!/duplicate ack|window update|out-of-order|previous segment|acked unseen/i.test(line)) return true;
    return !order.slice(0, frame).some(({ packet: earlier }) => {
      if (packets.connection[earlier] !== packets.connection[packet]) return false;
      return Number.isNaN(packets.receivedAt[earlier]!) || packets.retransmission[earlier] === 1;
    });
  });
}

/** Whether a connection has the endpoints of one that was closed before it began: of hundreds, a few draw the same port. */
function portsAgain({ connections: c }: Run, again: number): boolean {
  return [...c.openedAt.keys()].some(
    (row) =>
      row !== again &&
      c.closedAt[row]! <= c.openedAt[again]! &&
      [c.client, c.clientPort, c.server, c.serverPort, c.transport].every((column) => column[row] === column[again]),
  );
}

/**
 * What has a file of its own, as it takes the longest: the files share the work among the processors. All the rest is in samples.test.ts.
 */
const APART = ['mail', 'p2p', 'cdn', 'video'] as const;
type Family = (typeof APART)[number];

const familyOf = (name: string): string => name.split('/')[0]!;

export const testSamplesOf = (...families: Family[]): void =>
  testSamples(samples.filter((name) => families.some((family) => family === familyOf(name))));
export const testOtherSamples = (): void => testSamples(samples.filter((name) => !APART.some((family) => family === familyOf(name))));

function testSamples(names: readonly string[]): void {
  withCaptures();

  it('there are samples', () => expect(names.length).toBeGreaterThan(3));

  describe.each(names)('%s', (name) => {
    it('has no errors or warnings', async () => {
      const { compilation } = await programOf(name);
      expect(compilation.diagnostics.filter(({ severity }) => severity === 'error' || severity === 'warning')).toEqual([]);
    });

    it('holds what it expects, and comes to its end', async () => {
      const run = await runOf(name);
      expect(run.checks.filter(({ passed }) => !passed)).toEqual([]);
      expect(run.checks.length).toBeGreaterThan(0);
      expect(run.steps.filter(({ endedAt }) => Number.isNaN(endedAt))).toEqual([]);
    });

    it('holds what it expects of its sweeps, at each of their points', async () => {
      const { sources, files, compilation } = await programOf(name);
      for (const [index, { text, at, plots, expectations }] of compilation.sweeps.entries()) {
        const cell = sources.findIndex(({ uri }) => uri === compilation.sources[at.source]!.uri);
        const sweep = sweepOf(sources.slice(0, cell + 1), files, index);
        expect(plots.length + expectations.length, text).toBeGreaterThan(0);
        for (let point = 1; point <= pointCount(sweep.plan); point++) {
          const { stopped, checks, measured } = runPoint(sweep, point, DEFAULT_LIMITS);
          expect([stopped, checks.filter(({ passed }) => !passed)], `${text}: ${point}`).toEqual([null, []]);
          for (const plot of measured.values) for (const values of plot) expect(values, `${text}: ${point}`).not.toEqual([]);
        }
      }
    });

    it('holds it by more than luck: with other seeds, too', async () => {
      const { scenario } = (await programOf(name)).compilation;
      for (let seed = 2; seed <= 6; seed++) {
        const failed = simulate({ ...scenario, seed }).checks.filter(({ passed }) => !passed);
        expect(
          failed.map(({ text, measured }) => `${text}: ${measured}`),
          `seed ${seed}`,
        ).toEqual([]);
      }
    });

    it('runs the same twice', async () => {
      const { fingerprint } = await runOf(name);
      expect(simulate((await programOf(name)).compilation.scenario).fingerprint).toBe(fingerprint);
    });

    it('gives a capture that tshark has nothing against', async () => {
      const run = await runOf(name);
      const { strings } = run;
      const segmented = withSegments(run);
      const protocols = [...new Set(run.messages.protocol)].map((protocol) => strings[protocol]!);
      const shown = (protocol: string) => SHOWN[protocol] ?? protocol;
      const frames = dissected(run, [
        ...FLAGS,
        ...WRONG,
        'tcp.port',
        'data',
        'dns.flags.response',
        'dns.qry.name',
        ...Object.values(COMMANDS),
        ...protocols.filter((protocol) => !(protocol in UNDISSECTED)).map(shown),
      ]);
      expect(frames).toHaveLength(capturedPackets(segmented, -1).length);
      expect(frames.filter(isWrong).map((frame) => frame('frame.number'))).toEqual([]);
      expect(unexplainedFlags(segmented, flaggedAmong(frames))).toEqual([]);
      // What is not dissected is never malformed: every message must be there under its protocol's name.
      for (const protocol of protocols) {
        const port = UNDISSECTED[protocol];
        const carries = (frame: Frame) =>
          port === undefined ? frame(shown(protocol)).length > 0 : frame('tcp.port').includes(String(port)) && frame('data').length > 0;
        expect(frames.some(carries), protocol).toBe(true);
      }
      const labels = (protocol: string, kind: string) =>
        [...run.messages.kind].flatMap((k, i) =>
          strings[k] === kind && strings[run.messages.protocol[i]!] === protocol && !Number.isNaN(run.messages.receivedAt[i])
            ? [strings[run.messages.label[i]!]!]
            : [],
        );
      for (const [protocol, field] of Object.entries(COMMANDS)) {
        const commands = frames.flatMap((frame) => frame(field)).join(' ');
        for (const label of labels(protocol, 'command')) expect(commands).toContain(label.split(' ')[0]);
      }
      const queried = frames.filter((frame) => frame('dns.flags.response').includes('0') && frame('dns.qry.name').length > 0);
      expect(queried.length).toBe([...run.messages.kind].filter((k) => strings[k]!.startsWith('query')).length);
    });
  });
}
