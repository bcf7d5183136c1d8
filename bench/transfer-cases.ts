/**
 * The transfers on which our packets are compared with ns-3, and our flows with our packets.
 *
 * Every case has N senders, each with an access link of its own, that send so many bytes each to one receiver over one
 * bottleneck. No full product: each axis (size, flows, round trip, queue, rate, loss) is varied around two or three base
 * points; then come corners and CUBIC.
 */

export interface TransferCase {
  readonly id: string;
  /** Bytes of each flow. */
  readonly size: number;
  readonly flows: number;
  /** Of the bottleneck, bits a second. */
  readonly rate: number;
  /** Without queueing and serialisation, seconds; a fifth of it on the senders' links, the rest on the bottleneck. */
  readonly roundTrip: number;
  /** Room before the bottleneck in full frames, the one on the line counted. */
  readonly queue: number;
  /** As the case says it: `5p` five packets, `0.5bdp`. */
  readonly queueName: string;
  /** Share of frames lost on the bottleneck, each way. */
  readonly loss: number;
  readonly congestionControl: 'newreno' | 'cubic';
  /** How many times the case runs; the median counts. */
  readonly seeds: number;
}

/** Ethernet, IP and TCP headers and 1,460 bytes. */
export const FULL_FRAME = 1514;
/** Bits a second: of the senders' links, and of the way back. */
export const ACCESS_RATE = 1e9;
/** Seconds between one flow's start and the next one's, before a seed's own shift. */
export const STAGGER = 0.01;

type Queue = readonly [amount: number, unit: 'p' | 'bdp'];

interface Point {
  readonly size: number;
  readonly flows: number;
  readonly rate: number;
  /** Milliseconds. */
  readonly rtt: number;
  readonly queue: Queue;
  readonly loss: number;
  readonly cc?: 'newreno' | 'cubic';
}

const kB = 1e3;
const MB = 1e6;
const Mbps = 1e6;

/** A home's line and a campus's. */
const SLOW: Point = { size: MB, flows: 1, rate: 10 * Mbps, rtt: 50, queue: [1, 'bdp'], loss: 0 };
const FAST: Point = { size: 10 * MB, flows: 1, rate: 100 * Mbps, rtt: 20, queue: [1, 'bdp'], loss: 0 };

const SLOW_QUEUES: readonly Queue[] = [
  [5, 'p'],
  [20, 'p'],
  [3, 'bdp'],
  [6, 'bdp'],
];
const FAST_QUEUES: readonly Queue[] = [
  [5, 'p'],
  [20, 'p'],
  [0.5, 'bdp'],
  [3, 'bdp'],
];

const POINTS: readonly Point[] = [
  // Size.
  ...[10 * kB, 100 * kB, MB, 10 * MB].map((size) => ({ ...SLOW, size })),
  ...[100 * kB, MB, 10 * MB, 100 * MB].map((size) => ({ ...FAST, size })),
  // Flows.
  ...[2, 5, 10, 20, 50].map((flows) => ({ ...SLOW, flows })),
  ...[2, 5, 10, 20, 50].map((flows) => ({ ...FAST, flows })),
  // Round trip.
  ...[5, 20, 100, 200].map((rtt) => ({ ...SLOW, rtt })),
  ...[5, 20, 100, 200].map((rtt) => ({ ...SLOW, flows: 5, rtt })),
  ...[5, 50, 100, 200].map((rtt) => ({ ...FAST, rtt })),
  // Queue.
  ...SLOW_QUEUES.map((queue) => ({ ...SLOW, flows: 5, queue })),
  ...SLOW_QUEUES.map((queue) => ({ ...SLOW, size: 10 * MB, queue })),
  ...FAST_QUEUES.map((queue) => ({ ...FAST, flows: 10, queue })),
  // Loss.
  ...[0.001, 0.01].flatMap((loss) => [
    { ...SLOW, flows: 5, size: 10 * kB, loss },
    { ...SLOW, flows: 5, size: 100 * kB, loss },
    { ...SLOW, loss },
    { ...SLOW, size: 10 * MB, loss },
    { ...SLOW, rtt: 200, loss },
    { ...SLOW, flows: 10, loss },
    { ...FAST, loss },
    { ...FAST, flows: 5, loss },
  ]),
  { ...FAST, rtt: 5, loss: 0.01 },
  { ...FAST, size: MB, flows: 10, rtt: 100, loss: 0.001 },
  { ...FAST, size: 100 * MB, loss: 0.001 },
  { ...SLOW, flows: 50, loss: 0.01 },
  // Rate.
  { ...SLOW, rate: 1 * Mbps, flows: 2 },
  { ...SLOW, rate: 2 * Mbps },
  { ...SLOW, rate: 50 * Mbps },
  // Corners.
  { size: 100 * kB, flows: 10, rate: 1 * Mbps, rtt: 200, queue: [5, 'p'], loss: 0.01 },
  { size: MB, flows: 50, rate: 100 * Mbps, rtt: 200, queue: [3, 'bdp'], loss: 0 },
  { size: 10 * kB, flows: 50, rate: 10 * Mbps, rtt: 5, queue: [20, 'p'], loss: 0 },
  // CUBIC.
  { ...FAST, rtt: 50, cc: 'cubic' },
  { ...FAST, size: 100 * MB, rtt: 50, cc: 'cubic' },
  { ...FAST, flows: 5, rtt: 50, cc: 'cubic' },
  { ...FAST, size: MB, flows: 10, rtt: 50, loss: 0.001, cc: 'cubic' },
  { ...SLOW, size: 10 * MB, loss: 0.01, cc: 'cubic' },
];

/** What all runs of a case may move, about: more runs where a run is small, since chance decides more there. */
const MOVED_WITH_LOSS = 200 * MB;
const MOVED_WITHOUT = 100 * MB;

function seeds({ size, flows, loss }: Point): number {
  // Nothing is left to chance.
  if (loss === 0 && flows === 1) return 1;
  const wanted = (loss > 0 ? MOVED_WITH_LOSS : MOVED_WITHOUT) / (size * flows);
  const [least, most] = loss > 0 ? [5, 201] : [1, 21];
  // Odd, so that the median is one of them.
  return Math.floor((Math.max(least, Math.min(most, wanted)) - 1) / 2) * 2 + 1;
}

const amount = (bytes: number) => (bytes >= MB ? `${bytes / MB}MB` : `${bytes / kB}kB`);

function transferCase(point: Point): TransferCase {
  const { size, flows, rate, rtt, queue, loss, cc = 'newreno' } = point;
  const queueName = `${queue[0]}${queue[1]}`;
  const frames = queue[1] === 'p' ? queue[0] : Math.round((queue[0] * rate * rtt) / 1000 / 8 / FULL_FRAME);
  const parts = [`${amount(size)}`, `x${flows}`, `${rate / Mbps}Mbps`, `${rtt}ms`, queueName];
  if (loss > 0) parts.push(`loss${loss * 100}`);
  if (cc === 'cubic') parts.push(cc);
  return {
    id: parts.join('-'),
    size,
    flows,
    rate,
    roundTrip: rtt / 1000,
    queue: Math.max(frames, 3),
    queueName,
    loss,
    congestionControl: cc,
    seeds: seeds(point),
  };
}

export const TRANSFER_CASES: readonly TransferCase[] = POINTS.map(transferCase);

/** The case on which the speeds of the simulators are compared: fifty flows. */
export const SPEED_CASE = '10MB-x50-100Mbps-20ms-1bdp';

/**
 * When each flow of a run starts, seconds. Flows follow one another by STAGGER; each seed but the first shifts each of them by
 * up to that much again, so that the median is not one pattern of who meets whom in the queue.
 */
export function starts({ flows }: TransferCase, seed: number): number[] {
  let state = seed;
  return Array.from({ length: flows }, (_, i) => {
    if (seed === 1) return i * STAGGER;
    // A step of a linear congruential generator (Numerical Recipes): both sides only have to see the same numbers.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.round((i + state / 2 ** 32) * STAGGER * 1e9) / 1e9;
  });
}

const BONUS =
  'when a recovery ends, ns-3 3.37 hands the congestion control a whole window of acknowledged segments (TcpSocketBase::ProcessAck), so that each loss leaves the window a segment larger than ssthresh; with windows of about ten segments that is a sixth of the rate. Without it (`--congestion=LinuxRenoWithoutBonus` of bench/ns3/transfers.cc) ns-3 takes 30.3 s for 10 MB over 10 Mbps, 50 ms, loss 1 %, where it takes 25.4 s with it.';

const CUBIC_OVERFLOW =
  'CUBIC leaves 0.7 of the window when slow start has overrun the queue, which sends what was lost into a queue that is still full. Whether a segment is lost a second time, and so has to wait for the time-out of a second, hangs on a single frame of room: with one more, ours times out, too, and takes 2.0 s. Flows take an overflow of CUBIC’s slow start for one that ends so.';

const SHORT_BURSTS =
  'fifty bursts of seven segments meet in a queue of twenty. In the fluid they share the line from their first bits on; as packets they pass one after another, and one or two of the fifty lose their last segment and wait a second for the time-out, which is chance.';

const CUBIC_AS_RENO =
  'ns-3 3.37 has no region in which CUBIC behaves as Reno does (RFC 9438 §4.3), and with small windows its cubic alone grows very slowly.';

/** Why a case differs as it does, by id; the page shows it. */
export const EXPLANATIONS: Readonly<Record<string, string>> = {
  '100kB-x1-100Mbps-20ms-1bdp':
    'ns-3’s receiver acknowledges the first segment at once and counts in twos from there, so the tenth segment of the first window waits for the eleventh: 18 segments in the second round instead of 20, 64 in three rounds, of 69. The last five take one round trip more.',
  '1MB-x1-10Mbps-50ms-1bdp-loss1': BONUS,
  '10MB-x1-10Mbps-50ms-1bdp-loss1': BONUS,
  '1MB-x1-10Mbps-200ms-1bdp-loss1': BONUS,
  '10MB-x1-100Mbps-20ms-1bdp-loss1': BONUS,
  '10MB-x5-100Mbps-20ms-1bdp-loss1': BONUS,
  '10kB-x50-10Mbps-5ms-20p': SHORT_BURSTS,
  '10MB-x1-100Mbps-50ms-1bdp-cubic': CUBIC_OVERFLOW,
  '10MB-x1-10Mbps-50ms-1bdp-loss1-cubic': CUBIC_AS_RENO,
};
