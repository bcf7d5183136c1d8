/**
 * A large swarm: the peers' own choker, piece picker, block requests and tracker's list, without their messages.
 *
 * Theory of operation. Peers are rows; each has the machines that a peer with real connections has. In the place of connections there
 * are edges, in that of messages calls after the time that the message would take, and in that of blocks whole pieces, which flow
 * (`transfers.ts`). Who unchokes somebody who is interested makes a flow begin one and a half round trips later (unchoke, request,
 * content). It goes on from piece to piece, as pipelined requests make it, until the one is choked, or has nothing to ask for.
 *
 * What neighbours know of a peer's pieces is `told`: a piece is told when it is here and the HAVE has travelled, for the sender's
 * latency and the swarm's mean one. A peer is interested in a neighbour that has told of a piece that it has not told of itself.
 *
 * What is asked for at a time is a unit: a block or, where the swarm is large, more, up to a whole piece. A unit has one sender, but in
 * the end game, when its senders share what is left of it. What came of a unit before its sender choked stays; the next one brings the rest.
 *
 * Order: everything is an event of the kernel, or follows from one at once; random numbers come from streams of the swarm.
 */
import type { Kernel } from '../../kernel/kernel.ts';
import type { RandomStream } from '../../kernel/random.ts';
import { type Bytes, MILLISECOND, type Nanoseconds } from '../../quantities.ts';
import { BlockRequests, NO_BLOCK } from '../block-requests.ts';
import { Choker, countReceived, countSent, FIELDS, noteInteresting, ROUND } from '../choker.ts';
import { MOST_CONNECTIONS, MOST_INITIATED } from '../connections.ts';
import { PiecePicker } from '../piece-picker.ts';
import { fullSet, hasPiece, type PieceSet, pieceSet, sizeOf } from '../piece-set.ts';
import {
  CONTENT_SHARE,
  type CompactBehaviour,
  type CompactEnding,
  type CompactTorrent,
  type SwarmObserver,
  unitOf,
} from './compact-torrent.ts';
import { CompactTracker } from './compact-tracker.ts';
import { Interest } from './interest.ts';
import { Jobs } from './jobs.ts';
import { Lines } from './lines.ts';
import { Neighbours, NOBODY, PLACES } from './neighbours.ts';
import { NONE, Transfers } from './transfers.ts';

/** What a program takes to start, at most: of many that come at once, none is the first because it was named first. */
const START: Nanoseconds = 100 * MILLISECOND;

/** States; 0 before its arrival. */
const PRESENT = 1;
const GONE = 2;

/** Of an edge, from the one that downloads to the one that uploads. */
const CHOKED = 0;
/** Unchoked; what is asked for has not come yet. */
const BEGINNING = 1;
/** Unchoked, with nothing to ask for. */
const IDLE = 2;
const FLOWING = 3;

export class CompactSwarm {
  readonly pieces: number;
  readonly neighbours: Neighbours;
  readonly #kernel: Kernel;
  readonly #torrent: CompactTorrent;
  readonly #observer: SwarmObserver;
  readonly #random: RandomStream;
  readonly #lines: Lines;
  readonly #tracker: CompactTracker;
  readonly #transfers: Transfers;

  /** Of each peer. */
  readonly #states: Uint8Array;
  readonly #complete: Uint8Array;
  readonly #poisons: Uint8Array;
  #poisoners = 0;
  readonly #behaviours: (CompactBehaviour | null)[];
  /** Null for who is not there, or complete. */
  readonly #pickers: (PiecePicker | null)[];
  readonly #blocks: (BlockRequests | null)[];
  /** Null for free riders. */
  readonly #chokers: (Choker | null)[];
  /** Of each edge: what its peer's choker keeps about the other one. */
  readonly #chokerTable: Float64Array;
  readonly #interest: Interest;
  readonly #banned = new Map<number, Set<number>>();
  readonly #receivedAt: Float64Array;
  /** When its choker decides next. */
  readonly #rounds: Float64Array;
  readonly #roundTimers: Float64Array;
  /** When who has stayed long enough leaves. */
  readonly #stayTimers: Float64Array;

  /** Of each edge, from the one that downloads to the one that uploads: CHOKED, BEGINNING, IDLE or FLOWING. */
  readonly #progress: Uint8Array;
  /** What flows here while it is FLOWING, and the timer by which a flow begins while it is BEGINNING. */
  readonly #current: Float64Array;
  /** Of each peer: edges that are idle. */
  readonly #idle: Uint8Array;

  readonly #jobs: Jobs;

  readonly #full: PieceSet;
  readonly #unit: Bytes;
  readonly #flowsOfJob: number[] = [];
  #waking = false;
  readonly #announceEvent = (peer: number): void => this.#announce(peer);
  readonly #beginEvent = (edge: number): void => this.#begin(edge);
  readonly #tellEvent = (which: number): void => {
    const peer = Math.floor(which / this.pieces);
    this.#tell(peer, which - peer * this.pieces);
  };
  readonly #close = (job: number): void => this.#transfers.close(job);
  readonly #roundEvent = (peer: number): void => this.#round(peer);

  constructor(kernel: Kernel, torrent: CompactTorrent, observer: SwarmObserver) {
    const { hosts, length, pieceLength } = torrent;
    const peers = hosts.length;
    this.pieces = Math.ceil(length / pieceLength);
    this.#kernel = kernel;
    this.#torrent = torrent;
    this.#observer = observer;
    this.#random = kernel.random(`swarm ${torrent.name}`);
    this.#lines = new Lines(hosts);
    this.#tracker = new CompactTracker(kernel, torrent.tracker ?? {}, this.#random, peers, (announces) => observer.announced(announces));
    this.#transfers = new Transfers(
      kernel,
      hosts.map(({ up }) => up * CONTENT_SHARE),
      hosts.map(({ down }) => down * CONTENT_SHARE),
      {
        moved: (flow, _, bytes) => this.#moved(flow, bytes),
        whole: (job) => this.#whole(job),
      },
    );
    this.neighbours = new Neighbours(peers);
    this.#jobs = new Jobs(peers);
    this.#states = new Uint8Array(peers);
    this.#complete = new Uint8Array(peers);
    this.#poisons = new Uint8Array(peers);
    this.#behaviours = new Array(peers).fill(null);
    this.#pickers = new Array(peers).fill(null);
    this.#blocks = new Array(peers).fill(null);
    this.#chokers = new Array(peers).fill(null);
    this.#chokerTable = new Float64Array(this.neighbours.other.length * FIELDS);
    this.#receivedAt = new Float64Array(peers);
    this.#rounds = new Float64Array(peers);
    this.#roundTimers = new Float64Array(peers);
    this.#stayTimers = new Float64Array(peers).fill(NONE);
    this.#progress = new Uint8Array(this.neighbours.other.length);
    this.#current = new Float64Array(this.neighbours.other.length);
    this.#idle = new Uint8Array(peers);
    this.#interest = new Interest(this.neighbours, peers, this.pieces, this.#idle, {
      changed: (edge, interested) => this.#interestChanged(edge, interested),
      more: (edge, piece) => {
        if (this.#progress[edge] === IDLE && this.#blocks[this.neighbours.peerOf(edge)]?.mayAskFor(piece)) this.#ask(edge);
      },
    });
    this.#full = fullSet(this.pieces);
    this.#unit = torrent.unit ?? unitOf(torrent);
  }

  /** A peer that has everything joins, and stays until `leave`. */
  seed(peer: number): void {
    this.#pretend(peer);
    this.#join(peer, this.#full, false);
  }

  /** A peer joins that says it has everything, and whose pieces all fail their check. */
  poison(peer: number): void {
    this.#pretend(peer);
    if (this.#poisons[peer] === 0) this.#poisoners++;
    this.#poisons[peer] = 1;
    this.#join(peer, pieceSet(this.pieces), false);
  }

  #pretend(peer: number): void {
    this.#interest.join(peer, this.#full);
    this.#complete[peer] = 1;
  }

  /** A peer joins that has nothing, or `have`. */
  arrive(peer: number, behaviour: CompactBehaviour, have: PieceSet = pieceSet(this.pieces)): void {
    const { length, pieceLength } = this.#torrent;
    this.#behaviours[peer] = behaviour;
    if (sizeOf(have) === this.pieces) {
      this.#pretend(peer);
      this.#join(peer, have, behaviour.freeRider);
      this.#stay(peer, behaviour);
      return;
    }
    this.#interest.join(peer, have);
    const picker = new PiecePicker(this.pieces, behaviour.pick, this.#random, 1, this.#interest.countsOf(peer));
    for (let piece = 0; piece < this.pieces; piece++) if (hasPiece(have, piece)) picker.weHave(piece);
    this.#pickers[peer] = picker;
    this.#blocks[peer] = new BlockRequests(picker, { length, pieceLength, blockLength: this.#unit });
    this.#join(peer, have, behaviour.freeRider);
  }

  isPresent(peer: number): boolean {
    return this.#states[peer] === PRESENT;
  }

  isComplete(peer: number): boolean {
    return this.#complete[peer] === 1;
  }

  /** Whether a peer uploads to another now, or may. */
  isUnchoked(from: number, to: number): boolean {
    const edge = this.neighbours.edge(from, to);
    return edge !== NOBODY && (this.#chokers[from]?.isUnchoked(this.neighbours.placeOf(edge)) ?? false);
  }

  /** Calls `each` for the peers that one has unchoked, in the order of their places. */
  forUnchoked(peer: number, each: (other: number, optimistic: boolean) => void): void {
    const choker = this.#chokers[peer];
    const first = this.neighbours.firstOf(peer);
    for (let edge = first, end = this.neighbours.endOf(peer); choker && edge < end; edge++) {
      const other = this.neighbours.other[edge] as number;
      if (other === NOBODY || !choker.isUnchoked(edge - first)) continue;
      each(other, this.#complete[peer] === 0 && choker.isOptimistic(edge - first));
    }
  }

  /** The tracker's host is there, or is not. It knows its list by heart. */
  setTrackerUp(up: boolean): void {
    this.#tracker.setUp(up);
  }

  /** A peer is gone, without having said so to anybody but the tracker. Nothing for one that is not there. */
  leave(peer: number, ending: CompactEnding): void {
    if (this.#states[peer] !== PRESENT) return;
    this.#states[peer] = GONE;
    this.#kernel.cancel(this.#roundTimers[peer] as number);
    this.#kernel.cancel(this.#stayTimers[peer] as number);
    for (let edge = this.neighbours.firstOf(peer), end = this.neighbours.endOf(peer); edge < end; edge++)
      if (this.neighbours.other[edge] !== NOBODY) this.#disconnect(edge);
    this.#tracker.left(peer);
    this.#jobs.removeAll(peer, this.#close);
    this.#pickers[peer] = null;
    this.#blocks[peer] = null;
    this.#chokers[peer] = null;
    this.#interest.leave(peer);
    this.#observer.parted(peer, ending);
  }

  #join(peer: number, has: PieceSet, freeRider: boolean): void {
    this.#states[peer] = PRESENT;
    this.#receivedAt[peer] = this.#kernel.now;
    this.#tracker.joined(peer);
    if (!freeRider) this.#chokers[peer] = new Choker(this.#torrent.choker ?? {}, this.#random, this.#chokerTableOf(peer));
    this.#observer.joined(peer, has);
    // A connection to the tracker, and its answer: two round trips.
    const delay =
      4 * (this.#lines.latency(peer) + (this.#torrent.trackerLatency ?? this.#lines.meanLatency)) + this.#random.float() * START;
    this.#kernel.call(delay, this.#announceEvent, peer);
    this.#planRound(peer, Math.floor(this.#random.float() * ROUND));
  }

  #chokerTableOf(peer: number): Float64Array {
    return this.#chokerTable.subarray(peer * PLACES * FIELDS, (peer + 1) * PLACES * FIELDS);
  }

  #announce(peer: number): void {
    if (this.#states[peer] !== PRESENT) return;
    const list = this.#tracker.announce(peer, this.#complete[peer] === 1, () => this.#announce(peer));
    if (list === null || list.length === 0) return;
    const given = Int32Array.from(list);
    // A connection, handshakes and bitfields: two round trips.
    this.#kernel.schedule(4 * (this.#lines.latency(peer) + this.#lines.meanLatency), () => {
      if (this.#states[peer] !== PRESENT) return;
      for (const other of given) if (this.neighbours.count(peer) < MOST_INITIATED) this.#connect(peer, other);
    });
  }

  #connect(a: number, b: number): void {
    const { neighbours } = this;
    if (this.#states[b] !== PRESENT || neighbours.count(b) >= MOST_CONNECTIONS || neighbours.edge(a, b) !== NOBODY) return;
    if (this.#complete[a] === 1 && this.#complete[b] === 1) return;
    if (this.#banned.get(a)?.has(b) || this.#banned.get(b)?.has(a)) return;
    const edge = neighbours.connect(a, b);
    const back = neighbours.back[edge] as number;
    this.#chokers[a]?.add(neighbours.placeOf(edge));
    this.#chokers[b]?.add(neighbours.placeOf(back));
    this.#interest.meet(edge, this.#pickers[a] as PiecePicker | null);
    this.#interest.meet(back, this.#pickers[b] as PiecePicker | null);
  }

  #interestChanged(edge: number, interested: boolean): void {
    const { neighbours } = this;
    const other = neighbours.other[edge] as number;
    noteInteresting(this.#chokerTable, edge, interested, this.#kernel.now);
    if (this.#chokers[other]?.setInterested(neighbours.placeOf(neighbours.back[edge] as number), interested)) this.#fill(other);
  }

  #fill(peer: number): void {
    const choker = this.#chokers[peer] as Choker;
    choker.fill(this.#kernel.now, this.#complete[peer] === 1);
    this.#apply(peer, choker);
  }

  #planRound(peer: number, delay: Nanoseconds): void {
    this.#rounds[peer] = this.#kernel.now + delay;
    // Who has all keeps no run alive.
    if (this.#complete[peer] === 1) this.#roundTimers[peer] = this.#kernel.schedule(delay, () => this.#round(peer), { background: true });
    else this.#roundTimers[peer] = this.#kernel.call(delay, this.#roundEvent, peer);
  }

  #round(peer: number): void {
    const { neighbours } = this;
    const { now } = this.#kernel;
    for (let edge = neighbours.firstOf(peer), end = neighbours.endOf(peer); edge < end; edge++) {
      if (neighbours.other[edge] === NOBODY) continue;
      if (this.#progress[edge] === FLOWING) {
        this.#transfers.account(this.#current[edge] as number);
      }
      const back = neighbours.back[edge] as number;
      if (this.#progress[back] === FLOWING) this.#transfers.account(this.#current[back] as number);
    }
    const choker = this.#chokers[peer];
    if (choker) {
      choker.round(now, this.#complete[peer] === 1);
      this.#apply(peer, choker);
    }
    this.#observer.decided(peer);
    if (this.#tracker.isDue(peer, neighbours.count(peer))) this.#announce(peer);
    const behaviour = this.#behaviours[peer];
    if (behaviour && this.#complete[peer] === 0 && now - (this.#receivedAt[peer] as number) >= behaviour.patience)
      this.leave(peer, 'gave up');
    else this.#planRound(peer, ROUND);
  }

  /** Whoever the choker unchoked gets something soon; whoever it choked nothing more. */
  #apply(peer: number, choker: Choker): void {
    const { neighbours } = this;
    for (const place of choker.changed) {
      const edge = neighbours.back[neighbours.firstOf(peer) + place] as number;
      if (!choker.isUnchoked(place)) this.#stop(edge);
      else {
        const roundTrip = 2 * (this.#lines.latency(peer) + this.#lines.latency(neighbours.peerOf(edge)));
        this.#setProgress(edge, BEGINNING);
        this.#current[edge] = this.#kernel.call(1.5 * roundTrip, this.#beginEvent, edge);
      }
    }
    if (choker.changed.length > 0) this.#observer.choked(peer);
  }

  #begin(edge: number): void {
    this.#setProgress(edge, IDLE);
    this.#ask(edge);
  }

  #setProgress(edge: number, progress: number): void {
    const before = this.#progress[edge] as number;
    if (before === progress) return;
    this.#progress[edge] = progress;
    if (before !== IDLE && progress !== IDLE) return;
    const peer = this.neighbours.peerOf(edge);
    this.#idle[peer] = (this.#idle[peer] as number) + (progress === IDLE ? 1 : -1);
  }

  /** The peer of an idle edge asks for a piece, if there is one to ask for. */
  #ask(edge: number): void {
    const peer = this.neighbours.peerOf(edge);
    const job = this.#nextJob(edge, peer);
    if (job === NONE) return;
    this.#setProgress(edge, FLOWING);
    const other = this.neighbours.other[edge] as number;
    this.#current[edge] = this.#transfers.begin(
      other,
      peer,
      edge,
      job,
      this.#lines.weight(other, peer, this.#transfers.uploads(peer) !== 0),
    );
    if (this.#blocks[peer]?.endGame) this.#wake(peer);
  }

  #nextJob(edge: number, peer: number): number {
    const blocks = this.#blocks[peer];
    if (!blocks) return NONE;
    const other = this.neighbours.other[edge] as number;
    const block = blocks.next(other, this.#interest.toldBy(other) as PieceSet);
    if (block === NO_BLOCK) return NONE;
    const known = this.#jobs.find(peer, block);
    if (known !== NONE) return known;
    const job = this.#transfers.open(blocks.lengthOf(block));
    this.#jobs.add(peer, job, block);
    return job;
  }

  /** Something may be asked for that was not before: of all that would give. */
  #wake(peer: number): void {
    if (this.#waking || this.#idle[peer] === 0 || this.#blocks[peer] === null) return;
    this.#waking = true;
    const { neighbours } = this;
    for (let edge = neighbours.firstOf(peer), end = neighbours.endOf(peer); edge < end; edge++)
      if (this.#progress[edge] === IDLE) this.#ask(edge);
    this.#waking = false;
  }

  /** The peer of the edge is choked by the other one: what it had asked for can be asked of others. */
  #stop(edge: number): void {
    const progress = this.#progress[edge] as number;
    this.#setProgress(edge, CHOKED);
    if (progress === BEGINNING) this.#kernel.cancel(this.#current[edge] as number);
    if (progress !== FLOWING && progress !== IDLE) return;
    const peer = this.neighbours.peerOf(edge);
    const other = this.neighbours.other[edge] as number;
    if (progress === FLOWING) {
      const flow = this.#current[edge] as number;
      const job = this.#transfers.job(flow);
      this.#transfers.end(flow);
      // Nobody could tell the good part from the bad one.
      if (this.#poisons[other] === 1) this.#transfers.restart(job, this.#blocks[peer]?.lengthOf(this.#jobs.blockOf(job)) ?? 0);
    }
    this.#blocks[peer]?.drop(other);
    this.#wake(peer);
  }

  #moved(flow: number, bytes: Bytes): void {
    const { neighbours } = this;
    const edge = this.#transfers.tag(flow);
    const from = this.#transfers.from(flow);
    const to = this.#transfers.to(flow);
    const { now } = this.#kernel;
    countReceived(this.#chokerTable, edge, bytes, now);
    countSent(this.#chokerTable, neighbours.back[edge] as number, bytes);
    this.#receivedAt[to] = now;
    this.#observer.moved(from, to, bytes);
  }

  #whole(job: number): void {
    const transfers = this.#transfers;
    const block = this.#jobs.blockOf(job);
    const first = transfers.firstFlow(job);
    const peer = transfers.to(first);
    const blocks = this.#blocks[peer] as BlockRequests;
    const piece = blocks.pieceOf(block);
    let culprit = NOBODY;
    let corrupt = false;
    // Of several, the one that poisons it.
    let sender = transfers.from(first);
    for (let flow = first; flow !== NONE && this.#poisoners > 0; flow = transfers.nextOfJob(flow))
      if (this.#poisons[transfers.from(flow)] === 1) sender = transfers.from(flow);
    const arrival = blocks.received(sender, block);
    this.#jobs.remove(peer, job);
    if (arrival === 'completes its piece') {
      corrupt = this.#poisoners > 0 && blocks.sendersOf(piece).some((sender) => this.#poisons[sender] === 1);
      if (corrupt) {
        culprit = blocks.reject(piece);
        this.#observer.corrupt(peer);
      } else {
        blocks.accept(piece);
        this.#observer.gained(peer, piece);
        this.#kernel.call(this.#lines.latency(peer) + this.#lines.meanLatency, this.#tellEvent, peer * this.pieces + piece);
      }
    }
    // Its flows go on with other pieces.
    const edges = this.#flowsOfJob;
    edges.length = 0;
    for (let flow = first; flow !== NONE; flow = transfers.nextOfJob(flow)) edges.push(transfers.tag(flow));
    for (const edge of edges) {
      const flow = this.#current[edge] as number;
      const next = this.#nextJob(edge, peer);
      if (next !== NONE) transfers.move(flow, next);
      else {
        this.#setProgress(edge, IDLE);
        transfers.end(flow);
      }
    }
    transfers.close(job);
    if (culprit !== NOBODY) this.#ban(peer, culprit);
    if (corrupt || blocks.endGame) this.#wake(peer);
    if (this.#pickers[peer]?.complete) this.#completed(peer);
  }

  #ban(peer: number, culprit: number): void {
    const banned = this.#banned.get(peer) ?? new Set();
    banned.add(culprit);
    this.#banned.set(peer, banned);
    this.#observer.banned(peer, culprit);
    const edge = this.neighbours.edge(peer, culprit);
    if (edge !== NOBODY) this.#disconnect(edge);
  }

  #completed(peer: number): void {
    this.#complete[peer] = 1;
    this.#pickers[peer] = null;
    this.#blocks[peer] = null;
    this.#tracker.completed(peer);
    this.#kernel.cancel(this.#roundTimers[peer] as number);
    this.#planRound(peer, (this.#rounds[peer] as number) - this.#kernel.now);
    this.#stay(peer, this.#behaviours[peer] as CompactBehaviour);
  }

  /** A peer that has all of it goes when it has stayed as long as it was to. */
  #stay(peer: number, { stay }: CompactBehaviour): void {
    if (stay === 0) this.leave(peer, 'complete');
    else if (stay !== null) this.#stayTimers[peer] = this.#kernel.schedule(stay, () => this.leave(peer, 'complete'), { background: true });
  }

  /** The neighbours hear that a peer has a piece. */
  #tell(peer: number, piece: number): void {
    // Who was away in between has told of it with all that it has.
    if (this.#states[peer] !== PRESENT || hasPiece(this.#interest.toldBy(peer) as PieceSet, piece)) return;
    this.#interest.tell(peer, piece);
    if (this.#interest.hasToldAll(peer)) this.#partFromSeeds(peer);
  }

  /** Two that have everything have nothing to say to each other. */
  #partFromSeeds(peer: number): void {
    const { neighbours } = this;
    for (let edge = neighbours.firstOf(peer), end = neighbours.endOf(peer); edge < end; edge++) {
      const other = neighbours.other[edge] as number;
      if (other !== NOBODY && this.#interest.hasToldAll(other)) this.#disconnect(edge);
    }
  }

  #disconnect(edge: number): void {
    const { neighbours } = this;
    const back = neighbours.back[edge] as number;
    const a = neighbours.peerOf(edge);
    const b = neighbours.other[edge] as number;
    this.#waking = true;
    this.#stop(edge);
    this.#stop(back);
    this.#waking = false;
    neighbours.disconnect(edge);
    this.#interest.part(edge);
    this.#interest.part(back);
    this.#part(a, neighbours.placeOf(edge), this.#interest.toldBy(b) as PieceSet);
    this.#part(b, neighbours.placeOf(back), this.#interest.toldBy(a) as PieceSet);
  }

  /** One of two that part. */
  #part(peer: number, place: number, theirs: PieceSet): void {
    this.#pickers[peer]?.peerGone(theirs);
    const unchoked = this.#chokers[peer]?.isUnchoked(place) ?? false;
    const vacant = this.#chokers[peer]?.remove(place);
    if (this.#states[peer] !== PRESENT) return;
    if (unchoked) this.#observer.choked(peer);
    this.#wake(peer);
    if (vacant) this.#fill(peer);
  }
}
