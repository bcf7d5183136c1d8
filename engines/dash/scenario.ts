/** What a scenario can say about adaptive streaming. */
import type { Nanoseconds } from '../quantities.ts';
import type { BandwidthTrace } from '../scenario.ts';
import type { AlgorithmName } from './abr/algorithms.ts';
import type { Replacing } from './abr/replacement.ts';
import type { Film } from './film.ts';
import type { KilobitsPerSecond } from './movie.ts';

/** How a viewer’s player is set. */
export interface PlayerSettings {
  readonly algorithm: AlgorithmName;
  /** Room of the buffer; longer than a segment. */
  readonly buffer: Nanoseconds;
  /** Held before the first picture; null: what the manifest asks for. */
  readonly startThreshold: Nanoseconds | null;
  /** Of `fixed`: at most this; null for the highest rendition. */
  readonly rate: KilobitsPerSecond | null;
  /** γp of BOLA; above 0. */
  readonly gp: number;
  readonly variant: 'basic' | 'finite';
  readonly oscillation: 'u' | 'o';
  readonly insufficientBufferRule: boolean;
  /** Whether downloads that take too long are given up for lighter ones. */
  readonly abandonment: boolean;
}

/** A host plays a film from web servers, over HTTP. Done when the film has ended, or cannot go on. */
export interface PlayAction {
  readonly kind: 'dash.play';
  readonly host: string;
  /** Its name. */
  readonly film: string;
  /** URIs of its manifest, in the order to be tried; at least one. */
  readonly manifests: readonly string[];
  readonly settings: PlayerSettings;
}

/** A session in the idealised network of the published simulators: a segment takes the latency and its size over the bandwidth. No message is sent. */
export interface RehearseAction {
  readonly kind: 'dash.rehearse';
  readonly host: string;
  readonly film: Film;
  readonly trace: BandwidthTrace;
  readonly replacing: Replacing;
  readonly average: 'weighted' | 'sliding';
  readonly settings: PlayerSettings;
}

export type DashAction = PlayAction | RehearseAction;
