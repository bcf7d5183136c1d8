/** Steps that a host does: they end when it goes down. */
import { type Process, wait } from './kernel/process.ts';
import type { Host } from './network/host.ts';
import type { StepOutcome } from './protocol.ts';

/** Runs a process on a host and waits for its outcome, which is a failure when the host is down or goes down. */
export function onHost(host: Host, process: (host: Host) => Process<StepOutcome>): Process<StepOutcome> {
  return resultOnHost(host, process, (outcome) => ({ outcome, succeeded: false }));
}

/** Runs a process on a host and waits for its result; `lost` makes one of what happened when the host is down or goes down. */
export function* resultOnHost<T>(host: Host, process: (host: Host) => Process<T>, lost: (happened: string) => T): Process<T> {
  return yield* wait<T>((resume) => {
    let result = lost(`${host.name} is down`);
    let began = false;
    let wanted = true;
    const tell = () => {
      if (wanted) resume(result);
    };
    const task = host.spawn(
      'user agent',
      (function* (): Process {
        began = true;
        result = lost(`${host.name} went down`);
        try {
          result = yield* process(host);
        } finally {
          tell();
        }
      })(),
    );
    if (!began) tell();
    return () => {
      wanted = false;
      task.stop();
    };
  });
}
