/** What a middlebox reads of a packet. */
import type { Translated } from '../../recorder.ts';
import type { Transport } from '../scenario.ts';
import { ACK, RST, SYN } from '../tcp/segment.ts';

/** Hosts are the indexes of those whose addresses stand in the packet. */
export interface Header extends Translated {
  readonly transport: Transport;
  /** TCP flags as on the wire; 0 for UDP. */
  readonly flags: number;
}

/** Whether it may begin a conversation: a datagram, or a SYN. */
export function opens({ transport, flags }: Pick<Header, 'transport' | 'flags'>): boolean {
  return transport === 'udp' || (flags & (SYN | ACK | RST)) === SYN;
}

/** One number for an endpoint: port 0 to 65535 of the address of a host. */
export function endpointOf(host: number, port: number): number {
  return host * 65_536 + port;
}
