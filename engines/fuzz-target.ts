/**
 * What `npm run fuzz` throws bytes at: a parser, and what has to hold of it whatever it is given. A file NAME.fuzz.ts beside the
 * code exports one as its default.
 */
import type { Field } from './field.ts';

export interface FuzzTarget {
  /** One word; names its saved failures. */
  readonly name: string;
  /** Inputs of a short run, as `npm test` makes it: fewer for a target that takes long over each. 3000 where it is left out. */
  readonly shortRun?: number;
  /** Sound inputs to begin with; the same ones each time. */
  corpus(): Uint8Array[];
  /**
   * Throws where a property does not hold, or gives a promise that fails then. What it returns, if anything, sums up what the input was taken for: it must be the
   * same text whatever lies in memory around the input.
   */
  run(bytes: Uint8Array): unknown;
}

/** Throws unless each field lies within its parent, and those on top within a message of `length` bytes. */
export function checkFields(fields: readonly Field[], length: number): void {
  check(fields, 0, length);
}

/** Whether an input is one of about `many` that a costly check is made for: told by its bytes, so that it always is or never. */
export function luckyIn(many: number, bytes: Uint8Array): boolean {
  return bytes.reduce((sum, byte) => (sum * 31 + byte) % 65_521, 7) % many === 0;
}

function check(fields: readonly Field[], start: number, end: number): void {
  for (const field of fields) {
    if (!(field.start >= start && field.end >= field.start && field.end <= end))
      throw new Error(`the field ${field.name} lies at ${field.start} to ${field.end}, outside of ${start} to ${end}`);
    if (field.children) check(field.children, field.start, field.end);
  }
}
