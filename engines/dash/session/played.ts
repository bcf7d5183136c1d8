/**
 * The buffer of an idealised session, and what its playing adds up to, in the terms of the published simulator (SABRE). Time that
 * passes plays what is buffered, segment by segment; where nothing is, the player stalls.
 */
import { nearestLogarithm } from '../../kernel/elementary-functions.ts';
import type { Milliseconds, Movie } from '../movie.ts';

/** A rise of what the network sustains, until the player shows it. */
interface PendingRise {
  readonly at: Milliseconds;
  readonly rendition: number;
  shownAt: Milliseconds | null;
}

export class PlayedBuffer {
  readonly #movie: Movie;
  readonly #utilities: readonly number[];
  readonly #room: Milliseconds;
  /** Of the buffered segments, the first one first. */
  readonly renditions: number[] = [];
  /** Of the first one, what was played already. */
  played: Milliseconds = 0;
  #lastPlayed: number | null = null;
  readonly #rises: PendingRise[] = [];
  #rampOrigin: Milliseconds = 0;
  /** What the network sustains at present. */
  sustained: number;

  stallEvents = 0;
  stallTime: Milliseconds = 0;
  /** Of time, stalls included. */
  totalTime: Milliseconds = 0;
  utility = 0;
  bitrate = 0;
  bitrateChange = 0;
  logarithmicChange = 0;
  switches = 0;
  reactionTime: Milliseconds = 0;
  /** Until what the network sustained was shown; null as long as it was not. */
  rampTime: Milliseconds | null = null;

  constructor(movie: Movie, utilities: readonly number[], room: Milliseconds, sustained: number) {
    this.#movie = movie;
    this.#utilities = utilities;
    this.#room = room;
    this.sustained = sustained;
  }

  get level(): Milliseconds {
    return this.#movie.segmentDuration * this.renditions.length - this.played;
  }

  /** The player begins to look out for the highest rendition again, with an empty buffer. */
  restart(): void {
    this.renditions.length = 0;
    this.played = 0;
    this.#rampOrigin = this.totalTime;
    this.rampTime = null;
  }

  pass(duration: Milliseconds): void {
    const { segmentDuration } = this.#movie;
    let time = duration;
    if (this.renditions.length === 0) {
      this.stallTime += time;
      this.totalTime += time;
      return;
    }
    if (this.played > 0) {
      if (time + this.played < segmentDuration) {
        this.played += time;
        this.totalTime += time;
        return;
      }
      time -= segmentDuration - this.played;
      this.totalTime += segmentDuration - this.played;
      this.renditions.shift();
      this.played = 0;
    }
    while (time > 0 && this.renditions.length > 0) {
      this.#show(this.renditions[0] as number);
      if (time >= segmentDuration) {
        this.renditions.shift();
        this.totalTime += segmentDuration;
        time -= segmentDuration;
      } else {
        this.played = time;
        this.totalTime += time;
        time = 0;
      }
    }
    if (time > 0) {
      this.stallTime += time;
      this.totalTime += time;
      this.stallEvents++;
    }
    this.#settleRises(this.totalTime);
  }

  playOut(): void {
    this.pass(this.level);
    this.renditions.length = 0;
    this.played = 0;
  }

  /** The network begins to sustain another rendition than before. */
  sustains(rendition: number, now: Milliseconds): void {
    const before = this.sustained;
    this.sustained = rendition;
    if (rendition === before) return;
    this.#settleRises(now);
    for (const rise of this.#rises) if (rise.shownAt === null && rise.rendition > rendition) rise.shownAt = now;
    if (rendition <= before) return;
    if (this.renditions.some((one) => rendition <= one) || this.#rises.some((rise) => rendition <= rise.rendition)) return;
    this.#rises.push({ at: now, rendition, shownAt: null });
  }

  /** A segment begins to be shown. */
  #show(rendition: number): void {
    const { bitrates } = this.#movie;
    const bitrate = bitrates[rendition] as number;
    this.utility += this.#utilities[rendition] as number;
    this.bitrate += bitrate;
    if (this.#lastPlayed !== null && rendition !== this.#lastPlayed) {
      const before = bitrates[this.#lastPlayed] as number;
      this.switches++;
      this.bitrateChange += Math.abs(bitrate - before);
      this.logarithmicChange += Math.abs(nearestLogarithm(bitrate / before));
    }
    this.#lastPlayed = rendition;
    if (this.rampTime === null && rendition >= this.sustained) this.rampTime = this.totalTime - this.#rampOrigin;
    for (const rise of this.#rises) if (rise.shownAt === null && rendition >= rise.rendition) rise.shownAt = this.totalTime;
  }

  /** Rises that are older than the buffer is long count, with at most that long. */
  #settleRises(now: Milliseconds): void {
    while (this.#rises.length > 0 && (this.#rises[0] as PendingRise).at < now - this.#room) {
      const rise = this.#rises.shift() as PendingRise;
      this.reactionTime += rise.shownAt === null ? this.#room : Math.min(this.#room, rise.shownAt - rise.at);
    }
  }
}
