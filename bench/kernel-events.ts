/**
 * Events a second of the bare kernel, beside ns-3's schedulers and SimPy, on one workload: WAITING events wait at any time,
 * and each that happens schedules the next one after a delay out of one table, so that nobody's random numbers are measured.
 *
 * ns-3 and our kernel call a function; SimPy resumes a process, so beside it stand our processes. The peers' programs are
 * ns3/events.cc (the best of its schedulers counts) and simpy/events.py.
 */
import { spawnSync } from 'node:child_process';
import { Kernel } from '../engines/kernel/kernel.ts';
import { type Process, start, wait } from '../engines/kernel/process.ts';
import { ns3Program, ns3Version, runProgram } from './ns3/ns3.ts';
import type { Result } from './result.ts';
import { median } from './transfer-figures.ts';

const EVENTS = 2_000_000;
/** SimPy is given fewer: it takes as long for them. */
const SIMPY_EVENTS = 200_000;
/** As in a network of some size. */
const WAITING = 1_000;
const DELAYS = 4_096;
const ROUNDS = 5;

const delays: number[] = [];
for (let i = 0, state = 1; i < DELAYS; i++) {
  // Numerical Recipes' linear congruential generator, as in the peers' programs.
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  delays.push(1 + (state % 1_000_000));
}

function eventsPerSecond(): number {
  const kernel = new Kernel(1);
  let happened = 0;
  const event = () => {
    kernel.schedule(delays[++happened % DELAYS]!, event);
  };
  for (let i = 0; i < WAITING; i++) kernel.schedule(delays[i % DELAYS]!, event);
  const begun = performance.now();
  kernel.run(EVENTS);
  return EVENTS / ((performance.now() - begun) / 1000);
}

function processesPerSecond(): number {
  const kernel = new Kernel(1);
  let happened = 0;
  function* clock(first: number): Process {
    for (let delay = first; ; delay = delays[++happened % DELAYS]!) {
      yield* wait<void>((resume) => {
        const timer = kernel.schedule(delay, () => resume(undefined));
        return () => kernel.cancel(timer);
      });
    }
  }
  for (let i = 0; i < WAITING; i++) start('clock', clock(delays[i % DELAYS]!));
  const begun = performance.now();
  kernel.run(EVENTS);
  return EVENTS / ((performance.now() - begun) / 1000);
}

const rounds = (measure: () => number): number => {
  measure();
  return median(Array.from({ length: ROUNDS }, measure));
};

/** The best of ns-3's schedulers and its name. */
async function ns3Best(): Promise<{ rate: number; name: string } | undefined> {
  const program = ns3Program('events');
  if (program === undefined) return undefined;
  const measured: Record<string, number>[] = [];
  for (let i = 0; i < 3; i++) measured.push(await runProgram(program, { waiting: WAITING, events: EVENTS, delays: DELAYS }));
  const [name, rate] = Object.keys(measured[0]!)
    .map((scheduler) => [scheduler, median(measured.map((run) => run[scheduler]!))] as const)
    .reduce((best, one) => (one[1] > best[1] ? one : best));
  return { rate, name: `${ns3Version()} ${name}` };
}

/** Of the first Python that has SimPy; Debian's own looks nowhere else for Debian's modules. */
function simpy(): { rate: number; name: string } | undefined {
  const script = new URL('simpy/events.py', import.meta.url).pathname;
  for (const python of ['python3', '/usr/bin/python3']) {
    const runs: { version: string; eventsPerSecond: number }[] = [];
    for (let i = 0; i < 3; i++) {
      const { status, stdout } = spawnSync(python, [script, `${WAITING}`, `${SIMPY_EVENTS}`, `${DELAYS}`], { encoding: 'utf8' });
      if (status !== 0) break;
      runs.push(JSON.parse(stdout));
    }
    if (runs.length === 3) return { rate: median(runs.map((run) => run.eventsPerSecond)), name: runs[0]!.version };
  }
  return undefined;
}

export async function bench(): Promise<Result[]> {
  const ours = rounds(eventsPerSecond) / 1e6;
  const processes = rounds(processesPerSecond) / 1e6;
  const theirs = await ns3Best();
  const python = simpy();
  const unit = 'million events/s';
  const peer = (one: { rate: number; name: string } | undefined, otherwise: string) => ({
    peer: one ? one.rate / 1e6 : null,
    peerName: one?.name ?? otherwise,
    moreIsBetter: true,
  });
  return [
    { name: 'bare kernel', unit, ours, ...peer(theirs, 'ns-3') },
    { name: 'a process for each timer', unit, ours: processes, ...peer(python, 'SimPy') },
    { name: 'bare kernel beside processes', unit, ours, ...peer(python, 'SimPy') },
  ];
}
