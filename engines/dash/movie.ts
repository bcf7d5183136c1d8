/**
 * A film as adaptive streaming knows it: segments of one duration, each in several renditions, of which each has a bitrate; and what
 * each segment of each rendition weighs.
 *
 * Read from the movie descriptions of public ABR simulators as they are:
 * `{ "segment_duration_ms": 3000, "bitrates_kbps": [230, 331, …], "segment_sizes_bits": [[886360, 1180512, …], …] }`.
 */

/** The units of the published simulators, and of everything in engines/dash that does not touch the network: milliseconds, bits, kbit/s (bits a millisecond). */
export type Milliseconds = number;
export type Bits = number;
export type KilobitsPerSecond = number;

export interface Movie {
  /** Above 0. Of each segment. */
  readonly segmentDuration: Milliseconds;
  /** Of each rendition; at least one, above 0, each higher than the one before. */
  readonly bitrates: readonly KilobitsPerSecond[];
  /** Of each segment, by rendition; at least one segment; above 0. */
  readonly sizes: readonly (readonly Bits[])[];
}

/** Renditions of a film, and segments of a film. */
export const RENDITIONS_LIMIT = 64;
export const SEGMENTS_LIMIT = 100_000;

/** A description that cannot be used, and why, for people. */
export interface MovieProblem {
  readonly problem: string;
}

/** Total: any text gives a film or says why not. Films of up to 64 renditions and 100,000 segments; texts of up to 64 Mi characters. */
export function readMovie(text: string): Movie | MovieProblem {
  if (text.length > 64 * 1024 * 1024) return { problem: 'longer than 64 Mi characters' };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: 'neither a manifest (MPD) nor JSON' };
  }
  if (typeof json !== 'object' || json === null)
    return { problem: 'not an object with segment_duration_ms, bitrates_kbps and segment_sizes_bits' };
  const { segment_duration_ms: duration, bitrates_kbps: bitrates, segment_sizes_bits: sizes } = json as Record<string, unknown>;
  if (!isPositive(duration) || duration > 3_600_000) return { problem: 'segment_duration_ms must be a number above 0, at most an hour' };
  if (!Array.isArray(bitrates) || bitrates.length === 0 || bitrates.length > RENDITIONS_LIMIT)
    return { problem: `bitrates_kbps must be a list of 1 to ${RENDITIONS_LIMIT} numbers` };
  for (const [i, bitrate] of bitrates.entries()) {
    if (!isPositive(bitrate)) return { problem: `bitrates_kbps: rendition ${i} must be a number above 0` };
    if (i > 0 && bitrate <= bitrates[i - 1]) return { problem: `bitrates_kbps: rendition ${i} must be higher than the one before` };
  }
  if (!Array.isArray(sizes) || sizes.length === 0 || sizes.length > SEGMENTS_LIMIT)
    return { problem: `segment_sizes_bits must be a list of 1 to ${SEGMENTS_LIMIT} segments` };
  for (const [i, segment] of sizes.entries())
    if (!Array.isArray(segment) || segment.length !== bitrates.length || !segment.every(isPositive))
      return { problem: `segment_sizes_bits: segment ${i} must be a list of ${bitrates.length} numbers above 0, one a rendition` };
  return { segmentDuration: duration, bitrates, sizes };
}

/** As public ABR simulators read it. */
export function writeMovie({ segmentDuration, bitrates, sizes }: Movie): string {
  const segments = sizes.map((segment) => `    ${JSON.stringify(segment)}`).join(',\n');
  return `{\n  "segment_duration_ms": ${segmentDuration},\n  "bitrates_kbps": ${JSON.stringify(bitrates)},\n  "segment_sizes_bits": [\n${segments}\n  ]\n}\n`;
}

/** Up to 10 Tbit: whole bits stay exact, and so do their sums. */
function isPositive(value: unknown): value is number {
  return typeof value === 'number' && value > 0 && value <= 1e13;
}
