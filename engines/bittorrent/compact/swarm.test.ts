/** What is known of swarms, from the bounds and from the literature, comes out of ours. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomStream } from '../../kernel/random.ts';
import { MINUTE, SECOND } from '../../quantities.ts';
import { host, hosts, type Outcome, run } from './swarm-for-tests.ts';

const MIB = 2 ** 20;
const KIB = 1024;
const mean = (values: Iterable<number>): number => {
  const all = [...values];
  return all.reduce((sum, value) => sum + value, 0) / all.length;
};
const times = ({ completedAt, arrivedAt }: Outcome): number[] => [...completedAt].map((time, peer) => (time - arrivedAt[peer]!) / SECOND);

test('no completion beats the bound, whoever takes part; everybody gets everything once', () => {
  const rate = fc.integer({ min: 50_000, max: 20_000_000 });
  const access = fc.record({ up: rate, down: fc.oneof(rate, fc.constant(Number.POSITIVE_INFINITY)), latency: fc.nat(200_000_000) });
  fc.assert(
    fc.property(
      fc.record({
        seed: fc.nat(1_000_000),
        seeds: fc.array(access, { minLength: 1, maxLength: 3 }),
        peers: fc.array(access, { minLength: 1, maxLength: 25 }),
        pieces: fc.integer({ min: 1, max: 60 }),
        cut: fc.nat(65_535),
        unit: fc.constantFrom(16 * KIB, 64 * KIB),
        stay: fc.constantFrom(0, null, 5 * SECOND),
        freeRiders: fc.nat(3),
        optimistic: fc.constantFrom(0, 1),
        pick: fc.constantFrom('rarest' as const, 'random' as const, 'in-order' as const),
        every: fc.constantFrom(0, SECOND / 10, 7 * SECOND),
      }),
      ({ seed, seeds, peers, pieces, cut, unit, stay, freeRiders, optimistic, pick, every }) => {
        const length = pieces * 64 * KIB - cut;
        const trial = run({
          seed,
          seeds,
          peers,
          torrent: { length, pieceLength: 64 * KIB, unit, choker: { optimistic } },
          behaviour: (peer) => ({ stay, pick, freeRider: peer < freeRiders }),
          arrival: (peer) => peer * every,
        });
        expect([...trial.completedAt].every((time) => !Number.isNaN(time))).toBe(true);
        expect(trial.time).toBeGreaterThanOrEqual(trial.bound);
        // What the end game asks for twice it shares.
        expect([...trial.downloaded].every((bytes) => bytes === length)).toBe(true);
        expect([...trial.copies].every((count) => count === peers.length)).toBe(true);
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);

test('the same seed gives the same swarm, another one another', () => {
  const trial = (seed: number) =>
    run({
      seed,
      seeds: hosts(1, 4e6),
      peers: hosts(30, 1e6, 8e6),
      torrent: { length: 4 * MIB, pieceLength: 64 * KIB },
      arrival: (i) => i * SECOND,
    });
  const [one, again, other] = [trial(1), trial(1), trial(2)];
  expect(again).toEqual(one);
  expect(other.completedAt).not.toEqual(one.completedAt);
});

describe('the textbook’s figure: u_s = 10u, downloads without limit', () => {
  const textbook = (n: number, pieces = 300) =>
    run({ seeds: hosts(1, 10e6), peers: hosts(n, 1e6), torrent: { length: pieces * 64 * KIB, pieceLength: 64 * KIB } });

  test.each([10, 30, 100, 200, 1_000])(
    '%d peers come within 15 per cent of the bound',
    (n) => {
      const { time, bound } = textbook(n, 800);
      expect(time / bound).toBeLessThan(1.15);
      expect(time / bound).toBeGreaterThanOrEqual(1);
    },
    300_000,
  );

  test('from a server alone it takes as long as the server needs for all copies', () => {
    const n = 30;
    const length = 100 * 64 * KIB;
    const { time } = run({
      seeds: hosts(1, 10e6),
      peers: hosts(n, 1e6),
      torrent: { length, pieceLength: 64 * KIB },
      behaviour: () => ({ freeRider: true }),
    });
    const bound = (n * length * 8) / 10e6;
    expect(time / SECOND / bound).toBeGreaterThanOrEqual(1);
    expect(time / SECOND / bound).toBeLessThan(1.06);
  });

  test('a flash crowd four times as large takes little longer', () => {
    const [small, large] = [textbook(60), textbook(240)];
    expect(large.time / small.time).toBeLessThan(1.25);
  }, 60_000);
});

test('upload links of a homogeneous swarm are nearly full from when it has begun until the first peers complete', () => {
  const seconds: number[] = [];
  const n = 60;
  let before = 0;
  let at = 0;
  run({
    seeds: hosts(1, 4e6),
    peers: hosts(n, 1e6),
    torrent: { length: 32 * MIB, pieceLength: 64 * KIB },
    watch: (_, now, { moved, order }) => {
      if (now > 60 * SECOND && order.length === 0) seconds.push(((moved - before) * 8) / (n * 1e6 + 4e6) / ((now - at) / SECOND));
      before = moved;
      at = now;
    },
  });
  expect(seconds.length).toBeGreaterThan(100);
  // Headers take 3.6 %.
  expect(mean(seconds)).toBeGreaterThan(0.93);
});

test('tit-for-tat brings peers together with their like', () => {
  // Three classes of twenty: by chance a peer would send a third of what it sends to its own class.
  const rates = [0.125e6, 0.5e6, 2e6];
  const trial = run({
    seeds: hosts(1, 8e6),
    peers: Array.from({ length: 60 }, (_, i) => host(rates[i % 3]!)),
    torrent: { length: 96 * MIB, pieceLength: 128 * KIB },
    behaviour: () => ({ stay: 0 }),
  });
  for (const own of [0, 1, 2]) {
    let same = 0;
    let all = 0;
    for (let from = own; from < 60; from += 3)
      for (let to = 0; to < 60; to++) {
        const bytes = trial.between[from * 60 + to]!;
        all += bytes;
        if (to % 3 === own) same += bytes;
      }
    expect(same / all).toBeGreaterThan(0.5);
  }
  const byClass = [0, 1, 2].map((own) => mean(times(trial).filter((_, i) => i % 3 === own)));
  expect(byClass[2]).toBeLessThan(byClass[1]!);
  expect(byClass[1]).toBeLessThan(byClass[0]!);
});

describe('which piece comes next', () => {
  /** Copies of the rarest piece over those of the mean one, beside the seed's, averaged over the time until somebody has all. */
  const evenness = (pick: 'rarest' | 'random' | 'in-order'): { even: number; meanTime: number } => {
    const seconds: number[] = [];
    const trial = run({
      seeds: hosts(1, 10e6),
      peers: hosts(40, 1e6),
      torrent: { length: 16 * MIB, pieceLength: 64 * KIB },
      behaviour: () => ({ pick, stay: 0 }),
      arrival: (i) => i * 2 * SECOND,
      watch: (_, __, { copies, order }) => {
        if (order.length === 0 && mean(copies) > 2) seconds.push(Math.min(...copies) / mean(copies));
      },
    });
    return { even: mean(seconds), meanTime: mean(times(trial)) };
  };

  test('rarest first keeps pieces even, random and in order do not; in order takes longest', () => {
    const [rarest, random, inOrder] = [evenness('rarest'), evenness('random'), evenness('in-order')];
    expect(rarest.even).toBeGreaterThan(0.1);
    expect(random.even).toBeLessThan(0.05);
    expect(inOrder.even).toBeLessThan(0.05);
    expect(inOrder.meanTime).toBeGreaterThan(1.1 * random.meanTime);
    expect(inOrder.meanTime).toBeGreaterThan(1.1 * rarest.meanTime);
  });
});

describe('free riders', () => {
  const trial = (optimistic: number, seed = 1) =>
    run({
      seed,
      seeds: hosts(1, 10e6),
      peers: hosts(50, 2e6),
      torrent: { length: 24 * MIB, pieceLength: 64 * KIB, choker: { optimistic } },
      behaviour: (peer) => ({ freeRider: peer < 10, stay: 0 }),
    });
  const split = (outcome: Outcome) => ({ riders: mean(times(outcome).slice(0, 10)), others: mean(times(outcome).slice(10)) });

  test('get it later than who gives, and much later with no optimistic unchoke', () => {
    const lateness = (optimistic: number): number =>
      mean(
        [1, 2, 3].map((seed) => {
          const { riders, others } = split(trial(optimistic, seed));
          return riders / others;
        }),
      );
    const [on, off] = [lateness(1), lateness(0)];
    expect(on).toBeGreaterThan(1.2);
    expect(off).toBeGreaterThan(1.1 * on);
  });

  test('give nothing', () => {
    expect([...trial(1).uploaded.slice(0, 10)]).toEqual(new Array(10).fill(0));
  });
});

test('poisoners are found out by the pieces that fail, and banned; everybody completes', () => {
  const trial = run({
    seeds: hosts(1, 4e6),
    peers: hosts(20, 1e6),
    poisoners: hosts(3, 4e6),
    torrent: { length: 8 * MIB, pieceLength: 64 * KIB },
  });
  expect(trial.corrupt).toBeGreaterThan(20);
  expect(trial.banned.length).toBeGreaterThan(20);
  expect(trial.banned.every(([, culprit]) => culprit > 20)).toBe(true);
  expect([...trial.completedAt].every((time) => !Number.isNaN(time))).toBe(true);
  expect(mean(trial.downloaded)).toBeGreaterThan(8 * MIB);
});

describe('churn', () => {
  test('who leaves when it has all takes its upload rate along', () => {
    const trial = (stay: number | null) =>
      run({
        seeds: hosts(1, 0.5e6),
        peers: hosts(60, 1e6),
        torrent: { length: 8 * MIB, pieceLength: 64 * KIB },
        behaviour: () => ({ stay }),
        arrival: (i) => i * 5 * SECOND,
      });
    const [selfish, staying] = [trial(0), trial(null)];
    expect(mean(times(selfish))).toBeGreaterThan(1.2 * mean(times(staying)));
  });

  test('arrivals of every kind complete: a trace', () => {
    const random = randomStream(3, 'arrivals');
    let at = 0;
    const trace = Array.from({ length: 40 }, () => (at += Math.round(random.exponential(3 * SECOND))));
    const trial = run({
      seeds: hosts(1, 1e6),
      peers: hosts(40, 1e6),
      torrent: { length: 4 * MIB, pieceLength: 64 * KIB },
      arrival: (peer) => trace[peer]!,
    });
    expect([...trial.arrivedAt]).toEqual(trace);
    expect([...trial.completedAt].every((time, i) => time > trace[i]!)).toBe(true);
  });

  test('who gives up, and who is gone before the end, leaves no trace in the others', () => {
    const gone: number[] = [];
    const trial = run({
      seeds: hosts(1, 1e6),
      peers: hosts(20, 1e6),
      torrent: { length: 8 * MIB, pieceLength: 64 * KIB },
      watch: (swarm, now) => {
        if (now < 20 * SECOND || gone.length > 0) return;
        for (const peer of [3, 7, 11]) {
          swarm.leave(peer, 'left');
          gone.push(peer - 1);
        }
      },
    });
    expect(
      [...trial.completedAt]
        .map((time, i) => [i, Number.isNaN(time)] as const)
        .filter(([, never]) => never)
        .map(([i]) => i),
    ).toEqual(gone);
    const starving = run({
      seeds: [],
      peers: hosts(3, 1e6),
      torrent: { length: MIB, pieceLength: 64 * KIB },
      behaviour: () => ({ patience: MINUTE }),
    });
    expect([...starving.completedAt].every(Number.isNaN)).toBe(true);
  });
});
