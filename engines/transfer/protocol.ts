/** Plain transfers, as the engines know them: the discard service on every receiver, and the step that sends to it. */
import { formatRate, formatSize, formatValue } from '../format.ts';
import type { Process } from '../kernel/process.ts';
import { failed, type Host } from '../network/host.ts';
import type { Installed, Protocol, StepOutcome, World } from '../protocol.ts';
import { type Bytes, type Nanoseconds, SECOND } from '../quantities.ts';
import { DISCARD_PORT, discard } from './discard.ts';
import { Transfer, TransferLedger } from './ledger.ts';
import { transferMetrics } from './metrics.ts';
import type { TransferAction } from './scenario.ts';

export const transfer: Protocol = {
  name: 'transfer',
  metrics: transferMetrics,
  install,
};

function install(world: World): Installed {
  const ledger = new TransferLedger();
  const receivers = new Set<string>();
  const { services, steps } = world.scenario;
  const routers = new Set(services.flatMap((one) => (one.kind === 'network.nat' ? [one.host] : [])));
  // A router throws nothing away: who sends to its address means a host that it forwards to.
  for (const { action } of steps) if (action.kind === 'transfer.send' && !routers.has(action.to)) receivers.add(action.to);
  for (const service of services) {
    if (service.kind !== 'network.nat') continue;
    for (const { transport, host, hostPort, port, lastPort } of service.forwards) {
      const reached = hostPort <= DISCARD_PORT && DISCARD_PORT <= hostPort + lastPort - port;
      if (transport === 'tcp' && reached) receivers.add(host);
    }
  }
  for (const receiver of receivers) world.boot(receiver, 'discard service', (host) => service(host, ledger));
  return { perform: (action) => (action.kind === 'transfer.send' ? perform(world, ledger, action) : undefined) };
}

function* service(host: Host, ledger: TransferLedger): Process {
  yield* discard(host, ledger);
}

/** Done when the receiver has read the end, or the sender knows that it never will. */
function* perform(world: World, ledger: TransferLedger, { from, to, size }: TransferAction): Process<StepOutcome> {
  const sender = world.host(from);
  const receiver = world.host(to);
  const startedAt = sender.now();
  const bound = leastTime(world, from, to, size);
  const made = new Transfer();
  let began = false;
  sender.spawn(
    'transfer',
    (function* (): Process {
      began = true;
      try {
        yield* send(sender, receiver.address, size, made, ledger);
      } finally {
        made.end(`${from} went down${after(made.received)}`);
      }
    })(),
  );
  if (!began) return { outcome: `${from} is down`, succeeded: false };
  const failure = yield* made.ending();
  if (failure !== null) return { outcome: failure, succeeded: false };
  const time = receiver.now() - startedAt;
  // Without latency, a byte at the highest rate takes less than a nanosecond.
  const goodput = (size * 8 * SECOND) / Math.max(1, time);
  receiver.narrator.measure('transfer time', [from, to], time);
  if (bound !== null) receiver.narrator.measure('transfer time bound', [from, to], bound);
  receiver.narrator.measure('goodput', [from, to], goodput);
  return { outcome: `${formatSize(size)} in ${formatValue(time, 'ns')}, ${formatRate(goodput)}`, succeeded: true };
}

/** Both ways for the handshake, then one way with all bytes at the rate of the slowest line; null where no way leads there and back. */
function leastTime(world: World, from: string, to: string, size: Bytes): Nanoseconds | null {
  const there = world.path(from, to);
  const back = world.path(to, from);
  if (!there || !back) return null;
  return Math.ceil(2 * there.latency + back.latency + (size * 8 * SECOND) / there.rate);
}

/** The sender's side: connects, sends it all as one message, closes, and waits for the other side to close. */
function* send(host: Host, address: string, size: Bytes, made: Transfer, ledger: TransferLedger): Process {
  const connection = yield* host.connect({ address, port: DISCARD_PORT });
  if (failed(connection)) {
    made.end(connection.failure);
    return;
  }
  ledger.enter(connection, made);
  try {
    const seed = 1 + host.random('transfer').below(2 ** 32 - 1);
    yield* connection.write({ seed, offset: 0, length: size }, { protocol: 'discard', kind: 'content', label: formatSize(size) });
    connection.close();
    // The service sends nothing: what can be read is the end.
    while ((yield* connection.read()) !== null);
    if (connection.ending !== null) made.end(`${connection.ending}${after(made.received)}`);
  } finally {
    ledger.strike(connection);
  }
}

function after(received: Bytes): string {
  return received > 0 ? ` after ${formatSize(received)}` : '';
}
