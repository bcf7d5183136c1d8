/** What the extension and a run's worker say to each other. Plain data; every run has a number, so that a late answer is told apart. */
import type { RunLimits } from '../../engines/simulation.ts';
import type { PointResult } from '../../engines/sweep/result.ts';
import type { FileContent, SourceText } from '../../server/language/compilation.ts';

export interface RunRequest {
  readonly sources: readonly SourceText[];
  /** URI of the source whose part of the run is shown; null: everything is. */
  readonly focus: string | null;
  readonly limits: RunLimits;
}

/** A program whose sweeps' points are run: what the first worker has read is handed to all of them. */
export interface SweptProgram {
  readonly sources: readonly SourceText[];
  readonly files: readonly (readonly [uri: string, content: FileContent])[];
  /** Indexes among the program's sweeps, and how many points each of them has. */
  readonly sweeps: readonly { readonly index: number; readonly points: number }[];
}

/** A point, by its sweep's place in `SweptProgram.sweeps`. */
export interface PointNumber {
  readonly sweep: number;
  readonly point: number;
}

export type ToWorker =
  /** A worker that runs points is told the program first. */
  | { readonly kind: 'begin-points'; readonly id: number; readonly program: SweptProgram; readonly limits: RunLimits }
  | ({ readonly kind: 'point'; readonly id: number } & PointNumber)
  /** To the worker that has run the program: what its sweeps came to; results of points, in any order, by sweep. */
  | { readonly kind: 'swept'; readonly id: number; readonly results: readonly (readonly PointResult[])[] }
  | { readonly kind: 'run'; readonly id: number; readonly request: RunRequest }
  /** Answers `needs-files`: every URI that was asked for. */
  | { readonly kind: 'files'; readonly id: number; readonly files: readonly (readonly [uri: string, content: FileContent])[] };

export type FromWorker =
  | { readonly kind: 'needs-files'; readonly id: number; readonly uris: readonly string[] }
  | { readonly kind: 'progress'; readonly id: number; readonly progress: Progress }
  /** The program itself was run, and has sweeps. */
  | { readonly kind: 'has-sweeps'; readonly id: number; readonly program: SweptProgram }
  | ({ readonly kind: 'point-done'; readonly id: number; readonly result: PointResult } & PointNumber)
  /** A fault of the engines at a point. */
  | { readonly kind: 'point-broken'; readonly id: number; readonly message: string; readonly stack: string }
  | { readonly kind: 'finished'; readonly id: number; readonly outcome: Outcome };

export interface Progress {
  /** Virtual time in nanoseconds, and events so far. */
  readonly now: number;
  readonly events: number;
  /** While points of sweeps are run: how many are done, of how many. */
  readonly points?: { readonly done: number; readonly of: number };
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
