/** libtorrent and aria2 download a torrent from a seed that speaks our wire format over a real socket. Needs aria2c, and libtorrent for Python. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bytesOfAll, type Contents, sliceOf } from '../contents.ts';
import { start, wait } from '../kernel/process.ts';
import { randomStream } from '../kernel/random.ts';
import { PeerReader } from './peer-reader.ts';
import { PieceHashes } from './piece-hashes.ts';
import { encodeHandshake, type Handshake } from './wire/handshake.ts';
import { encodeAnnounceResponse } from './wire/http-tracker.ts';
import { encodeMetainfo, type Info, infoHashOf } from './wire/metainfo.ts';
import { clientOf, drawPeerId } from './wire/peer-id.ts';
import { bitfieldOf, encodePeerMessage, type PeerMessage } from './wire/peer-message.ts';

const aria2 = spawnSync('aria2c', ['--version']).status === 0;
const libtorrent = spawnSync('/usr/bin/python3', ['-c', 'import libtorrent']).status === 0;
if (!aria2) console.warn('aria2 is not installed: it does not download from our seed');
if (!libtorrent) console.warn('python3-libtorrent is not installed: it does not download from our seed');

const folder = mkdtempSync(join(tmpdir(), 'seed-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const content: Contents = [{ seed: 21, offset: 0, length: 300_000 }];
const hashes = new PieceHashes(content, 65_536);
const info: Info = { name: 'lecture.bin', pieceLength: 65_536, pieces: hashes.all(), files: null, length: 300_000, isPrivate: false };

/** A seed: what each peer said to it, handshakes first. */
function seed(heard: (Handshake | PeerMessage)[][]): Server {
  return createServer((socket) => {
    const said: (Handshake | PeerMessage)[] = [];
    heard.push(said);
    socket.on('error', () => socket.destroy());
    start('seed', serve(socket, said));
  });
}

function* serve(socket: Socket, said: (Handshake | PeerMessage)[]) {
  const arrived: (Uint8Array | null)[] = [];
  let resume: (() => void) | null = null;
  const arrive = (piece: Uint8Array | null) => {
    arrived.push(piece);
    resume?.();
  };
  socket.on('data', (data) => arrive(new Uint8Array(data)));
  socket.on('close', () => arrive(null));
  const reader = new PeerReader({
    *read() {
      while (arrived.length === 0) {
        yield* wait<void>((resumeWith) => {
          resume = () => {
            resume = null;
            resumeWith();
          };
          return () => {};
        });
      }
      return arrived.shift() ?? null;
    },
  });
  const send = (message: PeerMessage) => socket.write(encodePeerMessage(message));
  const handshake = yield* reader.handshake();
  if ('error' in handshake || 'kind' in handshake) return void socket.destroy();
  said.push(handshake);
  socket.write(
    encodeHandshake({ reserved: new Uint8Array(8), infoHash: infoHashOf(info), peerId: drawPeerId(randomStream(1, 'peer id')) }),
  );
  send({ kind: 'bitfield', bitfield: bitfieldOf(hashes.count, () => true) });
  for (;;) {
    const message = yield* reader.next();
    if ('error' in message || message.kind === 'end') return void socket.destroy();
    said.push(message);
    if (message.kind === 'interested') send({ kind: 'unchoke' });
    if (message.kind !== 'request') continue;
    const { index, begin, length } = message;
    send({ kind: 'piece', index, begin, block: bytesOfAll(sliceOf(hashes.piece(index), begin, begin + length)) });
  }
}

/** Downloads the torrent, and ends when it has all of it. */
const CLIENT = `
import sys, time, libtorrent as lt
session = lt.session({'listen_interfaces': '127.0.0.1:0', 'enable_dht': False, 'enable_lsd': False, 'enable_upnp': False, 'enable_natpmp': False})
params = lt.add_torrent_params()
params.ti = lt.torrent_info(sys.argv[1])
params.save_path = sys.argv[2]
handle = session.add_torrent(params)
end = time.time() + 30
while not handle.status().is_seeding and time.time() < end: time.sleep(0.1)
print(handle.status().state, handle.status().total_done)
del handle
del session`;

const clients: readonly (readonly [string, boolean, RegExp, (torrent: string, to: string) => ChildProcess])[] = [
  ['libtorrent', libtorrent, /^libtorrent 2/, (torrent, to) => spawn('/usr/bin/python3', ['-c', CLIENT, torrent, to], { stdio: 'ignore' })],
  [
    'aria2',
    aria2,
    /^aria2 1/,
    (torrent, to) => {
      const alone = ['--enable-dht=false', '--enable-dht6=false', '--bt-enable-lpd=false', '--enable-peer-exchange=false'];
      return spawn(
        'aria2c',
        ['--no-conf', ...alone, '--listen-port=18881-18999', '--seed-time=0', '--bt-stop-timeout=30', `--dir=${to}`, torrent],
        {
          stdio: 'ignore',
        },
      );
    },
  ],
];

describe.each(clients)('%s', (name, present, client, download) => {
  test.skipIf(!present)('downloads from our seed, and every hash fits', { timeout: 60_000 }, async () => {
    const heard: (Handshake | PeerMessage)[][] = [];
    const server = seed(heard).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const peers = [{ address: '127.0.0.1', port, peerId: null }];
    const response = { interval: 900, minInterval: null, complete: 1, incomplete: 0, peers, trackerId: null, warning: null };
    const tracker = createHttpServer((_, answer) => answer.end(encodeAnnounceResponse(response, 'compact'))).listen(0, '127.0.0.1');
    await once(tracker, 'listening');
    const torrent = join(folder, `${name}.torrent`);
    const url = `http://127.0.0.1:${(tracker.address() as AddressInfo).port}/announce`;
    writeFileSync(torrent, encodeMetainfo({ info, trackers: [[url]], comment: null, createdBy: null, creationDate: null }));
    const to = mkdtempSync(join(folder, 'to-'));
    const child = download(torrent, to);
    try {
      await once(child, 'close');
      expect(Buffer.compare(readFileSync(join(to, info.name)), bytesOfAll(content))).toBe(0);
      const said = heard.find((one) => one.some((message) => 'kind' in message && message.kind === 'request')) ?? [];
      const [handshake, ...messages] = said as [Handshake, ...PeerMessage[]];
      expect(handshake.infoHash).toEqual(infoHashOf(info));
      expect(clientOf(handshake.peerId)).toMatch(client);
      const kinds = new Set(messages.map(({ kind }) => kind));
      expect([...kinds]).toEqual(expect.arrayContaining(['interested', 'request']));
      expect([...kinds]).not.toContain('unknown');
    } finally {
      child.kill('SIGKILL');
      server.close();
      tracker.close();
      tracker.closeAllConnections();
    }
  });
});
