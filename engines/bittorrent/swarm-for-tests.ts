/** A small swarm and its steps, for tests. */
import { scenarioForTests } from '../network/scenario-for-tests.ts';
import { MINUTE, type Nanoseconds } from '../quantities.ts';
import type { Run } from '../run.ts';
import type { Action, HostDeclaration, Step, Timing } from '../scenario.ts';
import { simulate } from '../simulation.ts';
import type { Behaviour, TorrentService } from './scenario.ts';

const AT = { source: 0, start: 0, end: 0 };
const step = (action: Action, timing: Timing = { kind: 'then' }): Step => ({ parent: -1, timing, action, text: '', at: AT });
const BEHAVIOUR: Behaviour = {
  arrival: { kind: 'at once' },
  stay: null,
  freeRider: false,
  pick: 'rarest',
  poisons: false,
  patience: 30 * MINUTE,
};
export const download = (hosts: readonly string[], how: Partial<Behaviour> = {}, timing?: Timing) =>
  step({ kind: 'bittorrent.download', torrent: 'film', hosts, behaviour: { ...BEHAVIOUR, ...how } }, timing);
export const leave = (host: string, time: Nanoseconds) => step({ kind: 'bittorrent.leave', torrent: 'film', host }, { kind: 'at', time });
export const crash = (host: string, time: Nanoseconds, downFor: Nanoseconds | null = null) =>
  step({ kind: 'network.crash', host, downFor }, { kind: 'at', time });

export const PEERS = ['a', 'b', 'c', 'd'];
const TORRENT: TorrentService = {
  kind: 'bittorrent.torrent',
  name: 'film',
  size: 1_000_000,
  pieceLength: 64 * 1024,
  tracker: 'tracker',
  trackerTransport: 'http',
  trackerInDns: false,
  interval: 30 * MINUTE,
  seeds: ['origin'],
  fidelity: 'messages',
  uploadSlots: 4,
  optimisticUnchoke: true,
  metainfo: null,
  at: null,
};

/** An origin, a tracker and four others, 4 Mbit/s up and 20 Mbit/s down each, 20 ms apart. */
export function run(
  steps: readonly Step[],
  torrent: Partial<TorrentService> = {},
  hosts: Readonly<Record<string, Partial<HostDeclaration>>> = {},
  more: { readonly fidelity?: Run['fidelity']; readonly seed?: number } = {},
): Run {
  const line = { up: 4e6, down: 20e6 };
  const all = Object.fromEntries(['origin', 'tracker', ...PEERS].map((name) => [name, { ...line, ...hosts[name] }]));
  return simulate(
    scenarioForTests(all, { steps, services: [{ ...TORRENT, ...torrent }], fidelity: more.fidelity ?? 'flows', seed: more.seed ?? 1 }),
  );
}
