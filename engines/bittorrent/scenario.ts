/** What a scenario can say about BitTorrent (BEP 3): torrents, who downloads them how, who leaves. */

import type { Bytes, Nanoseconds } from '../quantities.ts';
import type { SourceRange } from '../scenario.ts';
import type { PickStrategy } from './piece-picker.ts';

/** One file that is distributed, who tracks it, and who has it from the beginning. */
export interface TorrentService {
  readonly kind: 'bittorrent.torrent';
  /** As the author wrote it: the name of the torrent and of its file. */
  readonly name: string;
  /** 1 to 2^40. */
  readonly size: Bytes;
  /** A power of two, 16 KiB to 16 MiB. */
  readonly pieceLength: Bytes;
  /** The host of the tracker. */
  readonly tracker: string;
  readonly trackerTransport: 'http' | 'udp';
  /** False: the tracker's name lies in no zone; peers know its address as from a hosts file. */
  readonly trackerInDns: boolean;
  /** How often the tracker asks peers to announce themselves again. */
  readonly interval: Nanoseconds;
  /** Hosts that have all of it when the run begins. */
  readonly seeds: readonly string[];
  /** `messages`: real connections and bytes; `pieces`: pieces move as fluids over access links, without any message. */
  readonly fidelity: 'messages' | 'pieces';
  /** Peers that one peer uploads to at once, besides the optimistic one. 1 to 100. */
  readonly uploadSlots: number;
  /** Whether every 30 s one more peer is unchoked whatever it gave. */
  readonly optimisticUnchoke: boolean;
  /** The bytes of the `.torrent` file that it was read from; null for one that is made up. */
  readonly metainfo: Uint8Array | null;
  readonly at: SourceRange | null;
}

export type Arrival =
  | { readonly kind: 'at once' }
  /** One after the other; the first at once. */
  | { readonly kind: 'every'; readonly interval: Nanoseconds }
  /** The times between two arrivals are exponentially distributed. */
  | { readonly kind: 'poisson'; readonly mean: Nanoseconds }
  /** As recorded: one moment a peer, counted from the beginning of the step, none before the one before it. */
  | { readonly kind: 'trace'; readonly moments: readonly Nanoseconds[] };

/** How the peers of one step behave. */
export interface Behaviour {
  readonly arrival: Arrival;
  /** How long a peer goes on uploading after it has all: 0 to leave at once, null to stay for good. */
  readonly stay: Nanoseconds | null;
  /** Never unchokes anybody. */
  readonly freeRider: boolean;
  readonly pick: PickStrategy;
  /** What it sends is not what it has: its blocks fail the check of their piece. */
  readonly poisons: boolean;
  /** Gives up when it has received nothing for so long. */
  readonly patience: Nanoseconds;
}

/** Peers download a torrent. Done when each of them has all of it, has left, or has given up. */
export interface DownloadAction {
  readonly kind: 'bittorrent.download';
  readonly torrent: string;
  /** In the order of their arrival. */
  readonly hosts: readonly string[];
  readonly behaviour: Behaviour;
}

/** A peer stops taking part: a download is aborted, a seed leaves. */
export interface LeaveAction {
  readonly kind: 'bittorrent.leave';
  readonly torrent: string;
  readonly host: string;
}

export type BittorrentService = TorrentService;
export type BittorrentAction = DownloadAction | LeaveAction;
