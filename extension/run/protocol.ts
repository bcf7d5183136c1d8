/** What the extension and a run's worker say to each other. Plain data; every run has a number, so that a late answer is told apart. */
import type { RunLimits } from '../../engines/simulation.ts';
import type { FileContent, SourceText } from '../../server/language/compilation.ts';

export interface RunRequest {
  readonly sources: readonly SourceText[];
  /** URI of the source whose part of the run is shown; null: everything is. */
  readonly focus: string | null;
  readonly limits: RunLimits;
}

export type ToWorker =
  | { readonly kind: 'run'; readonly id: number; readonly request: RunRequest }
  /** Answers `needs-files`: every URI that was asked for. */
  | { readonly kind: 'files'; readonly id: number; readonly files: readonly (readonly [uri: string, content: FileContent])[] };

export type FromWorker =
  | { readonly kind: 'needs-files'; readonly id: number; readonly uris: readonly string[] }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: Progress }
  | { readonly kind: 'finished'; readonly id: number; readonly outcome: Outcome };

export interface Progress {
  /** Virtual time in nanoseconds, and events so far. */
  readonly now: number;
  readonly events: number;
}

export type Outcome =
  | {
      readonly kind: 'ran';
      /** `encodeOutput` of the run, for the interactive renderer. */
      readonly output: Uint8Array;
      readonly svg: string;
      readonly text: string;
      readonly summary: Summary;
      /** Errors of other sources: their statements were left out of this run. */
      readonly leftOut: readonly LocatedError[];
    }
  /** The focused source (without a focus, any source) has errors; nothing was run. */
  | { readonly kind: 'rejected'; readonly errors: readonly LocatedError[]; readonly leftOut: readonly LocatedError[] }
  /** The run was stopped at one of its limits; the reason is for the author. */
  | { readonly kind: 'endless'; readonly progress: Progress; readonly reason: string }
  /** A fault of the engines, not of the scenario. */
  | { readonly kind: 'broken'; readonly message: string; readonly stack: string };

export interface LocatedError {
  readonly uri: string;
  /** Both from 1; the column counts UTF-16 code units. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  readonly code: string;
}

/** What a cell's status bar tells. */
export interface Summary {
  readonly checks: number;
  readonly passed: number;
  /** Nanoseconds of virtual time. */
  readonly duration: number;
  readonly seed: number;
  readonly events: number;
  readonly fingerprint: string;
}
