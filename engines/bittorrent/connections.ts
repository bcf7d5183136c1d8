/** How many other peers a peer is connected to, and when it asks the tracker for more: as many as clients of the first years were; those of today have more. */
import { MINUTE, type Nanoseconds, SECOND } from '../quantities.ts';

/** A peer with so many neighbours opens no more connections, but accepts some. */
export const MOST_INITIATED = 35;
/** A peer with so many neighbours accepts no more. */
export const MOST_CONNECTIONS = 55;
/** A peer with fewer asks the tracker for more, before its interval is over. */
export const FEW_CONNECTIONS = 20;
/** At most so often. */
export const ANNOUNCE_AGAIN: Nanoseconds = 5 * MINUTE;

const FIRST_RETRY: Nanoseconds = 15 * SECOND;
const LAST_RETRY: Nanoseconds = 30 * MINUTE;

/** When a tracker that did not answer is asked again, after so many answers in a row that did not come before. */
export const retryAfter = (vain: number): Nanoseconds => Math.min(FIRST_RETRY * 2 ** vain, LAST_RETRY);
