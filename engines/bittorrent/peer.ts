/**
 * A peer: one host's part in the swarm of one torrent (BEP 3), from its arrival until it leaves.
 *
 * Theory of operation. The tracker gives addresses; the peer calls some of them and is called by others. Both sides of a connection tell
 * which pieces they have, whether the other has something that they want (interested), and whether they serve requests (choked or not).
 * Which piece is asked for is the picker's business, which block of whom the block requests', who is unchoked the choker's: this file
 * turns what comes over the wire into calls of these three, and what they decide into messages.
 *
 * A piece is asked for in blocks of 16 KiB, of which several are asked for at a time, so that the line of the other does not run dry: what
 * it sent in three seconds at its present rate, at least five. In the end game at most two are, since what another peer is about to send
 * is sent twice. A whole piece is checked by its SHA-1; who alone has sent a wrong one is banned.
 *
 * Everything else that a stranger does wrong costs it its connection, and nobody else anything.
 */
import { equalBytes } from '@noble/curves/utils.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { formatDuration } from '../format.ts';
import { type Process, race, type Task, wait } from '../kernel/process.ts';
import { type Connection, type Endpoint, failed, type Host } from '../network/host.ts';
import { MINUTE, type Nanoseconds, SECOND } from '../quantities.ts';
import { BLOCK, BlockRequests, NO_BLOCK, NOBODY } from './block-requests.ts';
import { CallList } from './call-list.ts';
import { Choker, ROUND } from './choker.ts';
import { MOST_CONNECTIONS, MOST_INITIATED } from './connections.ts';
import { diskName, type KeptDownload } from './kept-download.ts';
import { MOST_REQUESTS, Neighbour } from './neighbour.ts';
import { PeerReader } from './peer-reader.ts';
import { PeerStates } from './peer-states.ts';
import { PieceAssembly } from './piece-assembly.ts';
import { PiecePicker } from './piece-picker.ts';
import { addPiece, fromWire, fullSet, hasPiece, type PieceSet, pieceSet, sizeOf, toWire } from './piece-set.ts';
import type { Behaviour, TorrentService } from './scenario.ts';
import type { Ending, Member, SwarmLedger } from './swarm-ledger.ts';
import type { Torrent } from './torrent.ts';
import type { Announce } from './tracker/announcing.ts';
import { type Announcer, TrackerContact } from './tracker-contact.ts';
import type { AnnounceEvent } from './wire/announce.ts';
import { encodeHandshake, type Handshake } from './wire/handshake.ts';
import { drawPeerId } from './wire/peer-id.ts';
import { bitfieldProblem, type PeerMessage } from './wire/peer-message.ts';

/** How much of its content is asked for ahead. */
const AHEAD: Nanoseconds = 3 * SECOND;
const LEAST_AHEAD = 5;
const MOST_AHEAD = 250;
const AHEAD_IN_END_GAME = 2;

const HANDSHAKE_TIMEOUT: Nanoseconds = 30 * SECOND;
const CONNECT_TIMEOUT: Nanoseconds = 20 * SECOND;
/** BEP 3: keep-alives go out every two minutes; who is not heard of for twice that is gone. */
const KEEP_ALIVE: Nanoseconds = 2 * MINUTE;
const SILENCE: Nanoseconds = 2 * KEEP_ALIVE + ROUND;
/** Who asked in vain is asked for nothing more for so long, and what it was asked for is free for others. */
const SNUBBED: Nanoseconds = MINUTE;

/** What a peer lives in. */
export interface PeerSurroundings {
  readonly torrent: Torrent;
  readonly service: TorrentService;
  readonly ledger: SwarmLedger;
  readonly member: Member;
  readonly announce: Announce;
  /** What the blocks that it sends are made of, if they are not the torrent's. */
  readonly poison: number | null;
}

export class Peer implements Announcer {
  readonly id: Uint8Array;
  readonly #host: Host;
  readonly #around: PeerSurroundings;
  readonly #behaviour: Behaviour;
  readonly #picker: PiecePicker;
  readonly #requests: BlockRequests;
  readonly #assembly: PieceAssembly;
  readonly #choker: Choker;
  readonly #states: PeerStates;
  readonly #neighbours = new Map<number, Neighbour>();
  /** Numbers of peers, by their ids in hex: never given to another, so that nobody is taken for one who is gone. */
  readonly #numbers = new Map<string, number>();
  readonly #calls: CallList;
  readonly #tracker: TrackerContact;
  /** When something that it wanted came last. */
  #progressAt: Nanoseconds;
  /** Beats every ten seconds; while it downloads, in the foreground: a run does not end before a download has. */
  #beat: Task | null = null;
  #beatAt: Nanoseconds = 0;
  #cause: number;
  #over: (() => void) | null = null;
  #left = false;

  constructor(host: Host, around: PeerSurroundings, behaviour: Behaviour, have: PieceSet) {
    const { torrent, service } = around;
    this.#host = host;
    this.#around = around;
    this.#behaviour = behaviour;
    this.id = drawPeerId(host.random(`bittorrent ${torrent.name} peer id`));
    const random = host.random(`bittorrent ${torrent.name} choices`);
    this.#picker = new PiecePicker(torrent.pieces, behaviour.pick, random);
    this.#requests = new BlockRequests(this.#picker, { length: torrent.size, pieceLength: torrent.pieceLength });
    this.#assembly = new PieceAssembly(torrent);
    this.#choker = new Choker({ slots: service.uploadSlots, optimistic: service.optimisticUnchoke ? 1 : 0 }, random);
    this.#states = new PeerStates(host.narrator, torrent);
    this.#calls = new CallList(host.address);
    this.#tracker = new TrackerContact(host, around.announce, this);
    for (let piece = 0; piece < torrent.pieces; piece++) if (hasPiece(have, piece)) this.#picker.weHave(piece);
    this.#progressAt = host.now();
    this.#cause = host.cause;
  }

  get complete(): boolean {
    return this.#picker.complete;
  }

  /** From its arrival until it has left. When its host goes down, it goes without a word. */
  *run(): Process {
    const { ledger, member, torrent } = this.#around;
    ledger.join(member, this.#behaviour.poisons ? pieceSet(torrent.pieces) : this.#picker.have);
    ledger.identify(this.id, member);
    this.#states.has(this.#picker.have, this.#picker.haveCount);
    this.#keep();
    try {
      this.#beatIn(1 + Math.floor(this.#host.random(`bittorrent ${torrent.name} beat`).float() * ROUND));
      this.#host.spawn('bittorrent tracker', this.#tracker.onAndOn());
      if (this.complete) this.#seedFor();
      yield* wait<void>((resume) => {
        if (this.#left) resume();
        this.#over = resume;
        return () => {};
      });
    } finally {
      ledger.part(member, 'down');
      this.#states.end();
    }
  }

  /** It stops taking part. */
  leave(ending: Exclude<Ending, null | 'down'>): void {
    if (this.#left) return;
    this.#left = true;
    const { ledger, member } = this.#around;
    this.#beat?.stop();
    for (const neighbour of [...this.#neighbours.values()]) neighbour.end();
    this.#keep();
    ledger.part(member, ending);
    this.#host.spawn('bittorrent tracker', this.#tracker.once('stopped'));
    this.#over?.();
  }

  /** Somebody calls, and has said about which torrent. */
  *answer(connection: Connection, reader: PeerReader, handshake: Handshake): Process {
    if (this.#left || this.#neighbours.size >= MOST_CONNECTIONS) connection.close();
    else yield* this.#meet(connection, reader, handshake);
  }

  // Connections.

  /** Seeds call as well: who came first may know of nobody, and waits to be called. */
  #connectMore(): void {
    const due = this.#calls.due(this.#host.now());
    while (!this.#left && this.#neighbours.size + this.#calls.underWay < MOST_INITIATED) {
      const { value: next } = due.next();
      if (next === undefined) return;
      if (this.#mayCall(next)) this.#host.spawn('bittorrent connection', this.#call(next));
    }
  }

  #mayCall(remote: Endpoint): boolean {
    if (!this.#calls.mayCall(remote, this.#seeds)) return false;
    for (const { connection } of this.#neighbours.values()) if (connection.remote.address === remote.address) return false;
    return true;
  }

  *#call(remote: Endpoint): Process {
    this.#calls.calls(remote.address);
    const connection = yield* this.#host.connect(remote, { timeout: CONNECT_TIMEOUT });
    this.#calls.called(remote.address);
    if (failed(connection)) {
      this.#calls.failed(remote, this.#host.now());
      this.#connectMore();
    } else if (this.#left) (connection as Connection).close();
    else yield* this.#meet(connection as Connection, new PeerReader(connection as Connection), null);
  }

  /** Handshakes, and talks until the connection ends. `theirs` has come already of one who called. */
  *#meet(connection: Connection, reader: PeerReader, theirs: Handshake | null): Process {
    const { torrent, ledger } = this.#around;
    const ours = encodeHandshake({ reserved: new Uint8Array(8), infoHash: torrent.infoHash, peerId: this.id });
    this.#host.spawn('bittorrent message', connection.write(ours, { protocol: 'bittorrent', kind: 'handshake', label: 'handshake' }));
    const handshake = theirs ?? (yield* this.#theirHandshake(reader));
    const problem = handshake === null ? 'no handshake' : this.#whyNot(connection, handshake, theirs === null);
    if (handshake === null || problem !== null) {
      connection.close();
      if (theirs === null && handshake === null) this.#calls.failed(connection.remote, this.#host.now());
      if (!this.#left) this.#connectMore();
      return;
    }
    const opened = theirs === null;
    this.#calls.met(connection.remote.address);
    const host = ledger.identified(handshake.peerId)?.host ?? null;
    const neighbour = new Neighbour(
      this.#host,
      this.#numberOf(handshake.peerId),
      connection,
      handshake.peerId,
      opened,
      host,
      torrent.pieces,
    );
    this.#neighbours.set(neighbour.number, neighbour);
    this.#choker.add(neighbour.number);
    const server = this.#host.spawn('bittorrent uploads', this.#serve(neighbour));
    try {
      const claimed = this.#behaviour.poisons ? fullSet(torrent.pieces) : this.#picker.have;
      if (sizeOf(claimed) > 0) neighbour.send({ kind: 'bitfield', bitfield: toWire(claimed, torrent.pieces) });
      const hungUp = yield* this.#listen(neighbour, reader);
      if (hungUp && opened && !this.#calls.isFellowSeed(connection.remote.address)) this.#calls.failed(connection.remote, this.#host.now());
    } finally {
      server.stop();
      this.#forget(neighbour);
    }
  }

  *#theirHandshake(reader: PeerReader): Process<Handshake | null> {
    const read = yield* race(reader.handshake(), this.#host.sleep(HANDSHAKE_TIMEOUT, { background: true }));
    return read.winner === 'second' || 'error' in read.value || 'kind' in read.value ? null : read.value;
  }

  /** Why a connection is of no use; null where it is. */
  #whyNot({ remote }: Connection, { infoHash, peerId }: Handshake, opened: boolean): string | null {
    if (this.#left) return 'left';
    if (!equalBytes(infoHash, this.#around.torrent.infoHash)) return 'another torrent';
    if (equalBytes(peerId, this.id)) return 'oneself';
    if (this.#calls.isBanned(remote.address)) return 'banned';
    const other = this.#neighbours.get(this.#numberOf(peerId));
    if (!other) return null;
    // Both called at the same time: of the two connections that stays which the one with the greater id opened, as both know.
    const ours = bytesToHex(this.id) > bytesToHex(peerId);
    if (opened !== ours || other.opened === opened) return 'connected already';
    this.#forget(other);
    return null;
  }

  #numberOf(peerId: Uint8Array): number {
    const key = bytesToHex(peerId);
    const known = this.#numbers.get(key) ?? this.#numbers.size;
    this.#numbers.set(key, known);
    return known;
  }

  #forget(neighbour: Neighbour): void {
    if (this.#neighbours.get(neighbour.number) !== neighbour) return;
    this.#neighbours.delete(neighbour.number);
    neighbour.end();
    const vacant = this.#choker.remove(neighbour.number);
    this.#requests.drop(neighbour.number);
    this.#picker.peerGone(neighbour.set);
    if (this.#left) return;
    if (vacant) this.#fillSlots();
    this.#tellChoices();
    this.#requestOfAll();
    this.#connectMore();
  }

  // What comes.

  /** Until the connection ends; whether the other one ended it. */
  *#listen(neighbour: Neighbour, reader: PeerReader): Process<boolean> {
    for (;;) {
      const message = yield* reader.next();
      if (neighbour.gone || this.#left) return false;
      if ('kind' in message && message.kind === 'end') return true;
      this.#cause = this.#host.cause;
      neighbour.heardAt = this.#host.now();
      const problem = 'error' in message ? message.error : this.#hear(neighbour, message);
      if (problem !== null) {
        this.#host.narrator.note(`closes the connection${neighbour.host === null ? '' : ` with ${neighbour.host}`}: ${problem}`);
        return false;
      }
    }
  }

  /** What is wrong with a message; null if nothing. */
  #hear(neighbour: Neighbour, message: PeerMessage): string | null {
    const { number } = neighbour;
    // BEP 3: only the first message can be a bitfield.
    const first = !neighbour.introduced;
    if (message.kind !== 'keep-alive' && message.kind !== 'extended') neighbour.introduced = true;
    switch (message.kind) {
      case 'bitfield':
        return first ? this.#learn(neighbour, message.bitfield) : 'a second bitfield';
      case 'have':
        return this.#learnOf(neighbour, message.index);
      case 'choke':
        neighbour.peerChoking = true;
        neighbour.asked = 0;
        this.#requests.drop(number);
        this.#requestOfAll();
        return null;
      case 'unchoke':
        neighbour.peerChoking = false;
        neighbour.blockAt = this.#host.now();
        this.#request(neighbour);
        return null;
      case 'interested':
      case 'not interested':
        if (this.#choker.setInterested(number, message.kind === 'interested')) this.#fillSlots();
        return null;
      case 'request':
        return this.#take(neighbour, message);
      case 'cancel':
        neighbour.cancel(message.index, message.begin, message.length);
        return null;
      case 'piece':
        return this.#receive(neighbour, message);
      default:
        return null;
    }
  }

  #learn(neighbour: Neighbour, bitfield: Uint8Array): string | null {
    const { pieces } = this.#around.torrent;
    const set = fromWire(bitfield, pieces);
    if (!set) return bitfieldProblem(bitfield, pieces) ?? 'a bitfield that does not fit';
    neighbour.set.set(set);
    this.#picker.peerBitfield(set);
    this.#reconsider(neighbour);
    return null;
  }

  #learnOf(neighbour: Neighbour, piece: number): string | null {
    if (piece >= this.#around.torrent.pieces) return `there is no piece ${piece}`;
    if (hasPiece(neighbour.set, piece)) return null;
    addPiece(neighbour.set, piece);
    this.#picker.peerHas(piece);
    this.#reconsider(neighbour);
    if (!neighbour.peerChoking) this.#request(neighbour);
    return null;
  }

  /** Whether it has something that we want; if both have all, there is nothing to say any more. */
  #reconsider(neighbour: Neighbour): void {
    if (this.#seeds && sizeOf(neighbour.set) === this.#around.torrent.pieces) {
      this.#calls.isSeedToo(neighbour.connection.remote.address);
      this.#forget(neighbour);
      return;
    }
    const interested = !this.complete && !this.#behaviour.poisons && this.#picker.lacksOneOf(neighbour.set);
    if (interested === neighbour.amInterested) return;
    neighbour.amInterested = interested;
    this.#choker.setInteresting(neighbour.number, interested, this.#host.now());
    neighbour.send({ kind: interested ? 'interested' : 'not interested' });
  }

  // Downloading.

  #requestOfAll(): void {
    for (const neighbour of this.#neighbours.values()) this.#request(neighbour);
  }

  #request(neighbour: Neighbour): void {
    if (neighbour.peerChoking || !neighbour.amInterested || neighbour.gone) return;
    const requests = this.#requests;
    const now = this.#host.now();
    const ahead = Math.ceil((neighbour.receiving.at(now) * AHEAD) / SECOND / BLOCK);
    const most = now - neighbour.blockAt >= SNUBBED ? 1 : Math.min(MOST_AHEAD, Math.max(LEAST_AHEAD, ahead));
    while (neighbour.asked < (requests.endGame ? Math.min(most, AHEAD_IN_END_GAME) : most)) {
      const block = requests.next(neighbour.number, neighbour.set);
      if (block === NO_BLOCK) return;
      if (neighbour.asked === 0) neighbour.blockAt = Math.max(neighbour.blockAt, now);
      neighbour.asked++;
      neighbour.send({
        kind: 'request',
        index: requests.pieceOf(block),
        begin: requests.offsetOf(block),
        length: requests.lengthOf(block),
      });
    }
  }

  #receive(neighbour: Neighbour, { index, begin, block }: Extract<PeerMessage, { readonly kind: 'piece' }>): string | null {
    const requests = this.#requests;
    const number = requests.blockAt(index, begin, block.length);
    if (number === NO_BLOCK) return 'a block that nobody can have asked for';
    const now = this.#host.now();
    if (requests.isAsked(neighbour.number, number)) neighbour.asked--;
    neighbour.blockAt = now;
    neighbour.receiving.add(block.length, now);
    this.#choker.received(neighbour.number, block.length, now);
    const { ledger, member } = this.#around;
    ledger.received(ledger.identified(neighbour.peerId), member, block.length);
    const arrival = requests.received(neighbour.number, number);
    for (const other of requests.cancelled) this.#cancel(other, number);
    if (arrival !== 'unwanted') {
      this.#progressAt = now;
      this.#assembly.keep(index, begin / BLOCK, block);
    }
    if (arrival === 'completes its piece') this.#check(index);
    this.#request(neighbour);
    return null;
  }

  #cancel(other: number, block: number): void {
    const neighbour = this.#neighbours.get(other);
    if (!neighbour) return;
    neighbour.asked = Math.max(0, neighbour.asked - 1);
    const requests = this.#requests;
    neighbour.send({ kind: 'cancel', index: requests.pieceOf(block), begin: requests.offsetOf(block), length: requests.lengthOf(block) });
  }

  #check(piece: number): void {
    const { ledger, member, torrent } = this.#around;
    if (!this.#assembly.check(piece)) {
      ledger.corrupt(member);
      const culprit = this.#requests.reject(piece);
      const banned = culprit === NOBODY ? undefined : this.#neighbours.get(culprit);
      const who = banned ? `: ${banned.host ?? 'a peer'} alone sent it, and is banned` : ', and is asked for again, of one peer alone';
      this.#host.narrator.note(`piece ${piece} is not what its SHA-1 says${who}`);
      if (banned) this.#ban(banned);
      this.#requestOfAll();
      return;
    }
    this.#requests.accept(piece);
    this.#keep();
    this.#states.has(this.#picker.have, this.#picker.haveCount);
    for (const neighbour of this.#neighbours.values()) neighbour.send({ kind: 'have', index: piece });
    for (const neighbour of [...this.#neighbours.values()]) if (neighbour.amInterested) this.#reconsider(neighbour);
    ledger.gained(member, piece);
    if (this.complete) this.#completed(torrent.name);
  }

  #ban(neighbour: Neighbour): void {
    const { ledger, member } = this.#around;
    this.#calls.ban(neighbour.connection.remote.address);
    ledger.banned(member);
    this.#forget(neighbour);
  }

  #completed(name: string): void {
    this.#host.narrator.note(`has all of ${name}`);
    for (const neighbour of [...this.#neighbours.values()]) this.#reconsider(neighbour);
    if (this.#behaviour.stay === 0) {
      this.#host.spawn('bittorrent tracker', this.#tracker.once('completed'));
      this.leave('complete');
      return;
    }
    this.#host.spawn('bittorrent tracker', this.#tracker.once('completed'));
    this.#beatIn(this.#beatAt - this.#host.now());
    this.#seedFor();
  }

  /** Goes when it has stayed as long as it was to. */
  #seedFor(): void {
    const { stay } = this.#behaviour;
    if (stay === null || !this.#around.member.downloads) return;
    const host = this.#host;
    const go = (): void => this.leave('complete');
    host.spawn(
      'bittorrent stay',
      (function* (): Process {
        yield* host.sleep(stay, { background: true });
        go();
      })(),
    );
  }

  /** What it has survives a crash. */
  #keep(): void {
    const { torrent } = this.#around;
    const kept: KeptDownload = { have: toWire(this.#picker.have, torrent.pieces), behaviour: this.#behaviour, left: this.#left };
    this.#host.disk.set(diskName(torrent.name), kept);
  }

  // Uploading.

  #take(
    neighbour: Neighbour,
    { index, begin, length }: { readonly index: number; readonly begin: number; readonly length: number },
  ): string | null {
    if (this.#requests.blockAt(index, begin, length) === NO_BLOCK) return `a request for ${length} bytes from ${begin} of piece ${index}`;
    // What is asked for before our choke has arrived is not served.
    if (!this.#choker.isUnchoked(neighbour.number)) return null;
    if (!this.#behaviour.poisons && !hasPiece(this.#picker.have, index)) return `a request for piece ${index}, which is not here`;
    if (neighbour.requests.length >= MOST_REQUESTS) return `more than ${MOST_REQUESTS} requests at once`;
    neighbour.request({ index, begin, length, cause: this.#host.cause });
    return null;
  }

  *#serve(neighbour: Neighbour): Process {
    const { torrent, poison } = this.#around;
    for (;;) {
      const next = yield* neighbour.nextRequest();
      if (next === null) return;
      const { index, begin, length, cause } = next;
      this.#host.cause = cause;
      const content = torrent.content(index, begin, length);
      this.#choker.sent(neighbour.number, length);
      if (!(yield* neighbour.sendBlock({ kind: 'piece', index, begin, block: poison === null ? content : { ...content, seed: poison } })))
        return;
    }
  }

  get #seeds(): boolean {
    return this.complete || this.#behaviour.poisons;
  }

  /** Slots have fallen vacant, or somebody new wants one. */
  #fillSlots(): void {
    if (this.#behaviour.freeRider) return;
    this.#choker.fill(this.#host.now(), this.#seeds);
    this.#tellChoices();
  }

  #tellChoices(): void {
    for (const number of this.#choker.changed) {
      const neighbour = this.#neighbours.get(number);
      if (!neighbour) continue;
      const unchoked = this.#choker.isUnchoked(number);
      if (!unchoked) neighbour.requests.length = 0;
      neighbour.send({ kind: unchoked ? 'unchoke' : 'choke' });
    }
    this.#choker.changed.length = 0;
    const unchoked: string[] = [];
    for (const { number, host, connection } of this.#neighbours.values()) {
      if (!this.#choker.isUnchoked(number)) continue;
      unchoked.push(`${host ?? connection.remote.address}${!this.#seeds && this.#choker.isOptimistic(number) ? ' (optimistic)' : ''}`);
    }
    this.#states.unchokes(unchoked);
  }

  // Time.

  #beatIn(delay: Nanoseconds): void {
    this.#beat?.stop();
    this.#beatAt = this.#host.now() + delay;
    this.#beat = this.#host.spawn('bittorrent beat', this.#beatOnAndOn(delay));
  }

  *#beatOnAndOn(first: Nanoseconds): Process {
    for (let delay = first; !this.#left; delay = ROUND) {
      yield* this.#host.sleep(delay, { background: this.#seeds });
      this.#beatAt = this.#host.now() + ROUND;
      this.#host.cause = this.#cause;
      this.#round();
    }
  }

  #round(): void {
    const now = this.#host.now();
    if (!this.#seeds && now - this.#progressAt >= this.#behaviour.patience) {
      this.#host.narrator.note(`gives up: nothing came for ${formatDuration(this.#behaviour.patience)}`);
      this.leave('gave up');
      return;
    }
    if (!this.#behaviour.freeRider) {
      this.#choker.round(now, this.#seeds);
      this.#tellChoices();
    }
    for (const neighbour of [...this.#neighbours.values()]) {
      if (now - neighbour.heardAt >= SILENCE) this.#forget(neighbour);
      else if (now - neighbour.sentAt >= KEEP_ALIVE - ROUND) neighbour.send({ kind: 'keep-alive' });
      if (neighbour.asked > 0 && now - neighbour.blockAt >= SNUBBED) {
        neighbour.asked = 0;
        this.#requests.drop(neighbour.number);
      }
    }
    this.#requestOfAll();
    this.#connectMore();
    this.#around.ledger.sample();
    this.#around.ledger.tellTraffic(this.#around.member);
  }

  // The tracker.

  get left(): boolean {
    return this.#left;
  }

  get connections(): number {
    return this.#neighbours.size;
  }

  named(peers: Endpoint[]): void {
    this.#calls.named(peers);
    this.#connectMore();
  }

  announcement(event: AnnounceEvent | null): Parameters<Announce>[1] {
    const { member, torrent } = this.#around;
    const left = this.#seeds ? 0 : leftOf(torrent, this.#picker.have);
    return { infoHash: torrent.infoHash, peerId: this.id, uploaded: member.uploaded, downloaded: member.downloaded, left, event };
  }
}

/** Bytes of the pieces that are not there. */
function leftOf({ pieces, size, pieceLength }: Torrent, have: PieceSet): number {
  let left = 0;
  for (let piece = 0; piece < pieces; piece++) if (!hasPiece(have, piece)) left += Math.min(pieceLength, size - piece * pieceLength);
  return left;
}
