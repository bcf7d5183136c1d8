/** What the engines cost: events of the bare kernel, a transfer with its trace, and the first sample from text to Run. */
import { readFileSync } from 'node:fs';
import { simulate } from '../engines/simulation.ts';
import { compile } from '../server/language/compile.ts';
import { bench as kernelEvents } from './kernel-events.ts';
import type { Result } from './result.ts';
import { bench as tracedTransfer } from './traced-transfer.ts';
import { median } from './transfer-figures.ts';

function walkthrough(text: string): number {
  const begun = performance.now();
  const { scenario, diagnostics } = compile([{ uri: 'memory:///walkthrough.netscenario', text }], new Map());
  if (diagnostics.length > 0) throw new Error(diagnostics[0]!.message);
  simulate(scenario);
  return performance.now() - begun;
}

export async function bench(): Promise<Result[]> {
  const text = readFileSync(new URL('../samples/mail-walkthrough.netscenario', import.meta.url), 'utf8');
  for (let i = 0; i < 10; i++) walkthrough(text);
  return [
    ...(await kernelEvents()),
    ...(await tracedTransfer()),
    {
      name: 'mail walk-through, from text to Run, median',
      unit: 'ms',
      ours: median(Array.from({ length: 51 }, () => walkthrough(text))),
      peer: null,
      peerName: '',
    },
  ];
}
