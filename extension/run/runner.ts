/**
 * Runs scenarios in workers, never on the extension host's thread.
 *
 * A worker that is idle is kept for the next run. Cancelling ends the worker, however busy it is; one that crashes is told in
 * the outcome, and the next run gets a new one. A program with sweeps is run by one worker, and their points by several more.
 */
import type { FileContent } from '../../server/language/compilation.ts';
import { PointPool } from './point-pool.ts';
import type { FromWorker, Outcome, Progress, RunRequest, ToWorker } from './protocol.ts';

/** A worker of either host. `onCrash` is called once, for whatever ends it but `terminate`. */
export interface RunWorker {
  post(message: ToWorker): void;
  onMessage(receive: (message: FromWorker) => void): void;
  onCrash(crashed: (reason: string) => void): void;
  terminate(): void;
}

export interface Watcher {
  progress?(progress: Progress): void;
  readFile(uri: string): Promise<FileContent>;
  /** Rings when the person at the editor wants the run to stop. */
  readonly cancellation: { readonly isCancellationRequested: boolean; onCancellationRequested(stop: () => void): { dispose(): void } };
}

export type RunOutcome =
  | Outcome
  | { readonly kind: 'cancelled'; readonly progress: Progress | null }
  /** The worker is gone: out of memory, for one. */
  | { readonly kind: 'crashed'; readonly reason: string };

export class Runner {
  readonly #start: () => RunWorker;
  /** Workers that run points side by side. */
  readonly #jobs: number;
  #idle: RunWorker | null = null;
  #runs = 0;

  constructor(start: () => RunWorker, jobs = cores()) {
    this.#start = start;
    this.#jobs = jobs;
  }

  run(request: RunRequest, watcher: Watcher): Promise<RunOutcome> {
    if (watcher.cancellation.isCancellationRequested) return Promise.resolve({ kind: 'cancelled', progress: null });
    const id = ++this.#runs;
    let worker: RunWorker;
    try {
      worker = this.#idle ?? this.#start();
    } catch (error) {
      return Promise.resolve({ kind: 'crashed', reason: String(error) });
    }
    this.#idle = null;
    return new Promise((resolve) => {
      let latest: Progress | null = null;
      let over = false;
      let pool: PointPool | null = null;
      const end = (outcome: RunOutcome, keep: boolean) => {
        if (over) return;
        over = true;
        stopping.dispose();
        pool?.dispose();
        if (keep && !this.#idle) this.#idle = worker;
        else worker.terminate();
        resolve(outcome);
      };
      const stopping = watcher.cancellation.onCancellationRequested(() => end({ kind: 'cancelled', progress: latest }, false));
      worker.onCrash((reason) => {
        if (this.#idle === worker) this.#idle = null;
        end({ kind: 'crashed', reason }, false);
      });
      worker.onMessage((message) => {
        if (message.id !== id || over) return;
        if (message.kind === 'finished') end(message.outcome, true);
        else if (message.kind === 'has-sweeps') {
          pool = new PointPool(message.program, request.limits, this.#start, {
            done: (done, of) => {
              latest = { now: latest?.now ?? 0, events: latest?.events ?? 0, points: { done, of } };
              watcher.progress?.(latest);
            },
            finished: (results) => worker.post({ kind: 'swept', id, results }),
            failed: (outcome) => end(outcome, false),
          });
          pool.begin(this.#jobs);
        } else if (message.kind === 'progress') {
          latest = message.progress;
          watcher.progress?.(latest);
        } else if (message.kind === 'needs-files') {
          Promise.all(message.uris.map(async (uri) => [uri, await readSafely(watcher, uri)] as const)).then((files) => {
            if (!over) worker.post({ kind: 'files', id, files });
          });
        }
      });
      worker.post({ kind: 'run', id, request });
    });
  }

  dispose(): void {
    this.#idle?.terminate();
    this.#idle = null;
  }
}

/** As many as there are, where the host tells; a page's machine is not taken whole. */
function cores(): number {
  const { navigator } = globalThis as { readonly navigator?: { readonly hardwareConcurrency?: number } };
  return Math.max(1, Math.min(16, navigator?.hardwareConcurrency ?? 2));
}

async function readSafely(watcher: Watcher, uri: string): Promise<FileContent> {
  try {
    return await watcher.readFile(uri);
  } catch (error) {
    return { kind: 'unreadable', reason: String(error) };
  }
}
