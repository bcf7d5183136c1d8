/** Captures around NATs, read by tshark: each point of the network has its own view of a connection, and each view is whole. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Process } from '../../kernel/process.ts';
import type { Scenario } from '../../scenario.ts';
import { homeNetwork, natForTests, OTHER, ROUTER, WEB } from '../middleboxes/network-with-nat-for-tests.ts';
import { connected, drain, message, serve } from '../network-for-tests.ts';
import { type CaptureOptions, type CaptureTables, writePcapng } from './pcapng.ts';

const ALICE = '192.168.0.2';
const BOB = '192.168.0.3';

function tshark(capture: Uint8Array, fields: readonly string[], filter?: string): string[][] {
  const folder = mkdtempSync(join(tmpdir(), 'translated-'));
  try {
    const file = join(folder, 'capture.pcapng');
    writeFileSync(file, capture);
    const checks = ['ip.check_checksum', 'tcp.check_checksum', 'udp.check_checksum'].flatMap((name) => ['-o', `${name}:TRUE`]);
    const asked = fields.flatMap((field) => ['-e', field]);
    const args = ['-n', '-r', file, ...checks, ...(filter ? ['-Y', filter] : []), '-T', 'fields', ...asked];
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
  const forwards = [{ transport: 'tcp', port: 8080, host: 'bob', hostPort: 80 }] as const;
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

/** Its conversations, each with the number of its frames; no frame is malformed, and nothing is missing from a stream. */
function conversations(run: CaptureTables, options: CaptureOptions): Record<string, number> {
  const capture = writePcapng(run, options);
  const bad =
    '_ws.malformed || ip.checksum.status == "Bad" || tcp.checksum.status == "Bad" || tcp.analysis.lost_segment || tcp.analysis.ack_lost_segment || tcp.analysis.retransmission';
  expect(tshark(capture, ['frame.number', '_ws.expert.message'], bad)).toEqual([]);
  const found: Record<string, number> = {};
  for (const [from, fromPort, to, toPort] of tshark(capture, ['ip.src', 'tcp.srcport', 'ip.dst', 'tcp.dstport'])) {
    const [a, b] = [`${from}:${fromPort}`, `${to}:${toPort}`].sort();
    const name = `${a} – ${b}`;
    found[name] = (found[name] ?? 0) + 1;
  }
  return found;
}

/** The bytes of each side of a conversation, as tshark puts them together. */
function payload(run: CaptureTables, host: string, filter: string): number {
  return tshark(writePcapng(run, { host }), ['tcp.len'], filter).reduce((sum, [length]) => sum + Number(length), 0);
}

describe.each(['packets', 'flows'] as const)('captures at %s', (fidelity) => {
  const run = busyHome(fidelity);
  const inside = [`${ALICE}:5000 – ${WEB}:80`, `${ALICE}:7000 – ${ROUTER}:8080`];
  const outside = `${WEB}:80 – ${ROUTER}:5000`;
  const forwarded = { caller: `${OTHER}:6000 – ${ROUTER}:8080`, server: `${BOB}:80 – ${OTHER}:6000` };
  const hairpin = `${BOB}:80 – ${ROUTER}:7000`;
  const names = (options: CaptureOptions) => Object.keys(conversations(run, options)).sort();

  test('of a host inside show private addresses', () => expect(names({ host: 'alice' })).toEqual(inside.sort()));

  test('of a host outside show the router’s', () => {
    expect(names({ host: 'web' })).toEqual([outside]);
    expect(names({ host: 'other' })).toEqual([forwarded.caller]);
  });

  test('of the host that a port is forwarded to show its own', () =>
    expect(names({ host: 'bob' })).toEqual([forwarded.server, hairpin].sort()));

  test('of the router show what comes and what it makes of it', () => {
    const found = conversations(run, { host: 'router' });
    expect(Object.keys(found).sort()).toEqual([...inside, outside, forwarded.caller, forwarded.server, hairpin].sort());
    expect(found[inside[0]!]).toBe(found[outside]);
    expect(found[inside[1]!]).toBe(found[hairpin]);
    expect(found[forwarded.caller]).toBe(found[forwarded.server]);
  });

  test('hold every byte on both sides', () => {
    for (const [host, filter] of [
      ['alice', 'tcp.port == 5000'],
      ['web', 'tcp.port == 5000'],
      ['other', 'tcp'],
      ['bob', `tcp.port == 6000`],
      ['bob', 'tcp.port == 7000'],
    ] as const) {
      expect([host, payload(run, host, filter)]).toEqual([host, 40_000]);
    }
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

test('an address that hosts of two realms have names neither of them', () => {
  const run = busyHome('packets');
  const named = (tables: CaptureTables) => new TextDecoder().decode(writePcapng(tables, { host: 'web' }));
  expect(named(run)).toContain('bob');
  const hosts = run.hosts.map((host) => (host.name === 'bob' ? { ...host, address: ALICE } : host));
  expect(named({ ...run, hosts })).not.toMatch(/bob|alice/);
});
