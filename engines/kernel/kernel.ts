/**
 * The kernel: one virtual clock and the events that wait for it.
 *
 * Theory of operation. An event is a callback with a time, a priority and a sequence number; events run in that order, so
 * two runs of one program execute the same events in the same order on every machine. The order is the business of
 * `event-queue.ts`, which knows an event as the number of an entry; what is to happen then is kept here, under that number.
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
import { EventQueue, NEVER } from './event-queue.ts';
import { type RandomStream, randomStream } from './random.ts';

/** Names one scheduled event; never reused while it could matter, so a stale one cancels nothing. */
export type Timer = number;

export interface ScheduleOptions {
  /** True: waiting for this event alone does not keep a run going. */
  readonly background?: boolean;
  /** Among events of one time, lower ones run first; −16 to 15, 0 when absent. */
  readonly priority?: number;
}

/** A timer is generation × ENTRIES + entry; the generation counts all timers, so that an entry used again has another one. */
const ENTRIES = 67108864;
const GENERATIONS = 67108864;
/** The end of virtual time: 2^53 − 1 ns, about 104 days. What lies beyond never happens. */
export const END_OF_TIME: Nanoseconds = Number.MAX_SAFE_INTEGER;
const nothing = (): void => {};

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

  readonly #queue = new EventQueue();

  #callbacks: ((argument: number) => void)[] = new Array(64).fill(nothing);
  #arguments = new Float64Array(64);
  #generations = new Int32Array(64);
  #generation = 0;
  /** Twice the cause, and 1 more in the background. */
  #causes = new Int32Array(64);

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
  schedule(delay: Nanoseconds, callback: () => void, options?: ScheduleOptions): Timer {
    if (options === undefined) return this.#plan(delay, callback, 0, false, 0);
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
    const entry = this.#queue.add(time, priority);
    if (entry >= this.#callbacks.length) this.#grow();
    this.#callbacks[entry] = callback;
    this.#arguments[entry] = argument;
    const { cause } = this;
    if (background) this.#causes[entry] = 2 * cause + 1;
    else {
      this.#causes[entry] = 2 * cause;
      this.#foreground++;
      if (cause + 1 >= this.#pending.length) this.#pending = grown(this.#pending, new Int32Array(2 * (cause + 1)));
      this.#pending[cause + 1] = (this.#pending[cause + 1] as number) + 1;
    }
    const generation = (this.#generation + 1) & (GENERATIONS - 1);
    this.#generation = generation;
    this.#generations[entry] = generation;
    return generation * ENTRIES + entry;
  }

  /** Calls an event off; does nothing for one that has run or was cancelled. */
  cancel(timer: Timer): void {
    const generation = Math.floor(timer / ENTRIES);
    const entry = timer - generation * ENTRIES;
    if (this.#generations[entry] !== generation || this.#callbacks[entry] === nothing) return;
    const causes = this.#causes[entry] as number;
    this.#callbacks[entry] = nothing;
    this.#queue.remove(entry);
    if ((causes & 1) === 0) this.#release(causes >> 1);
  }

  /** Runs up to that many events, none once no foreground event waits. True while foreground events wait that time allows. */
  run(events: number): boolean {
    if (this.#outOfTime) return false;
    const queue = this.#queue;
    for (let left = events; left > 0 && this.#foreground > 0; left--) {
      const entry = queue.take();
      if (entry < 0) {
        this.#now = END_OF_TIME;
        this.#outOfTime = true;
        break;
      }
      const callback = this.#callbacks[entry] as (argument: number) => void;
      const argument = this.#arguments[entry] as number;
      const causes = this.#causes[entry] as number;
      this.#callbacks[entry] = nothing;
      this.cause = causes >> 1;
      if ((causes & 1) === 0) this.#release(causes >> 1);
      this.#now = queue.now;
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

  /** One foreground event of that cause waits no more. */
  #release(cause: number): void {
    this.#foreground--;
    const pending = (this.#pending[cause + 1] as number) - 1;
    this.#pending[cause + 1] = pending;
    if (pending === 0 && this.#watchers.size > 0 && this.#watchers.has(cause)) this.#perhapsSettled.push(cause);
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

  #grow(): void {
    const size = this.#callbacks.length * 2;
    this.#arguments = grown(this.#arguments, new Float64Array(size));
    this.#generations = grown(this.#generations, new Int32Array(size));
    this.#causes = grown(this.#causes, new Int32Array(size));
    while (this.#callbacks.length < size) this.#callbacks.push(nothing);
  }
}

function grown<A extends Float64Array | Int32Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
