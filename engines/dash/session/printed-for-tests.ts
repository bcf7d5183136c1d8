/** A session's outcome as the published simulator prints it (SABRE with `--verbose`): the lines of downloads and of sums, to the last digit. */
import type { Movie } from '../movie.ts';
import type { SessionDownload, SessionOptions, SessionOutcome } from './session.ts';

/** The simulator's lines of downloads and sums; what it says of its tables, of the network and of waits is left out. */
export function comparable(output: string): string[] {
  // A replacement that came too late is told in the middle of its line.
  return output
    .replaceAll('WARNING: too late to replace\n', '')
    .split('\n')
    .filter((line) => /^\[\d+-\d+\] /.test(line) || /^[a-z ]+: -?[\d.]+$/.test(line));
}

export function printedLines(movie: Movie, { buffer, gp }: SessionOptions, outcome: SessionOutcome): string[] {
  const { segmentDuration, sizes } = movie;
  const perSegment = 1 / (outcome.totalTime / segmentDuration);
  const { over, overBy, under, underBy, mean } = outcome.estimate;
  const sums: [string, string][] = [
    ['buffer size', whole(buffer)],
    ['total played utility', decimals(outcome.utility)],
    ['time average played utility', decimals(outcome.utility * perSegment)],
    ['total played bitrate', decimals(outcome.bitrate)],
    ['time average played bitrate', decimals(outcome.bitrate * perSegment)],
    ['total play time', decimals(outcome.totalTime / 1000)],
    ['total play time chunks', decimals(outcome.totalTime / segmentDuration)],
    ['total rebuffer', decimals(outcome.stallTime / 1000)],
    ['rebuffer ratio', decimals(outcome.stallTime / outcome.totalTime)],
    ['time average rebuffer', decimals((outcome.stallTime / 1000) * perSegment)],
    ['total rebuffer events', decimals(outcome.stallEvents)],
    ['time average rebuffer events', decimals(outcome.stallEvents * perSegment)],
    ['total bitrate change', decimals(outcome.bitrateChange)],
    ['time average bitrate change', decimals(outcome.bitrateChange * perSegment)],
    ['total log bitrate change', decimals(outcome.logarithmicChange)],
    ['time average log bitrate change', decimals(outcome.logarithmicChange * perSegment)],
    ['time average score', decimals(perSegment * (outcome.utility - (gp * outcome.stallTime) / segmentDuration))],
    ['over estimate count', whole(over)],
    ['over estimate', over === 0 ? '0' : decimals(overBy)],
    ['leq estimate count', whole(under)],
    ['leq estimate', under === 0 ? '0' : decimals(underBy)],
    ['estimate', decimals(mean)],
    ['rampup time', decimals(outcome.rampTime === null ? (sizes.length * segmentDuration) / 1000 : outcome.rampTime / 1000)],
    ['total reaction time', decimals(outcome.reactionTime / 1000)],
  ];
  return [...outcome.downloads.map(downloadLine), ...sums.map(([name, value]) => `${name}: ${value}`)];
}

function downloadLine(one: SessionDownload, index: number): string {
  const { segment, rendition, size, downloaded, began, time, timeToFirstBit, abandonedTo, replaces } = one;
  const times = `${whole(time)}=${whole(timeToFirstBit)}+${whole(time - timeToFirstBit)}`;
  const start = `[${rounded(began)}-${rounded(began + time)}]  ${segment}: q=${rendition} s=${whole(downloaded)}/${whole(size)} t=${times} `;
  const levels = `->${whole(one.levelPlayed)}->${whole(one.levelAfter)}`;
  if (index === 0) return `${start}bl=0${levels}`;
  const level = `bl=${whole(one.levelBefore)}`;
  if (replaces)
    return abandonedTo === null
      ? `${start} REPLACEMENT  ${level}${levels}`
      : `${start} REPLACMENT ABANDONED after ${times} ttfb+ttdl  ${level}${levels}`;
  if (abandonedTo === null) return `${start}${level}${levels}`;
  return `${start} ABANDONED to ${abandonedTo} - ${whole(downloaded)}/${whole(size)} bits in ${times} ttfb+ttdl  ${level}${levels}`;
}

/** `%d` of Python: towards 0. */
const whole = (value: number): string => `${Math.trunc(value)}`;

/** `%f` of Python. */
const decimals = (value: number): string => value.toFixed(6);

/** `round` of Python: halves to the even neighbour. */
function rounded(value: number): number {
  const below = Math.floor(value);
  if (value - below !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
