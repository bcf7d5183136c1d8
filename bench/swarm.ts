/**
 * Large swarms, by pieces: how long they take and what memory, and how that grows with peers and with pieces. Each runs in a process of
 * its own, so that its memory is its own.
 *
 * A peer to compare with would be a simulator of swarms that runs this choker and this picker. SimPy has none, and libtorrent's own
 * simulator, which runs whole clients, is in no package; so our figures stand alone.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { Result } from './result.ts';
import { growthSvg } from './swarm-growth.ts';
import type { Figures } from './swarm-run.ts';

export interface SwarmCase {
  readonly name: string;
  readonly peers: number;
  readonly pieces: number;
  /** Of a peer, bit/s. */
  readonly up: number;
}

export interface MeasuredSwarm extends SwarmCase, Figures {}

const UP = 10e6;

const CASES: readonly SwarmCase[] = [
  ...[100, 300, 1_000, 3_000].map((peers) => ({ name: `${peers.toLocaleString('en')} peers, 64 MiB`, peers, pieces: 256, up: UP })),
  ...[512, 1_024, 2_048].map((pieces) => ({ name: `300 peers, ${pieces / 4} MiB`, peers: 300, pieces, up: UP })),
  { name: 'the textbook’s 1,000 peers at 1 Mbps, 256 MiB', peers: 1_000, pieces: 1_024, up: 1e6 },
  { name: '1,000 peers, 1 GiB', peers: 1_000, pieces: 4_096, up: UP },
  { name: '10,000 peers, 64 MiB', peers: 10_000, pieces: 256, up: UP },
];

/** Measures these, and draws their growth into a file. */
export function bench(cases = CASES, picture: string | URL = new URL('swarm-growth.svg', import.meta.url)): Result[] {
  const none = { peer: null, peerName: '' };
  const measured = cases.map((one): MeasuredSwarm => ({ ...one, ...apart(one) }));
  writeFileSync(picture, growthSvg(measured));
  return measured.flatMap(({ name, peers, pieces, time, memory, ratio }) => [
    { name: `${name}: time`, unit: 's', ours: time, ...none },
    { name: `${name}: time a piece that a peer gets`, unit: 'µs', ours: (time * 1e6) / (peers * pieces), ...none },
    { name: `${name}: peak memory`, unit: 'MiB', ours: memory / 2 ** 20, ...none },
    { name: `${name}: completion over the bound`, unit: '%', ours: 100 * ratio, ...none },
  ]);
}

function apart({ peers, pieces, up }: SwarmCase): Figures {
  const program = new URL('swarm-run.ts', import.meta.url).pathname;
  return JSON.parse(execFileSync(process.execPath, [program, ...[peers, pieces, up].map(String)]).toString()) as Figures;
}
