/** What a scenario can say about clips and how they are coded. */
import type { BitsPerSecond, Nanoseconds } from '../../quantities.ts';
import type { SourceRange } from '../../scenario.ts';

/** What a synthetic clip shows. */
export const PATTERNS = ['bouncing ball', 'scrolling text', 'scene cuts', 'noise', 'still'] as const;
export type Pattern = (typeof PATTERNS)[number];

/** A synthetic film, small enough to be looked at picture by picture. */
export interface Clip {
  readonly name: string;
  readonly pattern: Pattern;
  /** Pixels, each 8 to 128. */
  readonly width: number;
  readonly height: number;
  /** Pictures a second, 1 to 60. */
  readonly frameRate: number;
  /** At most `MOST_FRAMES` pictures. */
  readonly duration: Nanoseconds;
  /** Greatest random change of a pixel's brightness from picture to picture, as of a camera in the dark; 0 to 64 of 255. */
  readonly grain: number;
  /** Of its randomness, uint32. */
  readonly seed: number;
}

export const MOST_FRAMES = 20_000;

/** Which redundancy is used: none, that within a picture, that between pictures, or both. */
export const CODINGS = ['raw', 'spatial', 'temporal', 'both'] as const;
export type Coding = (typeof CODINGS)[number];

export interface Encoding {
  readonly coding: Coding;
  /**
   * Constant quality: one step of the quantiser for all pictures, 1 (lossless) to 128 (two shades are left). Constant rate: so many bits
   * in each group of pictures, whatever step that takes.
   */
  readonly control:
    | { readonly kind: 'constant quality'; readonly step: number }
    | { readonly kind: 'constant rate'; readonly rate: BitsPerSecond };
  /** Pictures from one that needs no other to the next; 1 to 600. */
  readonly groupLength: number;
}

/** The host codes the clip, as it films it: the step takes the clip's duration. */
export interface EncodeAction {
  readonly kind: 'video.encode';
  readonly host: string;
  readonly clip: Clip;
  readonly encoding: Encoding;
}

/** A clip exists for what is done to it; it runs on no host. */
export interface ClipDeclaration {
  readonly clip: Clip;
  readonly at: SourceRange;
}
