/** Two peers’ conversation, as tshark reads it. Needs tshark on the machine. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bytesToHex } from '@noble/hashes/utils.js';
import { describe, expect, test } from 'vitest';
import { bytesOf } from '../content.ts';
import { writePcapng } from '../network/capture/pcapng.ts';
import type { Connection } from '../network/host.ts';
import { connected, networkForTests, SERVER, serve } from '../network/network-for-tests.ts';
import { bytesOfOctets } from '../network/octets.ts';
import { scenarioForTests } from '../network/scenario-for-tests.ts';
import { PeerReader } from './peer-reader.ts';
import { encodeBencoded } from './wire/bencoding.ts';
import { encodeHandshake, type Handshake } from './wire/handshake.ts';
import { BLOCK_LENGTH, contentsOfMessage, type PeerMessage, peerMessageLabel } from './wire/peer-message.ts';

const present = spawnSync('tshark', ['--version']).status === 0;

const handshakeOf = (peerId: string): Handshake => ({
  reserved: Uint8Array.of(0, 0, 0, 0, 0, 0x10, 0, 0),
  infoHash: Uint8Array.from({ length: 20 }, (_, i) => i * 11),
  peerId: bytesOfOctets(peerId),
});
const block = { seed: 5, offset: 0, length: BLOCK_LENGTH };
const asked: readonly PeerMessage[] = [
  { kind: 'extended', extension: 0, payload: encodeBencoded({ m: { ut_metadata: 3 }, v: 'netscenario' }) },
  { kind: 'interested' },
  { kind: 'request', index: 2, begin: 0, length: BLOCK_LENGTH },
  { kind: 'request', index: 2, begin: BLOCK_LENGTH, length: BLOCK_LENGTH },
  { kind: 'request', index: 2, begin: 2 * BLOCK_LENGTH, length: 1000 },
  { kind: 'cancel', index: 2, begin: 2 * BLOCK_LENGTH, length: 1000 },
  { kind: 'keep-alive' },
  { kind: 'have', index: 2 },
  { kind: 'not interested' },
];
const answered: readonly PeerMessage[] = [
  { kind: 'bitfield', bitfield: Uint8Array.of(0b1110_0000) },
  { kind: 'port', port: 6881 },
  { kind: 'unchoke' },
  { kind: 'piece', index: 2, begin: 0, block },
  { kind: 'piece', index: 2, begin: BLOCK_LENGTH, block: { ...block, offset: BLOCK_LENGTH } },
  { kind: 'choke' },
];

/** Sends all of it, and reads what the other side has to say, to the end. */
function* talk(connection: Connection, peerId: string, messages: readonly PeerMessage[], heard: unknown[]) {
  yield* connection.write(encodeHandshake(handshakeOf(peerId)), { protocol: 'bittorrent', kind: 'handshake', label: 'handshake' });
  for (const message of messages) {
    const [start, content] = contentsOfMessage(message);
    const info = { protocol: 'bittorrent', kind: 'message', label: peerMessageLabel(message) };
    if (start) yield* connection.write(start, info);
    if (content) yield* connection.write(content, { ...info, protocol: 'bittorrent-data', kind: 'block' });
  }
  connection.close();
  const reader = new PeerReader(connection);
  heard.push(yield* reader.handshake());
  for (;;) {
    const message = yield* reader.next();
    heard.push(message);
    if ('error' in message || message.kind === 'end') return;
  }
}

/** The capture of their conversation, and what each heard. */
function conversation(fidelity: 'packets' | 'flows') {
  const net = networkForTests(scenarioForTests({ leecher: {}, seed: {} }, { fidelity }));
  const [leecher, seed]: [unknown[], unknown[]] = [[], []];
  net.network.boot(
    'seed',
    'seed',
    serve(6881, (connection) => talk(connection, '-NS0100-seedseedseed', answered, seed)),
  );
  net.network.boot('leecher', 'leecher', function* (host) {
    yield* talk(yield* connected(host, SERVER, 6881), '-NS0100-leechleech12', asked, leecher);
  });
  net.finish();
  return { capture: writePcapng({ ...net.tables(), fidelity }), leecher, seed };
}

const FIELDS = [
  'info_hash',
  'peer_id',
  'msg.type',
  'piece.index',
  'piece.begin',
  'piece.length',
  'piece.data',
  'msg.bitfield',
  'port',
  'extended.id',
] as const;

/** What tshark makes of a capture: its values of the fields, those of one direction after the other; and the frames that it complains of. */
function tshark(capture: Uint8Array): { found: Record<(typeof FIELDS)[number], string[]>; bad: string[] } {
  const folder = mkdtempSync(join(tmpdir(), 'bittorrent-'));
  try {
    const file = join(folder, 'run.pcapng');
    writeFileSync(file, capture);
    const lines = (...options: string[]) =>
      execFileSync('tshark', ['-r', file, '-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE', ...options], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        maxBuffer: 2 ** 26,
      })
        .split('\n')
        .filter((line) => line !== '');
    const shown = FIELDS.flatMap((field) => ['-e', `bittorrent.${field}`]);
    const rows = ['tcp.dstport == 6881', 'tcp.srcport == 6881'].flatMap((way) =>
      lines('-Y', `bittorrent && ${way}`, '-T', 'fields', ...shown).map((line) => line.split('\t')),
    );
    // Values of several messages in one frame stand behind commas.
    const found = FIELDS.map((field, i) => [field, rows.flatMap((row) => (row[i] ? row[i].split(',') : []))]);
    return { found: Object.fromEntries(found), bad: lines('-Y', BAD) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const BAD = '_ws.malformed || _ws.expert.severity >= warning || ip.checksum.status == "Bad" || tcp.checksum.status == "Bad"';

describe.each(['packets', 'flows'] as const)('at %s', (fidelity) => {
  const { capture, leecher, seed } = conversation(fidelity);

  test('each peer hears what the other said', () => {
    const end = { kind: 'end', cut: false };
    expect(leecher).toEqual([handshakeOf('-NS0100-seedseedseed'), ...answered, end]);
    expect(seed).toEqual([handshakeOf('-NS0100-leechleech12'), ...asked, end]);
  });

  test.skipIf(!present)('tshark reads the same, and has nothing against any packet', () => {
    const { found, bad } = tshark(capture);
    expect(bad).toEqual([]);
    const hash = bytesToHex(handshakeOf('-NS0100-leechleech12').infoHash);
    expect(found).toEqual({
      info_hash: [hash, hash],
      peer_id: ['-NS0100-leechleech12', '-NS0100-seedseedseed'].map((id) => bytesToHex(bytesOfOctets(id))),
      // Those of `asked`, then of `answered`; a keep-alive has none.
      'msg.type': ['20', '2', '6', '6', '6', '8', '4', '3', '5', '9', '1', '7', '7', '0'],
      'piece.index': new Array(7).fill('0x00000002'),
      'piece.begin': ['0x00000000', '0x00004000', '0x00008000', '0x00008000', '0x00000000', '0x00004000'],
      'piece.length': ['0x00004000', '0x00004000', '0x000003e8', '0x000003e8'],
      'piece.data': [0, BLOCK_LENGTH].map((offset) => bytesToHex(bytesOf({ ...block, offset }))),
      'msg.bitfield': ['e0'],
      port: ['6881'],
      'extended.id': ['0'],
    });
  });
});
