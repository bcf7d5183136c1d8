/** Points of a sweep a second: in one process, and on all cores, the threads' start included. */
import { availableParallelism } from 'node:os';
import { runOnThreads } from '../cli/point-threads.ts';
import { DEFAULT_LIMITS } from '../engines/simulation.ts';
import { pointCount } from '../engines/sweep/plan.ts';
import { runPoint, sweepOf } from '../server/language/swept-point.ts';
import type { Result } from './result.ts';

/** 200 points: transfers of 10 MB over a line that loses packets. */
const TEXT = `let rtt = 20 ms
host server { latency rtt / 4 }
host laptop { latency rtt / 4  down 20 Mbps  loss 0.5 % }
server transfers 10 MB to laptop
sweep rtt over 2 ms..100 ms step 2 ms repeat 4 { plot transfer time of server to laptop against rtt }
`;

export async function bench(): Promise<Result[]> {
  const sources = [{ uri: 'file:///bench.netscenario', text: TEXT }];
  const sweep = sweepOf(sources, new Map(), 0);
  const points = Array.from({ length: pointCount(sweep.plan) }, (_, i) => i + 1);
  // Compiled code, as the threads of a long sweep have.
  for (const point of points.slice(0, 20)) runPoint(sweep, point, DEFAULT_LIMITS);
  const aloneFrom = performance.now();
  for (const point of points) runPoint(sweep, point, DEFAULT_LIMITS);
  const alone = performance.now() - aloneFrom;
  const cores = availableParallelism();
  const sharedFrom = performance.now();
  await runOnThreads({ sources, files: [], index: 0, limits: DEFAULT_LIMITS }, points, cores, () => {});
  const shared = performance.now() - sharedFrom;
  const rate = (milliseconds: number): number => (points.length / milliseconds) * 1000;
  return [
    {
      name: `200 points on ${cores} cores`,
      unit: 'points/s',
      ours: rate(shared),
      peer: rate(alone),
      peerName: 'one process',
      moreIsBetter: true,
    },
  ];
}
