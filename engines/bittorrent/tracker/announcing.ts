/**
 * How a peer announces itself to a tracker, over HTTP (BEP 3) or UDP (BEP 15), and learns of others.
 *
 * Over UDP, a peer first gets a connection id, which shows the tracker that it is where it says it is; a datagram without an answer is
 * sent again after 15 s · 2ⁿ. What can fail is a value, for people.
 */

import { bytesOfAll } from '../../contents.ts';
import { addressesOf } from '../../dns/stub-resolver.ts';
import { HttpClient } from '../../http/client.ts';
import { type Process, race } from '../../kernel/process.ts';
import { type Address, type DatagramSocket, type Endpoint, failed, type Host } from '../../network/host.ts';
import { type Nanoseconds, SECOND } from '../../quantities.ts';
import { PEER_PORT, TRACKER_PORT } from '../torrent.ts';
import type { AnnounceRequest, AnnounceResponse, TrackerFailure } from '../wire/announce.ts';
import { decodeAnnounceResponse, encodeAnnounceQuery, RESPONSE_LIMIT } from '../wire/http-tracker.ts';
import { decodeUdpResponse, encodeUdpRequest, type UdpTrackerRequest, type UdpTrackerResponse } from '../wire/udp-tracker.ts';

/** What a peer has to say of itself. */
export type Announcement = Pick<AnnounceRequest, 'infoHash' | 'peerId' | 'uploaded' | 'downloaded' | 'left' | 'event'>;
export type Announced = Pick<AnnounceResponse, 'interval' | 'peers'> | TrackerFailure;

/** Asks a tracker. */
export type Announce = (host: Host, announcement: Announcement) => Process<Announced>;

export interface TrackerAddress {
  readonly name: string;
  /** Without a lookup, as from a hosts file; null: it is looked up. */
  readonly address: Address | null;
}

/** Peers that are asked for at a time. */
const WANTED = 50;

const whole = (announcement: Announcement): AnnounceRequest => ({
  ...announcement,
  port: PEER_PORT,
  numwant: announcement.event === 'stopped' ? 0 : WANTED,
  key: null,
  address: null,
});

/** By a GET of `/announce`. */
export function overHttp({ name, address }: TrackerAddress): Announce {
  return function* (host, announcement) {
    const hosts = new Map(address === null ? [] : [[name.toLowerCase(), address]]);
    const client = new HttpClient(host, { hosts, persistent: false });
    const query = encodeAnnounceQuery({ ...whole(announcement), compact: true, noPeerId: false, trackerId: null });
    const url = { scheme: 'http' as const, host: name.toLowerCase(), port: TRACKER_PORT, path: `/announce?${query}` };
    const response = yield* client.request({ method: 'GET', url, fields: [] });
    if ('failure' in response) return { failure: response.failure };
    const contents = yield* response.body.readAll(RESPONSE_LIMIT);
    if (contents === null) return { failure: response.body.problem ?? 'the response is not whole' };
    if (response.status !== 200) return { failure: `it answers ${response.status}` };
    const answer = decodeAnnounceResponse(bytesOfAll(contents));
    return 'error' in answer ? { failure: `it answers what is none: ${answer.error}` } : answer;
  };
}

/** BEP 15: n goes up to 8; after two times, half a minute and more, other things have become more likely than a lost datagram. */
const FIRST_TIMEOUT: Nanoseconds = 15 * SECOND;
const ATTEMPTS = 2;

/** By datagrams. */
export function overUdp({ name, address }: TrackerAddress): Announce {
  return function* (host, announcement) {
    const tracker = address === null ? yield* lookedUp(host, name) : { address, port: TRACKER_PORT };
    if ('failure' in tracker) return tracker;
    const socket = yield* host.bind(0);
    if (failed(socket)) return { failure: 'no port is free' };
    const asking = new Asking(host, socket as DatagramSocket, tracker);
    try {
      const connected = yield* asking.ask((transaction) => ({ kind: 'connect', transaction }));
      if (connected.kind === 'error') return { failure: connected.failure };
      if (connected.kind !== 'connect') return { failure: 'it answers something else' };
      const { connection } = connected;
      const answer = yield* asking.ask((transaction) => ({ kind: 'announce', transaction, connection, announce: whole(announcement) }));
      if (answer.kind === 'error') return { failure: answer.failure };
      return answer.kind === 'announce' ? answer.response : { failure: 'it answers something else' };
    } finally {
      (socket as DatagramSocket).close();
    }
  };
}

function* lookedUp(host: Host, name: string): Process<Endpoint | TrackerFailure> {
  const found = yield* addressesOf(host, name);
  const address = found.kind === 'addresses' ? found.addresses[0] : undefined;
  return address === undefined ? { failure: `${name} is not found` } : { address, port: TRACKER_PORT };
}

type Answer = UdpTrackerResponse | ({ readonly kind: 'error' } & TrackerFailure);

class Asking {
  readonly #host: Host;
  readonly #socket: DatagramSocket;
  readonly #tracker: Endpoint;

  constructor(host: Host, socket: DatagramSocket, tracker: Endpoint) {
    this.#host = host;
    this.#socket = socket;
    this.#tracker = tracker;
  }

  *ask(requestOf: (transaction: number) => UdpTrackerRequest): Process<Answer> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const transaction = this.#host.random('bittorrent transaction').uint32();
      const request = requestOf(transaction);
      this.#socket.send(encodeUdpRequest(request), this.#tracker, { protocol: 'udp-tracker', kind: 'request', label: request.kind });
      const timeout = this.#host.sleep(FIRST_TIMEOUT * 2 ** attempt, { background: true });
      const answered = yield* race(this.#answerTo(transaction), timeout);
      if (answered.winner === 'first') return answered.value;
    }
    return { kind: 'error', failure: 'no answer' };
  }

  /** What belongs to nothing that was asked is dropped. */
  *#answerTo(transaction: number): Process<Answer> {
    for (;;) {
      const datagram = yield* this.#socket.receive();
      if (datagram === null) return { kind: 'error', failure: 'no answer' };
      if (datagram.from.address !== this.#tracker.address || datagram.from.port !== this.#tracker.port) continue;
      const response = decodeUdpResponse(datagram.bytes);
      if (!('error' in response) && response.transaction === transaction) return response;
    }
  }
}
