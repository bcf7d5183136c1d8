/** A session in the idealised network, told as it goes on over the time of the run; no message is sent. */
import { count, formatDuration, formatRate } from '../format.ts';
import type { Process } from '../kernel/process.ts';
import type { Host } from '../network/host.ts';
import type { StepOutcome } from '../protocol.ts';
import { MILLISECOND, type Nanoseconds } from '../quantities.ts';
import { sleepUntil } from '../sleep-until.ts';
import { linearQuality } from './quality.ts';
import type { RehearseAction } from './scenario.ts';
import { runSession } from './session/session.ts';
import { networkOf } from './session/trace.ts';

export function* rehearse(host: Host, { film, trace, settings, average, replacing }: RehearseAction): Process<StepOutcome> {
  const { movie } = film;
  const outcome = runSession(movie, networkOf(trace), {
    ...settings,
    buffer: settings.buffer / MILLISECOND,
    average,
    replacing,
    seek: null,
  });
  const began = host.now();
  const inTime = (time: number): Nanoseconds => began + Math.round(time * MILLISECOND);
  const measure = (metric: string, value: number): void => host.narrator.measure(metric, [host.name], value);
  const [first, ...others] = outcome.downloads;
  const startup = first?.time ?? 0;
  let abandoned = 0;
  let stalled = 0;
  let stalls = 0;
  measure('rebuffering time', 0);
  for (const [i, download] of outcome.downloads.entries()) {
    yield* sleepUntil(host, inTime(download.began));
    measure('bitrate', (movie.bitrates[download.rendition] as number) * 1000);
    if (i > 0) measure('buffer', download.levelBefore * MILLISECOND);
    const over = i === 0 ? 0 : download.time - download.levelBefore;
    if (over > 0) {
      yield* sleepUntil(host, inTime(download.began + download.levelBefore));
      measure('buffer', 0);
      // The published simulator counts what begins while something plays.
      if (download.levelBefore > 0) measure('rebufferings', ++stalls);
      yield* sleepUntil(host, inTime(download.began + download.time));
      stalled += over;
      measure('rebuffering time', stalled * MILLISECOND);
    }
    yield* sleepUntil(host, inTime(download.began + download.time));
    if (download.levelPlayed < download.levelAfter) measure('buffer', download.levelPlayed * MILLISECOND);
    measure('buffer', download.levelAfter * MILLISECOND);
    if (i === 0) measure('startup delay', startup * MILLISECOND);
    if (download.abandonedTo !== null && !download.replaces) measure('abandoned segments', ++abandoned);
  }
  yield* sleepUntil(host, inTime(outcome.totalTime));
  const { stallTime, stallEvents, totalTime, bitrate, bitrateChange, switches } = outcome;
  const segments = movie.sizes.length;
  measure('buffer', 0);
  measure('rebuffering time', stallTime * MILLISECOND);
  measure('rebuffering', stallTime / (totalTime - startup));
  measure('rebufferings', stallEvents);
  measure('mean bitrate', (bitrate / segments) * 1000);
  measure('time-weighted bitrate', ((bitrate * movie.segmentDuration) / totalTime) * 1000);
  measure('rendition switches', switches);
  const highest = movie.bitrates.at(-1) as number;
  measure('quality of experience', linearQuality({ segments, bitrate, bitrateChange, stallTime, startupTime: startup }, highest) * 1000);
  const told = stallEvents === 0 ? 'no stall' : `${count(stallEvents, 'stall')} (${formatDuration(stallTime * MILLISECOND)})`;
  const rate = formatRate((bitrate / segments) * 1000);
  return {
    outcome: `${count(others.length + 1, 'download')}: ${rate} on average, ${count(switches, 'switch', 'switches')}, ${told}`,
    succeeded: true,
  };
}
