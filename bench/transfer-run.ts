/** Runs a case of transfer-cases.ts on our simulated network, at either fidelity. */
import { Kernel } from '../engines/kernel/kernel.ts';
import type { Process } from '../engines/kernel/process.ts';
import { metrics } from '../engines/metrics.ts';
import { writePcapng } from '../engines/network/capture/pcapng.ts';
import { type Connection, failed, type Host } from '../engines/network/host.ts';
import { SimulatedNetwork } from '../engines/network/simulated-network.ts';
import { SECOND } from '../engines/quantities.ts';
import { Recorder } from '../engines/recorder.ts';
import type { HostDeclaration, LineDeclaration, Scenario } from '../engines/scenario.ts';
import { ACCESS_RATE, FULL_FRAME, starts, type TransferCase } from './transfer-cases.ts';

export type Fidelity = Scenario['fidelity'];

export interface TransferRun {
  /** Of each flow: seconds from its start until the receiver's application has its last byte. */
  readonly completions: readonly number[];
  /** Seconds that the run took here. */
  readonly wall: number;
  readonly events: number;
  /** Rows of the run's table of packets. */
  readonly packets: number;
  readonly scenario: Scenario;
  readonly recorder: Recorder;
}

const PORT = 5000;
/** Buffers that never bind. */
const RECEIVE_BUFFER = 64 * 2 ** 20;

export function scenarioOf(subject: TransferCase, seed: number, fidelity: Fidelity): Scenario {
  const line = (seconds: number, queue: number, loss: number): LineDeclaration => ({
    latency: Math.round(seconds * SECOND),
    jitter: 0,
    loss,
    duplicates: 0,
    reordering: false,
    queue,
    trace: null,
  });
  const host = (
    name: string,
    address: string,
    rates: Pick<HostDeclaration, 'up' | 'down'>,
    declared: LineDeclaration,
  ): HostDeclaration => ({
    name,
    address,
    nameservers: [],
    ...rates,
    ...declared,
    tcp: {
      congestionControl: subject.congestionControl,
      selectiveAcknowledgments: true,
      nagle: false,
      receiveBuffer: RECEIVE_BUFFER,
    },
    implicit: false,
    at: null,
  });
  const oneWay = subject.roundTrip / 2;
  return {
    format: 1,
    title: subject.id,
    seed,
    fidelity,
    sources: [],
    hosts: [
      // As in ns-3, the frame on the line takes no room of the queue.
      host(
        'receiver',
        '10.255.0.1',
        { up: ACCESS_RATE, down: subject.rate },
        line(oneWay * 0.8, (subject.queue - 1) * FULL_FRAME, subject.loss),
      ),
      ...Array.from({ length: subject.flows }, (_, i) =>
        host(senderName(i), `10.0.${i >> 8}.${i & 255}`, { up: ACCESS_RATE, down: ACCESS_RATE }, line(oneWay * 0.2, 2 ** 31, 0)),
      ),
    ],
    links: [],
    services: [],
    steps: [],
    expectations: [],
    views: [],
  };
}

const senderName = (flow: number) => `sender${flow + 1}`;

/** Throws when a flow does not complete. */
export function runTransfers(subject: TransferCase, seed: number, fidelity: Fidelity): TransferRun {
  const scenario = scenarioOf(subject, seed, fidelity);
  const begun = performance.now();
  const kernel = new Kernel(scenario.seed);
  const recorder = new Recorder(metrics);
  const network = new SimulatedNetwork(kernel, scenario, recorder);
  const startedAt = starts(subject, seed);
  const completions: number[] = new Array(subject.flows).fill(Number.NaN);
  let left = subject.flows;

  function* take(connection: Connection, flow: number): Process {
    let received = 0;
    for (let content = yield* connection.read(); content; content = yield* connection.read()) {
      received += content.length;
      if (received >= subject.size && Number.isNaN(completions[flow])) {
        completions[flow] = kernel.now / SECOND - (startedAt[flow] as number);
        left--;
      }
    }
    connection.close();
  }

  for (let flow = 0; flow < subject.flows; flow++) {
    network.boot('receiver', 'sink', function* (host: Host): Process {
      const listener = yield* host.listen(PORT + flow);
      if (failed(listener)) throw new Error(listener.failure);
      const connection = yield* listener.accept();
      if (connection) yield* take(connection, flow);
    });
    network.boot(senderName(flow), 'source', function* (host: Host): Process {
      yield* host.sleep(Math.round((startedAt[flow] as number) * SECOND));
      const connection = yield* host.connect({ address: '10.255.0.1', port: PORT + flow });
      if (failed(connection)) throw new Error(connection.failure);
      yield* connection.write({ seed: 1, offset: 0, length: subject.size }, { protocol: 'bench', kind: 'data', label: 'data' });
      connection.close();
    });
  }
  while (left > 0 && kernel.run(10_000));
  if (left > 0) throw new Error(`${subject.id}, seed ${seed}: ${left} flows did not complete`);
  return {
    completions,
    wall: (performance.now() - begun) / 1000,
    events: kernel.events,
    packets: recorder.packetCount,
    scenario,
    recorder,
  };
}

/** The run's capture at a host, as pcapng. */
export function captureOf({ scenario, recorder }: TransferRun, host: string): Uint8Array {
  return writePcapng(
    {
      ...recorder.tables(),
      title: scenario.title,
      hosts: scenario.hosts.map(({ name, address, implicit }) => ({ name, address, implicit })),
      steps: [],
    },
    { host },
  );
}
