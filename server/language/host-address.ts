/** Which IPv4 addresses a host can have for itself. */
import { ipv4Bytes } from '../../engines/dns/ip-address.ts';

/** Why no host of a network has the address (RFC 6890 §2.2.2, RFC 5771 §3), to go on from it; null where one can. */
export function hostAddressProblem(address: string): string | null {
  const first = ipv4Bytes(address)![0]!;
  const own = 'a host has an address of its own';
  if (address === '255.255.255.255') return `is the broadcast address; ${own}`;
  if (first === 0) return `lies in 0.0.0.0/8, which stands for “this network”; ${own}`;
  if (first === 127) return 'is a loopback address, which each host has for itself; give the host one that others reach';
  if (first >= 240) return `lies in 240.0.0.0/4, which is reserved; ${own}`;
  if (first >= 224) return `is a multicast address; ${own}`;
  return null;
}
