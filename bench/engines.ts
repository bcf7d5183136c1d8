/** What the engines cost: events of the bare kernel, and the first sample from text to Run. */
import { readFileSync } from 'node:fs';
import { Kernel } from '../engines/kernel/kernel.ts';
import { simulate } from '../engines/simulation.ts';
import { compile } from '../server/language/compile.ts';
import type { Result } from './result.ts';

const EVENTS = 2_000_000;
/** Timers that wait at any time, as in a network of some size. */
const WAITING = 1_000;

/** Events a second: each event schedules one more, at a time of its own. */
function kernelEvents(): number {
  const kernel = new Kernel(1);
  const random = kernel.random('bench');
  const event = () => {
    kernel.schedule(1 + random.below(1_000_000), event);
  };
  for (let i = 0; i < WAITING; i++) event();
  const begun = performance.now();
  kernel.run(EVENTS);
  return EVENTS / ((performance.now() - begun) / 1000);
}

function walkthrough(text: string): number {
  const begun = performance.now();
  const { scenario, diagnostics } = compile([{ uri: 'memory:///walkthrough.netscenario', text }], new Map());
  if (diagnostics.length > 0) throw new Error(diagnostics[0]!.message);
  simulate(scenario);
  return performance.now() - begun;
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;

export function bench(): Result[] {
  kernelEvents();
  const text = readFileSync(new URL('../samples/mail-walkthrough.netscenario', import.meta.url), 'utf8');
  for (let i = 0; i < 10; i++) walkthrough(text);
  const none = { peer: null, peerName: '' };
  return [
    {
      name: 'bare kernel',
      unit: 'million events/s',
      ours: median([kernelEvents(), kernelEvents(), kernelEvents()]) / 1e6,
      moreIsBetter: true,
      ...none,
    },
    {
      name: 'mail walk-through, from text to Run, median',
      unit: 'ms',
      ours: median(Array.from({ length: 51 }, () => walkthrough(text))),
      ...none,
    },
  ];
}
