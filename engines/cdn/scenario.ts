/** What a scenario can say about content distribution networks. */
import type { Film } from '../dash/film.ts';
import type { PlayerSettings } from '../dash/scenario.ts';
import type { DomainName } from '../dns/scenario.ts';
import type { ReplacementPolicy } from '../http/cache/replacement.ts';
import type { BitsPerSecond, Bytes, Nanoseconds, Ratio } from '../quantities.ts';
import type { SourceRange } from '../scenario.ts';

/** Caches at many places in front of an origin, and name servers that lead each client to one of them. */
export interface CdnService {
  readonly kind: 'cdn.network';
  /** As the author calls it; metrics go by it. */
  readonly name: string;
  /** Absolute; the zone whose names lead to its nodes. */
  readonly domain: DomainName;
  /** Serves the domain, checks the nodes, and chooses one for each resolver that asks. Its name, for declarations. */
  readonly host: string;
  /** Host names; at least one. */
  readonly nodes: readonly string[];
  /** Where they get what they do not have: an http website's name and host. */
  readonly origin: { readonly site: string; readonly host: string };
  /** Names that the nodes answer for, in lower case: those of the customer's website. At least one. */
  readonly serves: readonly string[];
  readonly cache: { readonly size: Bytes; readonly policy: ReplacementPolicy };
  /** `pull`: a node stores what it had to fetch. `push`: it stores what is pushed to it, and nothing else. */
  readonly fill: 'pull' | 'push';
  /** Groups of nodes that share their caches: each object belongs to one node of the group, by consistent hashing. */
  readonly clusters: readonly (readonly string[])[];
  /** How often its name server asks each node how it is. */
  readonly healthCheck: Nanoseconds;
  /** A node whose line is used beyond that takes no further clients where another one can. */
  readonly loadLimit: Ratio;
  /** null where nothing says what is asked for how often. */
  readonly catalogue: Catalogue | null;
  readonly at: SourceRange | null;
}

/** Objects and how popular they are: the i-th of them is asked for in proportion to 1 / i^α. */
export interface Catalogue {
  /** Paths on the origin's website and on all that it serves, the most popular one first, and their sizes. */
  readonly objects: readonly { readonly path: string; readonly size: Bytes }[];
  readonly alpha: number;
}

/** Users of a host ask for objects of the catalogue at random times, each with a lookup and a connection of its own. */
export interface KeepRequestingAction {
  readonly kind: 'cdn.requests';
  readonly host: string;
  /** Name of the CDN. */
  readonly cdn: string;
  /** The name that they ask: one that the CDN serves, or the origin's website, past all nodes. */
  readonly site: string;
  /** On average, a second. */
  readonly rate: number;
  readonly duration: Nanoseconds;
  readonly crowd: FlashCrowdDeclaration | null;
}

/** Further requests for one object of the catalogue, counted from the step's beginning. */
export interface FlashCrowdDeclaration {
  readonly path: string;
  readonly after: Nanoseconds;
  readonly duration: Nanoseconds;
  /** On average, a second. */
  readonly rate: number;
}

/** Each node fetches what is asked for most, until its cache is full. Done when the last one has it. */
export interface PushAction {
  readonly kind: 'cdn.push';
  readonly cdn: string;
  /** Host names of nodes. */
  readonly nodes: readonly string[];
}

/**
 * Users in great numbers, each request decided by the same choice of nodes, rings and caches as above, but without messages: what a
 * request takes is counted, not sent. Their caches begin empty and are of this step alone.
 */
export interface CrowdAction {
  readonly kind: 'cdn.crowd';
  readonly cdn: string;
  readonly viewers: number;
  /** Of each viewer on average, a second. */
  readonly rate: number;
  readonly duration: Nanoseconds;
  readonly crowd: FlashCrowdDeclaration | null;
}

/**
 * Viewers in great numbers who watch films of a CDN, each with a player and a playout buffer of its own, without messages: lines of
 * nodes and of the origin are shared as they fill up. Caches begin empty, or where they are filled by `push`, full.
 */
export interface WatchingCrowdAction {
  readonly kind: 'cdn.watching';
  readonly cdn: string;
  readonly viewers: number;
  readonly duration: Nanoseconds;
  /** At least one. */
  readonly films: readonly Film[];
  /** As many titles, each with one of the films' segments by turns; the i-th is chosen in proportion to 1 / i^α. */
  readonly titles: number;
  readonly alpha: number;
  /** Downloads are never given up. */
  readonly settings: PlayerSettings;
  /** Of each viewer's line. */
  readonly down: BitsPerSecond;
  readonly latency: Nanoseconds;
  /** Viewers come at random times within that. */
  readonly arriving: Nanoseconds;
}

export type CdnAction = KeepRequestingAction | PushAction | CrowdAction | WatchingCrowdAction;
