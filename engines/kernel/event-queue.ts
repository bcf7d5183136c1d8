/**
 * The queue of events that wait: taken in order of time, then priority, then order of coming.
 *
 * Theory of operation. A radix queue: it relies on time never going back. `base` is a moment before which nothing in the
 * buckets lies; an entry's bucket is given by the highest digit (of five bits) in which its time differs from the base, and by
 * its own digit there. So near times have narrow buckets and far ones wide buckets, whatever the magnitudes are, and the first
 * bucket that is filled, which two words of bits tell, holds the earliest entries. Buckets are lists, in no order (Ahuja,
 * Mehlhorn, Orlin, Tarjan: Faster algorithms for the shortest path problem, 1990).
 *
 * Once the first bucket's turn has come, its begin becomes the base. If it holds many entries, they are spread over narrower
 * buckets; if few, they are sorted into `run`, from which they are taken one after the other. What is added later but comes
 * before the end of that bucket (`limit`) is inserted into the run or, beside a run that is no longer short, put on a small
 * heap; the lesser of the two heads is next. An entry moves a few times at most, each time to a narrower bucket, so adding and
 * taking cost nearly the same with ten or a hundred thousand waiting.
 *
 * A wide bucket with few entries may be followed by many near ones: when the heap becomes crowded, all is put back into buckets
 * with the present as the base, so that the next one is narrow. As many additions as the crowd is large pay for it. Entries of
 * one moment end in one bucket of width 1, mostly in the order in which they came, since lists are spread oldest first; those
 * that stand in no order there, having priorities, go to the heap: at worst the queue is a heap.
 *
 * An entry that is removed stays where it is, marked, and is dropped when it comes up; when more than half of the entries are
 * such ones, the queue is swept. The order is total, so neither is seen. Beyond the end of time there are no buckets: an entry
 * there is only kept.
 *
 * Entries are numbers from 0, used again once free, so that their owner may keep more about them in arrays of its own.
 */
import type { Nanoseconds } from '../quantities.ts';

/** The time of what never happens. */
export const NEVER: Nanoseconds = Number.POSITIVE_INFINITY;

/** 2^48 entries of each priority can be told apart. */
const PRIORITY_STEP = 281474976710656;
const NONE = -1;

const DIGIT = 5;
const DIGITS = 32;
/** Times are kept as two whole numbers, of 23 and of 30 bits. */
const LOW_BITS = 30;
const LOW = 1 << LOW_BITS;
const LOW_LEVELS = 6;
const LEVELS = 11;
const WIDTHS = Float64Array.from({ length: LEVELS }, (_, level) => 2 ** (DIGIT * level));

/** A bucket with more entries is spread; into a run with as many nothing is inserted. */
const FEW = 12;
/** A heap of more makes room for a narrower bucket. */
const CROWD = 32;

export class EventQueue {
  /** Of each entry: its time. */
  #times = new Float64Array(64);
  /** Of each entry: priority and number in order of coming. */
  #orders = new Float64Array(64);
  /** Of each entry: the one of its bucket that came before, or the next free one. */
  #next = new Int32Array(64);
  /** Of each entry: 1 once it is removed and not yet dropped. */
  #marks = new Uint8Array(64);
  #free = NONE;
  #entries = 0;
  #sequence = 0;
  /** Entries in buckets, run and heap, the removed ones included. */
  #size = 0;
  #removed = 0;

  #baseHigh = 0;
  #baseLow = 0;
  /** Whatever comes earlier is in the run or the heap. */
  #limit: Nanoseconds = 0;
  /** Width of the bucket that ends at the limit. */
  #width = 1;
  /** The entry of each bucket that came last, or NONE. */
  readonly #heads = new Int32Array(LEVELS * DIGITS).fill(NONE);
  /** Of each level: which of its buckets are filled. */
  readonly #filled = new Int32Array(LEVELS);
  /** Which levels have filled buckets. */
  #levels = 0;

  /** The first one stands last. */
  #run = new Int32Array(64);
  #runSize = 0;

  #heap = new Int32Array(64);
  #heapSize = 0;

  #now: Nanoseconds = 0;

  /** The time of the entry that was taken last. */
  get now(): Nanoseconds {
    return this.#now;
  }

  /** Adds an entry and returns its number. `time`: whole nanoseconds from `now` to 2^53 − 1, or NEVER; `priority`: −16 to 15. */
  add(time: Nanoseconds, priority: number): number {
    let entry = this.#free;
    if (entry === NONE) entry = this.#newEntry();
    else this.#free = this.#next[entry] as number;
    this.#times[entry] = time;
    this.#orders[entry] = priority * PRIORITY_STEP + this.#sequence++;
    if (time < this.#limit) {
      this.#size++;
      if (this.#runSize < FEW) {
        this.#insert(this.#runSize++, entry);
        return entry;
      }
      this.#pushHeap(entry);
      if (this.#heapSize > CROWD && this.#width > 1) {
        this.#rebase();
        this.#scatter();
      }
    } else if (time !== NEVER) {
      this.#size++;
      this.#place(entry, time);
    }
    return entry;
  }

  /** Takes the first entry off and returns its number, which is free then; less than 0 when none waits but at NEVER. */
  take(): number {
    for (;;) {
      let entry: number;
      if (this.#runSize > 0) {
        entry = this.#run[this.#runSize - 1] as number;
        if (this.#heapSize > 0 && this.#before(this.#heap[0] as number, entry)) entry = this.#popHeap();
        else this.#runSize--;
      } else if (this.#heapSize > 0) entry = this.#popHeap();
      else if (this.#levels !== 0) {
        this.#advance();
        continue;
      } else {
        this.#rebase();
        return NONE;
      }
      if (this.#marks[entry] === 1) {
        this.#drop(entry);
        continue;
      }
      this.#size--;
      this.#next[entry] = this.#free;
      this.#free = entry;
      this.#now = this.#times[entry] as number;
      return entry;
    }
  }

  /** Removes an entry that was added and neither taken nor removed since. */
  remove(entry: number): void {
    if (this.#times[entry] === NEVER) {
      this.#next[entry] = this.#free;
      this.#free = entry;
      return;
    }
    this.#marks[entry] = 1;
    this.#removed++;
    if (this.#removed > 64 && this.#removed * 2 > this.#size) this.#sweep();
  }

  #newEntry(): number {
    if (this.#entries === this.#times.length) {
      const size = this.#entries * 2;
      this.#times = grown(this.#times, new Float64Array(size));
      this.#orders = grown(this.#orders, new Float64Array(size));
      this.#next = grown(this.#next, new Int32Array(size));
      this.#marks = grown(this.#marks, new Uint8Array(size));
    }
    return this.#entries++;
  }

  /** Frees an entry that was removed. */
  #drop(entry: number): void {
    this.#marks[entry] = 0;
    this.#removed--;
    this.#size--;
    this.#next[entry] = this.#free;
    this.#free = entry;
  }

  #before(a: number, b: number): boolean {
    const timeA = this.#times[a] as number;
    const timeB = this.#times[b] as number;
    return timeA < timeB || (timeA === timeB && (this.#orders[a] as number) < (this.#orders[b] as number));
  }

  /** Puts an entry into its bucket; the limit or later. */
  #place(entry: number, time: Nanoseconds): void {
    const high = (time * (1 / LOW)) | 0;
    let digits: number;
    let differing: number;
    let level: number;
    if (high === this.#baseHigh) {
      digits = time - high * LOW;
      differing = digits ^ this.#baseLow;
      level = 0;
    } else {
      digits = high;
      differing = high ^ this.#baseHigh;
      level = LOW_LEVELS;
    }
    // The number of the highest bit that differs, divided by five: so for all numbers below 30.
    const up = ((31 - Math.clz32(differing | 1)) * 13) >> 6;
    level += up;
    const digit = (digits >>> (up * DIGIT)) & (DIGITS - 1);
    const bucket = level * DIGITS + digit;
    this.#next[entry] = this.#heads[bucket] as number;
    this.#heads[bucket] = entry;
    this.#filled[level] = (this.#filled[level] as number) | (1 << digit);
    this.#levels |= 1 << level;
  }

  /** Makes the first filled bucket the base and sorts or spreads what it holds. Run and heap are empty. */
  #advance(): void {
    const level = lowest(this.#levels);
    const filled = this.#filled[level] as number;
    const digit = lowest(filled);
    this.#collect(level * DIGITS + digit);
    const rest = filled & (filled - 1);
    this.#filled[level] = rest;
    if (rest === 0) this.#levels &= this.#levels - 1;
    if (level < LOW_LEVELS) {
      const shift = level * DIGIT;
      this.#baseLow = (((this.#baseLow >>> shift) & ~(DIGITS - 1)) | digit) << shift;
    } else {
      const shift = (level - LOW_LEVELS) * DIGIT;
      this.#baseHigh = (((this.#baseHigh >>> shift) & ~(DIGITS - 1)) | digit) << shift;
      this.#baseLow = 0;
    }
    const base = this.#baseHigh * LOW + this.#baseLow;
    if (level === 0) {
      this.#width = 1;
      this.#limit = base + 1;
      this.#line();
    } else if (this.#runSize <= FEW) {
      this.#width = WIDTHS[level] as number;
      this.#limit = base + this.#width;
      this.#sort();
    } else {
      this.#width = 1;
      this.#limit = base;
      this.#scatter();
    }
  }

  /** Empties a bucket into the run, the ones that came last first. */
  #collect(bucket: number): void {
    const next = this.#next;
    const marks = this.#marks;
    let size = 0;
    let entry = this.#heads[bucket] as number;
    this.#heads[bucket] = NONE;
    while (entry !== NONE) {
      const following = next[entry] as number;
      if (marks[entry] === 1) this.#drop(entry);
      else {
        if (size === this.#run.length) this.#run = grown(this.#run, new Int32Array(2 * size));
        this.#run[size++] = entry;
      }
      entry = following;
    }
    this.#runSize = size;
  }

  #sort(): void {
    for (let i = 1; i < this.#runSize; i++) this.#insert(i, this.#run[i] as number);
  }

  /** Puts an entry where it belongs among the first `size` ones of the run. */
  #insert(size: number, entry: number): void {
    const times = this.#times;
    const orders = this.#orders;
    const run = this.#run;
    const time = times[entry] as number;
    const order = orders[entry] as number;
    let at = size;
    for (; at > 0; at--) {
      const other = run[at - 1] as number;
      const otherTime = times[other] as number;
      if (otherTime > time || (otherTime === time && (orders[other] as number) > order)) break;
      run[at] = other;
    }
    run[at] = entry;
  }

  /** The run is of one time: what does not stand in order goes to the heap. */
  #line(): void {
    const run = this.#run;
    const size = this.#runSize;
    let kept = 0;
    let last = Number.POSITIVE_INFINITY;
    for (let i = 0; i < size; i++) {
      const entry = run[i] as number;
      const order = this.#orders[entry] as number;
      if (order > last) this.#pushHeap(entry);
      else {
        run[kept++] = entry;
        last = order;
      }
    }
    this.#runSize = kept;
  }

  /** Puts run and heap into buckets. */
  #scatter(): void {
    const times = this.#times;
    for (let i = this.#runSize - 1; i >= 0; i--) {
      const entry = this.#run[i] as number;
      this.#place(entry, times[entry] as number);
    }
    for (let i = 0; i < this.#heapSize; i++) {
      const entry = this.#heap[i] as number;
      this.#place(entry, times[entry] as number);
    }
    this.#runSize = 0;
    this.#heapSize = 0;
  }

  /** Makes the present the base. Buckets that are filled stay right: they lie beyond the one in which base and present are. */
  #rebase(): void {
    this.#baseHigh = (this.#now * (1 / LOW)) | 0;
    this.#baseLow = this.#now - this.#baseHigh * LOW;
    this.#limit = this.#now;
    this.#width = 1;
  }

  #pushHeap(entry: number): void {
    if (this.#heapSize === this.#heap.length) this.#heap = grown(this.#heap, new Int32Array(2 * this.#heapSize));
    const heap = this.#heap;
    const times = this.#times;
    const orders = this.#orders;
    const time = times[entry] as number;
    const order = orders[entry] as number;
    let hole = this.#heapSize++;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      const other = heap[parent] as number;
      const otherTime = times[other] as number;
      if (otherTime < time || (otherTime === time && (orders[other] as number) < order)) break;
      heap[hole] = other;
      hole = parent;
    }
    heap[hole] = entry;
  }

  #popHeap(): number {
    const top = this.#heap[0] as number;
    const size = --this.#heapSize;
    if (size > 0) this.#sink(0, this.#heap[size] as number);
    return top;
  }

  /** Puts an entry where it belongs in the heap, at or below `start`, whose own entry is overwritten. */
  #sink(start: number, entry: number): void {
    const heap = this.#heap;
    const times = this.#times;
    const orders = this.#orders;
    const size = this.#heapSize;
    const time = times[entry] as number;
    const order = orders[entry] as number;
    let hole = start;
    for (;;) {
      const first = hole * 4 + 1;
      if (first >= size) break;
      let place = first;
      let best = heap[first] as number;
      let bestTime = times[best] as number;
      const end = Math.min(first + 4, size);
      for (let child = first + 1; child < end; child++) {
        const other = heap[child] as number;
        const otherTime = times[other] as number;
        if (otherTime < bestTime || (otherTime === bestTime && (orders[other] as number) < (orders[best] as number))) {
          place = child;
          best = other;
          bestTime = otherTime;
        }
      }
      if (time < bestTime || (time === bestTime && order < (orders[best] as number))) break;
      heap[hole] = best;
      hole = place;
    }
    heap[hole] = entry;
  }

  /** Drops all entries that are marked. */
  #sweep(): void {
    for (let levels = this.#levels; levels !== 0; levels &= levels - 1) {
      const level = lowest(levels);
      for (let filled = this.#filled[level] as number; filled !== 0; filled &= filled - 1) this.#sweepBucket(level, lowest(filled));
    }
    let size = 0;
    for (let i = 0; i < this.#runSize; i++) {
      const entry = this.#run[i] as number;
      if (this.#marks[entry] === 1) this.#drop(entry);
      else this.#run[size++] = entry;
    }
    this.#runSize = size;
    let kept = 0;
    for (let i = 0; i < this.#heapSize; i++) {
      const entry = this.#heap[i] as number;
      if (this.#marks[entry] === 1) this.#drop(entry);
      else this.#heap[kept++] = entry;
    }
    this.#heapSize = kept;
    for (let i = (kept - 2) >> 2; i >= 0; i--) this.#sink(i, this.#heap[i] as number);
  }

  #sweepBucket(level: number, digit: number): void {
    const bucket = level * DIGITS + digit;
    let last = NONE;
    let entry = this.#heads[bucket] as number;
    this.#heads[bucket] = NONE;
    while (entry !== NONE) {
      const following = this.#next[entry] as number;
      if (this.#marks[entry] === 1) this.#drop(entry);
      else {
        if (last === NONE) this.#heads[bucket] = entry;
        else this.#next[last] = entry;
        last = entry;
      }
      entry = following;
    }
    if (last !== NONE) {
      this.#next[last] = NONE;
      return;
    }
    const filled = (this.#filled[level] as number) & ~(1 << digit);
    this.#filled[level] = filled;
    if (filled === 0) this.#levels &= ~(1 << level);
  }
}

/** The number of the lowest bit that is set. */
function lowest(word: number): number {
  return 31 - Math.clz32(word & -word);
}

function grown<A extends Float64Array | Int32Array | Uint8Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
