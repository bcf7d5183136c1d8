/**
 * `node bench/ns3/reference.ts --out FILE [--case ID] [--OPTION=VALUE …]`: runs the cases in ns-3 and writes, by case, the
 * completion times by seed and flow. Other options go to transfers.cc (`--congestion=TcpNewReno`).
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { TRANSFER_CASES, type TransferCase } from '../transfer-cases.ts';
import { ns3Program } from './ns3.ts';
import { type Ns3Options, type Ns3Run, runNs3 } from './transfer.ts';

export type Reference = Record<string, Ns3Run[]>;

/** All seeds of all cases, as many at a time as there are processors. */
export async function ns3Reference(program: string, cases: readonly TransferCase[], more: Ns3Options = {}): Promise<Reference> {
  const reference: Reference = {};
  const jobs = cases.flatMap((subject) => {
    const runs: Ns3Run[] = new Array(subject.seeds);
    reference[subject.id] = runs;
    return Array.from({ length: subject.seeds }, (_, i) => async () => {
      runs[i] = await runNs3(program, subject, i + 1, more);
    });
  });
  const next = jobs[Symbol.iterator]();
  await Promise.all(
    Array.from({ length: availableParallelism() }, async () => {
      for (const job of next) await job();
    }),
  );
  return reference;
}

if (import.meta.main) {
  const words = process.argv.slice(2);
  const option = (name: string): string | undefined => {
    const at = words.indexOf(name);
    return at < 0 ? undefined : words.splice(at, 2)[1];
  };
  const out = option('--out');
  const only = option('--case');
  if (out === undefined) throw new Error('--out FILE is missing');
  const program = ns3Program('transfers');
  if (program === undefined) throw new Error('ns-3 is absent (Debian: apt-get install libns3-dev g++ pkg-config)');
  const more = Object.fromEntries(words.map((word) => word.replace(/^--/, '').split('=') as [string, string]));
  const cases = TRANSFER_CASES.filter(({ id }) => only === undefined || id === only);
  writeFileSync(out, `${JSON.stringify(await ns3Reference(program, cases, more))}\n`);
}
