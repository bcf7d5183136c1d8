/** A server, a viewer and a film between them, for tests. */
import { scenarioForTests } from '../../network/scenario-for-tests.ts';
import { SECOND } from '../../quantities.ts';
import type { Run } from '../../run.ts';
import type { Action, HostDeclaration, Scenario, Step, Timing } from '../../scenario.ts';
import { simulate } from '../../simulation.ts';
import type { Clip, Encoding } from '../coding/scenario.ts';
import type { StreamAction } from './scenario.ts';

const NOWHERE = { source: 0, start: 0, end: 0 };

export const clipForTests: Clip = {
  name: 'bounce',
  pattern: 'bouncing ball',
  width: 48,
  height: 32,
  frameRate: 24,
  duration: 4 * SECOND,
  grain: 0,
  seed: 1,
};

export const encodingForTests: Encoding = { coding: 'both', control: { kind: 'constant quality', step: 1 }, groupLength: 24 };

/** A clip of four seconds over UDP, a second of playout delay. */
export function streamForTests(rest: Partial<StreamAction> = {}): StreamAction {
  return {
    kind: 'video.stream',
    server: 'server',
    client: 'tv',
    film: { kind: 'clip', clip: clipForTests, encoding: encodingForTests },
    transport: 'udp',
    sendingRate: null,
    playoutDelay: SECOND,
    resumeAfter: 0,
    loss: 'skip',
    ...rest,
  };
}

export function step(action: Action, timing: Timing = { kind: 'then' }): Step {
  return { parent: -1, timing, action, text: '', at: NOWHERE };
}

export const at = (time: number): Timing => ({ kind: 'at', time });

/** `tablet` is a second viewer. */
export function run(steps: readonly Step[], tv: Partial<HostDeclaration> = {}, rest: Partial<Scenario> = {}): Run {
  return simulate(scenarioForTests({ server: {}, tv, tablet: {} }, { steps: [...steps], ...rest }));
}

/** The last value of a metric; undefined where it was never measured. */
export function last(made: Run, metric: string): number | undefined {
  const series = made.series.find((one) => one.metric === metric);
  return series?.values[series.values.length - 1];
}

export function values(made: Run, metric: string): number[] {
  return [...(made.series.find((one) => one.metric === metric)?.values ?? [])];
}
