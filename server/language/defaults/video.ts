/** What clips, encodings and streams are where the author says nothing. */
import { SECOND } from '../../../engines/quantities.ts';

export const clipDefaults = {
  pattern: 'bouncing ball',
  width: 48,
  height: 32,
  frameRate: 24,
  duration: 2 * SECOND,
  grain: 0,
} as const;

export const encodingDefaults = {
  coding: 'both',
  /** Lossless. */
  quantiser: 1,
  /** A key frame is as long away as this. */
  keyInterval: SECOND,
} as const;

export const streamDefaults = {
  transport: 'udp',
  playoutDelay: SECOND,
  loss: 'skip',
} as const;

/** The rates of the textbook's codecs. */
export const CODEC_RATES = [
  ['mpeg-1', 1_500_000],
  ['mpeg-2 low', 3_000_000],
  ['mpeg-2 high', 6_000_000],
  ['mpeg-4 low', 64_000],
  ['mpeg-4 high', 12_000_000],
] as const;
