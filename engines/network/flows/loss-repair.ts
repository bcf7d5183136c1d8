/**
 * What becomes of segments that are lost: when what fills the hole arrives, and what is left of the window by then.
 *
 * At least three segments must follow for three duplicate acknowledgments (RFC 5681 §3.2): then the hole is filled a round trip later,
 * several of them in one round trip with SACK, without it one in each (RFC 6582). Otherwise the retransmission timer has to expire.
 */
import type { Bytes, Nanoseconds } from '../../quantities.ts';
import { MAXIMUM_SEGMENT_SIZE } from '../tcp/parameters.ts';
import type { Window } from './window.ts';

/** Segments that must follow a lost one for three duplicate acknowledgments. */
export const DUPLICATES = 3;

export interface Lost {
  readonly segments: number;
  /** By a queue that is full, not on a line. */
  readonly inQueue: boolean;
  readonly now: Nanoseconds;
  readonly window: Window;
  /** Bytes a nanosecond. */
  readonly rate: number;
  /** Whether it sends a window after the other, without a pause. */
  readonly steady: boolean;
  /** Sent in the present round. */
  readonly sentInRound: Bytes;
  /** Segments that are still to be sent. */
  readonly left: number;
  readonly roundTrip: Nanoseconds;
  readonly oneWay: Nanoseconds;
  readonly timeout: Nanoseconds;
  /** What is sent again is lost, too. */
  readonly again: boolean;
  readonly selective: boolean;
}

export type Repair =
  /** The timer expires then. `resend`: the window that is left goes out once more, without SACK, though it had arrived. */
  | { readonly by: 'timer'; readonly expiry: Nanoseconds; readonly holeUntil: Nanoseconds; readonly resend: boolean }
  /** `flight`: what was under way when the loss is found. */
  | { readonly by: 'duplicates'; readonly holeUntil: Nanoseconds; readonly flight: Bytes };

export function repairOf(lost: Lost): Repair {
  const { segments, inQueue, now, window, rate, steady, sentInRound, left, roundTrip, oneWay, timeout, again, selective } = lost;
  const under = Math.floor(window.usable / MAXIMUM_SEGMENT_SIZE);
  // Limited transmit (RFC 3042) lets two more follow.
  // What a full queue takes in slow start is one of each two that a window's acknowledgments let go.
  const through = inQueue && window.slowStart && steady ? under : under - segments;
  const following = inQueue ? Math.max(through, 0) + 2 : Math.min(left, under - 1 + 2);
  const slowly = !selective && segments > 1 ? segments - 1 : 0;
  if (following < DUPLICATES || again || slowly * roundTrip > timeout) {
    const acknowledgedLast = now + (sentInRound > MAXIMUM_SEGMENT_SIZE || steady ? roundTrip : 0);
    // RFC 6582 §3.2: the first hole is found and filled; that acknowledgment starts the timer anew.
    const expiry = acknowledgedLast + timeout + (slowly > 0 ? roundTrip : 0);
    return { by: 'timer', expiry, holeUntil: expiry + oneWay, resend: slowly > 0 };
  }
  // What a full queue did not take has not gone out as far as the fluid is concerned: only the first hole adds to its time.
  const duplicates = (DUPLICATES * MAXIMUM_SEGMENT_SIZE) / Math.max(rate, window.size / roundTrip);
  const holeUntil = now + roundTrip * (1 + slowly) + oneWay + duplicates;
  // What comes in until the loss is found still makes the window grow.
  let flight = window.size;
  if (window.slowStart) flight += inQueue ? window.size : Math.min(Math.max(sentInRound, 0), window.size);
  return { by: 'duplicates', holeUntil, flight: Math.min(flight, Math.max(window.limit, window.size)) };
}
