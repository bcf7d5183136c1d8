/**
 * Many concurrent flows at fidelity `flows`: what they cost in time and memory as their number grows.
 *
 * A thousand hosts with 100 Mbps each; N flows begin at once, and then flows arrive as a Poisson process and depart as they
 * end, at about the rate at which the network can serve them, until N more have arrived. Who sends to whom is drawn evenly,
 * sizes are exponential. Written against the Host, as every protocol is. The heap is taken after garbage collection, at
 * twenty moments of the run, with everything that the run has recorded by then; its peak is divided by the flows that were
 * open at that moment.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Kernel } from '../engines/kernel/kernel.ts';
import { type Process, start } from '../engines/kernel/process.ts';
import { metrics } from '../engines/metrics.ts';
import { failed, type Host } from '../engines/network/host.ts';
import { SimulatedNetwork } from '../engines/network/simulated-network.ts';
import { MILLISECOND, SECOND } from '../engines/quantities.ts';
import { Recorder } from '../engines/recorder.ts';
import type { Scenario } from '../engines/scenario.ts';
import type { Result } from './result.ts';

const HOSTS = 1_000;
const RATE = 100e6;
/** Mean size in bytes. */
const SIZE = 1e6;
const PORT = 5000;
const SAMPLES = 20;
/** Share of the access links' rate that evenly drawn pairs can use, about: a link is idle while its flows are held back elsewhere. */
const UTILISATION = 0.8;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Objects and the buffers of typed arrays, in bytes. */
function heap(): number {
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const address = (host: number) => `10.0.${host >> 8}.${host & 255}`;

function scenario(fidelity: Scenario['fidelity']): Scenario {
  return {
    format: 1,
    title: 'many flows',
    seed: 1,
    fidelity,
    sources: [],
    hosts: Array.from({ length: HOSTS }, (_, i) => ({
      name: `host${i}`,
      address: address(i),
      nameservers: [],
      up: RATE,
      down: RATE,
      // Round trips from 20 to 60 ms.
      latency: (5 + (i % 11)) * MILLISECOND,
      jitter: 0,
      loss: 0,
      duplicates: 0,
      reordering: false,
      queue: 500_000,
      trace: null,
      tcp: { congestionControl: 'newreno' as const, selectiveAcknowledgments: true, nagle: false, receiveBuffer: 4 * 2 ** 20 },
      implicit: false,
      at: null,
    })),
    links: [],
    services: [],
    steps: [],
    expectations: [],
    views: [],
  };
}

export interface Scale {
  readonly flows: number;
  /** Seconds. */
  readonly wall: number;
  readonly events: number;
  /** Most open at one of the moments looked at. */
  readonly concurrent: number;
  /** Of the heap beyond what the idle network takes, at its peak; bytes. */
  readonly heap: number;
  /** Of that what is recorded and stays: the run's tables, bytes. */
  readonly recorded: number;
}

/** `concurrent` flows at once, and as many that arrive while they run. */
export function runScale(concurrent: number, fidelity: Scenario['fidelity'] = 'flows'): Scale {
  const kernel = new Kernel(1);
  const recorder = new Recorder(metrics);
  const network = new SimulatedNetwork(kernel, scenario(fidelity), recorder);
  const random = kernel.random('bench');
  let open = 0;
  let ended = 0;
  let begun = 0;

  function* source(host: Host, to: number, size: number): Process {
    const connection = yield* host.connect({ address: address(to), port: PORT });
    if (failed(connection)) throw new Error(connection.failure);
    yield* connection.write({ seed: 1, offset: 0, length: size }, { protocol: 'bench', kind: 'data', label: 'data' });
    connection.close();
    while (yield* connection.read());
  }

  for (let i = 0; i < HOSTS; i++) {
    network.boot(`host${i}`, 'sink', function* (host: Host): Process {
      const listener = yield* host.listen(PORT);
      if (failed(listener)) throw new Error(listener.failure);
      for (let connection = yield* listener.accept(); connection; connection = yield* listener.accept()) {
        const accepted = connection;
        host.spawn(
          'session',
          (function* (): Process {
            while (yield* accepted.read());
            accepted.close();
            open--;
            ended++;
          })(),
        );
      }
    });
  }
  const exponential = (mean: number) => -Math.log(1 - random.float()) * mean;
  const arrive = (): void => {
    const from = random.below(HOSTS);
    const to = (from + 1 + random.below(HOSTS - 1)) % HOSTS;
    const host = network.host(`host${from}`);
    open++;
    begun++;
    host.spawn('source', source(host, to, Math.max(1, Math.round(exponential(SIZE)))));
  };
  // Arrivals a second as many as departures, about.
  const rate = (UTILISATION * HOSTS * RATE) / 8 / SIZE;

  kernel.run(1);
  const idle = heap();
  const taken = performance.now();
  let measuring = 0;
  start(
    'arrivals',
    (function* (): Process {
      const host = network.host('host0');
      // Those that begin at once do so within 100 ms, so that no two see the same moment.
      for (let i = 0; i < concurrent; i++) {
        yield* host.sleep(Math.round(exponential((0.1 * SECOND) / concurrent)));
        arrive();
      }
      for (let i = 0; i < concurrent; i++) {
        yield* host.sleep(Math.round(exponential(SECOND / rate)));
        arrive();
      }
    })(),
  );
  let peak = { heap: 0, concurrent: 0, recorded: 0 };
  let next = concurrent;
  for (let more = true; more; ) {
    more = kernel.run(1_000);
    if (begun >= next && begun <= 2 * concurrent) {
      next += concurrent / SAMPLES;
      const before = performance.now();
      const taken = heap() - idle;
      if (taken / open > peak.heap / Math.max(peak.concurrent, 1) || peak.concurrent === 0) {
        peak = { heap: taken, concurrent: open, recorded: recorder.recorded };
      }
      measuring += performance.now() - before;
    }
  }
  if (ended !== 2 * concurrent) throw new Error(`${ended} of ${2 * concurrent} flows ended`);
  return { flows: 2 * concurrent, wall: (performance.now() - taken - measuring) / 1000, events: kernel.events, ...peak };
}

export function bench(): Result[] {
  runScale(300);
  const none = { peer: null, peerName: '' };
  return [1_000, 3_000, 10_000].flatMap((concurrent) => {
    const scale = runScale(concurrent);
    const name = `${concurrent.toLocaleString('en')} concurrent flows`;
    return [
      { name: `${name} and as many arrivals: time`, unit: 's', ours: scale.wall, ...none },
      { name: `${name}: events a flow`, unit: 'events', ours: scale.events / scale.flows, ...none },
      { name: `${name}: peak heap a concurrent flow`, unit: 'kB', ours: scale.heap / scale.concurrent / 1000, ...none },
    ];
  });
}

if (import.meta.main) for (const concurrent of process.argv.slice(2).map(Number)) console.log(runScale(concurrent));
