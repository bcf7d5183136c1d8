/** Jobs are whole when their bytes have come at the fair rates; what the tolerance of rates costs. */
import { describe, expect, test } from 'vitest';
import { Kernel } from '../../kernel/kernel.ts';
import { type Nanoseconds, SECOND } from '../../quantities.ts';
import { TOLERANCE, Transfers } from './transfers.ts';

interface Job {
  readonly at: Nanoseconds;
  readonly from: number;
  readonly to: number;
  readonly bytes: number;
}

/** When each of these jobs, of one flow each, is whole, and which bytes each brought. */
function run(up: number[], down: number[], jobs: readonly Job[], tolerance?: number): { whole: Nanoseconds[]; bytes: number[] } {
  const kernel = new Kernel(1);
  const whole = jobs.map(() => Number.NaN);
  const bytes = jobs.map(() => 0);
  const transfers: Transfers = new Transfers(
    kernel,
    up,
    down,
    {
      moved(flow, _, moved) {
        bytes[transfers.tag(flow)] = bytes[transfers.tag(flow)]! + moved;
      },
      whole(job) {
        const flow = transfers.firstFlow(job);
        whole[transfers.tag(flow)] = kernel.now;
        transfers.end(flow);
        transfers.close(job);
      },
    },
    tolerance,
  );
  for (const [i, job] of jobs.entries()) kernel.schedule(job.at, () => transfers.begin(job.from, job.to, i, transfers.open(job.bytes)));
  while (kernel.run(1000));
  return { whole, bytes };
}

const MEGABYTE = 1e6;
const seconds = (whole: Nanoseconds[]): number[] => whole.map((time) => Math.round(time / 1e6) / 1000);
const free = Number.POSITIVE_INFINITY;

test.each<[name: string, up: number[], down: number[], jobs: Job[], expected: number[]]>([
  ['one alone has the whole line', [8e6, 8e6], [free, free], [{ at: 0, from: 0, to: 1, bytes: MEGABYTE }], [1]],
  ['the line that takes it in may be the slower one', [8e6, 8e6], [free, 2e6], [{ at: 0, from: 0, to: 1, bytes: MEGABYTE }], [4]],
  [
    'two share the line until one is whole',
    [8e6, 8e6, 8e6],
    [free, free, free],
    [
      { at: 0, from: 0, to: 1, bytes: MEGABYTE },
      { at: 0, from: 0, to: 2, bytes: 3 * MEGABYTE },
    ],
    [2, 4],
  ],
  [
    'what one cannot take in, the other gets',
    [8e6, 8e6, 8e6],
    [free, 2e6, free],
    [
      { at: 0, from: 0, to: 1, bytes: MEGABYTE },
      { at: 0, from: 0, to: 2, bytes: 3 * MEGABYTE },
    ],
    [4, 4],
  ],
  [
    'one that comes later takes its share from then on',
    [8e6, 8e6, 8e6],
    [free, free, free],
    [
      { at: 0, from: 0, to: 1, bytes: 2 * MEGABYTE },
      { at: SECOND, from: 0, to: 2, bytes: MEGABYTE },
    ],
    [3, 3],
  ],
])('%s', (_, up, down, jobs, expected) => {
  const { whole, bytes } = run(up, down, jobs, 0);
  expect(seconds(whole)).toEqual(expected);
  expect(bytes).toEqual(jobs.map((job) => job.bytes));
});

describe('several flows of a job', () => {
  test('bring it together, and go on with another', () => {
    const kernel = new Kernel(1);
    const wholes: [job: number, at: Nanoseconds][] = [];
    const moved = [0, 0];
    let second = -1;
    const transfers: Transfers = new Transfers(kernel, [8e6, 4e6, 1e6], [free, free, free], {
      moved(flow, _, bytes) {
        moved[transfers.tag(flow)] = moved[transfers.tag(flow)]! + bytes;
      },
      whole(job) {
        wholes.push([job, kernel.now]);
        const flows: number[] = [];
        for (let flow = transfers.firstFlow(job); flow >= 0; flow = transfers.nextOfJob(flow)) flows.push(flow);
        if (second < 0) second = transfers.open(1.5 * MEGABYTE);
        for (const flow of flows)
          if (job === second) transfers.end(flow);
          else transfers.move(flow, second);
        transfers.close(job);
      },
    });
    const first = transfers.open(3 * MEGABYTE);
    transfers.begin(0, 2, 0, first);
    transfers.begin(1, 2, 1, first);
    while (kernel.run(1000));
    // 1.5 MB a second.
    expect(wholes.map(([job, at]) => [job, Math.round(at / 1e6)])).toEqual([
      [first, 2000],
      [second, 3000],
    ]);
    expect(moved[0]! + moved[1]!).toBe(4.5 * MEGABYTE);
    expect(Math.abs(moved[0]! - 3 * MEGABYTE)).toBeLessThan(3);
  });
});

test('rates that may be off by the tolerance change when jobs are whole by little', () => {
  // Five flows a host, at random, over lines of rates from 1 to 8 Mbps up and 2 to 16 down: both ends hold flows back.
  const kernel = new Kernel(7);
  const random = kernel.random('test');
  const n = 60;
  const up = Array.from({ length: n }, () => 1e6 + random.below(7e6));
  const down = Array.from({ length: n }, () => 2e6 + random.below(14e6));
  const jobs = Array.from({ length: 5 * n }, (_, i) => {
    const from = i % n;
    return { at: random.below(SECOND), from, to: (from + 1 + random.below(n - 1)) % n, bytes: MEGABYTE / 2 + random.below(MEGABYTE) };
  });
  const exact = run(up, down, jobs, 1e-9).whole;
  const errors = run(up, down, jobs, TOLERANCE).whole.map((time, i) => Math.abs(time / exact[i]! - 1));
  const mean = errors.reduce((sum, error) => sum + error, 0) / errors.length;
  expect(mean).toBeLessThan(0.01);
  expect(Math.max(...errors)).toBeLessThan(0.1);
});
