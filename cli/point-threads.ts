/** Runs the points of a sweep on several threads, each the next one that nobody has begun. */
import { Worker } from 'node:worker_threads';
import type { PointResult } from '../engines/sweep/result.ts';
import type { PointWorkerData } from './point-worker.ts';

/** In the bundle, the thread's file lies beside the command's. */
const BODY = new URL(import.meta.url.endsWith('.ts') ? './point-worker.ts' : './point-worker.mjs', import.meta.url);

/** `done` is told each result as it comes, in whatever order. Rejects for a fault of the engines; the other threads are stopped then. */
export async function runOnThreads(
  data: PointWorkerData,
  points: readonly number[],
  jobs: number,
  done: (result: PointResult) => void,
): Promise<void> {
  const waiting = [...points];
  const workers: Worker[] = [];
  const thread = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(BODY, { workerData: data });
      workers.push(worker);
      const next = (): void => {
        const point = waiting.shift();
        if (point === undefined) resolve();
        else worker.postMessage(point);
      };
      worker.on('message', (result: PointResult) => {
        try {
          done(result);
          next();
        } catch (error) {
          reject(error);
        }
      });
      worker.on('error', reject);
      worker.on('exit', (code) => reject(new Error(`a thread ended without a result, with exit code ${code}`)));
      next();
    });
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, points.length) }, thread));
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}
