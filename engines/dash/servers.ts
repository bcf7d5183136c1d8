/**
 * From where to ask: of the servers that a manifest names, the one in use, and what is known of the others. A pure table of rules:
 *
 * - A server that fails is set aside for 30 s; the next one is the best of the rest.
 * - A server is congested when a segment took more than 1.5 times as long as it plays, or was given up. Then another one is tried:
 *   one of which nothing is known, or that was faster by a quarter when it was asked within the last minute. Not again within 10 s.
 *
 * The best is one of which nothing is known, in the manifest’s order, then the fastest.
 */
import { type Nanoseconds, SECOND } from '../quantities.ts';
import { type ThroughputEstimate, WeightedEstimate } from './abr/throughput-estimate.ts';
import type { KilobitsPerSecond, Milliseconds } from './movie.ts';

export const SERVER_RULES = {
  setAside: 30 * SECOND,
  remembered: 60 * SECOND,
  betweenSwitches: 10 * SECOND,
  /** Segments’ durations that a download may take. */
  tooLong: 1.5,
  faster: 1.25,
} as const;

export interface Server {
  /** Where the segments of each rendition lie: absolute URIs. */
  readonly bases: readonly string[];
  readonly estimate: ThroughputEstimate;
  /** The last throughput, of a segment or of what was given up, and when. */
  throughput: KilobitsPerSecond | null;
  measuredAt: Nanoseconds;
  asideUntil: Nanoseconds;
}

export class Servers {
  readonly all: readonly Server[];
  current: Server;
  #switchedAt: Nanoseconds = Number.NEGATIVE_INFINITY;
  switches = 0;

  /** Of each server the bases, by rendition; at least one server. */
  constructor(servers: readonly (readonly string[])[], segmentDuration: Milliseconds) {
    this.all = servers.map((bases) => ({
      bases,
      estimate: new WeightedEstimate(segmentDuration),
      throughput: null,
      measuredAt: Number.NEGATIVE_INFINITY,
      asideUntil: Number.NEGATIVE_INFINITY,
    }));
    this.current = this.all[0] as Server;
  }

  /** A segment has come from the current one, or as much of it as until it was given up. */
  measured(now: Nanoseconds, throughput: KilobitsPerSecond): void {
    this.current.throughput = throughput;
    this.current.measuredAt = now;
  }

  /** The current one has failed. When the next attempt may begin: at once with another one, later where all have failed. */
  failed(now: Nanoseconds): Nanoseconds {
    this.current.asideUntil = now + SERVER_RULES.setAside;
    const others = this.#usable(now);
    if (others.length > 0) {
      this.#use(now, best(others));
      return now;
    }
    // All have: the one that failed longest ago, after a moment.
    const next = this.all.reduce((a, b) => (b.asideUntil < a.asideUntil ? b : a));
    if (next !== this.current) this.#use(now, next);
    return now + SECOND;
  }

  /** The current one is too slow. True where another one is used from now on. */
  congested(now: Nanoseconds): boolean {
    if (now - this.#switchedAt < SERVER_RULES.betweenSwitches) return false;
    const here = this.current.throughput ?? 0;
    const better = this.#usable(now).filter(
      ({ throughput, measuredAt }) =>
        throughput === null || now - measuredAt > SERVER_RULES.remembered || throughput > here * SERVER_RULES.faster,
    );
    if (better.length === 0) return false;
    this.#use(now, best(better));
    return true;
  }

  #usable(now: Nanoseconds): Server[] {
    return this.all.filter((server) => server !== this.current && server.asideUntil <= now);
  }

  #use(now: Nanoseconds, server: Server): void {
    this.current = server;
    this.#switchedAt = now;
    this.switches++;
  }
}

function best(servers: readonly Server[]): Server {
  const rank = ({ throughput }: Server): number => throughput ?? Number.POSITIVE_INFINITY;
  return servers.reduce((a, b) => (rank(b) > rank(a) ? b : a));
}
