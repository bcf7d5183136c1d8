/** What opening a connection takes at both fidelities: the name of a pair of endpoints, its first sequence number, and the wait. */
import type { Kernel } from '../../kernel/kernel.ts';
import { type Process, wait } from '../../kernel/process.ts';
import { randomStream } from '../../kernel/random.ts';
import type { ConnectFailure, Connection, ConnectOptions, Endpoint } from '../host.ts';

/** A connection that its host is about to open. */
export interface Opening extends Connection {
  /** Active open; `opened` is told once how it went. */
  open(opened: (failure: ConnectFailure | null) => void): void;
  /** Nobody waits for it any longer. */
  abandon(ending: 'closed' | 'timed out'): void;
}

/** One number for a pair of endpoints, as seen from a host. */
export function pairOf(localPort: number, remoteHost: number, remotePort: number): number {
  return (remoteHost * 65_536 + localPort) * 65_536 + remotePort;
}

/** RFC 6528: a clock that ticks every 4 µs, plus a number that nobody can guess for these two endpoints. */
export function initialSequence({ now, seed }: Kernel, local: Endpoint, remote: Endpoint): number {
  const purpose = `initial sequence number ${local.address} ${local.port} ${remote.address} ${remote.port}`;
  return (Math.floor(now / 4_000) + randomStream(seed, purpose).uint32()) % 4294967296;
}

/** Opens a connection: done when it is established or has failed, at the latest when the application's patience ends. */
export function opened(kernel: Kernel, connection: Opening, options: ConnectOptions | undefined): Process<Connection | ConnectFailure> {
  return wait<Connection | ConnectFailure>((resume) => {
    const timer =
      options?.timeout === undefined
        ? null
        : kernel.schedule(options.timeout, () => {
            connection.abandon('timed out');
            resume({ failure: 'timed out' });
          });
    const stopTimer = (): void => {
      if (timer !== null) kernel.cancel(timer);
    };
    connection.open((failure) => {
      stopTimer();
      resume(failure ?? connection);
    });
    return () => {
      stopTimer();
      connection.abandon('closed');
    };
  });
}
