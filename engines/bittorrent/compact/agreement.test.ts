/** The same swarms with real connections, and by pieces alone: how far their times lie apart. */
import { describe, expect, test } from 'vitest';
import { scenarioForTests } from '../../network/scenario-for-tests.ts';
import { MINUTE, type Nanoseconds, SECOND } from '../../quantities.ts';
import type { Action, HostDeclaration, Step } from '../../scenario.ts';
import { simulate } from '../../simulation.ts';
import type { Behaviour, TorrentService } from '../scenario.ts';

const AT = { source: 0, start: 0, end: 0 };
const step = (action: Action, timing: Step['timing']): Step => ({ parent: -1, timing, action, text: '', at: AT });
const BEHAVIOUR: Behaviour = {
  arrival: { kind: 'every', interval: SECOND },
  stay: null,
  freeRider: false,
  pick: 'rarest',
  poisons: false,
  patience: 30 * MINUTE,
};
const peers = (count: number): string[] => Array.from({ length: count }, (_, i) => `peer${i}`);

interface Case {
  readonly hosts: Readonly<Record<string, Partial<HostDeclaration>>>;
  readonly behaviour?: (peer: number) => Partial<Behaviour>;
  readonly torrent?: Partial<TorrentService>;
  readonly every?: Nanoseconds;
  readonly seed?: number;
}

/** Download times in seconds, by peer, and what the origin uploaded, at a fidelity. */
function run(
  { hosts, behaviour, torrent = {}, every = SECOND, seed = 1 }: Case,
  fidelity: TorrentService['fidelity'],
): { times: number[]; last: number; origin: number; clustering: number } {
  const names = Object.keys(hosts).filter((name) => name.startsWith('peer'));
  const service: TorrentService = {
    kind: 'bittorrent.torrent',
    name: 'film',
    size: 4 * 2 ** 20,
    pieceLength: 64 * 1024,
    tracker: 'tracker',
    trackerTransport: 'http',
    trackerInDns: false,
    interval: 30 * MINUTE,
    seeds: ['origin'],
    uploadSlots: 4,
    optimisticUnchoke: true,
    metainfo: null,
    at: null,
    ...torrent,
    fidelity,
  };
  const steps = names.map((host, i) =>
    step(
      { kind: 'bittorrent.download', torrent: 'film', hosts: [host], behaviour: { ...BEHAVIOUR, ...behaviour?.(i) } },
      { kind: 'at', time: i * every },
    ),
  );
  const { series } = simulate(scenarioForTests({ tracker: {}, ...hosts }, { services: [service], steps, fidelity: 'flows', seed }));
  const lastOf = (metric: string, subject: string): number =>
    series.find((one) => one.metric === metric && one.subjects[0] === subject)?.values.at(-1) ?? Number.NaN;
  return {
    times: names.map((name) => lastOf('download time', name) / SECOND),
    last: lastOf('completion time', 'film') / SECOND,
    origin: lastOf('bytes uploaded', 'origin'),
    clustering: lastOf('clustering', 'film'),
  };
}

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const line = (up: number, down = 20e6): Partial<HostDeclaration> => ({ up, down, latency: 10e6, queue: 64_000 });
const homogeneous = (count: number, origin: number, up: number) => ({
  origin: line(origin),
  ...Object.fromEntries(peers(count).map((name) => [name, line(up)])),
});

describe('times of twelve peers', () => {
  test.each<[name: string, how: Case, margin: number]>([
    ['all with the same line', { hosts: homogeneous(12, 2e6, 2e6) }, 0.15],
    ['an origin five times as fast', { hosts: homogeneous(12, 5e6, 1e6) }, 0.2],
    ['two that give nothing', { hosts: homogeneous(12, 2e6, 2e6), behaviour: (i) => ({ freeRider: i < 2 }) }, 0.15],
    ['all leave when they have it', { hosts: homogeneous(12, 2e6, 2e6), behaviour: () => ({ stay: 0 }) }, 0.15],
    ['in order', { hosts: homogeneous(12, 2e6, 2e6), behaviour: () => ({ pick: 'in-order' }) }, 0.2],
  ])('%s', (_, how, margin) => {
    const [pieces, messages] = [run(how, 'pieces'), run(how, 'messages')];
    expect(Math.abs(pieces.last / messages.last - 1)).toBeLessThan(margin);
    expect(Math.abs(mean(pieces.times) / mean(messages.times) - 1)).toBeLessThan(margin);
  });
});

test('fast and slow peers: whoever is named first', () => {
  const fast = { up: 4e6, down: 100e6, latency: 10e6, queue: 256 * 1024 };
  const slow = { ...fast, up: 5e5 };
  const names = peers(12);
  const mixed = (fidelity: TorrentService['fidelity'], isFast: (i: number) => boolean, seed: number) => {
    const hosts = { origin: { ...fast, up: 6e6 }, ...Object.fromEntries(names.map((name, i) => [name, isFast(i) ? fast : slow])) };
    const { times } = run({ hosts, every: 0, seed, torrent: { size: 12 * 2 ** 20, uploadSlots: 3 } }, fidelity);
    return { fast: mean(times.filter((_, i) => isFast(i))), slow: mean(times.filter((_, i) => !isFast(i))) };
  };
  const pieces = [(i: number) => i < 6, (i: number) => i >= 6].map((isFast) => {
    const all = [1, 2, 3, 4, 5, 6].map((seed) => mixed('pieces', isFast, seed));
    return { fast: mean(all.map((one) => one.fast)), slow: mean(all.map((one) => one.slow)) };
  });
  expect(Math.abs(pieces[0]!.fast / pieces[1]!.fast - 1)).toBeLessThan(0.15);
  expect(Math.abs(pieces[0]!.slow / pieces[1]!.slow - 1)).toBeLessThan(0.15);
  // A slow line holds up requests as well, which is not modelled: the slow ones come out too early.
  const messages = mixed('messages', (i) => i < 6, 1);
  for (const { fast, slow } of pieces) {
    expect(Math.abs(fast / messages.fast - 1)).toBeLessThan(0.4);
    expect(slow).toBeLessThan(messages.slow);
    expect(slow).toBeGreaterThan(0.6 * messages.slow);
  }
}, 60_000);

test('what helps and what hurts is the same at both', () => {
  const by = (fidelity: TorrentService['fidelity']) => {
    const last = (how: Omit<Case, 'hosts'>, origin = 2e6) => run({ hosts: homogeneous(12, origin, 2e6), ...how }, fidelity).last;
    return { alone: last({ behaviour: () => ({ freeRider: true }) }), swarm: last({}), faster: last({}, 6e6) };
  };
  for (const { alone, swarm, faster } of [by('pieces'), by('messages')]) {
    expect(alone).toBeGreaterThan(2 * swarm);
    expect(faster).toBeLessThan(swarm);
  }
});
