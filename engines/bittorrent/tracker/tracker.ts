/**
 * A tracker: it knows of each of its torrents who takes part, and tells whoever announces itself of some others (BEP 3). It never has
 * anything of the content. What it knows it knows by heart: when its host has been down, peers have to announce themselves anew.
 *
 * Over HTTP a request is a GET of `/announce` or `/scrape` (BEP 48). Over UDP (BEP 15) a peer first shows, by a connection id that was
 * sent to it, that it is where it says it is.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { plainResponse, type ServedRequest, type ServedResponse, serveHttp } from '../../http/server.ts';
import type { Process } from '../../kernel/process.ts';
import { type DatagramSocket, type Endpoint, failed, type Host } from '../../network/host.ts';
import { octetsOf } from '../../network/octets.ts';
import { MINUTE, type Nanoseconds, SECOND } from '../../quantities.ts';
import { TRACKER_PORT } from '../torrent.ts';
import { TrackerList } from '../tracker-list.ts';
import type { AnnounceRequest, AnnounceResponse, ListedPeer, ScrapeCounts, TrackerFailure } from '../wire/announce.ts';
import { decodeAnnounceQuery, decodeScrapeQuery, encodeAnnounceResponse, encodeScrapeResponse } from '../wire/http-tracker.ts';
import {
  CONNECTION_LENGTH,
  decodeUdpRequest,
  encodeUdpResponse,
  type UdpTrackerRequest,
  type UdpTrackerResponse,
} from '../wire/udp-tracker.ts';

/** A torrent that a tracker takes announces for. */
export interface TrackedTorrent {
  readonly name: string;
  readonly infoHash: Uint8Array;
  readonly interval: Nanoseconds;
}

/** One torrent, and who is on its list: by numbers, which no other peer gets. */
interface Tracked {
  readonly torrent: TrackedTorrent;
  readonly list: TrackerList;
  readonly numbers: Map<string, number>;
  readonly peers: ListedPeer[];
}

/** BEP 15: a peer may use a connection id for one minute, and the tracker takes it for two. */
export const CONNECTION_LIFE: Nanoseconds = 2 * MINUTE;
/** Connection ids that are kept; of more, the oldest are forgotten. */
const MOST_CONNECTIONS = 100_000;

export class Tracker {
  readonly #host: Host;
  readonly #torrents = new Map<string, Tracked>();
  readonly #store: string = 'tracker';
  #announces = 0;
  /** When each connection id was given out, by the id and the address that it was given to; oldest first. */
  readonly #connections = new Map<string, Nanoseconds>();

  constructor(host: Host, torrents: readonly TrackedTorrent[]) {
    this.#host = host;
    for (const torrent of torrents) {
      const list = new TrackerList({ interval: torrent.interval }, host.random(`tracker ${torrent.name}`));
      this.#torrents.set(octetsOf(torrent.infoHash), { torrent, list, numbers: new Map(), peers: [] });
    }
  }

  /** Serves HTTP until the host goes down. */
  *serveHttp(): Process {
    const failure = yield* serveHttp(this.#host, (request) => this.#handle(request), { port: TRACKER_PORT, persistent: false });
    if (failure) this.#host.narrator.note(`no tracker: port ${TRACKER_PORT} is ${failure.failure}`);
  }

  /** Serves UDP until the host goes down. */
  *serveUdp(): Process {
    const bound = yield* this.#host.bind(TRACKER_PORT);
    if (failed(bound)) {
      this.#host.narrator.note(`no tracker: port ${TRACKER_PORT} is ${bound.failure}`);
      return;
    }
    const socket = bound as DatagramSocket;
    for (;;) {
      const datagram = yield* socket.receive();
      if (datagram === null) return;
      const request = decodeUdpRequest(datagram.bytes);
      // BEP 15 has no answer to what is no request.
      const response = 'error' in request ? null : this.#answer(request, datagram.from);
      if (response) {
        const told = { protocol: 'udp-tracker', kind: 'response', label: labelOf(response) };
        socket.send(encodeUdpResponse(response), datagram.from, told);
      }
    }
  }

  *#handle(request: ServedRequest): Process<ServedResponse> {
    const { target, method, remote } = request;
    if (target.form !== 'origin' && target.form !== 'absolute') return plainResponse(400, 'no request to a tracker');
    if (method !== 'GET') return plainResponse(405, 'only GET is answered', [{ name: 'Allow', value: 'GET' }]);
    const full = target.form === 'origin' ? target.path : target.url.path;
    const [path, query = ''] = splitOnce(full, '?');
    if (path === '/announce') {
      const asked = decodeAnnounceQuery(query);
      const answer = 'error' in asked ? { failure: asked.error } : this.#announce(asked, remote);
      const whole = 'failure' in answer ? answer : { ...answer, minInterval: null, trackerId: null, warning: null };
      const form = 'error' in asked || asked.compact !== false ? 'compact' : asked.noPeerId ? 'list' : 'list with ids';
      return bencoded(encodeAnnounceResponse(whole, form));
    }
    if (path === '/scrape') {
      const hashes = decodeScrapeQuery(query);
      if ('error' in hashes) return bencoded(encodeScrapeResponse({ failure: hashes.error }));
      const all = hashes.length === 0 ? [...this.#torrents.values()].map(({ torrent }) => torrent.infoHash) : hashes;
      return bencoded(encodeScrapeResponse(new Map(all.map((hash) => [octetsOf(hash), this.#counts(hash)]))));
    }
    return plainResponse(404, 'this is a tracker: ask for /announce');
  }

  #announce(
    request: AnnounceRequest,
    from: Endpoint,
  ): (AnnounceResponse & { readonly complete: number; readonly incomplete: number }) | TrackerFailure {
    const tracked = this.#torrents.get(octetsOf(request.infoHash));
    if (!tracked) return { failure: 'this tracker does not know the torrent' };
    const { torrent, list, numbers, peers } = tracked;
    const id = octetsOf(request.peerId);
    const number = numbers.get(id) ?? numbers.size;
    numbers.set(id, number);
    // Where it says that it is (`ip`) would let it send others anywhere: where the request comes from counts.
    peers[number] = { address: from.address, port: request.port, peerId: request.peerId };
    list.announce(number, request.event ?? 'none', request.left, request.numwant ?? -1, this.#host.now());
    this.#host.narrator.measure('tracker announces', [this.#host.name], ++this.#announces);
    const { complete, incomplete } = list;
    this.#host.narrator.state(this.#store, torrent.name, `${complete} with all of it, ${incomplete} without`);
    const interval = Math.round(list.interval / SECOND);
    return { interval, complete, incomplete, peers: list.given.map((given) => peers[given] as ListedPeer) };
  }

  #counts(infoHash: Uint8Array): ScrapeCounts {
    const list = this.#torrents.get(octetsOf(infoHash))?.list;
    return { complete: list?.complete ?? 0, downloaded: list?.downloaded ?? 0, incomplete: list?.incomplete ?? 0 };
  }

  #answer(request: UdpTrackerRequest, from: Endpoint): UdpTrackerResponse | null {
    const { transaction } = request;
    if (request.kind === 'connect') {
      const connection = this.#host.random('tracker connection ids').bytes(CONNECTION_LENGTH);
      this.#connections.set(`${bytesToHex(connection)} ${from.address}`, this.#host.now());
      const [oldest] = this.#connections.keys();
      if (this.#connections.size > MOST_CONNECTIONS && oldest !== undefined) this.#connections.delete(oldest);
      return { kind: 'connect', transaction, connection };
    }
    const givenAt = this.#connections.get(`${bytesToHex(request.connection)} ${from.address}`) ?? Number.NEGATIVE_INFINITY;
    // BEP 15: whoever has not shown where it is gets no answer, which may be for somebody else's address.
    if (this.#host.now() - givenAt > CONNECTION_LIFE) return null;
    if (request.kind === 'scrape') return { kind: 'scrape', transaction, counts: request.hashes.map((hash) => this.#counts(hash)) };
    const answer = this.#announce(request.announce, from);
    return 'failure' in answer ? { kind: 'error', transaction, ...answer } : { kind: 'announce', transaction, response: answer };
  }
}

function labelOf(response: UdpTrackerResponse): string {
  if (response.kind === 'error') return `error: ${response.failure}`;
  return response.kind === 'announce' ? `announce, ${response.response.peers.length} peers` : response.kind;
}

function bencoded(bytes: Uint8Array): ServedResponse {
  return { status: 200, fields: [{ name: 'Content-Type', value: 'text/plain' }], body: [bytes] };
}

function splitOnce(text: string, at: string): readonly [string, string?] {
  const i = text.indexOf(at);
  return i < 0 ? [text] : [text.slice(0, i), text.slice(i + 1)];
}
