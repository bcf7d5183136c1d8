/** How many other peers a peer is connected to: the numbers of the first client (Cohen's BitTorrent 3.4 and 4), which others took over. */
import { MINUTE, type Nanoseconds } from '../quantities.ts';

/** A peer with so many neighbours opens no more connections, but accepts some. */
export const MOST_INITIATED = 40;
/** A peer with so many neighbours accepts no more. */
export const MOST_CONNECTIONS = 80;
/** A peer with fewer asks the tracker for more, before its interval is over. */
export const FEW_CONNECTIONS = 20;
/** At most so often. */
export const ANNOUNCE_AGAIN: Nanoseconds = 5 * MINUTE;
