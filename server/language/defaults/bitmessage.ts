/** What a Bitmessage peer and its messages are where the author says nothing. */
import { DAY } from '../../../engines/quantities.ts';

export const bitmessageDefaults = {
  /** A thousandth of what the real network asks for, by a thousandth of what a computer can do: the time is about the same. */
  work: 1,
  speed: 1000,
  connections: 3,
  lifetime: 4 * DAY,
};
