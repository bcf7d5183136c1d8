/** A presentation as a player of this folder plays it: its video, of one period, in segments of one duration. */
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

/** How much segments of one duration may differ from it (ISO/IEC 23009-1 §5.3.9.2 lets them by half): the player reckons with the longest. */
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
  const durations = first.segments.map(({ duration }) => duration);
  const segmentDuration = Math.max(...durations);
  // The last one is as short as it is.
  if (durations.slice(0, -1).some((duration) => duration < segmentDuration * TOLERANCE))
    return { problem: 'segments of very different durations' };
  const bitrates = representations.map(({ bandwidth }) => bandwidth / 1000);
  const last = first.segments[count - 1] as (typeof first.segments)[number];
  const sizes = first.segments.map(() => bitrates.map((bitrate) => bitrate * segmentDuration));
  const end = count === 1 ? period.duration : Math.min((count - 1) * segmentDuration + last.duration, count * segmentDuration);
  return { movie: { segmentDuration, bitrates, sizes }, duration: Math.round(end * MILLISECOND), minimumBuffer, representations };
}
