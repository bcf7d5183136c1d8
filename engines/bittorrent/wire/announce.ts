/** What peers and trackers say to each other, over HTTP (http-tracker.ts) or UDP (udp-tracker.ts) alike. */
import type { Bytes } from '../../quantities.ts';

/** A peer's request: who it is, how far it has got, and for how many others it asks (BEP 3, BEP 15). */
export interface AnnounceRequest {
  readonly infoHash: Uint8Array;
  readonly peerId: Uint8Array;
  /** On which the peer listens. */
  readonly port: number;
  /** Since `started`, up to 2^53 − 1 as the next two. */
  readonly uploaded: Bytes;
  readonly downloaded: Bytes;
  readonly left: Bytes;
  /** null: one at the interval. */
  readonly event: AnnounceEvent | null;
  /** How many others it would like; null: as many as the tracker sees fit. */
  readonly numwant: number | null;
  /** 32 bits by which a tracker knows a peer whose address changed. */
  readonly key: number | null;
  /** Where the peer is, if not where the request comes from. */
  readonly address: string | null;
}

export const ANNOUNCE_EVENTS = ['completed', 'started', 'stopped'] as const;
export type AnnounceEvent = (typeof ANNOUNCE_EVENTS)[number];

/** A peer that a tracker tells of. */
export interface ListedPeer {
  /** Dotted IPv4, or IPv6; in the long form of HTTP's lists it may be a name. */
  readonly address: string;
  readonly port: number;
  /** Only in the long form. */
  readonly peerId: Uint8Array | null;
}

export interface AnnounceResponse {
  /** Seconds until the next announce. */
  readonly interval: number;
  /** Peers that have all of it; null where the tracker does not say. */
  readonly complete: number | null;
  /** Peers that do not. */
  readonly incomplete: number | null;
  readonly peers: readonly ListedPeer[];
}

/** What a tracker counts of one torrent (BEP 15, BEP 48). */
export interface ScrapeCounts {
  /** Peers that have all of it. */
  readonly complete: number;
  /** How often a peer told that it completed. */
  readonly downloaded: number;
  /** Peers that do not have all of it. */
  readonly incomplete: number;
}

/** A tracker's no, in words for people. */
export interface TrackerFailure {
  readonly failure: string;
}

/** What is wrong with a message. */
export interface TrackerError {
  readonly error: string;
}
