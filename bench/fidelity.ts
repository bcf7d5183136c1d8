/**
 * How near our transfers come to ns-3's, and flows to packets: runs the cases of transfer-cases.ts on all three and writes
 * docs/fidelity.md. Without ns-3 the page tells our own figures alone.
 *
 * `node bench/fidelity.ts --reference FILE` does the same by itself, with what bench/ns3/reference.ts wrote.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { fidelityPage, type Speeds } from './fidelity-page.ts';
import { ns3Program, ns3Version } from './ns3/ns3.ts';
import { ns3Reference, type Reference } from './ns3/reference.ts';
import { runNs3 } from './ns3/transfer.ts';
import type { Result } from './result.ts';
import { SPEED_CASE, TRANSFER_CASES } from './transfer-cases.ts';
import { type CaseFigures, figuresOf, median, quantile, relativeError } from './transfer-figures.ts';
import { type Fidelity, runTransfers } from './transfer-run.ts';
import type { Done, Work } from './transfer-worker.ts';

/** A case's figures on each simulator; null where that one is absent or did not complete. */
export interface Compared {
  readonly id: string;
  readonly ns3: CaseFigures | null;
  readonly packets: CaseFigures | null;
  readonly flows: CaseFigures | null;
}

/** Seconds that all seeds of a case may take. */
const PATIENCE = 120;

const startWorker = () => new Worker(new URL('transfer-worker.ts', import.meta.url));

/** All cases at a fidelity, on as many workers as there are processors. */
async function ours(fidelity: Fidelity): Promise<Map<string, CaseFigures>> {
  const figures = new Map<string, CaseFigures>();
  const begun = performance.now();
  const next = TRANSFER_CASES[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      let worker = startWorker();
      for (const { id } of next) {
        const done = await new Promise<Done>((resolve) => {
          const patience = setTimeout(async () => {
            worker.removeListener('message', answered);
            await worker.terminate();
            worker = startWorker();
            resolve({ completions: [], failure: `${id}: not done after ${PATIENCE} s` });
          }, PATIENCE * 1000);
          const answered = (answer: Done) => {
            clearTimeout(patience);
            resolve(answer);
          };
          worker.once('message', answered);
          worker.postMessage({ id, fidelity } satisfies Work);
        });
        if (done.failure) console.log(`  ${fidelity}: ${done.failure}`);
        else figures.set(id, figuresOf(done.completions.map((completions) => ({ completions }))));
      }
      await worker.terminate();
    }),
  );
  console.log(`  ${fidelity}: ${figures.size} cases in ${Math.round((performance.now() - begun) / 1000)} s`);
  return figures;
}

/** Seconds that each simulator takes for the case of fifty flows, alone on the machine: the best of some runs, warmed up. */
async function speeds(program: string | undefined): Promise<Speeds> {
  const subject = TRANSFER_CASES.find(({ id }) => id === SPEED_CASE)!;
  const fastest = (fidelity: Fidelity, rounds: number) =>
    Math.min(...Array.from({ length: rounds }, () => runTransfers(subject, 1, fidelity).wall));
  return {
    ns3: program === undefined ? null : (await runNs3(program, subject, 1)).wall,
    packets: fastest('packets', 6),
    flows: fastest('flows', 60),
  };
}

/** `known`: results of ns-3 that need not be had again. */
export async function bench(known?: Reference): Promise<Result[]> {
  const program = ns3Program('transfers');
  const reference = known ?? (program === undefined ? {} : await ns3Reference(program, TRANSFER_CASES));
  const packets = await ours('packets');
  const flows = await ours('flows');
  const compared: Compared[] = TRANSFER_CASES.map(({ id, seeds }) => ({
    id,
    ns3: reference[id] ? figuresOf(reference[id].slice(0, seeds)) : null,
    packets: packets.get(id) ?? null,
    flows: flows.get(id) ?? null,
  }));
  const taken = await speeds(program);
  writeFileSync(new URL('../docs/fidelity.md', import.meta.url), fidelityPage(compared, taken, ns3Version()));
  return results(compared, taken);
}

function results(compared: readonly Compared[], taken: Speeds): Result[] {
  const alone = { peer: null, peerName: '' };
  const errors = (of: (one: Compared) => CaseFigures | null, against: (one: Compared) => CaseFigures | null) =>
    compared.flatMap((one) => {
      const [a, b] = [of(one), against(one)];
      return a && b ? [relativeError(a.mean, b.mean) * 100] : [];
    });
  const told = (what: string, values: number[]): Result[] =>
    values.length === 0
      ? []
      : [
          { name: `${what}: error, median of ${values.length} cases`, unit: '%', ours: median(values), ...alone },
          { name: `${what}: error, 90th percentile`, unit: '%', ours: quantile(values, 0.9), ...alone },
          { name: `${what}: error, worst case`, unit: '%', ours: Math.max(...values), ...alone },
        ];
  return [
    ...told(
      'packets beside ns-3',
      errors(
        (one) => one.packets,
        (one) => one.ns3,
      ),
    ),
    ...told(
      'flows beside packets',
      errors(
        (one) => one.flows,
        (one) => one.packets,
      ),
    ),
    {
      name: '50 flows of 10 MB, packets',
      unit: 's',
      ours: taken.packets,
      peer: taken.ns3,
      peerName: ns3Version() ?? 'ns-3',
    },
    { name: '50 flows of 10 MB, flows', unit: 'ms', ours: taken.flows * 1000, peer: taken.packets * 1000, peerName: 'our packets' },
  ];
}

if (import.meta.main) {
  const file = process.argv[process.argv.indexOf('--reference') + 1];
  const found = await bench(process.argv.includes('--reference') ? JSON.parse(readFileSync(file!, 'utf8')) : undefined);
  for (const { name, ours, unit, peer, peerName } of found)
    console.log(name, ours.toPrecision(3), unit, peerName, peer?.toPrecision(3) ?? '');
}
