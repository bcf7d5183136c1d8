/** Workers that run the points of a program's sweeps, each the next one that nobody has begun. */
import type { RunLimits } from '../../engines/simulation.ts';
import type { PointResult } from '../../engines/sweep/result.ts';
import type { PointNumber, SweptProgram } from './protocol.ts';
import type { RunOutcome, RunWorker } from './runner.ts';

export interface PoolWatcher {
  done(done: number, of: number): void;
  /** All points are done: their results, by sweep. */
  finished(results: readonly (readonly PointResult[])[]): void;
  failed(outcome: Extract<RunOutcome, { kind: 'crashed' | 'broken' }>): void;
}

export class PointPool {
  readonly #program: SweptProgram;
  readonly #limits: RunLimits;
  readonly #start: () => RunWorker;
  readonly #watcher: PoolWatcher;
  readonly #workers: RunWorker[] = [];
  readonly #waiting: PointNumber[];
  readonly #results: PointResult[][];
  readonly #all: number;
  #done = 0;

  constructor(program: SweptProgram, limits: RunLimits, start: () => RunWorker, watcher: PoolWatcher) {
    this.#program = program;
    this.#limits = limits;
    this.#start = start;
    this.#watcher = watcher;
    this.#results = program.sweeps.map(() => []);
    this.#waiting = program.sweeps.flatMap(({ points }, sweep) => Array.from({ length: points }, (_, i) => ({ sweep, point: i + 1 })));
    this.#all = this.#waiting.length;
  }

  begin(jobs: number): void {
    for (let i = 0; i < Math.min(jobs, this.#all); i++) {
      let worker: RunWorker;
      try {
        worker = this.#start();
      } catch (error) {
        // Those that there are do it alone.
        if (i === 0) this.#watcher.failed({ kind: 'crashed', reason: String(error) });
        return;
      }
      this.#workers.push(worker);
      worker.onCrash((reason) => this.#watcher.failed({ kind: 'crashed', reason }));
      worker.onMessage((message) => {
        if (message.kind === 'point-broken') {
          this.#watcher.failed({ kind: 'broken', message: message.message, stack: message.stack });
        } else if (message.kind === 'point-done') {
          this.#results[message.sweep]!.push(message.result);
          this.#watcher.done(++this.#done, this.#all);
          if (this.#done === this.#all) this.#watcher.finished(this.#results);
          else this.#next(worker);
        }
      });
      worker.post({ kind: 'begin-points', id: 0, program: this.#program, limits: this.#limits });
      this.#next(worker);
    }
  }

  dispose(): void {
    for (const worker of this.#workers) worker.terminate();
  }

  #next(worker: RunWorker): void {
    const point = this.#waiting.shift();
    if (point) worker.post({ kind: 'point', id: 0, ...point });
  }
}
