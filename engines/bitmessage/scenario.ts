/** What a scenario can say about Bitmessage. */
import type { Nanoseconds } from '../quantities.ts';
import type { SourceRange } from '../scenario.ts';

/** A peer of the one Bitmessage network of the scenario. */
export interface BitmessagePeerService {
  readonly kind: 'bitmessage.peer';
  readonly host: string;
  /** Nonce trials a byte that it does for its own objects, and asks of others’ (the real network: 1000). 1 to 50. */
  readonly work: number;
  /** Trials that it does in a second, at least 1. */
  readonly speed: number;
  /** Peers that it opens connections to, at most. */
  readonly connections: number;
  readonly at: SourceRange | null;
}

export type BitmessageService = BitmessagePeerService;

/** Done when the recipient has opened it, or it has expired. */
export interface BitmessageAction {
  readonly kind: 'bitmessage.send';
  /** Host names of peers. */
  readonly from: string;
  readonly to: string;
  /** UTF-8 octets, one char each; at most 200,000. */
  readonly text: string;
  /** How long peers keep it; whole seconds, 5 min to 28 d. */
  readonly lifetime: Nanoseconds;
}
