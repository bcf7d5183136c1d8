/**
 * Runs a target on many inputs and finds those that fail: by an exception, by taking longer than the time limit, by taking more
 * memory than there is for it. Each kind of failure is reported once, with the smallest input found for it.
 */
import { Worker } from 'node:worker_threads';
import { kindOf } from './attempt.ts';
import { minimise } from './minimise.ts';
import { inputOf } from './mutations.ts';
import { targetIn } from './targets.ts';
import type { Command, Setting, Told } from './worker.ts';

export interface FuzzSettings {
  /** Inputs. */
  readonly count: number;
  /** uint32. */
  readonly seed: number;
  /** Milliseconds that one input may take. */
  readonly timeLimit?: number;
  /** MiB of heap. */
  readonly memoryLimit?: number;
}

export interface Failure {
  readonly message: string;
  readonly input: Uint8Array;
}

export interface FuzzReport {
  readonly name: string;
  /** Inputs that were tried: fewer than asked for where many of them ended the thread. */
  readonly inputs: number;
  readonly seconds: number;
  readonly failures: readonly Failure[];
}

/** A slow machine must not look like a slow parser. */
const TIME_LIMIT = 5_000;
const MEMORY_LIMIT = 512;
/** Kinds of failure that are minimised and reported. */
const MOST_FAILURES = 5;
/** After so many inputs that ended the thread a target is left alone. */
const MOST_ENDINGS = 3;
/** Each try of a minimisation may last as long as the time limit then. */
const TRIES_OF_ENDINGS = 32;

/** Fuzzes the target that the file exports. Throws where the file cannot be loaded. */
export async function fuzz(url: string, settings: FuzzSettings): Promise<FuzzReport> {
  const { count, seed, timeLimit = TIME_LIMIT, memoryLimit = MEMORY_LIMIT } = settings;
  const begun = performance.now();
  const failures: Failure[] = [];
  const target = await targetIn(url);
  const corpus = target.corpus();
  let thread = await Thread.start(url, timeLimit, memoryLimit);
  let from = 0;
  const found: { number: number; message: string }[] = [];
  for (let endings = 0; from < count && endings < MOST_ENDINGS; ) {
    const known = found.map(({ message }) => kindOf(message));
    const end = await thread.inputs({ kind: 'inputs', seed, from, count: count - from, known }, (failure) => found.push(failure));
    from = end === null ? count : end.number + 1;
    if (end === null) break;
    if (!known.includes(kindOf(end.message))) found.push(end);
    endings++;
    thread = await Thread.start(url, timeLimit, memoryLimit);
  }
  for (const { number, message } of found.slice(0, MOST_FAILURES)) {
    const input = inputOf(target.name, seed, number, corpus);
    const kind = kindOf(message);
    const smallest = await minimise(
      input,
      async (candidate) => {
        const verdict = await thread.one(candidate);
        if (thread.ended) thread = await Thread.start(url, timeLimit, memoryLimit);
        return verdict !== null && kindOf(verdict) === kind;
      },
      message === HANGS || message === EXHAUSTS ? TRIES_OF_ENDINGS : undefined,
    );
    failures.push({ message, input: smallest });
  }
  await thread.end();
  return { name: target.name, inputs: from, seconds: (performance.now() - begun) / 1000, failures };
}

const HANGS = 'takes longer than its time limit';
const EXHAUSTS = 'takes more memory than its limit';

/** A worker with a watch on it. */
class Thread {
  ended = false;
  readonly #worker: Worker;
  readonly #progress: Int32Array;
  readonly #timeLimit: number;
  #listener: (told: Told | 'exhausted') => void = () => {};

  private constructor(worker: Worker, progress: Int32Array, timeLimit: number) {
    this.#worker = worker;
    this.#progress = progress;
    this.#timeLimit = timeLimit;
    worker.on('message', (told: Told) => this.#listener(told));
    worker.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ERR_WORKER_OUT_OF_MEMORY') throw error;
      this.ended = true;
      this.#listener('exhausted');
    });
  }

  static async start(url: string, timeLimit: number, memoryLimit: number): Promise<Thread> {
    const at = new SharedArrayBuffer(4);
    const workerData: Setting = { url, at };
    const worker = new Worker(new URL('worker.ts', import.meta.url), {
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: memoryLimit },
    });
    const thread = new Thread(worker, new Int32Array(at), timeLimit);
    await thread.#told('ready');
    return thread;
  }

  /** Runs inputs; null when all are through, otherwise the one that ended the thread. */
  async inputs(
    command: Command & { readonly kind: 'inputs' },
    failed: (failure: { number: number; message: string }) => void,
  ): Promise<{ number: number; message: string } | null> {
    Atomics.store(this.#progress, 0, command.from);
    this.#worker.postMessage(command);
    const ending = await this.#told('done', failed);
    return ending === null ? null : { number: Atomics.load(this.#progress, 0), message: ending };
  }

  /** What is wrong with one input; null where nothing is. The thread may have ended then. */
  async one(bytes: Uint8Array): Promise<string | null> {
    let message: string | null = null;
    this.#worker.postMessage({ kind: 'one', bytes } satisfies Command);
    const ending = await this.#told('verdict', undefined, (told) => {
      message = told;
    });
    return ending ?? message;
  }

  async end(): Promise<void> {
    this.ended = true;
    await this.#worker.terminate();
  }

  /** Waits until the thread tells that; null then, or why it was ended before. */
  #told(
    awaited: Told['kind'],
    failed: (failure: { number: number; message: string }) => void = () => {},
    verdict: (message: string | null) => void = () => {},
  ): Promise<string | null> {
    return new Promise((resolve) => {
      let last = -1;
      let since = performance.now();
      const watch = setInterval(
        () => {
          const now = Atomics.load(this.#progress, 0);
          if (now !== last) {
            last = now;
            since = performance.now();
          } else if (awaited !== 'ready' && performance.now() - since > this.#timeLimit) finish(HANGS);
        },
        Math.min(200, this.#timeLimit / 4),
      );
      const finish = (ending: string | null): void => {
        clearInterval(watch);
        this.#listener = () => {};
        if (ending === null) resolve(null);
        else void this.end().then(() => resolve(ending));
      };
      this.#listener = (told) => {
        if (told === 'exhausted') finish(EXHAUSTS);
        else if (told.kind === 'failure') failed(told);
        else {
          if (told.kind === 'verdict') verdict(told.message);
          if (told.kind === awaited) finish(null);
        }
      };
    });
  }
}
