/**
 * What an algorithm of adaptive bitrate streaming is asked and told. Rules are sans-I/O machines: the idealised session, the client
 * over HTTP and the compact viewer all run the same ones.
 */
import type { Bits, KilobitsPerSecond, Milliseconds, Movie } from '../movie.ts';

/** What a rule sees of the player when it decides. */
export interface Outlook {
  /** What is buffered and not yet played. */
  readonly level: Milliseconds;
  /** Of the estimate; null before the first download. */
  readonly throughput: KilobitsPerSecond | null;
  readonly latency: Milliseconds;
}

export interface Choice {
  /** Index into the film's renditions. */
  readonly rendition: number;
  /** How long to wait before asking for it; 0 for at once. */
  readonly wait: Milliseconds;
}

/** A download as it stands, or as it ended. */
export interface Progress {
  readonly segment: number;
  readonly rendition: number;
  readonly size: Bits;
  readonly downloaded: Bits;
  /** Since the request. */
  readonly time: Milliseconds;
  /** Of that, before the first bit. */
  readonly timeToFirstBit: Milliseconds;
}

export interface Rule {
  /** Of the first segment, about which nothing is known. */
  first(): number;
  choose(segment: number, outlook: Outlook): Choice;
  /** The player waited because its buffer was full. */
  waited(time: Milliseconds): void;
  /** The first segment has come. */
  started(progress: Progress): void;
  /**
   * Another download has ended, with what is buffered now: of a whole one, with it.
   * `abandonedTo`: it was abandoned for that rendition; null for a whole one. `replaces`: it took the place of a buffered segment.
   */
  downloaded(progress: Progress, level: Milliseconds, abandonedTo: number | null, replaces: boolean): void;
  /** Playing goes on elsewhere, with an empty buffer. */
  sought(segment: number): void;
  /** Whether to give a download up, and for which rendition; null to go on. */
  abandon(progress: Progress, outlook: Outlook): number | null;
}

/** The highest rendition of which a segment comes within its own duration, latency included; the lowest one if none does. */
export function sustainable({ bitrates, segmentDuration }: Movie, throughput: KilobitsPerSecond, latency: Milliseconds): number {
  let rendition = 0;
  while (
    rendition + 1 < bitrates.length &&
    latency + (segmentDuration * (bitrates[rendition + 1] as number)) / throughput <= segmentDuration
  )
    rendition++;
  return rendition;
}

/** Of the rules that give nothing up and keep no state. */
export abstract class PlainRule implements Rule {
  abstract choose(segment: number, outlook: Outlook): Choice;
  first(): number {
    return 0;
  }
  waited(_time: Milliseconds): void {}
  started(_progress: Progress): void {}
  downloaded(_progress: Progress, _level: Milliseconds, _abandonedTo: number | null, _replaces: boolean): void {}
  sought(_segment: number): void {}
  abandon(_progress: Progress, _outlook: Outlook): number | null {
    return null;
  }
}
