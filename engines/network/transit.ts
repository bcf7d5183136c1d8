/**
 * Packets under way: from link to link along their path.
 *
 * Theory of operation. A packet under way is a slot in a few typed arrays; the event that waits for its arrival at the far
 * end of a line is one function for all packets and the slot's number, so a hop allocates nothing. (On an explicit link
 * another event notes when it was put on the line, for captures.) The path is chosen when
 * the packet is sent; one that meets a failed line or a dead host on it is lost. Where there are middleboxes the way has legs
 * (middleboxes/middleboxes.ts): at the end of one the packet may be rewritten, and its path to the end of the next is chosen. What became of each is told to the
 * recorder, so that sent = delivered + lost + under way at any time.
 */
import type { Kernel } from '../kernel/kernel.ts';
import { type Bytes, MICROSECOND, type Nanoseconds } from '../quantities.ts';
import type { Recorder } from '../recorder.ts';
import type { UdpDatagram } from './host-udp.ts';
import type { LinkDirection } from './link.ts';
import type { Header } from './middleboxes/header.ts';
import type { Middleboxes } from './middleboxes/middleboxes.ts';
import type { Partitions } from './partitions.ts';
import type { Segment } from './tcp/segment.ts';
import type { Path, Topology } from './topology.ts';

export type Packet = Segment | UdpDatagram;

/** What the network at its ends does for packets. */
export interface Ends {
  isUp(host: number): boolean;
  arrive(host: number, packet: Packet): void;
  /** The packet in that row as it reads after a translation. */
  translated(row: number, packet: Packet, header: Header): Packet;
  /** Answers a TCP segment with RST. */
  reject(host: number, packet: Packet): void;
}

/** A host's packets to itself take no link. */
export const LOOPBACK_DELAY: Nanoseconds = 10 * MICROSECOND;
const NO_PATH: Path = [];

export class Transit {
  readonly #kernel: Kernel;
  readonly #recorder: Recorder;
  readonly #topology: Topology;
  readonly #partitions: Partitions;
  readonly #middleboxes: Middleboxes | null;
  readonly #ends: Ends;

  readonly #paths: Path[] = [];
  readonly #packets: (Packet | null)[] = [];
  #rows = new Int32Array(64);
  #sizes = new Int32Array(64);
  /** Where its leg ends, and the host whose address it goes to. */
  #targets = new Int32Array(64);
  #receivers = new Int32Array(64);
  /** The line that a packet is on, by its place in the path. */
  #hops = new Int32Array(64);
  /** How often that line had failed when the packet was put on it. */
  #failures = new Int32Array(64);
  readonly #free: number[] = [];
  readonly #arriveAtEnd = (slot: number): void => this.#arrive(slot);
  readonly #crossed = (slot: number): void => this.#cross(slot);
  readonly #crossedInVain = (slot: number): void => {
    this.#cross(slot);
    this.#release(slot);
  };

  constructor(kernel: Kernel, recorder: Recorder, topology: Topology, partitions: Partitions, middleboxes: Middleboxes | null, ends: Ends) {
    this.#kernel = kernel;
    this.#recorder = recorder;
    this.#topology = topology;
    this.#partitions = partitions;
    this.#middleboxes = middleboxes;
    this.#ends = ends;
  }

  /** Sends a packet of `size` bytes on the wire that is recorded in row `row`; it arrives at host `to`, or nowhere. */
  send(from: number, to: number, size: Bytes, row: number, packet: Packet): void {
    if (from === to) {
      this.#kernel.call(LOOPBACK_DELAY, this.#arriveAtEnd, this.#slot(NO_PATH, to, to, size, row, packet));
      return;
    }
    this.#middleboxes?.leaving(from, headerOf(packet, to));
    this.#depart(from, to, size, row, packet);
  }

  /** Begins a leg at host `from`. */
  #depart(from: number, to: number, size: Bytes, row: number, packet: Packet): void {
    const sender = packet.kind === 'udp' && packet.forged ? packet.forged.sender : packet.from;
    if (this.#partitions.separate(from, to) || (sender !== from && this.#partitions.separate(sender, to))) {
      this.#recorder.losePacket(row, 'partitioned');
      return;
    }
    const target = this.#middleboxes ? this.#middleboxes.nextHop(from, to) : to;
    const path = this.#topology.path(from, target);
    if (path) this.#advance(this.#slot(path, target, to, size, row, packet));
    else this.#recorder.losePacket(row, 'unreachable');
  }

  /** Puts a packet on the next line of its path, and behind it its copy where the line makes one. */
  #advance(slot: number): void {
    const path = this.#paths[slot] as Path;
    const hop = this.#hops[slot] as number;
    const line = path[hop] as LinkDirection;
    const row = this.#rows[slot] as number;
    const size = this.#sizes[slot] as number;
    const target = this.#targets[slot] as number;
    const to = this.#receivers[slot] as number;
    const packet = this.#packets[slot] as Packet;
    const copies = line.duplicates();
    // What the queue has no room for is not copied.
    if (!this.#offer(slot, line) || !copies) return;
    const copy = this.#slot(path, target, to, size, this.#recorder.copyPacket(row, this.#kernel.now), packet);
    this.#hops[copy] = hop;
    this.#offer(copy, line);
  }

  /** False when the line does not take it. */
  #offer(slot: number, line: LinkDirection): boolean {
    const { now } = this.#kernel;
    const fate = line.offer(now, this.#sizes[slot] as number);
    if (fate !== null) this.#recorder.losePacket(this.#rows[slot] as number, fate);
    const taken = fate === null || fate === 'lost';
    this.#failures[slot] = line.failures;
    // An explicit link may be captured: there a packet is seen when it has been put on the line, also one that gets lost on it.
    if (taken && line.link >= 0) this.#kernel.call(line.departure - now, fate === null ? this.#crossed : this.#crossedInVain, slot);
    else if (fate !== null) this.#release(slot);
    if (fate === null) this.#kernel.call(line.arrival - now, this.#arriveAtEnd, slot);
    return taken;
  }

  #cross(slot: number): void {
    const line = (this.#paths[slot] as Path)[this.#hops[slot] as number] as LinkDirection;
    if (line.failures === this.#failures[slot]) {
      this.#recorder.crossLink(this.#rows[slot] as number, line.link, line.reverse, this.#kernel.now);
    }
  }

  #arrive(slot: number): void {
    const path = this.#paths[slot] as Path;
    const row = this.#rows[slot] as number;
    const to = this.#targets[slot] as number;
    let node = to;
    if (path !== NO_PATH) {
      const line = path[this.#hops[slot] as number] as LinkDirection;
      if (line.failures !== this.#failures[slot]) {
        this.#recorder.losePacket(row, this.#ends.isUp(line.from) ? 'line down' : 'host down');
        this.#release(slot);
        return;
      }
      node = line.to;
    }
    if (!this.#ends.isUp(node)) {
      this.#recorder.losePacket(row, 'host down');
      this.#release(slot);
      return;
    }
    if (node !== to) {
      this.#hops[slot] = (this.#hops[slot] as number) + 1;
      this.#advance(slot);
      return;
    }
    const packet = this.#packets[slot] as Packet;
    const size = this.#sizes[slot] as number;
    const receiver = this.#receivers[slot] as number;
    this.#release(slot);
    if (this.#middleboxes && path !== NO_PATH && !this.#passes(this.#middleboxes, to, receiver, size, row, packet)) return;
    this.#recorder.receivePacket(row, this.#kernel.now);
    this.#ends.arrive(to, packet);
  }

  /** At the end of a leg: true where the packet is for the host there. Where it goes on or is dropped, that is seen to. */
  #passes(middleboxes: Middleboxes, host: number, receiver: number, size: Bytes, row: number, packet: Packet): boolean {
    const passage = middleboxes.arriving(host, headerOf(packet, receiver));
    if (passage.kind === 'dropped') {
      this.#recorder.losePacket(row, passage.fate, host);
      if (passage.answered) this.#ends.reject(host, packet);
    } else if (passage.kind === 'onward') {
      this.#recorder.crossNat(row, host, passage.inwards, this.#kernel.now);
      this.#depart(host, passage.header.to, size, row, this.#ends.translated(row, packet, passage.header));
    }
    return passage.kind === 'here';
  }

  #slot(path: Path, target: number, receiver: number, size: Bytes, row: number, packet: Packet): number {
    const slot = this.#free.pop() ?? this.#newSlot();
    this.#paths[slot] = path;
    this.#packets[slot] = packet;
    this.#rows[slot] = row;
    this.#sizes[slot] = size;
    this.#targets[slot] = target;
    this.#receivers[slot] = receiver;
    this.#hops[slot] = 0;
    return slot;
  }

  #newSlot(): number {
    const slot = this.#packets.length;
    this.#packets.push(null);
    this.#paths.push(NO_PATH);
    if (slot === this.#rows.length) {
      const grown = (from: Int32Array): Int32Array<ArrayBuffer> => {
        const to = new Int32Array(slot * 2);
        to.set(from);
        return to;
      };
      this.#rows = grown(this.#rows);
      this.#sizes = grown(this.#sizes);
      this.#targets = grown(this.#targets);
      this.#receivers = grown(this.#receivers);
      this.#hops = grown(this.#hops);
      this.#failures = grown(this.#failures);
    }
    return slot;
  }

  #release(slot: number): void {
    this.#packets[slot] = null;
    this.#paths[slot] = NO_PATH;
    this.#free.push(slot);
  }
}

function headerOf(packet: Packet, to: number): Header {
  const { kind, from, fromPort, toPort } = packet;
  const [flags, forged] = packet.kind === 'tcp' ? [packet.flags, null] : [0, packet.forged];
  return { transport: kind, from, fromPort, to, toPort, flags, forged };
}
