/**
 * Large swarms, by pieces: how long they take and what memory, and how that grows with peers and with pieces. Each runs in a process of
 * its own, so that its memory is its own. All arrive within a second, one seed is ten times as fast as a peer, nobody leaves.
 *
 * A peer to compare with would be a simulator of swarms that runs this choker and this picker. SimPy has none, and libtorrent's own
 * simulator, which runs whole clients, is in no package; so our figures stand alone.
 */
import { execFileSync } from 'node:child_process';
import { distributionBound } from '../engines/bittorrent/bounds.ts';
import { CompactSwarm } from '../engines/bittorrent/compact/swarm.ts';
import { Kernel } from '../engines/kernel/kernel.ts';
import { MILLISECOND, SECOND } from '../engines/quantities.ts';
import type { Result } from './result.ts';

const PIECE = 256 * 1024;

interface Figures {
  /** Seconds of processor time: on a machine that does nothing else, about the time that passes. */
  readonly time: number;
  /** Peak resident memory, bytes. */
  readonly memory: number;
  /** Completion time over the bound. */
  readonly ratio: number;
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
    memory: process.resourceUsage().maxRSS * 1024,
    ratio: kernel.now / distributionBound(length, [10 * up], hosts.slice(1)),
  };
}

function apart(peers: number, pieces: number, up: number): Figures {
  const output = execFileSync(process.execPath, [new URL(import.meta.url).pathname, String(peers), String(pieces), String(up)]);
  return JSON.parse(output.toString()) as Figures;
}

export function bench(): Result[] {
  const none = { peer: null, peerName: '' };
  const rows: Result[] = [];
  const add = (name: string, peers: number, pieces: number, up: number): void => {
    const { time, memory, ratio } = apart(peers, pieces, up);
    rows.push(
      { name: `${name}: time`, unit: 's', ours: time, ...none },
      { name: `${name}: time a piece that a peer gets`, unit: 'µs', ours: (time * 1e6) / (peers * pieces), ...none },
      { name: `${name}: peak memory`, unit: 'MiB', ours: memory / 2 ** 20, ...none },
      { name: `${name}: completion over the bound`, unit: '%', ours: 100 * ratio, ...none },
    );
  };
  for (const peers of [100, 300, 1_000, 3_000]) add(`${peers.toLocaleString('en')} peers, 64 MiB`, peers, 256, 10e6);
  for (const pieces of [256, 512, 1_024, 2_048]) add(`300 peers, ${pieces / 4} MiB`, 300, pieces, 10e6);
  add('the textbook’s 1,000 peers at 1 Mbps, 256 MiB', 1_000, 1_024, 1e6);
  add('1,000 peers, 1 GiB', 1_000, 4_096, 10e6);
  add('10,000 peers, 64 MiB', 10_000, 256, 10e6);
  return rows;
}

if (import.meta.main) {
  const [peers, pieces, up] = process.argv.slice(2).map(Number) as [number, number, number];
  console.log(JSON.stringify(runSwarm(peers, pieces, up)));
}
