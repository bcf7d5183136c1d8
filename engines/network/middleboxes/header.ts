/** What a middlebox reads of a packet. */
import type { Translated } from '../../recorder.ts';
import type { Transport } from '../scenario.ts';
import { ACK, RST, SYN } from '../tcp/segment.ts';

/** A source that is a lie. */
export interface Forgery {
  /** The address that stands in the packet. */
  readonly source: string;
  /** The host that has sent it. */
  readonly sender: number;
}

/** Hosts are the indexes of those whose addresses stand in the packet; −1 for a forged source that no host has. */
export interface Header extends Translated {
  readonly transport: Transport;
  /** Null, or left out, where it says truly whom it comes from. */
  readonly forged?: Forgery | null;
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
