/**
 * Processes: sequential protocol roles written as they read in the RFC.
 *
 * Theory of operation. A process is a generator. The one thing it ever yields is a Wait: a function that is handed
 * `resume`, arranges for somebody to call it once, and returns how to call that off. Who resumes it (a simulated event or a
 * real socket) is no business of the process, so the same role runs in both. A process is resumed synchronously, inside the
 * event that it waited for.
 *
 * Rules: `resume` may be called at once, inside the Wait; it must be called at most once, and never after the cancel.
 */

/** Calls a wait off; nothing is resumed afterwards. Safe to call twice. */
export type Cancel = () => void;
// biome-ignore lint/suspicious/noExplicitAny: a generator's yields have one type, whatever each wait brings.
export type Wait<T = any> = (resume: (value: T) => void) => Cancel;
// biome-ignore lint/suspicious/noExplicitAny: as above.
export type Process<T = void> = Generator<Wait, T, any>;

/** Turns a Wait into a process, with its type: `const chunk = yield* wait<Uint8Array>(…)`. */
export function* wait<T>(waiting: Wait<T>): Process<T> {
  return (yield waiting) as T;
}

/** What takes no time here, as the process that it may be elsewhere. */
export function atOnce<T>(act: () => T): Process<T> {
  return wait<T>((resume) => {
    resume(act());
    return () => {};
  });
}

/** A running process. */
export interface Task<T = unknown> {
  readonly name: string;
  readonly done: boolean;
  /** The result; undefined until done, and for ever if it was stopped. */
  readonly result: T | undefined;
  /** Calls `listener` with the result when the task is done (at once if it is already); never if it is stopped. */
  whenDone(listener: (result: T) => void): void;
  /** Ends it where it waits: its `finally` blocks run (they must not wait), its result never comes. Does nothing to a task that is done. */
  stop(): void;
}

/**
 * Runs a process until its end or its first wait, and from there on whenever it is resumed.
 * An exception that leaves the process is a bug of the engine; it propagates to whoever resumed it.
 * `ended` is called once, when the task is done or stopped.
 */
export function start<T>(name: string, process: Process<T>, ended?: () => void): Task<T> {
  let cancel: Cancel | undefined;
  let done = false;
  let stopped = false;
  let running = false;
  let result: T | undefined;
  const listeners: ((result: T) => void)[] = [];

  function advance(value: unknown): void {
    // A loop, not recursion: waits that are already satisfied must not deepen the stack.
    let input = value;
    for (;;) {
      running = true;
      let next: IteratorResult<Wait, T>;
      try {
        next = process.next(input);
      } finally {
        running = false;
      }
      if (stopped) {
        // It stopped itself, and could not be ended from within.
        if (!next.done) process.return(undefined as T);
        return;
      }
      if (next.done) {
        done = true;
        result = next.value;
        ended?.();
        for (const listener of listeners) listener(next.value);
        return;
      }
      let resumedAtOnce = false;
      let inside = true;
      cancel = undefined;
      const callOff = next.value((resumed: unknown) => {
        if (stopped) return;
        cancel = undefined;
        if (inside) {
          resumedAtOnce = true;
          input = resumed;
        } else advance(resumed);
      });
      inside = false;
      if (stopped) {
        // Setting the wait up stopped it: what was set up is called off.
        callOff();
        return;
      }
      if (!resumedAtOnce) {
        cancel = callOff;
        return;
      }
    }
  }

  const task: Task<T> = {
    name,
    get done() {
      return done;
    },
    get result() {
      return result;
    },
    whenDone(listener) {
      if (done) listener(result as T);
      else if (!stopped) listeners.push(listener);
    },
    stop() {
      if (done || stopped) return;
      stopped = true;
      cancel?.();
      // A process that stops itself is inside next(), and a generator cannot be ended from within: see advance.
      if (!running) process.return(undefined as T);
      ended?.();
    },
  };
  advance(undefined);
  return task;
}

/** Waits for a task that others may wait for, too. */
export function resultOf<T>(task: Task<T>): Process<T> {
  return wait<T>((resume) => {
    let waiting = true;
    task.whenDone((value) => {
      if (waiting) resume(value);
    });
    return () => {
      waiting = false;
    };
  });
}

/** What `race` gives for a process that lost. */
export type RaceResult<A, B> = { readonly winner: 'first'; readonly value: A } | { readonly winner: 'second'; readonly value: B };

/** Runs two processes side by side; when one is done the other is stopped where it waits. On a tie the first wins. */
export function* race<A, B>(first: Process<A>, second: Process<B>): Process<RaceResult<A, B>> {
  return yield* wait<RaceResult<A, B>>((resume) => {
    let decided = false;
    let b: Task<B> | undefined;
    const a = start('race', first);
    a.whenDone((value) => {
      if (decided) return;
      decided = true;
      b?.stop();
      resume({ winner: 'first', value });
    });
    if (!decided) {
      b = start('race', second);
      b.whenDone((value) => {
        if (decided) return;
        decided = true;
        a.stop();
        resume({ winner: 'second', value });
      });
    }
    return () => {
      decided = true;
      a.stop();
      b?.stop();
    };
  });
}

/** Runs processes side by side; done when all are. Results in the order of the processes. */
export function* all<T>(processes: readonly Process<T>[]): Process<T[]> {
  if (processes.length === 0) return [];
  return yield* wait<T[]>((resume) => {
    const results: T[] = new Array(processes.length);
    let missing = processes.length;
    const tasks: Task<T>[] = [];
    processes.forEach((process, i) => {
      const task = start('all', process);
      tasks.push(task);
      task.whenDone((value) => {
        results[i] = value;
        if (--missing === 0) resume(results);
      });
    });
    return () => {
      for (const task of tasks) task.stop();
    };
  });
}

/** An unbounded first-in-first-out queue between processes: `put` never waits, `take` waits for an item; null after `close` once empty. */
export class Channel<T> {
  #items: T[] = [];
  /** Items before this one are taken. */
  #first = 0;
  readonly #takers: ((item: T | null) => void)[] = [];
  #closed = false;

  get length(): number {
    return this.#items.length - this.#first;
  }

  put(item: T): void {
    if (this.#closed) return;
    const taker = this.#takers.shift();
    if (taker) taker(item);
    else this.#items.push(item);
  }

  close(): void {
    this.#closed = true;
    for (const taker of this.#takers.splice(0)) taker(null);
  }

  take(): Process<T | null> {
    return wait<T | null>((resume) => {
      if (this.#first < this.#items.length) {
        const item = this.#items[this.#first++] as T;
        if (this.#first > 64 && this.#first * 2 > this.#items.length) {
          this.#items = this.#items.slice(this.#first);
          this.#first = 0;
        }
        resume(item);
        return () => {};
      }
      if (this.#closed) {
        resume(null);
        return () => {};
      }
      this.#takers.push(resume);
      return () => {
        const i = this.#takers.indexOf(resume);
        if (i >= 0) this.#takers.splice(i, 1);
      };
    });
  }
}
