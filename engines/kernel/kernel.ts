/**
 * The kernel: one virtual clock and the events that wait for it.
 *
 * Theory of operation. An event is a callback with a time, a priority and a sequence number; events run in that order, so
 * two runs of one program execute the same events in the same order on every machine. The queue is a four-ary heap in
 * typed arrays: `heapTime` and `heapOrder` (priority and sequence folded into one number) are compared, `heapSlot` points
 * to the slot that holds the rest. A cancelled event stays in the heap, its slot marked, and is dropped when it comes up;
 * when more than half of the heap is such events, the heap is rebuilt without them. Order is total, so neither is seen.
 *
 * An event that is taken leaves a hole on top of the heap: the next one to be scheduled, mostly by the event that runs,
 * sinks from there, which costs half of taking the last entry up first.
 *
 * Nothing is allocated for an event: whoever plans many of one kind hands over one function and a number (`call`).
 *
 * Foreground events are what a simulation lives for; background events (a TIME-WAIT, a cache entry that lapses) happen
 * when their time comes but keep no run alive.
 *
 * Time ends where whole nanoseconds can no longer be told apart. An event beyond waits for ever: once nothing else is left,
 * the clock goes to the end and `outOfTime` says that the run was cut off there.
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
/** The end of virtual time: 2^53 − 1 ns, about 104 days. What lies beyond never happens. */
export const END_OF_TIME: Nanoseconds = Number.MAX_SAFE_INTEGER;
/** Where the queue holds what lies beyond. */
const NEVER: Nanoseconds = Number.POSITIVE_INFINITY;
const nothing = (): void => {};
const PLAIN: ScheduleOptions = {};

const WAITING = 1;
const BACKGROUND = 2;

interface Watcher {
  /** Counts all watchers: they are told in the order in which they came. */
  readonly number: number;
  readonly settled: () => void;
}

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
  /** Entries of the heap, the hole included. */
  #size = 0;
  /** True while the entry on top is the one that was taken last. */
  #hole = false;
  #cancelled = 0;

  #callbacks: ((argument: number) => void)[] = new Array(64).fill(nothing);
  #arguments = new Float64Array(64);
  #generations = new Uint32Array(64);
  #causes = new Int32Array(64);
  #states = new Uint8Array(64);
  /** Slots that are free, as a stack. */
  #free = new Uint32Array(64);
  #freeCount = 0;
  #slots = 0;

  /** Foreground events that wait, by cause + 1. */
  #pending = new Int32Array(64);
  readonly #watchers = new Map<number, Watcher[]>();
  #watchersSoFar = 0;
  /** Watched causes that had no foreground event left at some moment since watchers were last told. */
  #perhapsSettled: number[] = [];
  #outOfTime = false;

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

  /** True once the run was cut off: foreground events wait, and all of them lie beyond the end of time. */
  get outOfTime(): boolean {
    return this.#outOfTime;
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
   * Runs `callback` when `delay` has passed (rounded to whole nanoseconds); past the end of time, never.
   * Throws a RangeError for a delay that is negative or not a number: that is a bug of the caller.
   */
  schedule(delay: Nanoseconds, callback: () => void, options: ScheduleOptions = PLAIN): Timer {
    return this.#plan(delay, callback, 0, options.background === true, options.priority ?? 0);
  }

  /** As `schedule`, in the foreground and at priority 0; `callback` is handed `argument`, so that it need not be a closure. */
  call(delay: Nanoseconds, callback: (argument: number) => void, argument: number): Timer {
    return this.#plan(delay, callback, argument, false, 0);
  }

  #plan(delay: Nanoseconds, callback: (argument: number) => void, argument: number, background: boolean, priority: number): Timer {
    if (!(delay >= 0)) throw new RangeError(`a delay of ${delay} ns`);
    const sum = this.#now + Math.round(delay);
    const time = sum > END_OF_TIME ? NEVER : sum;
    const slot = this.#freeCount > 0 ? (this.#free[--this.#freeCount] as number) : this.#newSlot();
    this.#callbacks[slot] = callback;
    this.#arguments[slot] = argument;
    this.#causes[slot] = this.cause;
    this.#states[slot] = background ? WAITING | BACKGROUND : WAITING;
    if (!background) this.#count(this.cause, 1);
    this.#push(time, priority * PRIORITY_STEP + this.#sequence++, slot);
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

  /** Runs up to that many events, none once no foreground event waits. True while foreground events wait that time allows. */
  run(events: number): boolean {
    if (this.#outOfTime) return false;
    for (let left = events; left > 0 && this.#foreground > 0; left--) {
      let slot = this.#pop();
      while (!((this.#states[slot] as number) & WAITING)) {
        this.#cancelled--;
        this.#free[this.#freeCount++] = slot;
        slot = this.#pop();
      }
      if (this.#poppedTime === NEVER) {
        this.#push(NEVER, this.#poppedOrder, slot);
        this.#now = END_OF_TIME;
        this.#outOfTime = true;
        break;
      }
      const callback = this.#callbacks[slot] as (argument: number) => void;
      const argument = this.#arguments[slot] as number;
      this.cause = this.#causes[slot] as number;
      if (!((this.#states[slot] as number) & BACKGROUND)) this.#count(this.cause, -1);
      this.#states[slot] = 0;
      this.#callbacks[slot] = nothing;
      this.#generations[slot] = ((this.#generations[slot] as number) + 1) % GENERATIONS;
      this.#free[this.#freeCount++] = slot;
      this.#now = this.#poppedTime;
      this.#events++;
      callback(argument);
      if (this.#perhapsSettled.length > 0) this.#tellSettled();
    }
    this.cause = -1;
    return this.#foreground > 0 && !this.#outOfTime;
  }

  /** Calls `settled` once, at the end of the first event from now on that leaves no foreground event of that cause waiting. */
  whenSettled(cause: number, settled: () => void): void {
    const watcher = { number: this.#watchersSoFar++, settled };
    const watchers = this.#watchers.get(cause);
    if (watchers) watchers.push(watcher);
    else this.#watchers.set(cause, [watcher]);
    if ((this.#pending[cause + 1] ?? 0) === 0) this.#perhapsSettled.push(cause);
  }

  #count(cause: number, change: 1 | -1): void {
    this.#foreground += change;
    if (cause + 1 >= this.#pending.length) this.#pending = grown(this.#pending, new Int32Array(2 * (cause + 1)));
    const pending = (this.#pending[cause + 1] as number) + change;
    this.#pending[cause + 1] = pending;
    if (pending === 0 && this.#watchers.has(cause)) this.#perhapsSettled.push(cause);
  }

  /** A watcher that is told may watch for more: until nobody is left to tell. */
  #tellSettled(): void {
    while (this.#perhapsSettled.length > 0) {
      const told: Watcher[] = [];
      for (const cause of this.#perhapsSettled) {
        if ((this.#pending[cause + 1] ?? 0) > 0) continue;
        for (const watcher of this.#watchers.get(cause) ?? []) told.push(watcher);
        this.#watchers.delete(cause);
      }
      this.#perhapsSettled = [];
      told.sort((a, b) => a.number - b.number);
      for (const { settled } of told) settled();
    }
  }

  #newSlot(): number {
    if (this.#slots === this.#states.length) {
      const size = this.#slots * 2;
      this.#generations = grown(this.#generations, new Uint32Array(size));
      this.#arguments = grown(this.#arguments, new Float64Array(size));
      this.#causes = grown(this.#causes, new Int32Array(size));
      this.#states = grown(this.#states, new Uint8Array(size));
      this.#free = grown(this.#free, new Uint32Array(size));
      for (let i = this.#slots; i < size; i++) this.#callbacks.push(nothing);
    }
    return this.#slots++;
  }

  #push(time: Nanoseconds, order: number, slot: number): void {
    if (this.#hole) {
      this.#hole = false;
      this.#sink(0, time, order, slot);
      return;
    }
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
  #poppedOrder = 0;

  /** The slot of the first event; its time and order are left in `#poppedTime` and `#poppedOrder`. The heap is not empty. */
  #pop(): number {
    if (this.#hole) {
      const last = --this.#size;
      this.#sink(0, this.#heapTime[last] as number, this.#heapOrder[last] as number, this.#heapSlot[last] as number);
    }
    this.#hole = true;
    this.#poppedTime = this.#heapTime[0] as number;
    this.#poppedOrder = this.#heapOrder[0] as number;
    return this.#heapSlot[0] as number;
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
    for (let i = this.#hole ? 1 : 0; i < this.#size; i++) {
      const slot = this.#heapSlot[i] as number;
      if ((this.#states[slot] as number) & WAITING) {
        this.#heapTime[kept] = this.#heapTime[i] as number;
        this.#heapOrder[kept] = this.#heapOrder[i] as number;
        this.#heapSlot[kept++] = slot;
      } else this.#free[this.#freeCount++] = slot;
    }
    this.#size = kept;
    this.#hole = false;
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
