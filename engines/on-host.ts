/** Steps that a host does: they end when it goes down. */
import { type Process, wait } from './kernel/process.ts';
import type { Host } from './network/host.ts';
import type { StepOutcome } from './protocol.ts';

/** Runs a process on a host and waits for its outcome, which is a failure when the host is down or goes down. */
export function* onHost(host: Host, process: (host: Host) => Process<StepOutcome>): Process<StepOutcome> {
  return yield* wait<StepOutcome>((resume) => {
    let outcome: StepOutcome = { outcome: `${host.name} is down`, succeeded: false };
    let began = false;
    let wanted = true;
    const tell = () => {
      if (wanted) resume(outcome);
    };
    const task = host.spawn(
      'user agent',
      (function* (): Process {
        began = true;
        outcome = { outcome: `${host.name} went down`, succeeded: false };
        try {
          outcome = yield* process(host);
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
