/**
 * `node bench/swarm-run.ts PEERS PIECES UP`: one swarm by pieces, and what it took, as JSON. All arrive within a second, one seed is ten
 * times as fast as a peer, nobody leaves. It imports what it measures alone, since its memory is measured, too.
 */
import { readFileSync } from 'node:fs';
import { platform } from 'node:process';
import { distributionBound } from '../engines/bittorrent/bounds.ts';
import { CompactSwarm } from '../engines/bittorrent/compact/swarm.ts';
import { Kernel } from '../engines/kernel/kernel.ts';
import { MILLISECOND, SECOND } from '../engines/quantities.ts';

/** Bytes of each. */
export const PIECE = 256 * 1024;

export interface Figures {
  /** Seconds of processor time: on a machine that does nothing else, about the time that passes. */
  readonly time: number;
  /** Peak resident memory, bytes. */
  readonly memory: number;
  /** Completion time over the bound. */
  readonly ratio: number;
}

/** Bytes. Linux counts the parent's memory in a child's `maxRSS`, so it is asked otherwise there. */
function peakMemory(): number {
  if (platform !== 'linux') return process.resourceUsage().maxRSS * 1024;
  const [, kibibytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kibibytes) * 1024;
}

/** `up`: of a peer, bit/s; downloads are ten times as fast. */
export function runSwarm(peers: number, pieces: number, up: number): Figures {
  const kernel = new Kernel(1);
  const line = { up, down: 10 * up, latency: 10 * MILLISECOND };
  const hosts = [{ ...line, up: 10 * up }, ...Array.from({ length: peers }, () => line)];
  const length = pieces * PIECE;
  const nothing = (): void => {};
  let gained = 0;
  const swarm = new CompactSwarm(
    kernel,
    { name: 'bench', length, pieceLength: PIECE, hosts },
    {
      joined: nothing,
      moved: nothing,
      gained: () => gained++,
      corrupt: nothing,
      banned: nothing,
      parted: nothing,
      announced: nothing,
      decided: nothing,
      choked: nothing,
    },
  );
  const begun = process.cpuUsage();
  swarm.seed(0);
  const behaviour = { pick: 'rarest', stay: null, freeRider: false, patience: Number.POSITIVE_INFINITY } as const;
  for (let peer = 1; peer <= peers; peer++) kernel.schedule((peer * SECOND) / peers, () => swarm.arrive(peer, behaviour));
  while (kernel.run(100_000));
  if (gained !== peers * pieces) throw new Error(`${gained} of ${peers * pieces} pieces arrived`);
  const { user, system } = process.cpuUsage(begun);
  return {
    time: (user + system) / 1e6,
    memory: peakMemory(),
    ratio: kernel.now / distributionBound(length, [10 * up], hosts.slice(1)),
  };
}

if (import.meta.main) {
  const [peers, pieces, up] = process.argv.slice(2).map(Number) as [number, number, number];
  console.log(JSON.stringify(runSwarm(peers, pieces, up)));
}
