/**
 * The linear quality of experience of Yin et al. (SIGCOMM ’15, §3.2), over the segments that were shown:
 *
 *     Σ bitrate − Σ |change of bitrate| − μ (stalled seconds + startup seconds)
 *
 * in kbit/s, with bitrates as their own quality, a weight of 1 for changes, and as μ the highest bitrate: a second of stalling costs
 * what a segment at the highest bitrate gives. Given as the mean a segment, so that films of different lengths compare.
 */
import type { KilobitsPerSecond, Milliseconds } from './movie.ts';

/** λ: what a change of bitrate by 1 kbit/s costs. */
export const SWITCH_WEIGHT = 1;
/** μ, in highest bitrates a second. */
export const STALL_WEIGHT = 1;

export interface Experience {
  /** Segments that were shown; sums over them. */
  readonly segments: number;
  readonly bitrate: KilobitsPerSecond;
  readonly bitrateChange: KilobitsPerSecond;
  readonly stallTime: Milliseconds;
  readonly startupTime: Milliseconds;
}

/** In kbit/s, at most the highest bitrate; negative where stalls and changes outweigh what was seen. 0 for nothing shown. */
export function linearQuality(
  { segments, bitrate, bitrateChange, stallTime, startupTime }: Experience,
  highest: KilobitsPerSecond,
): number {
  if (segments === 0) return 0;
  const lost = STALL_WEIGHT * highest * ((stallTime + startupTime) / 1000);
  return (bitrate - SWITCH_WEIGHT * bitrateChange - lost) / segments;
}
