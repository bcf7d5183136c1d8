/** The algorithms by name, with what they are and what they are made from: one table for engines, language and documentation. */
import type { KilobitsPerSecond, Milliseconds, Movie } from '../movie.ts';
import { BolaRule } from './bola.ts';
import { BolaEnhancedRule } from './bola-enhanced.ts';
import { BufferBasedRule } from './buffer-based.ts';
import { DynamicRule } from './dynamic.ts';
import { FixedRule } from './fixed.ts';
import { ModelPredictiveRule } from './model-predictive.ts';
import type { Rule } from './rule.ts';
import { ThroughputRule } from './throughput.ts';

/** What algorithms are told; each takes what concerns it. */
export interface AlgorithmOptions {
  /** Room of the player’s buffer; longer than a segment. */
  readonly buffer: Milliseconds;
  /** γp of BOLA. */
  readonly gp: number;
  readonly variant: 'basic' | 'finite';
  readonly oscillation: 'u' | 'o';
  readonly insufficientBufferRule: boolean;
  /** Of `fixed`: at most this; null for the highest rendition. */
  readonly rate?: KilobitsPerSecond | null;
}

/** Everything as the algorithms’ authors have it, but for the buffer. */
export const USUAL: Omit<AlgorithmOptions, 'buffer'> = {
  gp: 5,
  variant: 'finite',
  oscillation: 'u',
  insufficientBufferRule: true,
};

/** Settings that some algorithms take, by the words that they have in a scenario. */
export type AlgorithmSetting = 'rate' | 'gp' | 'bola' | 'rises' | 'insufficient-buffer rule' | 'abandonment' | 'replacing';

interface Algorithm {
  /** One line: how it chooses. */
  readonly doc: string;
  readonly parameters: string;
  /** Others have no effect on it. */
  readonly takes: readonly AlgorithmSetting[];
  readonly source: string;
  readonly make: (movie: Movie, options: AlgorithmOptions) => Rule;
}

const table = {
  throughput: {
    doc: 'the highest rendition that 0.9 of the estimated throughput sustains, unless the buffer is too low for it',
    parameters:
      'EWMA of half-lives 3 s and 8 s, the lesser counts; safety 0.9; insufficient-buffer rule; gives up a download that would take more than 1.8 segments',
    takes: ['insufficient-buffer rule', 'abandonment', 'replacing'],
    source: 'MMSys ’18 §5 (dash.js, SABRE)',
    make: (movie, options) => new ThroughputRule(movie, options),
  },
  bba: {
    doc: 'a line from buffer level to bitrate, with a step only when it has passed the next bitrate',
    parameters: 'reservoir 37.5 % of the buffer, cushion to 90 % of it (90 s and 126 s of 240 s)',
    takes: ['replacing'],
    source: 'SIGCOMM ’14 §4 (BBA-0)',
    make: (movie, options) => new BufferBasedRule(movie, options),
  },
  bola: {
    doc: 'the best of (V (utility + γp) − buffer level) / bitrate, utilities being logarithms of bitrates',
    parameters:
      'γp 5; FINITE; a rise of more than the throughput sustains stops one above it (BOLA-U); gives up what another rendition is worth more than',
    takes: ['gp', 'bola', 'rises', 'abandonment', 'replacing'],
    source: 'INFOCOM ’16 (SABRE)',
    make: (movie, options) => new BolaRule(movie, options),
  },
  bolae: {
    doc: 'BOLA with a virtual part of the buffer for what could have been downloaded but was not',
    parameters: 'lowest rendition at 10 s, 2 s more a rendition; insufficient-buffer rule; BOLA-U',
    takes: ['gp', 'rises', 'insufficient-buffer rule', 'abandonment', 'replacing'],
    source: 'MMSys ’18 §5.1 (dash.js, SABRE)',
    make: (movie, options) => new BolaEnhancedRule(movie, options),
  },
  dynamic: {
    doc: 'the throughput rule while the buffer is low, BOLA when it is not',
    parameters: 'changes over at 10 s, when the other is not worse',
    takes: ['gp', 'bola', 'rises', 'insufficient-buffer rule', 'abandonment', 'replacing'],
    source: 'MMSys ’18 §5.3 (dash.js, SABRE)',
    make: (movie, options) => new DynamicRule(new BolaRule(movie, options), new ThroughputRule(movie, options)),
  },
  mpc: {
    doc: 'the first of the five segments of the best plan, if the throughput stays at the harmonic mean of the last five downloads',
    parameters: 'horizon 5; linear quality of experience',
    takes: ['replacing'],
    source: 'SIGCOMM ’15 (MPC)',
    make: (movie, { buffer }) => new ModelPredictiveRule(movie, { buffer, robust: false }),
  },
  robustmpc: {
    doc: 'as mpc, with a prediction divided by 1 + the greatest error of the last five',
    parameters: 'horizon 5; linear quality of experience',
    takes: ['replacing'],
    source: 'SIGCOMM ’15 (RobustMPC)',
    make: (movie, { buffer }) => new ModelPredictiveRule(movie, { buffer, robust: true }),
  },
  lowest: {
    doc: 'always the lowest rendition',
    parameters: 'none',
    takes: [],
    source: 'a baseline',
    make: () => new FixedRule(0),
  },
  fixed: {
    doc: 'always the highest rendition of at most that bitrate: no adaptation',
    parameters: 'the bitrate',
    takes: ['rate'],
    source: 'a baseline',
    make: ({ bitrates }, { rate = null }) =>
      new FixedRule(
        rate === null
          ? bitrates.length - 1
          : Math.max(
              0,
              bitrates.findLastIndex((bitrate) => bitrate <= rate),
            ),
      ),
  },
} as const satisfies Record<string, Algorithm>;

export type AlgorithmName = keyof typeof table;
export const ALGORITHMS: Readonly<Record<AlgorithmName, Algorithm>> = table;
export const ALGORITHM_NAMES = Object.keys(table) as readonly AlgorithmName[];

/** A new machine of that algorithm, for one session. */
export function ruleOf(name: AlgorithmName, movie: Movie, options: AlgorithmOptions): Rule {
  return ALGORITHMS[name].make(movie, options);
}
