/**
 * What the sender knows of the segments between the oldest unacknowledged position and the highest one sent: RFC 6675's
 * scoreboard, held as ranges, so that an ACK costs what it changes and not what is outstanding.
 *
 * Loss is a matter of position: if a position that is not selectively acknowledged counts as lost, then all such
 * positions below it do (IsLost of RFC 6675 §4 looks at what is acknowledged above). So one number, `lostBelow`, says it
 * for all. A time-out, which gives up everything sent so far, moves the same number.
 *
 * What was selectively acknowledged is remembered over a time-out, as RFC 6675 §5.1 grants to those who would notice
 * that the receiver has dropped it again; receivers here never do.
 */
import type { Bytes } from '../../quantities.ts';
import { Ranges } from './ranges.ts';

/** DupThresh of RFC 6675 §2. */
export const DUPLICATE_THRESHOLD = 3;

export class Scoreboard {
  readonly #mss: Bytes;
  readonly #sacked = new Ranges();
  #sackedBytes: Bytes = 0;
  #una = 0;
  /** HighRxt: what is missing below this position was sent again. */
  #resentBelow = 0;
  /** … and how many bytes of that are still missing. */
  #resentBytes: Bytes = 0;
  /** Everything below was given up, whatever acknowledgments say. */
  #givenUpBelow = 0;

  constructor(mss: Bytes) {
    this.#mss = mss;
  }

  /** Bytes that are selectively acknowledged. */
  get sackedBytes(): Bytes {
    return this.#sackedBytes;
  }

  /** The position after the highest one that is selectively acknowledged; 0 for none. */
  get highest(): number {
    const { count } = this.#sacked;
    return count === 0 ? 0 : this.#sacked.end(count - 1);
  }

  /** Everything below `una` is acknowledged: how many bytes of it were not before, selectively. */
  acknowledge(una: number): Bytes {
    const before = this.#una;
    this.#una = una;
    let fresh = una - before;
    if (this.#sackedBytes > 0) {
      const sacked = this.#sacked.removeBelow(una);
      this.#sackedBytes -= sacked;
      fresh -= sacked;
    }
    this.#resentBytes = una >= this.#resentBelow ? 0 : this.#resentBytes - fresh;
    return fresh;
  }

  /** A block of a selective acknowledgment: how many bytes of it are news. */
  sack(start: number, end: number): Bytes {
    const from = Math.max(start, this.#una);
    if (from >= end) return 0;
    const fresh = this.#sacked.add(from, end, this.#resentBelow);
    this.#sackedBytes += fresh;
    this.#resentBytes -= this.#sacked.addedBelow;
    return fresh;
  }

  /** What is missing below this position is lost: RFC 6675's IsLost, or given up. */
  get lostBelow(): number {
    const sacked = this.#sacked;
    let bytes: Bytes = 0;
    for (let i = sacked.count - 1, blocks = 1; i >= 0; i--, blocks++) {
      const start = sacked.start(i);
      bytes += sacked.end(i) - start;
      if (blocks >= DUPLICATE_THRESHOLD || bytes > (DUPLICATE_THRESHOLD - 1) * this.#mss) return Math.max(start, this.#givenUpBelow);
    }
    return this.#givenUpBelow;
  }

  /** Bytes on their way, of those below `max`: RFC 6675's pipe. */
  pipe(max: number): Bytes {
    const edge = Math.max(this.lostBelow, this.#una);
    const sacked = this.#sacked;
    let above = Math.max(max - edge, 0);
    for (let i = sacked.count - 1; i >= 0 && sacked.end(i) > edge; i--) above -= sacked.end(i) - Math.max(sacked.start(i), edge);
    return above + this.#resentBytes;
  }

  /** NextSeg's rule 1: the lowest position that is lost and not sent again yet; −1 for none. */
  get nextLost(): number {
    const next = this.nextMissing;
    return next < this.lostBelow ? next : -1;
  }

  /** The lowest position that is missing and not sent again yet. */
  get nextMissing(): number {
    return this.#sacked.firstOutside(Math.max(this.#resentBelow, this.#una));
  }

  /** Where a segment that begins at the missing position `start` ends, at most at `limit`. */
  endOfSegment(start: number, limit: number): number {
    return Math.min(start + this.#mss, this.#sacked.nextStart(start), limit);
  }

  /** Where the highest missing stretch below `max` ends: NextSeg's rule 4. */
  endOfMissing(max: number): number {
    const last = this.#sacked.count - 1;
    return last >= 0 && this.#sacked.end(last) >= max ? this.#sacked.start(last) : max;
  }

  /** Where a segment that ends with the missing position before `end` begins. */
  startOfSegment(end: number): number {
    const before = this.#sacked.lastEndUpTo(end);
    return Math.max(end - this.#mss, before, this.#una);
  }

  /** A segment was sent again, from the position that `nextLost` or `nextMissing` gave. */
  resent(start: number, end: number): void {
    this.#resentBelow = end;
    this.#resentBytes += end - start;
  }

  /** What is missing below `position` is lost, no matter how little was acknowledged above. */
  giveUp(position: number): void {
    if (position > this.#givenUpBelow) this.#givenUpBelow = position;
  }

  /** Nothing counts as sent again. */
  forgetResent(): void {
    this.#resentBelow = this.#una;
    this.#resentBytes = 0;
  }
}
