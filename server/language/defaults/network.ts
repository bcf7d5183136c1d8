/** What a host and a link are where the author says nothing. */
import { MILLISECOND } from '../../../engines/quantities.ts';
import type { AccessLink } from '../program.ts';

/** An access link: 100 Mbps both ways, 10 ms, no jitter, no loss, a queue of 256 KiB. */
export const accessDefaults: AccessLink = {
  up: 100e6,
  down: 100e6,
  latency: 10 * MILLISECOND,
  jitter: 0,
  loss: 0,
  queue: 256 * 1024,
};

/** A direct link: 100 Mbps, 5 ms. */
export const linkDefaults = { rate: 100e6, latency: 5 * MILLISECOND, jitter: 0, loss: 0, queue: 256 * 1024 };
