/** How far a run is, in one line. */
import { formatDuration } from '../../engines/format.ts';
import { MILLISECOND, type Nanoseconds } from '../../engines/quantities.ts';
import { formatCount } from '../format.ts';

interface ProgressSoFar {
  readonly now: Nanoseconds;
  readonly events: number;
  /** Of the sweeps. */
  readonly points?: { readonly done: number; readonly of: number };
}

/** `elapsed`: milliseconds that the run has taken so far, more than 0. */
export function describeProgress({ now, events, points }: ProgressSoFar, elapsed: number): string {
  if (points)
    return `sweeping: ${formatCount(points.done)} of ${formatCount(points.of)} points, ${formatDuration(elapsed * MILLISECOND)} so far`;
  const rate = Math.round((events / elapsed) * 1000);
  return `running: ${formatDuration(now)} of simulated time, ${formatCount(events)} events, ${formatCount(rate)} a second`;
}
