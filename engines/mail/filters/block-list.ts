/**
 * Block lists in the DNS (RFC 5782): a name under the list's zone has an A record in 127.0.0.0/8 when it is listed. Addresses are asked
 * for with their octets reversed (§2.1), domains as they are (§4). A list that does not answer blocks nobody.
 */
import { ipv4Bytes } from '../../dns/ip-address.ts';
import { lookup } from '../../dns/stub-resolver.ts';
import type { Process } from '../../kernel/process.ts';
import type { Address, Host } from '../../network/host.ts';

/** The first of the lists (zones) that has the address or domain; null for none. */
export function* listedIn(host: Host, lists: readonly string[], listed: Address | string): Process<string | null> {
  for (const list of lists) {
    const found = yield* lookup(host, queryName(listed, list), 'A');
    if (found.kind === 'answer' && found.records.some(({ data }) => data.type === 'A' && data.address.startsWith('127.'))) return list;
  }
  return null;
}

/** `7.0.0.10.bl.example.org` for 10.0.0.7, `evil.example.dbl.example.org` for a domain. */
export function queryName(listed: Address | string, list: string): string {
  const left = ipv4Bytes(listed) ? listed.split('.').toReversed().join('.') : listed;
  return `${left}.${list.replace(/\.$/, '')}.`;
}
