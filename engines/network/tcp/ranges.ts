/** A set of numbers held as ranges in order, without overlap and without two that touch: what came early, what is acknowledged early. */
export class Ranges {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  /** Of the last `add`: how many numbers below its mark were new. */
  addedBelow = 0;

  get count(): number {
    return this.#starts.length;
  }

  get empty(): boolean {
    return this.#starts.length === 0;
  }

  start(index: number): number {
    return this.#starts[index] as number;
  }

  /** Exclusive. */
  end(index: number): number {
    return this.#ends[index] as number;
  }

  /** Adds `start` to `end` (exclusive, above `start`): how many of them are new, and in `addedBelow` how many of those lie below `mark`. */
  add(start: number, end: number, mark = 0): number {
    const starts = this.#starts;
    const ends = this.#ends;
    const first = this.#firstEndingAt(start);
    let last = first;
    let from = start;
    let to = end;
    let added = end - start;
    let below = Math.max(Math.min(end, mark) - start, 0);
    while (last < starts.length && (starts[last] as number) <= end) {
      const held = starts[last] as number;
      const heldEnd = ends[last] as number;
      const common = Math.max(held, start);
      const commonEnd = Math.min(heldEnd, end);
      if (commonEnd > common) {
        added -= commonEnd - common;
        below -= Math.max(Math.min(commonEnd, mark) - common, 0);
      }
      if (held < from) from = held;
      if (heldEnd > to) to = heldEnd;
      last++;
    }
    if (last === first + 1) {
      starts[first] = from;
      ends[first] = to;
    } else if (first === starts.length) {
      starts.push(from);
      ends.push(to);
    } else {
      starts.splice(first, last - first, from);
      ends.splice(first, last - first, to);
    }
    this.addedBelow = below;
    return added;
  }

  /** Drops everything below `limit`: how many numbers that were. */
  removeBelow(limit: number): number {
    const starts = this.#starts;
    const ends = this.#ends;
    let removed = 0;
    let gone = 0;
    while (gone < starts.length && (starts[gone] as number) < limit) {
      const end = ends[gone] as number;
      removed += Math.min(end, limit) - (starts[gone] as number);
      if (end > limit) {
        starts[gone] = limit;
        break;
      }
      gone++;
    }
    if (gone > 0) {
      starts.splice(0, gone);
      ends.splice(0, gone);
    }
    return removed;
  }

  /** Index of the range that holds `position`; −1 for none. */
  indexOf(position: number): number {
    const index = this.#firstEndingAt(position + 1);
    return index < this.#starts.length && (this.#starts[index] as number) <= position ? index : -1;
  }

  /** The first number from `position` on that is not held. */
  firstOutside(position: number): number {
    const index = this.indexOf(position);
    return index < 0 ? position : (this.#ends[index] as number);
  }

  /** Where the first range at or after `position` begins; infinity for none. */
  nextStart(position: number): number {
    const index = this.#firstEndingAt(position + 1);
    return index < this.#starts.length ? Math.max(this.#starts[index] as number, position) : Number.POSITIVE_INFINITY;
  }

  /** Where the last range that ends at `position` or before ends; −1 for none. */
  lastEndUpTo(position: number): number {
    const index = this.#firstEndingAt(position + 1) - 1;
    return index < 0 ? -1 : (this.#ends[index] as number);
  }

  /** Index of the first range that ends at `position` or later. */
  #firstEndingAt(position: number): number {
    const ends = this.#ends;
    let high = ends.length;
    // Most of what comes belongs to the last range, or after it.
    if (high === 0 || (ends[high - 1] as number) < position) return high;
    let low = 0;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((ends[middle] as number) >= position) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
