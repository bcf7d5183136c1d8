import { describe, expect, it } from 'vitest';
import { MILLISECOND, SECOND } from '../../engines/quantities.ts';
import { betweenOf, csvOf, type Line, layOutPlot, nextSample, readingAt, timeAtX, withCourse, xOfTime } from './plot-layout.ts';

const line = (subject: string, ...samples: readonly (readonly [seconds: number, value: number])[]): Line => ({
  subject,
  between: 'holds',
  interruptions: null,
  at: Float64Array.from(samples, ([seconds]) => seconds * SECOND),
  values: Float64Array.from(samples, ([, value]) => value),
});

/** A window that doubles, is halved, and climbs. */
const window = line('server → laptop', [1, 10_000], [2, 20_000], [3, 40_000], [4, 20_000], [5, 21_000]);
const straight: Line = { ...window, between: 'straight' };
const PLACE = { startedAt: 0, endedAt: 6 * SECOND, width: 600, height: 200 };

describe('the axes', () => {
  it('have round values with units, from zero, and times over all of the part', () => {
    const { values, marks, from, to, left, right, top, bottom } = layOutPlot([window], { ...PLACE, unit: 'B' });
    expect(values.map(({ label }) => label)).toEqual(['0 B', '10 kB', '20 kB', '30 kB', '40 kB']);
    expect([values[0]!.y, values.at(-1)!.y]).toEqual([bottom, top]);
    expect(marks.map(({ label }) => label)).toEqual(['0 s', '2 s', '4 s', '6 s']);
    expect([from, to]).toEqual([0, 6 * SECOND]);
    expect([marks[0]!.x, marks.at(-1)!.x]).toEqual([left, right]);
  });

  it('show what changes where little does: round-trip times from 200 to 240 ms', () => {
    const times = line('a → b', [1, 200 * MILLISECOND], [3, 240 * MILLISECOND], [5, 212 * MILLISECOND]);
    const { values } = layOutPlot([times], { ...PLACE, unit: 'ns' });
    expect(values.map(({ label }) => label)).toEqual(['200 ms', '210 ms', '220 ms', '230 ms', '240 ms']);
  });

  it('do not blow up what hardly changes at all', () => {
    const times = line('a → b', [1, 200 * MILLISECOND], [3, 201 * MILLISECOND], [5, 200 * MILLISECOND]);
    expect(layOutPlot([times], { ...PLACE, unit: 'ns' }).values[0]!.label).toBe('0 s');
  });

  it('stand even where all values are zero, or below it', () => {
    const empty = line('queue', [1, 0], [3, 0], [5, 0]);
    expect(layOutPlot([empty], { ...PLACE, unit: '' }).values.map(({ label }) => label)).toEqual(['0', '1']);
    const below = line('drift', [1, -4], [3, -1], [5, -2]);
    const { low, high } = layOutPlot([below], { ...PLACE, unit: '' });
    expect([low, high]).toEqual([-4, 0]);
  });

  it('count whole things by whole numbers', () => {
    const queue = line('queue', [1, 0], [3, 1], [5, 2]);
    expect(layOutPlot([queue], { ...PLACE, unit: '' }).values.map(({ label }) => label)).toEqual(['0', '1', '2']);
  });

  it('are those of the samples where these take a small part of the time', () => {
    const { from, to } = layOutPlot([window], { ...PLACE, endedAt: 600 * SECOND, unit: 'B' });
    expect([from, to]).toEqual([SECOND, 5 * SECOND]);
  });

  it('stand where all samples are of one time', () => {
    const burst = line('burst', [600, 1], [600, 5], [600, 3]);
    const { paths, from, to } = layOutPlot([burst], { ...PLACE, endedAt: 0, unit: '' });
    expect(to).toBeGreaterThan(from);
    expect(paths[0]!.path).not.toMatch(/NaN|Infinity/);
  });
});

describe('the lines', () => {
  it('hold a size until it changes, and lead straight from one measured time to the next', () => {
    const held = layOutPlot([window], { ...PLACE, unit: 'B' }).paths[0]!;
    expect(held.path).toMatch(/^M\d+ \S+?(H\d+V[\d.]+)+$/);
    const led = layOutPlot([straight], { ...PLACE, unit: 'ns' }).paths[0]!;
    expect(led.path).toMatch(/^M\d+ [\d.]+(L\d+ [\d.]+)+$/);
  });

  it('have dots where samples stand apart', () => {
    expect(layOutPlot([window], { ...PLACE, unit: 'B' }).paths[0]!.dots).toHaveLength(5);
    const many = line('a', ...Array.from({ length: 100 }, (_, i) => [i / 20, i] as const));
    expect(layOutPlot([many], { ...PLACE, unit: 'B' }).paths[0]!.dots).toEqual([]);
  });

  it('leave out what has no course: a receiver that sends nothing has one sample', () => {
    expect(withCourse([window, line('laptop → server', [1, 14_600])])).toEqual([window]);
  });

  it('of 100,000 samples are short, and keep a peak of one', () => {
    const long = line('a', ...Array.from({ length: 100_000 }, (_, i) => [i / 1000, i === 54_321 ? 900 : i % 100] as const));
    const { paths, values, top } = layOutPlot([long], { ...PLACE, unit: 'B', width: 1000 });
    expect(paths[0]!.path.length).toBeLessThan(40_000);
    expect(values.at(-1)!.label).toBe('1 kB');
    const highest = Math.min(...[...paths[0]!.path.matchAll(/V([\d.]+)/g)].map(([, y]) => Number(y)));
    expect(highest).toBeLessThan(top + 20);
  });
});

it('rates that are kept to hold, others that are measured do not', () => {
  expect([betweenOf('bitrate', 'bit/s'), betweenOf('estimated throughput', 'bit/s')]).toEqual(['holds', 'holds']);
  expect([betweenOf('goodput', 'bit/s'), betweenOf('mean bitrate', 'bit/s'), betweenOf('buffer', 'ns')]).toEqual(Array(3).fill('straight'));
  expect([betweenOf('congestion window', 'B'), betweenOf('node load', 'ratio')]).toEqual(['holds', 'holds']);
});

describe('the ruler', () => {
  it('reads the value that holds, or the sample nearest to it', () => {
    const at = 2.6 * SECOND;
    expect(readingAt(window, at)).toEqual({ at, value: 20_000 });
    expect(readingAt(straight, at)).toEqual({ at: 3 * SECOND, value: 40_000 });
    expect(readingAt(window, 3 * SECOND)!.value).toBe(40_000);
    expect(readingAt(window, 5 * SECOND)!.value).toBe(21_000);
  });

  it('reads nothing where nothing was measured', () => {
    expect(readingAt(window, 0.9 * SECOND)).toBeNull();
    expect(readingAt(straight, 5.1 * SECOND)).toBeNull();
  });

  it('walks over the samples of all lines, and stays at the last', () => {
    const lines = [window, line('b', [1.5, 1], [2.5, 1], [7, 1])];
    const walked = [0];
    for (let i = 0; i < 9; i++) walked.push(nextSample(lines, walked.at(-1)!, 1));
    expect(walked.map((time) => time / SECOND)).toEqual([0, 1, 1.5, 2, 2.5, 3, 4, 5, 7, 7]);
    expect(nextSample(lines, 2.5 * SECOND, -1)).toBe(2 * SECOND);
    expect(nextSample(lines, SECOND, -1)).toBe(SECOND);
  });

  it('stays between the edges', () => {
    const layout = layOutPlot([window], { ...PLACE, unit: 'B' });
    expect(timeAtX(layout, xOfTime(layout, 3 * SECOND))).toBeCloseTo(3 * SECOND, -2);
    expect([timeAtX(layout, -5), timeAtX(layout, 5000)]).toEqual([0, 6 * SECOND]);
  });
});

it('all samples can be had as CSV', () => {
  expect(csvOf('congestion window', 'B', [line('a → b', [1, 2], [2, 3]), line('c, d', [1, 4])])).toBe(
    'subject,time (ns),congestion window (B)\na → b,1000000000,2\na → b,2000000000,3\n"c, d",1000000000,4\n',
  );
});
