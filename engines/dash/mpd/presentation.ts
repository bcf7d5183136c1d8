/** A media presentation as a manifest describes it (ISO/IEC 23009-1 §5), with every URL and time worked out: what a client needs. */
import type { Milliseconds } from '../movie.ts';

export interface Presentation {
  readonly duration: Milliseconds;
  /** How much a client should hold before it plays, for the stated bandwidths to suffice; 0 where nothing is said. */
  readonly minimumBuffer: Milliseconds;
  readonly title: string | null;
  /** In the order of time; at least one. */
  readonly periods: readonly Period[];
}

export interface Period {
  readonly start: Milliseconds;
  readonly duration: Milliseconds;
  readonly sets: readonly AdaptationSet[];
}

/** Representations of one content, between which a client may switch. */
export interface AdaptationSet {
  /** `video`, `audio`, `text`; empty where nothing is said. */
  readonly contentType: string;
  readonly language: string | null;
  /** Of rising bandwidth; at least one. */
  readonly representations: readonly Representation[];
}

export interface Representation {
  readonly id: string;
  /** Bits a second. */
  readonly bandwidth: number;
  readonly mimeType: string;
  readonly codecs: string | null;
  readonly width: number | null;
  readonly height: number | null;
  /** Where its segments lie: each one’s URL is relative to any of these. Absolute or relative to the manifest’s own URL; at least one. */
  readonly bases: readonly string[];
  readonly initialization: SegmentUrl | null;
  /** In the order of time; at least one. */
  readonly segments: readonly Segment[];
}

export interface SegmentUrl {
  /** A URI reference; empty for the base itself. */
  readonly url: string;
  /** First and last byte; null for all of it. */
  readonly range: readonly [first: number, last: number] | null;
}

export interface Segment extends SegmentUrl {
  /** From the period’s beginning. */
  readonly start: Milliseconds;
  readonly duration: Milliseconds;
}
