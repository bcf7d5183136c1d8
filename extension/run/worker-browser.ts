/** The run worker as a web worker. */
import type { ToWorker } from './protocol.ts';
import { serveRuns } from './worker.ts';

const scope = globalThis as unknown as DedicatedWorkerGlobalScope;
const receive = serveRuns({ post: (message, transfer) => scope.postMessage(message, transfer ?? []) });
scope.onmessage = ({ data }: MessageEvent<ToWorker>) => receive(data);
