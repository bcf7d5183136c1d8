/** `npm run bench`: installs the peers that Debian has, where it may; runs the benchmarks, which do without those that are absent. */
import { existsSync } from 'node:fs';
import { found, main, needDebian, run, SetUpError, underCurrentNode } from './set-up.mjs';

underCurrentNode();

/** A peer that is missing is told in one line; the figures then stand alone. */
async function peer(packages, present, what) {
  try {
    await needDebian([packages, present, what]);
  } catch (error) {
    if (!(error instanceof SetUpError)) throw error;
    console.log(error.message);
  }
}

await main(async () => {
  const ns3 = () => existsSync('/usr/include/ns3') && found('g++') && found('pkg-config');
  await peer('libns3-dev g++ pkg-config', ns3, 'ns-3, to compare transfers and event queues with');
  await peer('python3-simpy', () => existsSync('/usr/lib/python3/dist-packages/SimPy'), 'SimPy, to compare event queues with');
  return (await run(process.execPath, ['bench/main.ts', ...process.argv.slice(2)])).code;
});
