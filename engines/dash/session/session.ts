/**
 * A session of adaptive streaming in an idealised network, where a segment takes the latency and its size over the trace’s bandwidth:
 * nothing but the algorithm is compared. Decisions and sums are those of the published simulator (SABRE, MMSys ’18), to its printed digits.
 *
 *     const outcome = runSession(movie, trace, { ...PUBLISHED, algorithm: 'bola' });
 */
import { type AlgorithmName, type AlgorithmOptions, ruleOf } from '../abr/algorithms.ts';
import { utilitiesOf } from '../abr/buffer-utility.ts';
import { type Replacing, toReplace } from '../abr/replacement.ts';
import type { Outlook } from '../abr/rule.ts';
import { SlidingEstimate, type ThroughputEstimate, WeightedEstimate } from '../abr/throughput-estimate.ts';
import type { Bits, KilobitsPerSecond, Milliseconds, Movie } from '../movie.ts';
import { PlayedBuffer } from './played.ts';
import { type NetworkPeriod, TraceNetwork } from './trace-network.ts';

export interface SessionOptions extends AlgorithmOptions {
  readonly algorithm: AlgorithmName;
  readonly average: 'weighted' | 'sliding';
  readonly abandonment: boolean;
  readonly replacing: Replacing;
  /** When the next segment to be downloaded lies at or behind `when`, playing goes on at `to` with an empty buffer; null for never. */
  readonly seek: { readonly when: Milliseconds; readonly to: Milliseconds } | null;
}

/** What the published simulator does unless told otherwise. */
export const PUBLISHED: Omit<SessionOptions, 'algorithm'> = {
  buffer: 25_000,
  gp: 5,
  variant: 'finite',
  oscillation: 'u',
  insufficientBufferRule: true,
  average: 'weighted',
  abandonment: true,
  replacing: 'none',
  seek: null,
};

/** One download. */
export interface SessionDownload {
  readonly segment: number;
  readonly rendition: number;
  readonly size: Bits;
  readonly downloaded: Bits;
  /** Since the session’s beginning, stalls included. */
  readonly began: Milliseconds;
  readonly time: Milliseconds;
  readonly timeToFirstBit: Milliseconds;
  readonly abandonedTo: number | null;
  /** It was to take the place of a buffered segment. */
  readonly replaces: boolean;
  /** Buffered when it began, when it ended, and with it. */
  readonly levelBefore: Milliseconds;
  readonly levelPlayed: Milliseconds;
  readonly levelAfter: Milliseconds;
}

/** How often and by how much the estimate was above what came, and how often and by how much it was not. */
interface EstimateError {
  over: number;
  overBy: KilobitsPerSecond;
  under: number;
  underBy: KilobitsPerSecond;
  mean: KilobitsPerSecond;
}

export interface SessionOutcome {
  readonly downloads: readonly SessionDownload[];
  readonly stallTime: Milliseconds;
  readonly stallEvents: number;
  /** Stalls and the first download included. */
  readonly totalTime: Milliseconds;
  readonly startupTime: Milliseconds;
  /** Sums over the segments that were shown. */
  readonly utility: number;
  readonly bitrate: KilobitsPerSecond;
  readonly bitrateChange: KilobitsPerSecond;
  readonly logarithmicChange: number;
  readonly switches: number;
  readonly estimate: Readonly<EstimateError>;
  /** null where no shown segment had what the network sustained. */
  readonly rampTime: Milliseconds | null;
  readonly reactionTime: Milliseconds;
}

/**
 * The published simulator asks the rule anew when a segment was given up, and where the network has collapsed the rule can name the same
 * rendition for as long as that lasts. After so many times, the rendition is taken that the segment was given up for.
 */
export const GIVEN_UP_LIMIT = 100;

/** `trace` has at least one period, and one with a bandwidth above 0. The films and traces that readers of this folder give are fit for it. */
export function runSession(movie: Movie, trace: readonly NetworkPeriod[], options: SessionOptions): SessionOutcome {
  const { segmentDuration, sizes } = movie;
  const rule = ruleOf(options.algorithm, movie, options);
  const played = new PlayedBuffer(movie, utilitiesOf(movie, 0), options.buffer, sustainedBy(movie, trace[0] as NetworkPeriod));
  const network = new TraceNetwork(trace, (period) => played.sustains(sustainedBy(movie, period), network.time));
  const estimate: ThroughputEstimate = options.average === 'weighted' ? new WeightedEstimate(segmentDuration) : new SlidingEstimate();
  const downloads: SessionDownload[] = [];
  const error: EstimateError = { over: 0, overBy: 0, under: 0, underBy: 0, mean: 0 };
  let seek = options.seek;

  // One record each for all decisions: rules look at them and keep none.
  const outlook = { level: 0, throughput: estimate.throughput, latency: estimate.latency };
  const download = { segment: 0, rendition: rule.first(), size: 0, downloaded: 0, time: 0, timeToFirstBit: 0 };
  const look = (level: Milliseconds): Outlook => {
    outlook.level = level;
    outlook.throughput = estimate.throughput;
    outlook.latency = estimate.latency;
    return outlook;
  };

  download.size = sizes[0]?.[download.rendition] as Bits;
  network.download(download.size, download, null);
  const startupTime = download.time - download.timeToFirstBit;
  played.renditions.push(download.rendition);
  estimate.downloaded(startupTime, download.size / startupTime, download.timeToFirstBit);
  const levels = { levelBefore: 0, levelPlayed: 0, levelAfter: played.level };
  downloads.push({ ...download, ...levels, began: 0, abandonedTo: null, replaces: false });
  rule.started(download);
  played.totalTime += download.time;

  const wait = (time: Milliseconds) => {
    played.pass(time);
    network.delay(time);
  };

  // How often in a row the next segment was given up, and for which rendition at last.
  let givenUp = 0;
  let named = 0;
  for (let next = 1; next < sizes.length; ) {
    if (seek && next * segmentDuration >= seek.when) {
      next = Math.floor(seek.to / segmentDuration);
      played.restart();
      // The published simulator’s DYNAMIC passes it on to nobody.
      if (options.algorithm !== 'dynamic') rule.sought(next);
      seek = null;
      if (next >= sizes.length) break;
    }
    const full = played.level + segmentDuration - options.buffer;
    if (full > 0) {
      wait(full);
      rule.waited(full);
    }
    const choice = givenUp < GIVEN_UP_LIMIT ? rule.choose(next, look(played.level)) : { rendition: named, wait: 0 };
    const { rendition } = choice;
    const position = toReplace(options.replacing, played.renditions, rendition, played.played, segmentDuration);
    // Counted from the end: the front of the buffer moves on while the download takes its time.
    const fromEnd = position === null ? null : position - played.renditions.length;
    const segment = fromEnd === null ? next : next + fromEnd;
    if (fromEnd === null && choice.wait > 0) wait(choice.wait);

    download.segment = segment;
    download.rendition = rendition;
    download.size = sizes[segment]?.[rendition] as Bits;
    const levelBefore = played.level;
    const began = played.totalTime;
    const replaces = fromEnd !== null;
    const giveUp = (): number | null => {
      const level = Math.max(0, levelBefore - download.time);
      if (fromEnd === null) {
        // The estimate stays what it was when the rule chose.
        outlook.level = level;
        return rule.abandon(download, outlook);
      }
      // The segment that it would replace is about to be played.
      return level + segmentDuration * fromEnd <= 0 ? -1 : null;
    };
    const abandonedTo = network.download(download.size, download, options.abandonment ? giveUp : null);
    const { time, timeToFirstBit, downloaded } = download;
    played.pass(time);
    const levelPlayed = played.level;
    if (abandonedTo !== null && fromEnd === null) {
      givenUp++;
      named = abandonedTo;
    }
    if (abandonedTo === null) {
      if (fromEnd === null) {
        givenUp = 0;
        played.renditions.push(rendition);
        next++;
      } else if (levelPlayed + segmentDuration * fromEnd >= 0) played.renditions[played.renditions.length + fromEnd] = rendition;
    }
    const levelAfter = played.level;
    const { size } = download;
    downloads.push({
      segment,
      rendition,
      size,
      downloaded,
      time,
      timeToFirstBit,
      began,
      abandonedTo,
      replaces,
      levelBefore,
      levelPlayed,
      levelAfter,
    });
    rule.downloaded(download, levelAfter, abandonedTo, replaces);
    const throughput = downloaded / (time - timeToFirstBit);
    account(error, estimate.throughput as number, throughput);
    if (abandonedTo === null) estimate.downloaded(time - timeToFirstBit, throughput, timeToFirstBit);
  }
  played.playOut();
  return {
    downloads,
    stallTime: played.stallTime,
    stallEvents: played.stallEvents,
    totalTime: played.totalTime,
    startupTime,
    utility: played.utility,
    bitrate: played.bitrate,
    bitrateChange: played.bitrateChange,
    logarithmicChange: played.logarithmicChange,
    switches: played.switches,
    estimate: error,
    rampTime: played.rampTime,
    reactionTime: played.reactionTime,
  };
}

/** The highest rendition that a period can bring, with the share of time that latency takes off. */
function sustainedBy({ bitrates, segmentDuration }: Movie, { bandwidth, latency }: NetworkPeriod): number {
  const effective = bandwidth * (1 - latency / segmentDuration);
  let rendition = 0;
  while (rendition + 1 < bitrates.length && (bitrates[rendition + 1] as number) <= effective) rendition++;
  return rendition;
}

function account(error: EstimateError, estimated: KilobitsPerSecond, came: KilobitsPerSecond): void {
  if (estimated > came) {
    error.over++;
    error.overBy += (estimated - came - error.overBy) / error.over;
  } else {
    error.under++;
    error.underBy += (came - estimated - error.underBy) / error.under;
  }
  error.mean += (estimated - came - error.mean) / (error.over + error.under);
}
