/**
 * Load: one host's users look names up at random times. The times between lookups are exponentially distributed (a Poisson
 * process), so that lookups bunch as real ones do; each runs by itself, with the stub resolver's timeouts and repetitions.
 */
import { count, formatDuration, formatValue } from '../../format.ts';
import { type Process, start, type Task, wait } from '../../kernel/process.ts';
import type { Host } from '../../network/host.ts';
import type { StepOutcome, World } from '../../protocol.ts';
import { type Nanoseconds, SECOND } from '../../quantities.ts';
import type { DomainName } from '../scenario.ts';
import { lookup } from '../stub-resolver.ts';
import type { LoadAction } from './scenario.ts';

interface Tally {
  lookups: number;
  answered: number;
  time: Nanoseconds;
}

export function* keepResolving(world: World, { host: hostName, names, type, rate, duration }: LoadAction): Process<StepOutcome> {
  const host = world.host(hostName);
  const arrivals = host.random('dns load arrivals');
  const choices = host.random('dns load names');
  const tally: Tally = { lookups: 0, answered: 0, time: 0 };
  const tasks: Task[] = [];
  const end = host.now() + duration;
  for (;;) {
    const next = host.now() + Math.round(arrivals.exponential(SECOND / rate));
    if (next >= end) break;
    yield* host.sleep(next - host.now());
    const name = names[choices.below(names.length)] as DomainName;
    // On no host: a crash must not leave the step waiting for ever.
    tasks.push(start('lookup', one(host, name, type, tally)) as Task);
  }
  for (const task of tasks) yield* ended(task);
  if (tally.lookups === 0) return { outcome: 'no lookup came up in that time', succeeded: true };
  const { lookups, answered, time } = tally;
  const share = formatValue(answered / lookups, 'ratio');
  return {
    outcome: `${count(lookups, 'lookup')}, ${share} answered, ${formatDuration(Math.round(time / lookups))} on average`,
    succeeded: answered === lookups,
  };
}

function* one(host: Host, name: DomainName, type: string, tally: Tally): Process {
  const began = host.now();
  const found = yield* lookup(host, name, type);
  tally.lookups++;
  tally.time += host.now() - began;
  if (found.kind !== 'timeout' && found.kind !== 'error') tally.answered++;
  host.narrator.measure('lookup success', [host.name], tally.answered / tally.lookups);
}

function ended(task: Task): Process {
  return wait<void>((resume) => {
    let waiting = true;
    task.whenDone(() => {
      if (waiting) resume();
    });
    return () => {
      waiting = false;
    };
  });
}
