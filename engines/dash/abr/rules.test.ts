/** Rules by themselves: what they choose at a buffer level and a throughput. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Movie } from '../movie.ts';
import { ALGORITHM_NAMES, type AlgorithmName, ruleOf, USUAL } from './algorithms.ts';
import { bestFirst } from './best-plan.ts';
import { CUSHION_END, RESERVOIR } from './buffer-based.ts';
import { toReplace } from './replacement.ts';
import type { Rule } from './rule.ts';
import { SlidingEstimate, WeightedEstimate } from './throughput-estimate.ts';

/** Five minutes of 2 s segments. */
const movie: Movie = {
  segmentDuration: 2000,
  bitrates: [500, 1000, 2000, 4000],
  sizes: Array.from({ length: 150 }, () => [1e6, 2e6, 4e6, 8e6]),
};
const made = (name: AlgorithmName, options: object = {}): Rule => ruleOf(name, movie, { ...USUAL, buffer: 24_000, ...options });
const chosen = (rule: Rule, level: number, throughput: number, segment = 50) =>
  rule.choose(segment, { level, throughput, latency: 20 }).rendition;

/** The rule is told of whole segments that came at that throughput. */
function experienced(rule: Rule, throughputs: readonly number[], rendition = 0): Rule {
  for (const [segment, throughput] of throughputs.entries()) {
    const size = movie.sizes[segment]![rendition]!;
    rule.downloaded({ segment, rendition, size, downloaded: size, time: size / throughput, timeToFirstBit: 0 }, 10_000, null, false);
  }
  return rule;
}

describe('the throughput rule', () => {
  test.each([
    [300, 0],
    [1000, 0],
    [1150, 1],
    [2500, 2],
    [5000, 3],
  ])('at %d kbit/s takes rendition %d, with a tenth to spare', (throughput, rendition) => {
    expect(chosen(made('throughput'), 20_000, throughput)).toBe(rendition);
  });

  test('takes no segment that would not come before the buffer is empty', () => {
    expect(chosen(made('throughput'), 1000, 5000)).toBeLessThan(3);
    expect(chosen(made('throughput', { insufficientBufferRule: false }), 1000, 5000)).toBe(3);
  });

  test('gives up what would take longer than 1.8 segments, for what is lighter than the rest', () => {
    const slow = { segment: 9, rendition: 3, size: 8e6, downloaded: 2e5, time: 600, timeToFirstBit: 100 };
    const outlook = { level: 8000, throughput: 400, latency: 100 };
    expect(made('throughput').abandon(slow, outlook)).toBe(0);
    expect(made('throughput').abandon({ ...slow, time: 400 }, outlook)).toBeNull();
    expect(made('throughput').abandon({ ...slow, downloaded: 7.5e6 }, outlook)).toBeNull();
  });
});

describe('the buffer-based rule', () => {
  const reservoir = RESERVOIR * 24_000;
  const end = CUSHION_END * 24_000;
  test.each([
    [0, 0],
    [reservoir, 0],
    [reservoir + 1, 0],
    [end, 3],
    [24_000, 3],
  ])('at a level of %d ms takes rendition %d, whatever the throughput', (level, rendition) => {
    expect(chosen(made('bba'), level, 1)).toBe(rendition);
  });

  test('moves only when the line has passed the next bitrate, and back only when it has passed the one below', () => {
    const rule = made('bba');
    const at = (bitrate: number) => reservoir + ((end - reservoir) * (bitrate - 500)) / 3500;
    expect([at(1100), at(1900), at(2100), at(1500), at(1100), at(990)].map((level) => chosen(rule, level, 1))).toEqual([1, 1, 2, 2, 2, 1]);
    expect([at(900), at(700), at(501)].map((level) => chosen(rule, level, 1))).toEqual([1, 1, 1]);
  });
});

describe('BOLA', () => {
  test('takes more the more is buffered, and of full buffers the highest', () => {
    const levels = [0, 6000, 12_000, 16_000, 22_000];
    const renditions = levels.map((level) => {
      const rule = made('bola', { variant: 'basic' });
      return chosen(rule, level, 10_000);
    });
    expect(renditions).toEqual([...renditions].sort());
    expect([renditions[0], renditions.at(-1)]).toEqual([0, 3]);
  });

  test('BOLA-U stops one above what the throughput sustains, BOLA-O waits at it', () => {
    expect(chosen(made('bola', { variant: 'basic' }), 22_000, 1300)).toBe(2);
    const rule = made('bola', { variant: 'basic', oscillation: 'o' });
    const choice = rule.choose(50, { level: 22_000, throughput: 1300, latency: 20 });
    expect(choice.rendition).toBe(1);
    expect(choice.wait).toBeGreaterThan(0);
  });
});

test('BOLA-E begins with what the throughput sustains', () => {
  expect(made('bolae').choose(1, { level: 2000, throughput: 4500, latency: 20 })).toEqual({ rendition: 3, wait: 0 });
  expect(made('bolae').choose(1, { level: 2000, throughput: 1500, latency: 20 })).toEqual({ rendition: 1, wait: 0 });
});

describe('model-predictive control', () => {
  test.each([
    [[600], 0],
    [[1200, 1200], 1],
    [[9000, 9000, 9000], 3],
  ])('after downloads at %j kbit/s and with 2 s buffered takes rendition %d', (throughputs, rendition) => {
    expect(chosen(experienced(made('mpc'), throughputs, rendition), 2000, 1)).toBe(rendition);
  });

  test('plans the switch that pays over five segments, and spends the buffer on it', () => {
    expect(chosen(experienced(made('mpc'), [1800, 1800, 1800], 1), 16_000, 1)).toBeGreaterThan(1);
    expect(chosen(experienced(made('mpc'), [1800, 1800, 1800], 1), 500, 1)).toBe(0);
  });

  test('finds the best of all plans', () => {
    // Every plan by itself, over segments of different sizes.
    const varied: Movie = { ...movie, sizes: movie.sizes.map((sizes, i) => sizes.map((size) => size * (1 + ((i * 7) % 5) / 5))) };
    for (const [throughput, level] of [
      [1500, 3000],
      [2500, 9000],
      [700, 6000],
      [3300, 1000],
    ] as const) {
      const rule = ruleOf('mpc', varied, { ...USUAL, buffer: 24_000 });
      rule.downloaded(
        { segment: 9, rendition: 1, size: 2e6, downloaded: 2e6, time: 2e6 / throughput, timeToFirstBit: 0 },
        level,
        null,
        false,
      );
      let best = Number.NEGATIVE_INFINITY;
      let first = -1;
      for (let plan = 4 ** 5 - 1; plan >= 0; plan--) {
        const digits = [4, 3, 2, 1, 0].map((digit) => Math.floor(plan / 4 ** digit) % 4);
        let [buffered, before, quality] = [level as number, 1, 0];
        for (const [i, rendition] of digits.entries()) {
          const time = varied.sizes[10 + i]![rendition]! / throughput;
          const bitrate = varied.bitrates[rendition]!;
          quality += bitrate - Math.abs(bitrate - varied.bitrates[before]!) - (4000 * Math.max(0, time - buffered)) / 1000;
          buffered = Math.min(Math.max(0, buffered - time) + 2000, 24_000);
          before = rendition;
        }
        if (quality > best) [best, first] = [quality, digits[0]!];
      }
      expect(chosen(rule, level, 1, 10)).toBe(first);
    }
  });

  test('finds the best of all plans on ladders of all kinds', () => {
    const bitrate = fc.integer({ min: 100, max: 5000 });
    const situations = fc.record({
      bitrates: fc.uniqueArray(bitrate, { minLength: 1, maxLength: 4 }).map((all) => all.sort((a, b) => a - b)),
      weights: fc.array(fc.integer({ min: 3, max: 17 }), { minLength: 24, maxLength: 24 }),
      segment: fc.integer({ min: 0, max: 5 }),
      throughput: fc.integer({ min: 50, max: 8000 }),
      level: fc.integer({ min: 0, max: 12_000 }),
      last: fc.nat(3),
    });
    fc.assert(
      fc.property(situations, ({ bitrates, weights, segment, throughput, level, last: any }) => {
        const last = any % bitrates.length;
        const sizes = Array.from({ length: 6 }, (_, i) => bitrates.map((one, r) => one * 2000 * (weights[(4 * i + r) % 24]! / 10)));
        const made: Movie = { segmentDuration: 2000, bitrates, sizes };
        const quality = (plan: readonly number[]) => {
          let [buffered, before, sum] = [level, last, 0];
          for (const [i, rendition] of plan.entries()) {
            const time = sizes[segment + i]![rendition]! / throughput;
            sum += bitrates[rendition]! - Math.abs(bitrates[rendition]! - bitrates[before]!);
            sum -= (bitrates.at(-1)! * Math.max(0, time - buffered)) / 1000;
            buffered = Math.min(Math.max(0, buffered - time) + 2000, 12_000);
            before = rendition;
          }
          return sum;
        };
        let plans: number[][] = [[]];
        for (let i = segment; i < Math.min(segment + 5, 6); i++) plans = plans.flatMap((plan) => bitrates.map((_, r) => [...plan, r]));
        const best = new Map<number, number>();
        for (const plan of plans) best.set(plan[0]!, Math.max(best.get(plan[0]!) ?? Number.NEGATIVE_INFINITY, quality(plan)));
        const found = best.get(bestFirst(made, { segment, last, level, room: 12_000, throughput }))!;
        expect(found).toBeCloseTo(Math.max(...best.values()), 5);
      }),
      { numRuns: 300 },
    );
  });

  test('comes to an end where 64 bitrates lie close together', () => {
    const bitrates = Array.from({ length: 64 }, (_, i) => 1000 + i);
    const close: Movie = { segmentDuration: 2000, bitrates, sizes: Array.from({ length: 12 }, () => bitrates.map((one) => one * 2000)) };
    const chosenAt = (throughput: number) => bestFirst(close, { segment: 1, last: 20, level: 3000, room: 20_000, throughput });
    expect([chosenAt(900), chosenAt(3000)]).toEqual([0, 63]);
  });

  test('is more careful where predictions were wrong', () => {
    const errors = [4000, 1000, 4000, 1000, 4000];
    const careless = made('mpc');
    const careful = made('robustmpc');
    for (const throughput of errors)
      for (const rule of [careless, careful]) {
        chosen(rule, 6000, 1);
        experienced(rule, [throughput]);
      }
    expect(chosen(careful, 3000, 1)).toBeLessThan(chosen(careless, 3000, 1));
  });
});

test.each([
  ['bola', [0, 0, 0, 0], [2, 3, 3, 3]],
  ['dynamic', [2, 2, 2, 2], [2, 3, 3, 3]],
] as const)('%s begins anew after a jump: of a film that has just begun, less is enough for more', (name, without, sought) => {
  const behind = (jump: boolean) => {
    const rule = made(name);
    chosen(rule, 20_000, 1e5, 70);
    if (jump) rule.sought(80);
    return [3000, 6000, 9000, 10_500].map((level) => chosen(rule, level, 2500, 82));
  };
  expect([behind(false), behind(true)]).toEqual([without, sought]);
});

test.each([
  [null, 3],
  [1200, 1],
  [100, 0],
])('fixed at %s kbit/s', (rate, rendition) => {
  const rule = made('fixed', { rate });
  expect([rule.first(), chosen(rule, 0, 1), chosen(rule, 20_000, 1e6)]).toEqual([rendition, rendition, rendition]);
});

test('every algorithm chooses a rendition that there is, whatever it sees', () => {
  for (const name of ALGORITHM_NAMES) {
    const rule = made(name);
    for (const level of [0, 1, 5000, 24_000])
      for (const throughput of [null, 1e-3, 700, 1e9])
        for (const segment of [1, 149]) {
          const { rendition, wait } = rule.choose(segment, { level, throughput, latency: 0 });
          expect(movie.bitrates[rendition], `${name} ${level} ${throughput}`).toBeDefined();
          expect(wait).toBeGreaterThanOrEqual(0);
        }
  }
});

describe('estimates', () => {
  test('are what came, where it was always the same', () => {
    for (const estimate of [new WeightedEstimate(2000), new SlidingEstimate()]) {
      expect([estimate.throughput, estimate.latency]).toEqual([null, 0]);
      for (let i = 0; i < 40; i++) estimate.downloaded(700, 3000, 20);
      expect(estimate.throughput).toBeCloseTo(3000, 8);
      expect(estimate.latency).toBeCloseTo(20, 8);
    }
  });

  test('believe the worse of a short and a long memory', () => {
    const estimate = new WeightedEstimate(2000);
    for (let i = 0; i < 20; i++) estimate.downloaded(2000, 4000, 20);
    estimate.downloaded(2000, 1000, 20);
    const fallen = estimate.throughput!;
    estimate.downloaded(2000, 4000, 20);
    // Half of a second is 2/3 of the short half-life.
    expect(fallen).toBeCloseTo(1000 + 3000 * 0.5 ** (2 / 3), 0);
    expect(estimate.throughput).toBeGreaterThan(fallen);
    expect(estimate.throughput).toBeLessThan(4000);
  });
});

test.each([
  ['left', [0, 0, 0, 1, 0, 2], 2, 0, 2],
  ['right', [0, 0, 0, 1, 0, 2], 2, 0, 4],
  ['left', [0, 0, 0, 1], 1, 1900, null],
  ['none', [0, 0, 0, 0, 0], 3, 0, null],
] as const)('of buffered segments the %s of %j is replaced by rendition %d', (strategy, buffered, rendition, played, position) => {
  expect(toReplace(strategy, buffered, rendition, played, 2000)).toBe(position);
});
