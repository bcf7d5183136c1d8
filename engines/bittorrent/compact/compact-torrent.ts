/** What a swarm without messages is given, and whom it tells what happens. */
import type { BitsPerSecond, Bytes, Nanoseconds } from '../../quantities.ts';
import { BLOCK } from '../block-requests.ts';
import type { ChokerOptions } from '../choker.ts';
import type { PickStrategy } from '../piece-picker.ts';
import type { PieceSet } from '../piece-set.ts';
import type { TrackerOptions } from '../tracker-list.ts';

/** Of what links carry, the share that is content: 1460 of the 1514 bytes of a segment, and of those all but 13 a block. */
export const CONTENT_SHARE = ((1460 / 1514) * BLOCK) / (BLOCK + 13);

export interface CompactHost {
  readonly up: BitsPerSecond;
  /** May be Infinity. */
  readonly down: BitsPerSecond;
  /** From the host to the core, one way. */
  readonly latency: Nanoseconds;
  /** What waits before its upload link when that is full; nothing where absent. */
  readonly queue?: Bytes;
}

export interface CompactTorrent {
  readonly name: string;
  readonly length: Bytes;
  readonly pieceLength: Bytes;
  /** Everybody who ever takes part. */
  readonly hosts: readonly CompactHost[];
  readonly choker?: ChokerOptions;
  readonly tracker?: TrackerOptions;
  /** What is asked for at a time: BLOCK times a power of two, up to the length of a piece. `unitOf` where absent. */
  readonly unit?: Bytes;
  /** From a peer to its tracker, one way; the mean latency of the hosts where absent. */
  readonly trackerLatency?: Nanoseconds;
}

export interface CompactBehaviour {
  readonly pick: PickStrategy;
  /** How long it stays when it has all: 0 leaves at once, null stays. */
  readonly stay: Nanoseconds | null;
  /** Never unchokes anybody. */
  readonly freeRider: boolean;
  /** Gives up when nothing has come for so long; Infinity never does. */
  readonly patience: Nanoseconds;
}

export type CompactEnding = 'complete' | 'left' | 'gave up' | 'down';

/** Units that all peers get together, at most, where units can be larger. */
const MOST_UNITS = 1_000_000;

/** The smallest unit with which that many peers get no more units than a machine takes in its stride; at most a piece. */
export function unitOf({ length, pieceLength, hosts }: CompactTorrent): Bytes {
  let unit = Math.min(BLOCK, pieceLength);
  while (unit < pieceLength && (hosts.length * length) / unit > MOST_UNITS) unit *= 2;
  return Math.min(unit, pieceLength);
}

/** Who is told what happens. Peers are their index in `hosts`. */
export interface SwarmObserver {
  joined(peer: number, has: PieceSet): void;
  /** Whole bytes of content have arrived. */
  moved(from: number, to: number, bytes: Bytes): void;
  gained(peer: number, piece: number): void;
  corrupt(peer: number): void;
  banned(peer: number, culprit: number): void;
  parted(peer: number, ending: CompactEnding): void;
  /** The tracker has answered an announce: so many so far. */
  announced(announces: number): void;
  /** Some peer's choker has decided: every ten seconds, many peers one after the other. */
  decided(peer: number): void;
  /** A peer has choked or unchoked somebody, or one whom it had unchoked is gone. */
  choked(peer: number): void;
}
