/**
 * The losses on a flow's way: how many segments pass until the next one. Drawn geometrically, as a fluid has it; nothing is
 * drawn where nothing is lost, so that a line without loss takes no randomness.
 */
import { logarithmOfRest } from '../../kernel/elementary-functions.ts';
import type { RandomStream } from '../../kernel/random.ts';
import type { Ratio } from '../../quantities.ts';

const NEVER = Number.POSITIVE_INFINITY;

export class Losses {
  /** Segments until the next loss. */
  in = NEVER;
  readonly #stream: () => RandomStream;
  #random: RandomStream | null = null;
  #drawnFor: Ratio = 0;

  /** `stream` is asked for when the first draw is made. */
  constructor(stream: () => RandomStream) {
    this.#stream = stream;
  }

  /** The way loses such a share of the segments: drawn anew where that has changed. */
  on(share: Ratio): void {
    if (share === this.#drawnFor) return;
    this.#drawnFor = share;
    this.next(share);
  }

  /** One was lost: when is the next? */
  next(share: Ratio): void {
    if (share === 0) {
      this.in = NEVER;
      return;
    }
    this.#random ??= this.#stream();
    this.in = Math.max(this.#random.exponential(-1 / logarithmOfRest(Math.min(share, 0.999_999))), 1e-3);
  }

  /** Whether a segment that is sent again is lost, too. */
  again(share: Ratio): boolean {
    if (share === 0) return false;
    this.#random ??= this.#stream();
    return this.#random.float() < share;
  }
}
