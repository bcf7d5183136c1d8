/** How long a player waits for a server from which nothing comes. */
import { MILLISECOND, type Nanoseconds, SECOND } from '../quantities.ts';
import type { Milliseconds } from './movie.ts';

const LEAST_PATIENCE: Nanoseconds = 4 * SECOND;

/** Two segments' durations, 4 s at least. */
export function patienceOf(segmentDuration: Milliseconds): Nanoseconds {
  return Math.max(LEAST_PATIENCE, Math.round(2 * segmentDuration * MILLISECOND));
}
