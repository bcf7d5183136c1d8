/**
 * Content distribution: one LRU cache under Zipf's law beside the same in Python, and ten thousand viewers over fifty nodes for a simulated
 * hour, from text to Run: at the level of requests, each asking for an object every four seconds, and with a player each, who watch films.
 */
import { spawnSync } from 'node:child_process';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Popularity, zipf } from '../engines/cdn/popularity.ts';
import { predicted } from '../engines/cdn/prediction.ts';
import { CacheRoom } from '../engines/http/cache/replacement.ts';
import { randomStream } from '../engines/kernel/random.ts';
import { SECOND } from '../engines/quantities.ts';
import type { Run } from '../engines/run.ts';
import { Simulation } from '../engines/simulation.ts';
import { type Statistic, statisticOf } from '../engines/statistics.ts';
import { compile } from '../server/language/compile.ts';
import type { Result } from './result.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Objects and the buffers of typed arrays, in bytes, after garbage collection. */
function heap(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const OBJECTS = 10_000;
const ALPHA = 0.8;
const ROOM = 1_000;
const REQUESTS = 3_000_000;

/** Seconds, and the hit ratio. */
function lru(): { seconds: number; hits: number } {
  const popularity = new Popularity(zipf(OBJECTS, ALPHA));
  const random = randomStream(1, 'bench');
  const cache = new CacheRoom(ROOM, 'lru');
  let hits = 0;
  const begun = performance.now();
  for (let i = 0; i < REQUESTS; i++) {
    const object = popularity.draw(random);
    if (cache.has(object)) {
      hits++;
      cache.use(object);
    } else cache.put(object, 1);
  }
  return { seconds: (performance.now() - begun) / 1000, hits: hits / REQUESTS };
}

/** The same work in Python; null where there is none. */
function python(): { seconds: number; hits: number } | null {
  const script = new URL('cdn/lru.py', import.meta.url).pathname;
  const ran = spawnSync('python3', [script, OBJECTS, ALPHA, ROOM, REQUESTS].map(String), { encoding: 'utf8' });
  return ran.status === 0 ? JSON.parse(ran.stdout) : null;
}

const HOUR = `
  host edge[1..50] { latency 5 ms  rate 100 Gbps }
  cdn kingcdn {
    nodes edge[1..50]
    cache 2 GB lru
    catalogue 10000 objects of 1 MB zipf 0.8
    health-check every 1 min
  }
  crowd of 10000 uses kingcdn at 0.25 per s for 1 h
`;

const WATCHING = `
  host edge[1..50] { latency 5 ms  rate 1 Gbps }
  host origin.kingcdn.com { rate 20 Gbps }
  video film { duration 20 min  segment 6 s  ladder 400 kbps, 1 Mbps, 2.5 Mbps, 5 Mbps }
  cdn kingcdn {
    nodes edge[1..50]
    cache 10 GB lru
    content film
    health-check every 1 min
  }
  crowd of 10000 watches films of kingcdn using bola for 1 h { titles 100 zipf 0.8  buffer 30 s }
`;

function run(text: string): { run: Run; seconds: number; megabytes: number } {
  const { scenario, diagnostics } = compile([{ uri: 'memory:///hour.netscenario', text }], new Map());
  const problem = diagnostics.find(({ severity }) => severity === 'error');
  if (problem) throw new Error(problem.message);
  let seconds = 0;
  let most = 0;
  const simulation = new Simulation(scenario);
  for (let goesOn = true; goesOn; ) {
    const begun = performance.now();
    // An event of a crowd is some ten thousand requests.
    goesOn = simulation.advance(25);
    seconds += (performance.now() - begun) / 1000;
    most = Math.max(most, heap());
  }
  return { run: simulation.finish(), seconds, megabytes: most / 1e6 };
}

function close(what: string, ours: number, theirs: number): void {
  if (Math.abs(ours - theirs) > 0.01) throw new Error(`${what}: ${ours} and ${theirs}`);
}

export function bench(): Result[] {
  lru();
  const ours = lru();
  const peer = python();
  const theory = predicted('lru', zipf(OBJECTS, ALPHA), new Float64Array(OBJECTS).fill(1), ROOM).objects;
  close('hit ratio and Che’s approximation', ours.hits, theory);
  if (peer) close('hit ratio and the peer’s', ours.hits, peer.hits);
  const { run: hour, seconds, megabytes } = run(HOUR);
  const ratio = hour.series.find(({ metric }) => metric === 'cdn hit ratio')?.values.at(-1) ?? Number.NaN;
  const requests = hour.series
    .filter(({ metric }) => metric === 'node requests')
    .reduce((sum, { values }) => sum + (values.at(-1) ?? 0), 0);
  const films = run(WATCHING);
  const lastOf = (metric: string): number => films.run.series.find((series) => series.metric === metric)?.values.at(-1) ?? Number.NaN;
  const loads = films.run.series.filter(({ metric }) => metric === 'node load').map(({ values }) => values.at(-1) ?? Number.NaN);
  const percentile = (statistic: Statistic): string => {
    const samples = { values: [...(films.run.series.find(({ metric }) => metric === 'cdn response time')?.values ?? [])], weights: [] };
    return `${(statisticOf(samples, statistic) / SECOND).toFixed(1)} s`;
  };
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  const seen = [
    `${(films.run.series.filter(({ metric }) => metric === 'node requests').reduce((sum, { values }) => sum + (values.at(-1) ?? 0), 0) / 1e6).toFixed(1)} million segments`,
    `${percent(lastOf('cdn hit ratio'))} hits`,
    `${percent(lastOf('origin offload'))} origin offload`,
    `segment times ${percentile('median')} (median), ${percentile('95th percentile')} and ${percentile('99th percentile')} (95th and 99th percentile)`,
    `${percent(lastOf('stall ratio'))} stalls`,
    `${(lastOf('crowd bitrate') / 1e6).toFixed(2)} Mbit/s`,
    `node load ${percent(Math.min(...loads))} to ${percent(Math.max(...loads))}`,
  ].join(', ');
  const none = { peer: null, peerName: '' };
  return [
    {
      name: 'requests by Zipf(0.8) over 10,000 objects to an LRU cache for 1,000',
      unit: 'M/s',
      ours: REQUESTS / ours.seconds / 1e6,
      peer: peer && REQUESTS / peer.seconds / 1e6,
      peerName: 'Python (OrderedDict)',
      moreIsBetter: true,
    },
    {
      name: `10,000 viewers, 50 nodes, 1 h, ${(requests / 1e6).toFixed(1)} million requests (${(100 * ratio).toFixed(1)} % hits): time`,
      unit: 's',
      ours: seconds,
      ...none,
    },
    { name: 'the same: greatest heap of the process on the way, all that is recorded included', unit: 'MB', ours: megabytes, ...none },
    { name: `10,000 viewers who watch films over 50 nodes, 1 h (${seen}): time`, unit: 's', ours: films.seconds, ...none },
    {
      name: 'the same: greatest heap of the process on the way, all that is recorded included',
      unit: 'MB',
      ours: films.megabytes,
      ...none,
    },
  ];
}

if (import.meta.main) for (const result of bench()) console.log(result);
