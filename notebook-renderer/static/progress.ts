/** How far a run is, in one line. */
import { formatDuration } from '../../engines/format.ts';
import type { Nanoseconds } from '../../engines/quantities.ts';
import { formatCount } from '../format.ts';

/** `elapsed`: milliseconds that the run has taken so far, more than 0. */
export function describeProgress({ now, events }: { readonly now: Nanoseconds; readonly events: number }, elapsed: number): string {
  const rate = Math.round((events / elapsed) * 1000);
  return `running: ${formatDuration(now)} of simulated time, ${formatCount(events)} events, ${formatCount(rate)} a second`;
}
