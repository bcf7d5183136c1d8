/**
 * Parse and check of a generated scenario of ten thousand lines, ours beside Langium's on the same subset of the language.
 *
 * Ours also builds the Scenario that the engines run. Each figure is over rounds after a warm-up, each round from the text
 * alone. Memory is what a round leaves on the heap while its result is kept, after garbage collection: what an editor pays
 * for an open document.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { compile } from '../server/language/compile.ts';
import { langiumChecker } from './langium/check.ts';
import { generateScenario } from './language-scenario.ts';
import type { Result } from './result.ts';

interface Figures {
  /** Milliseconds. */
  readonly median: number;
  readonly p95: number;
  /** MiB kept by a result. */
  readonly heap: number;
}

const LINES = 10_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

interface Round {
  close(): unknown;
}

async function measure(round: () => Round | Promise<Round>, warmUp: number, rounds: number): Promise<Figures> {
  const times: number[] = [];
  // Before the first round: a closed document may be kept by caches until the next one comes.
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = -warmUp; i < rounds; i++) {
    const begun = performance.now();
    const result = await round();
    if (i >= 0) times.push(performance.now() - begun);
    await result.close();
  }
  const kept = await round();
  collect();
  const heap = process.memoryUsage().heapUsed - before;
  await kept.close();
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))]!;
  return { median: at(0.5), p95: at(0.95), heap: heap / 2 ** 20 };
}

export async function bench(): Promise<Result[]> {
  const text = generateScenario(LINES);
  const found = compile([{ uri: 'memory:///bench.netscenario', text }], new Map()).diagnostics;
  if (found.length > 0) throw new Error(`the generated scenario is not clean for ours: ${found[0]!.message}`);
  const ours = await measure(
    () => {
      const source = { uri: 'memory:///bench.netscenario', text };
      const compilation = compile([source], new Map());
      // The source keeps its syntax tree alive, as an open document does.
      return { close: () => [source, compilation] };
    },
    10,
    40,
  );

  const check = await langiumChecker();
  const langium = await measure(
    async () => {
      const checked = await check(text);
      if (checked.diagnostics > 0) throw new Error(`the generated scenario has ${checked.diagnostics} diagnostics for Langium`);
      return checked;
    },
    1,
    7,
  );

  const name = `parse and check ${LINES.toLocaleString('en')} lines`;
  const peerName = 'Langium 4.4';
  return [
    { name: `${name}, median`, unit: 'ms', ours: ours.median, peer: langium.median, peerName },
    { name: `${name}, 95th percentile`, unit: 'ms', ours: ours.p95, peer: langium.p95, peerName },
    { name: `${name}, heap`, unit: 'MiB', ours: ours.heap, peer: langium.heap, peerName },
  ];
}
