/** Captures around NATs, read by tshark: each point of the network has its own view of a connection, and each view is whole. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Process } from '../../kernel/process.ts';
import type { Scenario } from '../../scenario.ts';
import type { Connection } from '../host.ts';
import { homeNetwork, homeScenario, natForTests, OTHER, ROUTER, WEB } from '../middleboxes/network-with-nat-for-tests.ts';
import { connected, drain, message, networkForTests, serve } from '../network-for-tests.ts';
import { type CaptureOptions, type CaptureTables, writePcapng } from './pcapng.ts';

const ALICE = '192.168.0.2';
const BOB = '192.168.0.3';

function* readAll(connection: Connection): Process {
  yield* drain(connection);
}

function tshark(capture: Uint8Array, fields: readonly string[]): string[][] {
  const folder = mkdtempSync(join(tmpdir(), 'translated-'));
  try {
    const file = join(folder, 'capture.pcapng');
    writeFileSync(file, capture);
    const checks = ['ip.check_checksum', 'tcp.check_checksum', 'udp.check_checksum'].flatMap((name) => ['-o', `${name}:TRUE`]);
    const asked = fields.flatMap((field) => ['-e', field]);
    const args = ['-n', '-r', file, ...checks, '-T', 'fields', ...asked];
    const output = execFileSync('tshark', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 1 << 28 });
    return output
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split('\t'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Alice calls `web`; `other` calls a port that is forwarded to Bob, and Alice does so, too. All send 20 kB and read as much. */
function busyHome(fidelity: Scenario['fidelity']): CaptureTables {
  const forwards = [{ transport: 'tcp', port: 8080, lastPort: 8080, host: 'bob', hostPort: 80 }] as const;
  const home = homeNetwork(fidelity, [natForTests({ forwards })]);
  const answering = serve(80, function* (connection): Process {
    yield* drain(connection);
    yield* connection.write({ seed: 2, offset: 0, length: 20_000 }, message);
    connection.close();
  });
  for (const name of ['web', 'bob']) home.network.boot(name, 'role', answering);
  const call = (name: string, address: string, port: number, localPort: number) =>
    home.network.boot(name, `calls ${address}`, function* (host) {
      const connection = yield* connected(host, address, port, localPort);
      yield* connection.write({ seed: 1, offset: 0, length: 20_000 }, message);
      connection.close();
      yield* drain(connection);
    });
  call('alice', WEB, 80, 5000);
  call('other', ROUTER, 8080, 6000);
  call('alice', ROUTER, 8080, 7000);
  home.finish();
  return { ...home.tables(), fidelity, links: [] };
}

/** By field of tshark: what a frame that nothing is wrong with has there. */
const SOUND = {
  '_ws.malformed': '',
  'ip.checksum.status': '1',
  'tcp.checksum.status': '1',
  'tcp.analysis.lost_segment': '',
  'tcp.analysis.ack_lost_segment': '',
  'tcp.analysis.retransmission': '',
};

interface Conversation {
  readonly frames: number;
  /** Payload, of both sides. */
  readonly bytes: number;
}

/** The conversations of a capture by their endpoints. No frame is malformed, and nothing is missing from a stream. */
function conversations(run: CaptureTables, options: CaptureOptions): Record<string, Conversation> {
  const fields = ['ip.src', 'tcp.srcport', 'ip.dst', 'tcp.dstport', 'tcp.len'];
  const found: Record<string, Conversation> = {};
  for (const [from, fromPort, to, toPort, length, ...rest] of tshark(writePcapng(run, options), [...fields, ...Object.keys(SOUND)])) {
    expect(rest).toEqual(Object.values(SOUND));
    const name = [`${from}:${fromPort}`, `${to}:${toPort}`].sort().join(' – ');
    const { frames, bytes } = found[name] ?? { frames: 0, bytes: 0 };
    found[name] = { frames: frames + 1, bytes: bytes + Number(length) };
  }
  return found;
}

describe.each(['packets', 'flows'] as const)('captures at %s', (fidelity) => {
  const run = busyHome(fidelity);
  const inside = [`${ALICE}:5000 – ${WEB}:80`, `${ALICE}:7000 – ${ROUTER}:8080`];
  const outside = `${WEB}:80 – ${ROUTER}:5000`;
  const forwarded = { caller: `${OTHER}:6000 – ${ROUTER}:8080`, server: `${BOB}:80 – ${OTHER}:6000` };
  const hairpin = `${BOB}:80 – ${ROUTER}:7000`;
  const whole = 40_000;
  const bytes = (host: string) =>
    Object.fromEntries(Object.entries(conversations(run, { host })).map(([name, conversation]) => [name, conversation.bytes]));

  test('of a host inside show private addresses', () => expect(bytes('alice')).toEqual({ [inside[0]!]: whole, [inside[1]!]: whole }));

  test('of a host outside show the router’s', () => {
    expect(bytes('web')).toEqual({ [outside]: whole });
    expect(bytes('other')).toEqual({ [forwarded.caller]: whole });
  });

  test('of the host that a port is forwarded to show its own', () =>
    expect(bytes('bob')).toEqual({ [forwarded.server]: whole, [hairpin]: whole }));

  test('of the router show what comes and what it makes of it', () => {
    const found = conversations(run, { host: 'router' });
    expect(Object.keys(found).sort()).toEqual([...inside, outside, forwarded.caller, forwarded.server, hairpin].sort());
    expect(found[inside[0]!]).toEqual(found[outside]);
    expect(found[inside[1]!]).toEqual(found[hairpin]);
    expect(found[forwarded.caller]).toEqual(found[forwarded.server]);
  });

  test('of the whole network show packets as their senders sent them', () => {
    const lines = tshark(writePcapng(run), ['ip.src', 'ip.dst']).map((ends) => ends.join(' > '));
    expect([...new Set(lines)].sort()).toEqual(
      [
        `${ALICE} > ${WEB}`,
        `${WEB} > ${ROUTER}`,
        `${OTHER} > ${ROUTER}`,
        `${BOB} > ${OTHER}`,
        `${ALICE} > ${ROUTER}`,
        `${BOB} > ${ROUTER}`,
      ].sort(),
    );
  });
});

test('captures of links show what a packet reads there', () => {
  const line = { latency: 1_000, jitter: 0, loss: 0, duplicates: 0, reordering: false, queue: 1e6, trace: null, rate: 1e9, at: null };
  const links = [
    { ...line, a: 'alice', b: 'router' },
    { ...line, a: 'router', b: 'web' },
  ];
  for (const fidelity of ['packets', 'flows'] as const) {
    const home = networkForTests({ ...homeScenario(fidelity), links });
    home.network.boot('web', 'role', serve(80, readAll));
    home.network.boot('alice', 'role', function* (host) {
      const connection = yield* connected(host, WEB, 80, 5000);
      yield* connection.write({ seed: 1, offset: 0, length: 5_000 }, message);
      connection.close();
    });
    home.finish();
    const index = (name: string) => home.network.indexOf(name);
    const run = { ...home.tables(), fidelity, links: links.map(({ a, b }) => ({ a: index(a), b: index(b) })) };
    const seen = (link: readonly [string, string]) =>
      new Set(tshark(writePcapng(run, { link }), ['ip.src', 'ip.dst']).map((ends) => ends.join(' > ')));
    expect(seen(['alice', 'router'])).toEqual(new Set([`${ALICE} > ${WEB}`, `${WEB} > ${ALICE}`]));
    expect(seen(['router', 'web'])).toEqual(new Set([`${ROUTER} > ${WEB}`, `${WEB} > ${ROUTER}`]));
  }
});

test('between two NATs, a packet has an address of neither side', () => {
  const forwards = [{ transport: 'tcp', port: 8080, lastPort: 8080, host: 'other', hostPort: 80 }] as const;
  const home = homeNetwork('packets', [natForTests({ inside: ['alice'] }), natForTests({ host: 'web', inside: ['other'], forwards })]);
  home.network.boot('other', 'role', serve(80, readAll));
  home.network.boot('alice', 'role', function* (host) {
    const connection = yield* connected(host, WEB, 8080, 5000);
    yield* connection.write({ seed: 1, offset: 0, length: 5_000 }, message);
    connection.close();
  });
  home.finish();
  const run = { ...home.tables(), links: [] };
  const [inner, between, outer] = [`${ALICE}:5000 – ${WEB}:8080`, `${WEB}:8080 – ${ROUTER}:5000`, `${OTHER}:80 – ${ROUTER}:5000`];
  const names = (host: string) => Object.keys(conversations(run, { host })).sort();
  expect(names('alice')).toEqual([inner]);
  expect(names('router')).toEqual([inner, between].sort());
  expect(names('web')).toEqual([between, outer].sort());
  expect(names('other')).toEqual([outer]);
});

test('an address that hosts of two realms have names neither of them', () => {
  const run = busyHome('packets');
  const named = (tables: CaptureTables) => new TextDecoder().decode(writePcapng(tables, { host: 'web' }));
  expect(named(run)).toContain('bob');
  const hosts = run.hosts.map((host) => (host.name === 'bob' ? { ...host, address: ALICE } : host));
  expect(named({ ...run, hosts })).not.toMatch(/bob|alice/);
});
