/** The run worker as a thread of Node. */
import { parentPort } from 'node:worker_threads';
import type { ToWorker } from './protocol.ts';
import { serveRuns } from './worker.ts';

const port = parentPort;
if (!port) throw new Error('this file is the body of a worker thread');
const receive = serveRuns({ post: (message, transfer) => port.postMessage(message, transfer) });
port.on('message', (message: ToWorker) => receive(message));
