/** Every sample is a test, and some say more than that their checks hold. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bytesOf } from '../engines/content.ts';
import { bytesOfAll } from '../engines/contents.ts';
import { generatedObject, generatedPage } from '../engines/http/page.ts';
import type { WebsiteService } from '../engines/http/scenario.ts';
import { seedOf } from '../engines/http/website.ts';
import { contentOf, innerContentOf, innerOf } from '../engines/message-content.ts';
import { followed, followOptions } from '../engines/network/capture/follow-for-tests.ts';
import { writePcapng } from '../engines/network/capture/pcapng.ts';
import { streamIndex } from '../engines/network/capture/streams.ts';
import { bytesOfOctets, octetsOf } from '../engines/network/octets.ts';
import type { Run } from '../engines/run.ts';
import type { Scenario } from '../engines/scenario.ts';
import { simulate } from '../engines/simulation.ts';
import { loadProgram } from './program.ts';
import {
  besideCaptures,
  captures,
  dissected,
  FLAGS,
  flaggedAmong,
  isWrong,
  programOf,
  runOf,
  SAMPLES,
  samples,
  testOtherSamples,
  tshark,
  tsharkAt,
  unexplainedFlags,
  WRONG,
} from './samples-for-tests.ts';

testOtherSamples();

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
    const objects = besideCaptures(`${run.fingerprint}.objects`);
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
    const objects = besideCaptures(`${run.fingerprint}.web`);
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
  const file = besideCaptures('wrong.pcapng');
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
