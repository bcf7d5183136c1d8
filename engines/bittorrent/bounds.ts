/**
 * How fast a file can be distributed at best: the textbook's bounds (J. Kurose, K. Ross, “Computer Networking”, §2.5), with several
 * seeds in the place of the one server. F is the file's size, N the number of peers that download it, u_s the sum of the seeds'
 * upload rates, u_i and d_i a peer's.
 *
 * Why they hold, whatever peers do, from the first arrival to the last completion:
 * - A bit that some peer gets has left a seed at least once, since nobody else has it at first. So the seeds upload F bits at
 *   least, together at the rate u_s: F/u_s. Where only they upload, each bit has left them N times: NF/u_s.
 * - The peer with the lowest d_i takes in F bits: F/d_min.
 * - All peers together take in NF bits, and each of them was uploaded by a seed or a peer, which they do at the rate u_s + Σu_i
 *   together: NF/(u_s + Σu_i).
 * Peers and seeds that come later, leave early or upload nothing only make rates lower than those sums. Headers and what is sent
 * twice count for nothing here: they, too, only make it longer.
 */
import { type BitsPerSecond, type Bytes, type Nanoseconds, SECOND } from '../quantities.ts';

/** Of an access link; Infinity where it has no limit. */
export interface AccessRates {
  readonly up: BitsPerSecond;
  readonly down: BitsPerSecond;
}

/** max{F/u_s, F/d_min, NF/(u_s + Σu_i)}, in whole nanoseconds, rounded down. `seeds`: their upload rates; `peers`: who download. */
export function distributionBound(size: Bytes, seeds: readonly BitsPerSecond[], peers: readonly AccessRates[]): Nanoseconds {
  const seeding = sum(seeds);
  const uploading = seeding + sum(peers.map(({ up }) => up));
  return Math.floor(Math.max(time(size, seeding), time(size, lowestDown(peers)), time(peers.length * size, uploading)));
}

/** max{NF/u_s, F/d_min}, as above. */
export function clientServerBound(size: Bytes, seeds: readonly BitsPerSecond[], peers: readonly AccessRates[]): Nanoseconds {
  return Math.floor(Math.max(time(peers.length * size, sum(seeds)), time(size, lowestDown(peers))));
}

function time(bytes: Bytes, rate: BitsPerSecond): Nanoseconds {
  return bytes === 0 ? 0 : (8 * bytes * SECOND) / rate;
}

function lowestDown(peers: readonly AccessRates[]): BitsPerSecond {
  return peers.reduce((least, { down }) => Math.min(least, down), Number.POSITIVE_INFINITY);
}

function sum(rates: readonly number[]): number {
  return rates.reduce((total, rate) => total + rate, 0);
}
