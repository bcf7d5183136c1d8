/** Waits that end at a time, not after one. */
import type { Process } from './kernel/process.ts';
import type { Host } from './network/host.ts';
import type { Nanoseconds } from './quantities.ts';

/** Done at that time of the host's clock; at once where it is past. */
export function* sleepUntil(host: Pick<Host, 'now' | 'sleep'>, time: Nanoseconds): Process {
  const left = time - host.now();
  if (left > 0) yield* host.sleep(left);
}
