/** The thread that runs points of a sweep: it is told the program once, then numbers of points. */
import { parentPort, workerData } from 'node:worker_threads';
import type { RunLimits } from '../engines/simulation.ts';
import type { FileContent, SourceText } from '../server/language/compilation.ts';
import { runPoint, sweepOf } from '../server/language/swept-point.ts';

export interface PointWorkerData {
  readonly sources: readonly SourceText[];
  readonly files: readonly (readonly [string, FileContent])[];
  /** Index of the sweep in the program. */
  readonly index: number;
  readonly limits: RunLimits;
}

const port = parentPort;
if (!port) throw new Error('this file is the body of a worker thread');
const { sources, files, index, limits } = workerData as PointWorkerData;
const sweep = sweepOf(sources, new Map(files), index);
port.on('message', (point: number) => port.postMessage(runPoint(sweep, point, limits)));
