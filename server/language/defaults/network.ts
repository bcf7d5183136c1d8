/** What a host and a link are where the author says nothing. */
import { MILLISECOND } from '../../../engines/quantities.ts';
import type { LineDeclaration, TcpSettings } from '../../../engines/scenario.ts';
import type { AccessLink } from '../program.ts';

const line: LineDeclaration = { latency: 0, jitter: 0, loss: 0, duplicates: 0, reordering: false, queue: 256 * 1024, trace: null };

/** An access link: 100 Mbps both ways, 10 ms, no jitter, no loss, a queue of 256 KiB. */
export const accessDefaults: AccessLink = {
  up: 100e6,
  down: 100e6,
  ...line,
  latency: 10 * MILLISECOND,
};

/** The line of a host behind a NAT to its router: 100 Mbps both ways, 1 ms. What holds for access links to the network does not hold for it. */
export const insideDefaults: AccessLink = { ...accessDefaults, latency: MILLISECOND };

/** A direct link: 100 Mbps, 5 ms. */
export const linkDefaults = { ...line, rate: 100e6, latency: 5 * MILLISECOND };

/** A host's TCP: what the textbook describes, with the selective acknowledgments that every stack has. */
export const tcpDefaults: TcpSettings = {
  congestionControl: 'newreno',
  selectiveAcknowledgments: true,
  nagle: false,
  receiveBuffer: 512 * 1024,
};
