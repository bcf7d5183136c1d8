/** A swarm without a network around it, and what came of it. */
import { Kernel } from '../../kernel/kernel.ts';
import { MILLISECOND, type Nanoseconds } from '../../quantities.ts';
import { type AccessRates, distributionBound } from '../bounds.ts';
import type { CompactBehaviour, CompactHost, CompactTorrent } from './compact-torrent.ts';
import { CompactSwarm } from './swarm.ts';

export const WELL_BEHAVED: CompactBehaviour = { pick: 'rarest', stay: null, freeRider: false, patience: Number.POSITIVE_INFINITY };

export interface Trial {
  readonly seed?: number;
  readonly seeds: readonly CompactHost[];
  readonly peers: readonly CompactHost[];
  readonly torrent: Omit<CompactTorrent, 'name' | 'hosts'>;
  /** How peer i behaves; WELL_BEHAVED where absent. */
  readonly behaviour?: (peer: number) => Partial<CompactBehaviour>;
  /** When peer i arrives; all at once where absent. */
  readonly arrival?: (peer: number) => Nanoseconds;
  /** Of hosts that poison, beside the others. */
  readonly poisoners?: readonly CompactHost[];
  /** Called every second of the run, with what there is then. */
  readonly watch?: (swarm: CompactSwarm, now: Nanoseconds, outcome: Outcome) => void;
  /** Seconds after which it is cut off. */
  readonly until?: Nanoseconds;
}

/** By peer, without seeds and poisoners. */
export interface Outcome {
  readonly arrivedAt: Float64Array;
  /** NaN for never. */
  readonly completedAt: Float64Array;
  readonly downloaded: Float64Array;
  readonly uploaded: Float64Array;
  /** Of what peers sent one another, what went from i to j: i × peers + j. */
  readonly between: Float64Array;
  /** Of each piece, among all that are there. */
  readonly copies: Int32Array;
  readonly order: number[];
  moved: number;
  corrupt: number;
  readonly banned: [peer: number, culprit: number][];
  /** From the first arrival to the last completion. */
  time: Nanoseconds;
  readonly bound: Nanoseconds;
  readonly events: number;
}

export const host = (up: number, down = Number.POSITIVE_INFINITY, latency = 10 * MILLISECOND): CompactHost => ({ up, down, latency });
export const hosts = (count: number, up: number, down?: number): CompactHost[] => Array.from({ length: count }, () => host(up, down));

/** Hosts are the seeds, the peers, the poisoners, in that order. */
export function run({ seed = 1, seeds, peers, torrent, behaviour, arrival, poisoners = [], watch, until }: Trial): Outcome {
  const kernel = new Kernel(seed);
  const first = seeds.length;
  const n = peers.length;
  const pieces = Math.ceil(torrent.length / torrent.pieceLength);
  const outcome = {
    arrivedAt: new Float64Array(n).fill(Number.NaN),
    completedAt: new Float64Array(n).fill(Number.NaN),
    downloaded: new Float64Array(n),
    uploaded: new Float64Array(n),
    between: new Float64Array(n * n),
    copies: new Int32Array(pieces),
    order: [] as number[],
    moved: 0,
    corrupt: 0,
    banned: [] as [number, number][],
    time: 0,
    bound: distributionBound(
      torrent.length,
      seeds.map(({ up }) => up),
      peers.map(({ up, down }): AccessRates => ({ up, down })),
    ),
    events: 0,
  };
  const had = new Int32Array(n);
  const isPeer = (peer: number): boolean => peer >= first && peer < first + n;
  const swarm: CompactSwarm = new CompactSwarm(
    kernel,
    { ...torrent, name: 'trial', hosts: [...seeds, ...peers, ...poisoners] },
    {
      joined(peer) {
        if (isPeer(peer)) outcome.arrivedAt[peer - first] = kernel.now;
      },
      moved(from, to, bytes) {
        outcome.moved += bytes;
        if (isPeer(to)) outcome.downloaded[to - first] = outcome.downloaded[to - first]! + bytes;
        if (!isPeer(from) || !isPeer(to)) return;
        outcome.uploaded[from - first] = outcome.uploaded[from - first]! + bytes;
        const pair = (from - first) * n + to - first;
        outcome.between[pair] = outcome.between[pair]! + bytes;
      },
      gained(peer, piece) {
        outcome.copies[piece] = outcome.copies[piece]! + 1;
        had[peer - first] = had[peer - first]! + 1;
        if (had[peer - first] !== pieces) return;
        outcome.completedAt[peer - first] = kernel.now;
        outcome.order.push(peer - first);
      },
      corrupt: () => outcome.corrupt++,
      banned: (peer, culprit) => outcome.banned.push([peer, culprit]),
      parted: () => {},
      announced: () => {},
      decided: () => {},
      choked: () => {},
    },
  );
  for (let peer = 0; peer < first; peer++) swarm.seed(peer);
  for (let peer = 0; peer < poisoners.length; peer++) swarm.poison(first + n + peer);
  for (let peer = 0; peer < n; peer++)
    kernel.schedule(arrival?.(peer) ?? 0, () => swarm.arrive(first + peer, { ...WELL_BEHAVED, ...behaviour?.(peer) }));
  let next = 0;
  while (kernel.run(200) && kernel.now <= (until ?? Number.POSITIVE_INFINITY)) {
    if (!watch || kernel.now < next) continue;
    watch(swarm, kernel.now, outcome);
    next = kernel.now + 1e9;
  }
  outcome.time = Math.max(...outcome.completedAt) - Math.min(...outcome.arrivedAt);
  outcome.events = kernel.events;
  return outcome;
}
