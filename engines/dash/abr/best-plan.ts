/**
 * Of all plans for the next segments, the one of the best quality of experience (quality.ts) if the throughput stays as it is: branch and
 * bound, depth first from the highest rendition.
 *
 * Theory of operation. The best of the plans that keep to one rendition comes first; a branch is cut off where not even its bound is
 * better than the best plan so far. The bound lets bitrates be any numbers between the lowest and the highest one, each taking the least
 * time that a kbit/s takes in what is left of the film, and counts what even then is lost:
 *
 * - a stall of at least the downloads' time in all, less what is buffered and what each but the last one adds;
 * - a switch from the rendition before to the mean of all at least, since one of them is as high and one as low.
 *
 * What a sum of bitrates is worth so is a line with bends where the mean is the rendition before and where the stall begins: its
 * highest point is one of these, or an end.
 *
 * Ladders with up to 16 renditions, as they are in use, need a few thousand looks. Where many bitrates lie close together, as many plans
 * as there are come to nearly the same: after LOOKS_LIMIT looks, the best one so far counts.
 */
import type { KilobitsPerSecond, Milliseconds, Movie } from '../movie.ts';
import { STALL_WEIGHT, SWITCH_WEIGHT } from '../quality.ts';

/** Segments that a plan is made for. */
export const HORIZON = 5;

/** Renditions that are tried for some segment of some plan. */
export const LOOKS_LIMIT = 30_000;

export interface Situation {
  /** The first of the plan, and the rendition of the one before. */
  readonly segment: number;
  readonly last: number;
  readonly level: Milliseconds;
  /** Room of the player’s buffer. */
  readonly room: Milliseconds;
  /** Latency included; above 0. */
  readonly throughput: KilobitsPerSecond;
}

/** The rendition of the best plan’s first segment. */
export function bestFirst({ bitrates, sizes, segmentDuration }: Movie, { segment, last, level, room, throughput }: Situation): number {
  const lowest = bitrates[0] as number;
  const highest = bitrates.at(-1) as number;
  const end = Math.min(segment + HORIZON, sizes.length);
  const timeOf = (at: number, rendition: number): Milliseconds => (sizes[at]?.[rendition] as number) / throughput;
  const stallLoss = (time: Milliseconds): number => STALL_WEIGHT * highest * (time / 1000);
  const gained = (bitrate: number, before: number, time: Milliseconds, buffered: Milliseconds): number =>
    bitrate - SWITCH_WEIGHT * Math.abs(bitrate - (bitrates[before] as number)) - stallLoss(Math.max(0, time - buffered));
  const after = (time: Milliseconds, buffered: Milliseconds): Milliseconds =>
    Math.min(Math.max(0, buffered - time) + segmentDuration, room);

  // From each segment of the plan on: the least time that a kbit/s takes.
  const leastTimes: number[] = [];
  for (let at = end - 1, least = Number.POSITIVE_INFINITY; at >= segment; at--) {
    for (const [rendition, bitrate] of bitrates.entries()) least = Math.min(least, timeOf(at, rendition) / bitrate);
    leastTimes[at - segment] = least;
  }
  const bound = (at: number, buffered: Milliseconds, before: number): number => {
    const left = end - at;
    const bitrateBefore = bitrates[before] as number;
    const leastTime = leastTimes[at - segment] as number;
    const withoutStall = buffered + (left - 1) * segmentDuration;
    const worth = (sum: KilobitsPerSecond): number => {
      const within = Math.min(Math.max(sum, left * lowest), left * highest);
      const stalled = Math.max(0, within * leastTime - withoutStall);
      return within - SWITCH_WEIGHT * Math.abs(within / left - bitrateBefore) - stallLoss(stalled);
    };
    return Math.max(worth(left * bitrateBefore), worth(withoutStall / leastTime), worth(0), worth(left * highest));
  };

  let best = Number.NEGATIVE_INFINITY;
  let chosen = 0;
  for (let rendition = bitrates.length - 1; rendition >= 0; rendition--) {
    let quality = 0;
    let buffered = level;
    for (let at = segment; at < end; at++) {
      const time = timeOf(at, rendition);
      quality += gained(bitrates[rendition] as number, at === segment ? last : rendition, time, buffered);
      buffered = after(time, buffered);
    }
    if (quality <= best) continue;
    best = quality;
    chosen = rendition;
  }
  // Of plans that are as good, the one that the search meets first counts, and not this one.
  best -= 1e-9 * Math.max(1, Math.abs(best));
  let looks = 0;
  const extend = (at: number, buffered: Milliseconds, before: number, quality: number, first: number): void => {
    for (let rendition = bitrates.length - 1; rendition >= 0; rendition--) {
      if (++looks > LOOKS_LIMIT) return;
      const time = timeOf(at, rendition);
      const sum = quality + gained(bitrates[rendition] as number, before, time, buffered);
      const beginning = at === segment ? rendition : first;
      if (at + 1 < end) {
        const left = after(time, buffered);
        if (sum + bound(at + 1, left, rendition) > best) extend(at + 1, left, rendition, sum, beginning);
      } else if (sum > best) {
        best = sum;
        chosen = beginning;
      }
    }
  };
  extend(segment, level, last, 0, 0);
  return chosen;
}
