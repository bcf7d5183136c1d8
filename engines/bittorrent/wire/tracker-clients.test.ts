/** What libtorrent and aria2 ask a tracker of ours, over real sockets, and what they make of its answers. Needs aria2c, and libtorrent for Python. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { octetsOf } from '../../network/octets.ts';
import type { AnnounceRequest } from './announce.ts';
import { decodeAnnounceQuery, decodeScrapeQuery, encodeAnnounceResponse, encodeScrapeResponse } from './http-tracker.ts';
import { encodeMetainfo, type Info, infoHashOf } from './metainfo.ts';
import { clientOf } from './peer-id.ts';
import { decodeUdpRequest, encodeUdpResponse } from './udp-tracker.ts';

const aria2 = spawnSync('aria2c', ['--version']).status === 0;
const libtorrent = spawnSync('/usr/bin/python3', ['-c', 'import libtorrent']).status === 0;
if (!aria2) console.warn('aria2 is not installed: it does not ask our tracker');
if (!libtorrent) console.warn('python3-libtorrent is not installed: it does not ask our tracker');

const info: Info = { name: 'x', pieceLength: 16_384, pieces: new Uint8Array(40), files: null, length: 20_000, isPrivate: false };
const folder = mkdtempSync(join(tmpdir(), 'tracker-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Of the address block for documentation (RFC 5737): nobody answers there. */
const peers = [1, 2, 3].map((i) => ({ address: `192.0.2.${i}`, port: 6881, peerId: null }));
const counts = { complete: 2, downloaded: 9, incomplete: 5 };

/** What a tracker was asked, and how to stop it. */
interface Tracker {
  readonly url: string;
  readonly announces: AnnounceRequest[];
  readonly scrapes: number[];
  readonly problems: string[];
  close(): void;
}

async function httpTracker(): Promise<Tracker> {
  const [announces, scrapes, problems]: [AnnounceRequest[], number[], string[]] = [[], [], []];
  const server = createServer((request, response) => {
    const [path, query = ''] = request.url!.split('?');
    if (path === '/announce') {
      const asked = decodeAnnounceQuery(query);
      if ('error' in asked) problems.push(asked.error);
      else announces.push(asked);
      response.end(
        encodeAnnounceResponse({ ...counts, interval: 900, minInterval: null, peers, trackerId: null, warning: null }, 'compact'),
      );
    } else {
      const asked = decodeScrapeQuery(query);
      if ('error' in asked) problems.push(asked.error);
      else scrapes.push(asked.length);
      response.end(encodeScrapeResponse(new Map([[octetsOf(infoHashOf(info)), counts]])));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/announce`, announces, scrapes, problems, close: () => void server.close() };
}

async function udpTracker(): Promise<Tracker> {
  const [announces, scrapes, problems]: [AnnounceRequest[], number[], string[]] = [[], [], []];
  const connection = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
  const socket = createSocket('udp4');
  socket.on('message', (datagram, from) => {
    const request = decodeUdpRequest(new Uint8Array(datagram));
    if ('error' in request) return void problems.push(request.error);
    const { kind, transaction } = request;
    if (kind !== 'connect' && request.connection.join() !== connection.join()) problems.push('another connection id');
    if (kind === 'announce') announces.push(request.announce);
    if (kind === 'scrape') scrapes.push(request.hashes.length);
    const response =
      kind === 'connect'
        ? encodeUdpResponse({ kind, transaction, connection })
        : kind === 'announce'
          ? encodeUdpResponse({ kind, transaction, response: { interval: 900, ...counts, peers } })
          : encodeUdpResponse({ kind, transaction, counts: request.hashes.map(() => counts) });
    socket.send(response, from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { url: `udp://127.0.0.1:${socket.address().port}`, announces, scrapes, problems, close: () => void socket.close() };
}

/** Loads the torrent, tells what the tracker answers until it has answered both questions, or 20 s are over. */
const CLIENT = `
import json, sys, time, libtorrent as lt
session = lt.session({'listen_interfaces': '127.0.0.1:0', 'enable_dht': False, 'enable_lsd': False, 'enable_upnp': False, 'enable_natpmp': False,
  # It would ask nobody on this machine for anything but /announce.
  'ssrf_mitigation': False,
  'alert_mask': lt.alert.category_t.tracker_notification | lt.alert.category_t.error_notification})
params = lt.add_torrent_params()
params.ti = lt.torrent_info(sys.argv[1])
params.save_path = sys.argv[2]
handle = session.add_torrent(params)
told, end = {}, time.time() + 20
while len(told) < 2 and time.time() < end:
  session.wait_for_alert(200)
  for alert in session.pop_alerts():
    if isinstance(alert, lt.tracker_reply_alert):
      told['peers'] = alert.num_peers
      handle.scrape_tracker()
    elif isinstance(alert, lt.scrape_reply_alert):
      told['scrape'] = [alert.complete, alert.incomplete]
    elif isinstance(alert, (lt.tracker_error_alert, lt.scrape_failed_alert)):
      told['error'] = alert.message()
      end = 0
print(json.dumps(told))
del handle
del session`;

async function outputOf(child: ChildProcess): Promise<string> {
  let output = '';
  child.stdout?.on('data', (data) => {
    output += data;
  });
  await once(child, 'close');
  return output;
}

describe.each([
  ['HTTP', httpTracker],
  ['UDP', udpTracker],
] as const)('over %s', (_, listen) => {
  const torrentFor = (url: string): string => {
    const path = join(folder, 'x.torrent');
    writeFileSync(path, encodeMetainfo({ info, trackers: [[url]], comment: null, createdBy: null, creationDate: null }));
    return path;
  };
  const started = { infoHash: infoHashOf(info), event: 'started', uploaded: 0, downloaded: 0, left: info.length };

  test.skipIf(!libtorrent)('libtorrent announces and scrapes', { timeout: 60_000 }, async () => {
    const tracker = await listen();
    try {
      const output = await outputOf(
        spawn('/usr/bin/python3', ['-c', CLIENT, torrentFor(tracker.url), folder], { stdio: ['ignore', 'pipe', 'inherit'] }),
      );
      expect(tracker.problems).toEqual([]);
      expect(JSON.parse(output)).toEqual({ peers: 3, scrape: [counts.complete, counts.incomplete] });
      expect(tracker.announces[0]).toMatchObject(started);
      expect(clientOf(tracker.announces[0]!.peerId)).toMatch(/^libtorrent 2/);
      expect(tracker.scrapes[0]).toBe(1);
    } finally {
      tracker.close();
    }
  });

  test.skipIf(!aria2)('aria2 announces', { timeout: 60_000 }, async () => {
    const tracker = await listen();
    // It asks over UDP from the socket of its DHT; without anybody to enter that by, it stays alone.
    const dht = ['--enable-dht=true', '--dht-listen-port=17881-17999', `--dht-file-path=${join(folder, 'dht.dat')}`];
    const options = ['--no-conf', ...dht, '--enable-dht6=false', '--bt-enable-lpd=false', '--listen-port=16881-16999'];
    const client = spawn(
      'aria2c',
      [...options, '--log=-', '--log-level=debug', '--bt-stop-timeout=15', `--dir=${folder}`, torrentFor(tracker.url)],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    try {
      const all = peers.map(({ address, port }) => `${address}:${port}`);
      const found = await new Promise<boolean>((resolve) => {
        let log = '';
        client.stdout.on('data', (data) => {
          log += data;
          if (all.every((peer) => log.includes(peer))) resolve(true);
        });
        client.on('close', () => resolve(false));
      });
      expect(found).toBe(true);
      expect(tracker.problems).toEqual([]);
      expect(tracker.announces[0]).toMatchObject(started);
      expect(clientOf(tracker.announces[0]!.peerId)).toMatch(/^aria2 1/);
    } finally {
      client.kill('SIGKILL');
      tracker.close();
    }
  });
});
