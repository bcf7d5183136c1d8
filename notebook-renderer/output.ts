/** What an output hands to the renderer: a run, and which part of it this output is about. */

import type { Run } from '../engines/run.ts';
import { decode, encode } from '../engines/run-codec.ts';
import type { SweepResults } from '../engines/sweep/results.ts';

export const OUTPUT_MIME = 'application/vnd.netscenario.run';

export interface Output {
  readonly run: Run;
  /** Index into `run.sources` of the cell that was run: its steps, checks and views are shown. null: everything is. */
  readonly focus: number | null;
  /** The sweeps of what is shown, that were run. */
  readonly sweeps?: readonly SweepResults[];
}

export const encodeOutput = (output: Output): Uint8Array => encode(output);

/** Throws a RangeError for bytes that are no output of this version. */
export function decodeOutput(bytes: Uint8Array): Output {
  const output = decode(bytes) as Output;
  if (output.run?.format !== 3) throw new RangeError('an output of another version of netscenario: run the cell again');
  return output;
}
