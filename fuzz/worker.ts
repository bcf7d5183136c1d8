/**
 * The thread that runs a target, so that one that hangs or takes all memory can be ended. It notes the number of the input
 * that it is at where the runner sees it.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { FuzzTarget } from '../engines/fuzz-target.ts';
import { attempt, kindOf } from './attempt.ts';
import { inputOf } from './mutations.ts';

export interface Setting {
  /** URL of the target's file. */
  readonly url: string;
  /** One number: the input at which the thread is. */
  readonly at: SharedArrayBuffer;
}

export type Command =
  | { readonly kind: 'inputs'; readonly seed: number; readonly from: number; readonly count: number; readonly known: readonly string[] }
  | { readonly kind: 'one'; readonly bytes: Uint8Array };

export type Told =
  | { readonly kind: 'ready'; readonly name: string }
  | { readonly kind: 'failure'; readonly number: number; readonly message: string }
  | { readonly kind: 'done' }
  | { readonly kind: 'verdict'; readonly message: string | null };

const { url, at } = workerData as Setting;
const target = ((await import(url)) as { default: FuzzTarget }).default;
const progress = new Int32Array(at);
const corpus = target.corpus();
const tell = (told: Told): void => parentPort?.postMessage(told);

/** Null where all is well. */
async function failureOf(bytes: Uint8Array): Promise<string | null> {
  try {
    await attempt(target, bytes);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

parentPort?.on('message', async (command: Command) => {
  if (command.kind === 'one') {
    tell({ kind: 'verdict', message: await failureOf(command.bytes) });
    return;
  }
  const kinds = new Set(command.known);
  for (let number = command.from; number < command.from + command.count; number++) {
    Atomics.store(progress, 0, number);
    const message = await failureOf(inputOf(target.name, command.seed, number, corpus));
    if (message === null || kinds.has(kindOf(message))) continue;
    kinds.add(kindOf(message));
    tell({ kind: 'failure', number, message });
  }
  tell({ kind: 'done' });
});

tell({ kind: 'ready', name: target.name });
