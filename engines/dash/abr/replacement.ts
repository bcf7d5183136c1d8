/**
 * Fast switching (MMSys ’18, §6): when a higher rendition becomes possible, buffered segments of lower ones are downloaded again, the
 * first (`left`) or the last (`right`) of those that are not about to be played.
 */
import type { Milliseconds } from '../movie.ts';

export type Replacing = 'none' | 'left' | 'right';

/** Position in the buffer of the segment to be replaced; null for none. `played`: of the first one, what was played already. */
export function toReplace(
  strategy: Replacing,
  buffered: readonly number[],
  rendition: number,
  played: Milliseconds,
  segmentDuration: Milliseconds,
): number | null {
  if (strategy === 'none') return null;
  const first = Math.ceil(1.5 + played / segmentDuration);
  for (let i = first; i < buffered.length; i++) {
    const at = strategy === 'left' ? i : buffered.length - 1 - (i - first);
    if ((buffered[at] as number) < rendition) return at;
  }
  return null;
}
