/**
 * A presentation as a player of this folder plays it: its video, of one period, in segments of one duration. Where a timeline’s segments
 * differ in that (§5.3.9.2 lets them by half), the player reckons with their mean, so that the film lasts as long as it does.
 */
import { MILLISECOND, type Nanoseconds } from '../quantities.ts';
import type { Milliseconds, Movie } from './movie.ts';
import type { Presentation, Representation } from './mpd/presentation.ts';

export interface PlayableFilm {
  readonly movie: Movie;
  readonly duration: Nanoseconds;
  readonly minimumBuffer: Milliseconds;
  /** By rendition. */
  readonly representations: readonly Representation[];
}

/** Least share of the longest segment’s duration that others but the last may have. */
const TOLERANCE = 0.5;

/**
 * What is known of segments’ sizes is their bandwidth: a manifest says no more. Of representations with the same bandwidth the first
 * counts. A problem is told for people.
 */
export function playableFilm({ periods, minimumBuffer }: Presentation): PlayableFilm | { readonly problem: string } {
  const [period, ...more] = periods;
  if (!period || more.length > 0) return { problem: 'several periods: only one is played' };
  const set = period.sets.find(({ contentType }) => contentType === 'video') ?? period.sets[0];
  if (!set) return { problem: 'nothing to play' };
  const representations = set.representations.filter(
    ({ bandwidth }, i, all) => i === 0 || bandwidth > (all[i - 1] as Representation).bandwidth,
  );
  const [first] = representations as [Representation];
  const count = first.segments.length;
  if (representations.some(({ segments }) => segments.length !== count)) return { problem: 'renditions with different segments' };
  // What reaches beyond the period is not shown.
  const durations = first.segments.map(({ start, duration }) => Math.min(duration, Math.max(period.duration - start, 1)));
  const longest = durations.reduce((a, b) => Math.max(a, b));
  // The last one is as short as it is.
  if (durations.slice(0, -1).some((duration) => duration < longest * TOLERANCE)) return { problem: 'segments of very different durations' };
  const segmentDuration = uniformDuration(durations);
  const bitrates = representations.map(({ bandwidth }) => bandwidth / 1000);
  const last = durations[count - 1] as Milliseconds;
  const sizes = first.segments.map(() => bitrates.map((bitrate) => bitrate * segmentDuration));
  const end = count === 1 ? period.duration : (count - 1) * segmentDuration + Math.min(last, segmentDuration);
  return { movie: { segmentDuration, bitrates, sizes }, duration: Math.round(end * MILLISECOND), minimumBuffer, representations };
}

/** What so many segments of one duration, the last of them no longer than the others, come to the same film with. */
function uniformDuration(durations: readonly Milliseconds[]): Milliseconds {
  const [first = 0, ...others] = durations;
  const last = others.pop() ?? first;
  if (last <= first && others.every((duration) => duration === first)) return first;
  const sum = others.reduce((total, duration) => total + duration, first);
  const mean = sum / (others.length + 1);
  return last <= mean ? mean : (sum + last) / durations.length;
}
