/**
 * The BitTorrent program of a host: it listens on port 6881 for all its torrents, and tells by the handshake which one a caller means.
 * Who means none of them, or says something else, is left.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { type Process, race } from '../kernel/process.ts';
import { type Connection, failed, type Host } from '../network/host.ts';
import { type Nanoseconds, SECOND } from '../quantities.ts';
import type { Peer } from './peer.ts';
import { PeerReader } from './peer-reader.ts';
import { PEER_PORT } from './torrent.ts';

/** How long a caller may take to say which torrent it is about. */
const PATIENCE: Nanoseconds = 30 * SECOND;

export class BittorrentClient {
  readonly #host: Host;
  /** By info hash in hex. */
  readonly #peers = new Map<string, Peer>();
  #listening = false;

  constructor(host: Host) {
    this.#host = host;
  }

  peer(infoHash: Uint8Array): Peer | undefined {
    return this.#peers.get(bytesToHex(infoHash));
  }

  /** Takes part in a torrent from now on. */
  start(infoHash: Uint8Array, peer: Peer): void {
    const key = bytesToHex(infoHash);
    const peers = this.#peers;
    peers.set(key, peer);
    if (!this.#listening) this.#host.spawn('bittorrent listener', this.#listen());
    this.#host.spawn(
      'bittorrent peer',
      (function* (): Process {
        yield* peer.run();
        if (peers.get(key) === peer) peers.delete(key);
      })(),
    );
  }

  *#listen(): Process {
    this.#listening = true;
    const listener = yield* this.#host.listen(PEER_PORT);
    if (failed(listener)) {
      this.#host.narrator.note(`nobody can call: port ${PEER_PORT} is ${(listener as { failure: string }).failure}`);
      return;
    }
    for (;;) {
      const connection = yield* listener.accept();
      if (connection === null) return;
      this.#host.spawn('bittorrent connection', this.#answer(connection));
    }
  }

  *#answer(connection: Connection): Process {
    const reader = new PeerReader(connection);
    const read = yield* race(reader.handshake(), this.#host.sleep(PATIENCE, { background: true }));
    const handshake = read.winner === 'first' && 'infoHash' in read.value ? read.value : null;
    const peer = handshake && this.peer(handshake.infoHash);
    if (handshake && peer) yield* peer.answer(connection, reader, handshake);
    else connection.close();
  }
}
