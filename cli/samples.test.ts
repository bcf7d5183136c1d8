/** Every sample is a test: it has no problems, its checks hold with this seed and others, it runs the same twice, and Wireshark agrees with its capture. */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bytesOf } from '../engines/content.ts';
import { bytesOfAll } from '../engines/contents.ts';
import { generatedObject, generatedPage } from '../engines/http/page.ts';
import type { WebsiteService } from '../engines/http/scenario.ts';
import { seedOf } from '../engines/http/website.ts';
import { contentOf, innerContentOf, innerOf } from '../engines/message-content.ts';
import { followed, followOptions } from '../engines/network/capture/follow-for-tests.ts';
import { capturedPackets, writePcapng } from '../engines/network/capture/pcapng.ts';
import { withSegments } from '../engines/network/capture/segments.ts';
import { streamIndex } from '../engines/network/capture/streams.ts';
import { bytesOfOctets, octetsOf } from '../engines/network/octets.ts';
import type { Run } from '../engines/run.ts';
import type { Scenario } from '../engines/scenario.ts';
import { DEFAULT_LIMITS, simulate } from '../engines/simulation.ts';
import { pointCount } from '../engines/sweep/plan.ts';
import { runPoint, sweepOf } from '../server/language/swept-point.ts';
import { loadProgram } from './program.ts';

const SAMPLES = new URL('../samples/', import.meta.url).pathname;
const samples = readdirSync(SAMPLES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.netscenario') || name.endsWith('.netscenario.md'))
  .sort();

const folder = mkdtempSync(join(tmpdir(), 'netscenario-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** What tests of one sample after another share: the program, and its run with its own seed. */
let shared: { readonly name: string; readonly program: ReturnType<typeof loadProgram>; run: Run | null } | null = null;

function programOf(name: string): ReturnType<typeof loadProgram> {
  if (shared?.name !== name) shared = { name, program: loadProgram(join(SAMPLES, name)), run: null };
  return shared.program;
}

async function runOf(name: string): Promise<Run> {
  const { scenario } = (await programOf(name)).compilation;
  const at = shared as NonNullable<typeof shared>;
  at.run ??= simulate(scenario);
  return at.run;
}

/** Files of captures that were written already. */
const captures = new WeakMap<Run, string>();

/** tshark's lines for a capture of everything, with every checksum verified. */
function tshark(run: Run, ...words: string[]): string[] {
  const file = captures.get(run) ?? join(folder, `${run.fingerprint}.pcapng`);
  if (!captures.has(run)) writeFileSync(file, writePcapng(run));
  captures.set(run, file);
  return read(file, words);
}

/** The same for what one host sees. */
function tsharkAt(run: Run, host: string, ...words: string[]): string[] {
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
function dissected(run: Run, fields: readonly string[]): Frame[] {
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
const WRONG = ['_ws.malformed', '_ws.short', ...CHECKSUMS];
const isWrong = (frame: Frame): boolean =>
  frame('_ws.malformed').length > 0 || frame('_ws.short').length > 0 || CHECKSUMS.some((field) => frame(field).includes(BAD));

/** Fields that hold a command, by protocol. */
const COMMANDS = {
  smtp: 'smtp.command_line',
  ftp: 'ftp.request.command',
  pop3: 'pop.request.command',
  imap: 'imap.request',
} as const;

const FLAGS = ['frame.number', 'tcp.analysis.flags', '_ws.expert.message'];
const flaggedAmong = (frames: readonly Frame[]): string[] =>
  frames
    .filter((frame) => frame('tcp.analysis.flags').length > 0)
    .map((frame) => `${frame('frame.number')[0]}\t${frame('_ws.expert.message').join(',')}`);

/**
 * What Wireshark's analysis of TCP flags, without a reason in the run: a retransmission must be one, and a duplicate
 * acknowledgment or a gap must come after a packet of the other side was lost or sent again; ports that are used again must have been
 * drawn twice, the first connection being over by then. The capture has a frame a packet.
 */
function unexplainedFlags(run: Run, flagged: readonly string[]): string[] {
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

it('there are samples', () => expect(samples.length).toBeGreaterThan(3));

describe.each(samples)('%s', (name) => {
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

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe.each(samples.filter((name) => name.startsWith('ftp/')))('%s', (name) => {
  it('moves files that tshark finds on their data connections, octet for octet', async () => {
    const run = await runOf(name);
    const { messages, connections, packets, strings } = run;
    const tcp = Array.from(connections.transport.keys()).filter((row) => strings[connections.transport[row]!] === 'tcp');
    const data = tcp.filter((row) => strings[connections.protocol[row]!] === 'ftp-data');
    const carries = (row: number, protocol: string) =>
      [...messages.connection.keys()].some(
        (message) => messages.connection[message] === row && innerOf(run, message)?.protocol === protocol,
      );
    /** Over TLS: tshark finds them by the commands that it has opened, and what it exports of them are records. */
    const secured = tcp.filter((row) => carries(row, 'ftp-data'));
    const contents = data.map((row) => {
      const rows = [...messages.connection.keys()].filter((message) => messages.connection[message] === row);
      return Buffer.concat(rows.map((message) => bytesOf(streamIndex(run).contentOf(message))));
    });
    const objects = join(folder, `${run.fingerprint}.objects`);
    // Where a NAT stands between, each side knows the connection by other endpoints: the client's is one whole.
    const translated = tcp.some((row) => connections.clientSeen[row] !== connections.client[row]);
    const client = run.hosts[connections.client[tcp[0]!]!]!.name;
    const look = (...words: string[]) => (translated ? tsharkAt(run, client, ...words) : tshark(run, ...words));
    const found = look(
      '-Y',
      'ftp-data',
      '-T',
      'fields',
      '-e',
      'tcp.stream',
      '-e',
      'ftp-data.setup-method',
      '-e',
      'ftp-data.command',
      '--export-objects',
      `ftp-data,${objects}`,
    );
    const setUp = new Map(
      found.map((line) => {
        const [stream, method, command] = line.split('\t') as [string, string, string];
        return [Number(stream), { method, command }];
      }),
    );
    // Wireshark has followed the PORT command or the reply to PASV or EPSV to each of them.
    const inOrder = [...data, ...secured].map((row) => tcp.indexOf(row)).sort((a, b) => a - b);
    expect([...setUp.keys()]).toEqual(inOrder);
    expect([...setUp.values()].every(({ method }) => ['PORT', 'PASV', 'EPASV'].includes(method))).toBe(true);
    const streams = data.map((row) => tcp.indexOf(row));
    const arrived = followed(look(...followOptions(streams)), streams);
    arrived.forEach((stream, i) => {
      const whole = strings[connections.ending[data[i]!]!] === 'closed';
      expect(contents[i]!.subarray(0, whole ? contents[i]!.length : stream.length).equals(stream), `data connection ${i + 1}`).toBe(true);
    });
    // It exports what RETR and STOR moved: each file once, octet for octet.
    const isFile = (row: number) => /^(RETR|STOR) /.test(setUp.get(tcp.indexOf(row))?.command ?? '');
    const again = (row: number) => [...packets.connection.keys()].some((i) => packets.connection[i] === row && packets.retransmission[i]);
    const exported = readdirSync(objects).map((file) => digest(readFileSync(join(objects, file))));
    const exact = data.flatMap((row, i) => (isFile(row) && !again(row) ? [digest(arrived[i]!)] : []));
    const left = [...exported];
    for (const one of exact) {
      expect(left).toContain(one);
      left.splice(left.indexOf(one), 1);
    }
    // Those in which something was sent again hold it twice, as Wireshark does not put segments in order there; of those over TLS, it
    // exports records.
    expect(left).toHaveLength(data.filter((row) => isFile(row) && again(row)).length + secured.filter(isFile).length);
    expect(exported.length).toBeGreaterThan(0);
  });
});

/** What a website has or had at a path: a version more for each time that it was published. */
function held({ services, steps }: Scenario, name: string, path: string): Uint8Array[] {
  const site = services.find((one): one is WebsiteService => one.kind === 'http.website' && one.name === name);
  const resource = site?.resources.find((one) => one.path === path);
  if (!resource) return [];
  if (resource.content.kind === 'bytes') return [resource.content.bytes];
  const versions = [resource.content.size];
  for (const { action } of steps)
    if (action.kind === 'http.publish' && action.site === name && action.path === path) versions.push(action.size ?? versions.at(-1)!);
  return versions.map((size, i) => {
    const seed = seedOf(`${name} ${path} ${i + 1}`);
    const page = resource.type.startsWith('text/html');
    return bytesOfAll(page ? generatedPage(name + path, resource.embeds, seed, size) : generatedObject(resource.type, seed, size));
  });
}

/** The contents that each response may have, in their order; null for those without any. */
function delivered(run: Run, scenario: Scenario): (Uint8Array[] | null)[] {
  const { messages, strings } = run;
  const asked = new Map<number, string[]>();
  return [...messages.kind.keys()].flatMap((row): (Uint8Array[] | null)[] => {
    const { protocol, kind } = innerOf(run, row) ?? { protocol: strings[messages.protocol[row]!], kind: strings[messages.kind[row]!] };
    if (protocol !== 'http' || (kind !== 'request' && kind !== 'response')) return [];
    const octets = octetsOf(bytesOf(innerContentOf(run, row) ?? contentOf(run, row)));
    const waiting = asked.get(messages.connection[row]!) ?? [];
    asked.set(messages.connection[row]!, waiting);
    if (kind === 'request') {
      waiting.push(octets);
      return [];
    }
    const question = waiting.shift()!;
    const [method, target = ''] = question.split(' ');
    const { host, path } = /^(?:http:\/\/(?<host>[^/]+))?(?<path>\/.*)$/.exec(target)!.groups!;
    const site = host ?? /^Host: (.*)\r$/m.exec(question)?.[1];
    if (method !== 'GET' || octets.startsWith('HTTP/1.1 304')) return [null];
    if (octets.startsWith('HTTP/1.1 200')) return [held(scenario, site!, path!)];
    return [[bytesOfOctets(octets.slice(octets.indexOf('\r\n\r\n') + 4))]];
  });
}

describe.each(samples.filter((name) => name.startsWith('http/')))('%s', (name) => {
  it('brings what the websites hold, octet for octet, as tshark takes it out of the capture', async () => {
    const { scenario } = (await programOf(name)).compilation;
    const run = await runOf(name);
    const missing = delivered(run, scenario).filter((contents) => contents !== null);
    const objects = join(folder, `${run.fingerprint}.web`);
    tshark(run, '-q', '--export-objects', `http,${objects}`);
    const exported = readdirSync(objects);
    expect(exported.length).toBeGreaterThan(0);
    for (const file of exported) {
      const bytes = readFileSync(join(objects, file));
      const found = missing.findIndex((contents) => contents.some((content) => bytes.equals(content)));
      expect(found, file).toBeGreaterThanOrEqual(0);
      missing.splice(found, 1);
    }
    expect(missing).toEqual([]);
  });
});

it('the six numbers that the lesson on active mode explains are those of its run', async () => {
  const name = join(SAMPLES, 'ftp/01-active.netscenario.md');
  const { connections, messages, strings } = simulate((await loadProgram(name)).compilation.scenario);
  const [port] = [...messages.label].map((label) => strings[label]!).filter((label) => label.startsWith('PORT'));
  expect(readFileSync(name, 'utf8')).toContain(`\`${port}\` the port is 206 × 256 + 211 = ${connections.serverPort[1]}`);
});

it('a flag without a reason in the run is seen', async () => {
  const run = simulate((await loadProgram(join(SAMPLES, '01-mail-walkthrough.netscenario.md'))).compilation.scenario);
  const flagged = flaggedAmong(dissected(run, FLAGS));
  expect(run.statistics.retransmissions).toBeGreaterThan(0);
  expect(flagged.length).toBeGreaterThanOrEqual(run.statistics.retransmissions);
  const { retransmission, rows } = run.packets;
  const denied = { ...run, packets: { ...run.packets, retransmission: new Uint8Array(rows) } };
  expect(unexplainedFlags(denied, flagged).length).toBe(retransmission.reduce((sum, each) => sum + each, 0));
});

it('a wrong octet in a capture is seen', async () => {
  const run = simulate((await loadProgram(join(SAMPLES, '01-mail-walkthrough.netscenario.md'))).compilation.scenario);
  expect(dissected(run, WRONG).filter(isWrong)).toEqual([]);
  const bytes = writePcapng(run);
  bytes[octetsOf(bytes).indexOf('HELO')]! ^= 1;
  const file = join(folder, 'wrong.pcapng');
  writeFileSync(file, bytes);
  const spoilt = { ...run };
  captures.set(spoilt, file);
  expect(dissected(spoilt, WRONG).filter(isWrong)).toHaveLength(1);
});

it('the textbook’s SMTP dialogue comes out of the mail walk-through, word for word', async () => {
  const run = simulate((await loadProgram(join(SAMPLES, 'mail-walkthrough.netscenario'))).compilation.scenario);
  const { messages, hosts, strings, bytes } = run;
  const server = hosts.findIndex(({ name }) => name === 'mail.hamburger.edu');
  const spoken: string[] = [];
  for (let i = 0; i < messages.rows; i++) {
    if (strings[messages.protocol[i]!] !== 'smtp') continue;
    if (messages.from[i] !== server && messages.to[i] !== server) continue;
    const start = messages.start[i]!;
    const text = new TextDecoder().decode(bytes.subarray(start, start + messages.length[i]!));
    expect(text.endsWith('\r\n')).toBe(true);
    for (const line of text.slice(0, -2).split('\r\n')) spoken.push(`${messages.from[i] === server ? 'S' : 'C'}: ${line}`);
  }
  expect(spoken).toEqual([
    'S: 220 hamburger.edu',
    'C: HELO crepes.fr',
    'S: 250 Hello crepes.fr, pleased to meet you',
    'C: MAIL FROM: <alice@crepes.fr>',
    'S: 250 alice@crepes.fr... Sender ok',
    'C: RCPT TO: <bob@hamburger.edu>',
    'S: 250 bob@hamburger.edu ... Recipient ok',
    'C: DATA',
    'S: 354 Enter mail, end with "." on a line by itself',
    'C: Do you like ketchup?',
    'C: How about pickles?',
    'C: .',
    'S: 250 Message accepted for delivery',
    'C: QUIT',
    'S: 221 hamburger.edu closing connection',
  ]);
});

it.each(['iterated', 'recursive'])('the %s query is the textbook’s eight messages, in order', async (walk) => {
  const run = simulate((await loadProgram(join(SAMPLES, `dns/${walk}.netscenario`))).compilation.scenario);
  const { messages, hosts } = run;
  const seen = Array.from({ length: messages.rows }, (_, i) => `${hosts[messages.from[i]!]!.name} → ${hosts[messages.to[i]!]!.name}`);
  const [host, local, root, tld, authoritative] = [
    'engineering.nyu.edu',
    'dns.nyu.edu',
    'a.root-servers.net',
    'a.edu-servers.net',
    'dns.cs.umass.edu',
  ];
  const legs =
    walk === 'iterated'
      ? [
          [host, local],
          [local, root],
          [root, local],
          [local, tld],
          [tld, local],
          [local, authoritative],
          [authoritative, local],
          [local, host],
        ]
      : [
          [host, local],
          [local, root],
          [root, tld],
          [tld, authoritative],
          [authoritative, tld],
          [tld, root],
          [root, local],
          [local, host],
        ];
  expect(seen).toEqual(legs.map(([from, to]) => `${from} → ${to}`));
});
