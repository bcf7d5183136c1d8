import { describe, expect, it } from 'vitest';
import { metrics } from '../../engines/metrics.ts';
import { SECOND } from '../../engines/quantities.ts';
import { Recorder } from '../../engines/recorder.ts';
import type { PlottedMetric, View } from '../../engines/scenario.ts';
import { runOf } from '../fixtures/recorded-runs.ts';
import { partOf } from '../part.ts';
import { sequenceSvg } from '../static/svg.ts';
import { describeRun } from '../static/text.ts';
import { interruptionsOf, shadesOf, spansOf } from './interruptions.ts';
import { layOutPanels, shadedArea } from './plot-layout.ts';
import { askedPlotsOf } from './plots.ts';

const total = (...samples: readonly (readonly [seconds: number, total: number])[]) =>
  spansOf({
    at: Float64Array.from(samples, ([at]) => at * SECOND),
    values: Float64Array.from(samples, ([, value]) => value * SECOND),
  }).map(({ from, to }) => [from / SECOND, to / SECOND]);

describe('interruptions', () => {
  it('end where their total was told, and are as long as it grew', () => {
    expect(total([0, 0], [5, 0], [8, 3], [20, 3], [21, 4])).toEqual([
      [5, 8],
      [20, 21],
    ]);
  });

  it('that go on from one sample to the next are one', () => {
    expect(total([1, 0], [2, 1], [4, 3])).toEqual([[1, 4]]);
  });

  it('begin anew with a total that falls', () => {
    expect(total([4, 3], [10, 0], [12, 1])).toEqual([
      [1, 4],
      [11, 12],
    ]);
  });
});

/** Two viewers; one of them stalls twice, from 2 to 3 s and from 5 to 7 s. */
function runWith(...curves: readonly PlottedMetric[]) {
  const recorder = new Recorder(metrics);
  for (let second = 0; second <= 8; second++) {
    for (const host of ['tv', 'phone']) {
      recorder.measure(second * SECOND, 'buffer', [host], (second % 3) * SECOND);
      recorder.measure(second * SECOND, 'bitrate', [host], 1e6 * (1 + (second % 2)));
      recorder.measure(second * SECOND, 'estimated throughput', [host], 2e6 + second);
    }
    recorder.measure(second * SECOND, 'rebuffering time', ['phone'], 0);
    const stalled = second >= 7 ? 3 : second === 6 ? 2 : second >= 3 ? 1 : 0;
    recorder.measure(second * SECOND, 'rebuffering time', ['tv'], stalled * SECOND);
  }
  const view: View = { view: { kind: 'plot', curves }, at: { source: 0, start: 0, end: 0 } };
  return runOf(recorder, { title: 'x', hosts: [], steps: [], views: [view], duration: 8 * SECOND });
}

const of = (metric: string, ...hosts: readonly string[]): PlottedMetric => ({ metric, subjects: [hosts] });
const panelsOf = (...curves: readonly PlottedMetric[]) =>
  askedPlotsOf(partOf({ run: runWith(...curves), focus: null }))[0]!.picture!.panels;

describe('a plot', () => {
  it('shades what one viewer’s lines share in a colour of its own', () => {
    expect(shadesOf(panelsOf(of('buffer', 'tv'), of('bitrate', 'tv'), of('estimated throughput', 'tv')))).toEqual([
      {
        name: 'rebuffering time, tv',
        line: null,
        spans: [
          { from: 2 * SECOND, to: 3 * SECOND },
          { from: 5 * SECOND, to: 7 * SECOND },
        ],
      },
    ]);
  });

  it('shades it in the colour of the line where another one does not share it', () => {
    expect(shadesOf(panelsOf(of('buffer', 'phone', 'tv'))).map(({ name, line }) => [name, line])).toEqual([['rebuffering time, tv', 0]]);
  });

  it('shades nothing where nothing stood still, nor behind what is never interrupted', () => {
    expect(shadesOf(panelsOf(of('buffer', 'phone')))).toEqual([]);
    expect(shadesOf(panelsOf(of('estimated throughput', 'tv')))).toEqual([]);
    const { series } = runWith();
    expect(interruptionsOf(series.find(({ metric }) => metric === 'rebuffering time')!, series)).toBeNull();
  });

  it('has an area for each, within its edges', () => {
    const panels = panelsOf(of('buffer', 'tv'));
    const [layout] = layOutPanels(panels, { startedAt: 0, endedAt: 8 * SECOND, width: 800, height: 160 });
    const { left, right, top, bottom } = layout!;
    const x = (second: number) => Math.round(left + (second / 8) * (right - left));
    const area = (from: number, to: number) => `M${x(from)} ${top}H${x(to)}V${bottom}H${x(from)}Z`;
    expect(shadedArea(layout!, shadesOf(panels)[0]!)).toBe(area(2, 3) + area(5, 7));
    expect(shadedArea({ ...layout!, from: 3.5 * SECOND }, { name: '', spans: [{ from: SECOND, to: 3 * SECOND }] })).toBe('');
  });

  it('tells of them in its legend and as text', () => {
    const run = runWith(of('buffer', 'tv'));
    expect(describeRun({ run, focus: null })).toMatch(/\n {2}rebuffering time, tv +2 times, 3 s\n/);
    const svg = sequenceSvg({ run, focus: null });
    expect(svg.match(/class="shade own"/g)).toHaveLength(2);
    expect(svg).toContain('rebuffering time, tv <tspan class="dim">2 times, 3 s</tspan>');
  });
});
