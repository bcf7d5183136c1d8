/** A network with its kernel and recorder, and small roles, for tests. */
import { Kernel } from '../kernel/kernel.ts';
import type { Process } from '../kernel/process.ts';
import type { MetricDefinition } from '../protocol.ts';
import { MILLISECOND } from '../quantities.ts';
import { Recorder } from '../recorder.ts';
import type { Scenario } from '../scenario.ts';
import type { CaptureTables } from './capture/pcapng.ts';
import { type Connection, failed, type Host, type MessageInfo } from './host.ts';
import { networkMetrics } from './metrics.ts';
import { SimulatedNetwork } from './simulated-network.ts';
import { ACK, FIN, RST, SYN } from './tcp/segment.ts';

export const message: MessageInfo = { protocol: 'test', kind: 'data', label: 'data' };

/** `more`: metrics of the roles that are run there. */
export function networkForTests(scenario: Scenario, more: readonly MetricDefinition[] = []) {
  const kernel = new Kernel(scenario.seed);
  const recorder = new Recorder([...networkMetrics, ...more]);
  const network = new SimulatedNetwork(kernel, scenario, recorder);
  return {
    kernel,
    recorder,
    network,
    /** Runs to the end; throws when that does not come within a million events. */
    finish(): void {
      if (kernel.run(1_000_000)) throw new Error('the run does not end');
    },
    tables: (): CaptureTables & ReturnType<Recorder['tables']> => ({
      ...recorder.tables(),
      title: scenario.title,
      hosts: scenario.hosts.map(({ name, address, implicit }) => ({ name, address, implicit })),
      steps: scenario.steps.map(({ text, at, parent }) => ({
        text,
        at,
        parent,
        startedAt: 0,
        endedAt: 0,
        outcome: '',
        succeeded: true,
      })),
    }),
  };
}

/** Serves every connection to `port` with a process of its own. */
export function serve(port: number, session: (connection: Connection, host: Host) => Process) {
  return function* (host: Host): Process {
    const listener = yield* host.listen(port);
    if (failed(listener)) throw new Error(listener.failure);
    for (;;) {
      const connection = yield* listener.accept();
      if (!connection) return;
      host.spawn('session', session(connection, host));
    }
  };
}

/** A connection, or an exception for the test. */
export function* connected(host: Host, address: string, port: number, localPort = 0): Process<Connection> {
  const connection = yield* host.connect({ address, port }, { localPort });
  if (failed(connection)) throw new Error(connection.failure);
  return connection;
}

/** Reads until the end and gives the number of bytes. */
export function* drain(connection: Connection): Process<number> {
  let bytes = 0;
  for (;;) {
    const content = yield* connection.read();
    if (!content) return bytes;
    bytes += content.length;
  }
}

/** Rates that add nothing to a host's latency. */
export const FAST = { up: 1e12, down: 1e12 };
/** The second host of a scenario for tests. */
export const SERVER = '10.0.0.2';

/** One line a packet: `time side flags length`, times in milliseconds. */
export function trace({ tables }: { tables: ReturnType<typeof networkForTests>['tables'] }): string[] {
  const { packets } = tables();
  return Array.from({ length: packets.rows }, (_, i) => {
    const flags = packets.flags[i] as number;
    const names = [
      [SYN, 'SYN'],
      [FIN, 'FIN'],
      [RST, 'RST'],
      [ACK, 'ACK'],
    ] as const;
    const text = names
      .filter(([bit]) => flags & bit)
      .map(([, name]) => name)
      .join('+');
    const time = Math.round((packets.sentAt[i] as number) / MILLISECOND);
    return `${time} ${packets.fromServer[i] ? 'server' : 'client'} ${text} ${packets.length[i]}${packets.retransmission[i] ? ' again' : ''}`;
  });
}

/** How each connection ended. */
export function endings({ tables }: { tables: ReturnType<typeof networkForTests>['tables'] }): string[] {
  const { connections, strings } = tables();
  return Array.from(connections.ending, (ending) => strings[ending] as string);
}
