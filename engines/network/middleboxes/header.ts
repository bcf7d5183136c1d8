/** What a middlebox reads of a packet. */
import type { Translated } from '../../recorder.ts';
import type { Transport } from '../scenario.ts';

/** Hosts are the indexes of those whose addresses stand in the packet. */
export interface Header extends Translated {
  readonly transport: Transport;
  /** TCP flags as on the wire; 0 for UDP. */
  readonly flags: number;
}

/** One number for an endpoint: port 0 to 65535 of the address of a host. */
export function endpointOf(host: number, port: number): number {
  return host * 65_536 + port;
}
