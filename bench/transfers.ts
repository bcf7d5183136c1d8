/**
 * `node bench/transfers.ts [--case ID] [--fidelity packets|flows] [--seeds N] [--reference FILE | --against packets]`
 *
 * Runs our side of one case, or of every case whose id contains ID, and prints it beside ns-3's from a file that
 * bench/ns3/reference.ts wrote, or beside our own packets.
 */
import { existsSync, readFileSync } from 'node:fs';
import type { Reference } from './ns3/reference.ts';
import { TRANSFER_CASES } from './transfer-cases.ts';
import { figuresOf, median, quantile } from './transfer-figures.ts';
import { type Fidelity, runTransfers } from './transfer-run.ts';

const words = process.argv.slice(2);
const option = (name: string): string | undefined => {
  const at = words.indexOf(name);
  return at < 0 ? undefined : words[at + 1];
};
const wanted = option('--case') ?? '';
const fidelity = (option('--fidelity') ?? 'packets') as Fidelity;
const against = option('--against') as Fidelity | undefined;
const theirName = against ?? 'ns-3';
const file = option('--reference');
const most = Number(option('--seeds') ?? Number.POSITIVE_INFINITY);
const reference = file !== undefined && existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Reference) : {};
const exact = TRANSFER_CASES.filter(({ id }) => id === wanted);
const cases = exact.length > 0 ? exact : TRANSFER_CASES.filter(({ id }) => id.includes(wanted));

const errors: number[] = [];
const percent = (value: number) => `${(value * 100).toFixed(1)} %`;
console.log(
  `${'case'.padEnd(46)}${'seeds'.padStart(6)}${'ours s'.padStart(11)}${`${theirName} s`.padStart(11)}${'error'.padStart(10)}   last flow: ours, ${theirName}, error`,
);
for (const subject of cases) {
  const seeds = Math.min(subject.seeds, most);
  const runs = [];
  try {
    for (let seed = 1; seed <= seeds; seed++) runs.push(runTransfers(subject, seed, fidelity));
  } catch (error) {
    console.log(`${subject.id.padEnd(46)}  ${(error as Error).message}`);
    continue;
  }
  const ours = figuresOf(runs);
  const theirRuns = against
    ? Array.from({ length: seeds }, (_, i) => runTransfers(subject, i + 1, against))
    : reference[subject.id]?.slice(0, seeds);
  let line = `${subject.id.padEnd(46)}${String(seeds).padStart(6)}${ours.mean.toFixed(3).padStart(11)}`;
  if (theirRuns) {
    const theirs = figuresOf(theirRuns);
    const error = ours.mean / theirs.mean - 1;
    errors.push(Math.abs(error));
    line += `${theirs.mean.toFixed(3).padStart(11)}${percent(error).padStart(10)}   ${ours.last.toFixed(3)}, ${theirs.last.toFixed(3)}, ${percent(ours.last / theirs.last - 1)}`;
  } else line += `   last flow: ${ours.last.toFixed(3)}`;
  console.log(line);
}
if (errors.length > 1)
  console.log(
    `\nerror over ${errors.length} cases: median ${percent(median(errors))}, 90th percentile ${percent(quantile(errors, 0.9))}, worst ${percent(Math.max(...errors))}`,
  );
