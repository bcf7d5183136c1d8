import { describe, expect, it } from 'vitest';
import { metrics } from '../../engines/metrics.ts';
import { SECOND } from '../../engines/quantities.ts';
import { Recorder } from '../../engines/recorder.ts';
import type { PlottedMetric, View } from '../../engines/scenario.ts';
import { runOf } from '../fixtures/recorded-runs.ts';
import { partOf } from '../part.ts';
import { sequenceSvg } from '../static/svg.ts';
import { describeRun } from '../static/text.ts';
import { layOutPanels } from './plot-layout.ts';
import { askedPlotsOf, readingsOf } from './plots.ts';

/** Two senders' windows and round-trip times, as a run tells them. */
function runWith(...curves: readonly PlottedMetric[]) {
  const recorder = new Recorder(metrics);
  for (let i = 0; i < 5; i++) {
    recorder.measure(i * SECOND, 'congestion window', ['a', 'pc'], 10_000 * (i + 1));
    recorder.measure(i * SECOND, 'congestion window', ['B.', 'pc'], 5_000);
    recorder.measure(i * SECOND, 'round-trip time', ['a', 'pc'], 1e6 * (i + 1));
  }
  const view: View = { view: { kind: 'plot', curves }, at: { source: 0, start: 0, end: 0 } };
  return runOf(recorder, { title: 'x', hosts: [], steps: [], views: [view], duration: 4 * SECOND });
}

const WINDOW: PlottedMetric = { metric: 'congestion window', subjects: [null, null] };
const TIME: PlottedMetric = { metric: 'round-trip time', subjects: [['a'], null] };
const asked = (...curves: readonly PlottedMetric[]) => askedPlotsOf(partOf({ run: runWith(...curves), focus: null }));

describe('plots that are asked for', () => {
  it('have a panel a unit, in the order asked for, and lines by name', () => {
    const [plot] = asked(TIME, WINDOW);
    expect(plot!.name).toBe('round-trip time and congestion window');
    expect(plot!.picture!.panels.map(({ unit, lines }) => [unit, lines.map(({ subject }) => subject)])).toEqual([
      ['ns', ['round-trip time, a → pc']],
      ['B', ['congestion window, a → pc', 'congestion window, B → pc']],
    ]);
  });

  it('show the subjects that are named, as names are compared', () => {
    const [plot] = asked({ metric: 'congestion window', subjects: [['b'], null] });
    expect(plot!.picture!.panels[0]!.lines.map(({ subject }) => subject)).toEqual(['B → pc']);
  });

  it('say so where nothing was measured', () => {
    const run = runWith({ metric: 'goodput', subjects: [null, null] });
    expect(askedPlotsOf(partOf({ run, focus: null }))[0]!.picture).toBeNull();
    expect(describeRun({ run, focus: null })).toContain('Plot of goodput\n  nothing was measured\n');
  });

  it('have panels whose times stand in line', () => {
    const { panels } = asked(TIME, WINDOW)[0]!.picture!;
    const [above, below] = layOutPanels(panels, { startedAt: 0, endedAt: 4 * SECOND, width: 600, height: 160 });
    expect([above!.left, above!.from, above!.to]).toEqual([below!.left, below!.from, below!.to]);
  });

  it('are told as a table, as text and as a drawing', () => {
    const run = runWith(TIME, WINDOW);
    const { panels } = askedPlotsOf(partOf({ run, focus: null }))[0]!.picture!;
    const rows = readingsOf(panels, { from: 0, to: 4 * SECOND });
    expect(rows.map(({ cells }) => cells[1])[5]).toBe('30 kB');
    expect(describeRun({ run, focus: null })).toContain(
      '  congestion window, a → pc  ▂▂▂▂▂▂▂▂▂▂▄▄▄▄▄▄▄▄▄▄▅▅▅▅▅▅▅▅▅▅▇▇▇▇▇▇▇▇▇█  10 kB to 50 kB, 5 samples\n',
    );
    const svg = sequenceSvg({ run, focus: null });
    expect(svg.match(/class="curve" d="M[1-9]/g)).toHaveLength(3);
    expect(svg).toContain('congestion window, B → pc');
  });
});
