/** A worker of fidelity.ts: runs cases of ours that it is sent, all seeds of one at a time. */
import { parentPort } from 'node:worker_threads';
import { TRANSFER_CASES } from './transfer-cases.ts';
import { type Fidelity, runTransfers } from './transfer-run.ts';

export interface Work {
  readonly id: string;
  readonly fidelity: Fidelity;
}

export interface Done {
  readonly completions: readonly (readonly number[])[];
  /** Why the case did not run to its end; empty when it did. */
  readonly failure: string;
}

parentPort?.on('message', ({ id, fidelity }: Work) => {
  const subject = TRANSFER_CASES.find((one) => one.id === id)!;
  const completions: (readonly number[])[] = [];
  let failure = '';
  try {
    for (let seed = 1; seed <= subject.seeds; seed++) completions.push(runTransfers(subject, seed, fidelity).completions);
  } catch (error) {
    failure = (error as Error).message;
  }
  parentPort?.postMessage({ completions, failure } satisfies Done);
});
