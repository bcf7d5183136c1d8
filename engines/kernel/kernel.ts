/**
 * The kernel: one virtual clock and the events that wait for it.
 *
 * Theory of operation. An event is a callback with a time, a priority and a sequence number; events run in that order, so
 * two runs of one program execute the same events in the same order on every machine. The queue is a four-ary heap in
 * typed arrays: `heapTime` and `heapOrder` (priority and sequence folded into one number) are compared, `heapSlot` points
 * to the slot that holds the rest. A cancelled event stays in the heap, its slot marked, and is dropped when it comes up;
 * when more than half of the heap is such events, the heap is rebuilt without them. Order is total, so neither is seen.
 *
 * Foreground events are what a simulation lives for; background events (a TIME-WAIT, a cache entry that lapses) happen
 * when their time comes but keep no run alive.
 */
import type { Nanoseconds } from '../quantities.ts';
import { type RandomStream, randomStream } from './random.ts';

/** Names one scheduled event; never reused while it could matter, so a stale one cancels nothing. */
export type Timer = number;

export interface ScheduleOptions {
  /** True: waiting for this event alone does not keep a run going. */
  readonly background?: boolean;
  /** Among events of one time, lower ones run first; −16 to 15, 0 when absent. */
  readonly priority?: number;
}

/** 2^48 events of each priority can be told apart. */
const PRIORITY_STEP = 281474976710656;
/** A timer is generation × SLOTS + slot. */
const SLOTS = 67108864;
const GENERATIONS = 67108864;
/** The end of virtual time: 2^53 − 1 ns, about 104 days. Later events are put there. */
const END_OF_TIME: Nanoseconds = Number.MAX_SAFE_INTEGER;
const nothing = (): void => {};

const WAITING = 1;
const BACKGROUND = 2;

export class Kernel {
  readonly seed: number;
  /** Index of the step on whose behalf things happen now, or −1. An event runs with the cause that held when it was scheduled. */
  cause = -1;

  #now: Nanoseconds = 0;
  #events = 0;
  #foreground = 0;
  #sequence = 0;

  #heapTime = new Float64Array(64);
  #heapOrder = new Float64Array(64);
  #heapSlot = new Uint32Array(64);
  #size = 0;
  #cancelled = 0;

  #callbacks: (() => void)[] = new Array(64).fill(nothing);
  #generations = new Uint32Array(64);
  #causes = new Int32Array(64);
  #states = new Uint8Array(64);
  /** Slots that are free, as a stack. */
  #free = new Uint32Array(64);
  #freeCount = 0;
  #slots = 0;

  /** Foreground events that wait, by cause + 1. */
  #pending = new Int32Array(64);
  #watchers: { readonly cause: number; readonly settled: () => void }[] = [];

  readonly #streams = new Map<string, RandomStream>();

  /** `seed`: 0 to 2^32 − 1. */
  constructor(seed: number) {
    this.seed = seed;
  }

  get now(): Nanoseconds {
    return this.#now;
  }

  /** Events executed so far. */
  get events(): number {
    return this.#events;
  }

  /** Foreground events that wait. */
  get foreground(): number {
    return this.#foreground;
  }

  /** The stream of that purpose: the same object for the same purpose. */
  random(purpose: string): RandomStream {
    let stream = this.#streams.get(purpose);
    if (!stream) {
      stream = randomStream(this.seed, purpose);
      this.#streams.set(purpose, stream);
    }
    return stream;
  }

  /**
   * Runs `callback` when `delay` has passed (rounded to whole nanoseconds; a wait past the end of time lasts until then).
   * Throws a RangeError for a delay that is negative or not a number: that is a bug of the caller.
   */
  schedule(delay: Nanoseconds, callback: () => void, options?: ScheduleOptions): Timer {
    if (!(delay >= 0)) throw new RangeError(`a delay of ${delay} ns`);
    const time = Math.min(this.#now + Math.round(delay), END_OF_TIME);
    const slot = this.#freeCount > 0 ? (this.#free[--this.#freeCount] as number) : this.#newSlot();
    const background = options?.background === true;
    this.#callbacks[slot] = callback;
    this.#causes[slot] = this.cause;
    this.#states[slot] = background ? WAITING | BACKGROUND : WAITING;
    if (!background) this.#count(this.cause, 1);
    this.#push(time, (options?.priority ?? 0) * PRIORITY_STEP + this.#sequence++, slot);
    return (this.#generations[slot] as number) * SLOTS + slot;
  }

  /** Calls an event off; does nothing for one that has run or was cancelled. */
  cancel(timer: Timer): void {
    const slot = timer % SLOTS;
    if (slot >= this.#slots || this.#generations[slot] !== Math.floor(timer / SLOTS)) return;
    const state = this.#states[slot] as number;
    if (!(state & WAITING)) return;
    this.#states[slot] = 0;
    this.#callbacks[slot] = nothing;
    this.#generations[slot] = ((this.#generations[slot] as number) + 1) % GENERATIONS;
    if (!(state & BACKGROUND)) this.#count(this.#causes[slot] as number, -1);
    this.#cancelled++;
    if (this.#cancelled > 64 && this.#cancelled * 2 > this.#size) this.#rebuild();
  }

  /** Runs up to that many events, none once no foreground event waits. True while foreground events wait. */
  run(events: number): boolean {
    for (let left = events; left > 0 && this.#foreground > 0; left--) {
      let slot = this.#pop();
      while (!((this.#states[slot] as number) & WAITING)) {
        this.#cancelled--;
        this.#free[this.#freeCount++] = slot;
        slot = this.#pop();
      }
      const callback = this.#callbacks[slot] as () => void;
      this.cause = this.#causes[slot] as number;
      if (!((this.#states[slot] as number) & BACKGROUND)) this.#count(this.cause, -1);
      this.#states[slot] = 0;
      this.#callbacks[slot] = nothing;
      this.#generations[slot] = ((this.#generations[slot] as number) + 1) % GENERATIONS;
      this.#free[this.#freeCount++] = slot;
      this.#now = this.#poppedTime;
      this.#events++;
      callback();
      if (this.#watchers.length > 0) this.#tellSettled();
    }
    this.cause = -1;
    return this.#foreground > 0;
  }

  /** Calls `settled` once, at the end of the first event from now on that leaves no foreground event of that cause waiting. */
  whenSettled(cause: number, settled: () => void): void {
    this.#watchers.push({ cause, settled });
  }

  #count(cause: number, change: 1 | -1): void {
    this.#foreground += change;
    if (cause + 1 >= this.#pending.length) this.#pending = grown(this.#pending, new Int32Array(2 * (cause + 1)));
    (this.#pending[cause + 1] as number) += change;
  }

  /** A watcher that is told may watch for more: until nobody is left to tell. */
  #tellSettled(): void {
    for (;;) {
      const told = this.#watchers.filter(({ cause }) => (this.#pending[cause + 1] ?? 0) === 0);
      if (told.length === 0) return;
      this.#watchers = this.#watchers.filter((watcher) => !told.includes(watcher));
      for (const { settled } of told) settled();
    }
  }

  #newSlot(): number {
    if (this.#slots === this.#states.length) {
      const size = this.#slots * 2;
      this.#generations = grown(this.#generations, new Uint32Array(size));
      this.#causes = grown(this.#causes, new Int32Array(size));
      this.#states = grown(this.#states, new Uint8Array(size));
      this.#free = grown(this.#free, new Uint32Array(size));
      for (let i = this.#slots; i < size; i++) this.#callbacks.push(nothing);
    }
    return this.#slots++;
  }

  #push(time: Nanoseconds, order: number, slot: number): void {
    if (this.#size === this.#heapTime.length) {
      const size = this.#size * 2;
      this.#heapTime = grown(this.#heapTime, new Float64Array(size));
      this.#heapOrder = grown(this.#heapOrder, new Float64Array(size));
      this.#heapSlot = grown(this.#heapSlot, new Uint32Array(size));
    }
    const times = this.#heapTime;
    const orders = this.#heapOrder;
    const slots = this.#heapSlot;
    let hole = this.#size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 2;
      const parentTime = times[parent] as number;
      if (parentTime < time || (parentTime === time && (orders[parent] as number) < order)) break;
      times[hole] = parentTime;
      orders[hole] = orders[parent] as number;
      slots[hole] = slots[parent] as number;
      hole = parent;
    }
    times[hole] = time;
    orders[hole] = order;
    slots[hole] = slot;
  }

  #poppedTime: Nanoseconds = 0;

  /** The slot of the first event; its time is left in `#poppedTime`. The heap is not empty. */
  #pop(): number {
    const slot = this.#heapSlot[0] as number;
    this.#poppedTime = this.#heapTime[0] as number;
    const last = --this.#size;
    if (last > 0) this.#sink(0, this.#heapTime[last] as number, this.#heapOrder[last] as number, this.#heapSlot[last] as number);
    return slot;
  }

  /** Puts an entry where it belongs at or below `start`, whose own entry is overwritten. */
  #sink(start: number, time: Nanoseconds, order: number, slot: number): void {
    const times = this.#heapTime;
    const orders = this.#heapOrder;
    const slots = this.#heapSlot;
    const size = this.#size;
    let hole = start;
    for (;;) {
      const first = hole * 4 + 1;
      if (first >= size) break;
      let best = first;
      let bestTime = times[first] as number;
      const end = Math.min(first + 4, size);
      for (let child = first + 1; child < end; child++) {
        const childTime = times[child] as number;
        if (childTime < bestTime || (childTime === bestTime && (orders[child] as number) < (orders[best] as number))) {
          best = child;
          bestTime = childTime;
        }
      }
      if (time < bestTime || (time === bestTime && order < (orders[best] as number))) break;
      times[hole] = bestTime;
      orders[hole] = orders[best] as number;
      slots[hole] = slots[best] as number;
      hole = best;
    }
    times[hole] = time;
    orders[hole] = order;
    slots[hole] = slot;
  }

  /** Drops the cancelled entries and makes a heap of the rest. */
  #rebuild(): void {
    let kept = 0;
    for (let i = 0; i < this.#size; i++) {
      const slot = this.#heapSlot[i] as number;
      if ((this.#states[slot] as number) & WAITING) {
        this.#heapTime[kept] = this.#heapTime[i] as number;
        this.#heapOrder[kept] = this.#heapOrder[i] as number;
        this.#heapSlot[kept++] = slot;
      } else this.#free[this.#freeCount++] = slot;
    }
    this.#size = kept;
    this.#cancelled = 0;
    for (let i = (kept - 2) >> 2; i >= 0; i--) {
      this.#sink(i, this.#heapTime[i] as number, this.#heapOrder[i] as number, this.#heapSlot[i] as number);
    }
  }
}

function grown<A extends Float64Array | Int32Array | Uint32Array | Uint8Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
