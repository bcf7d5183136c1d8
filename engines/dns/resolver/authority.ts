/**
 * What a resolver takes from a reply besides its answer: the zone's own list of its name servers (RFC 2181 §5.4.1).
 *
 * NS records in the authority section of an authoritative answer rank above those of a delegation and replace them; addresses in
 * the additional section rank lowest: they find servers and are no answers. Both only from within the zone whose servers were
 * asked. A matching reply that is forged therefore moves the whole zone to the forger's servers (Kaminsky, 2008), which is why it
 * must be hard to forge one that matches (RFC 5452).
 */
import { isSubdomain, sameName } from '../domain-name.ts';
import type { DomainName } from '../scenario.ts';
import type { Message } from '../wire/message.ts';
import { type Cache, credibility } from './cache.ts';

/** `zone`: whose servers were asked; `name`: what the answer is about. Nothing is taken from a reply without AA. */
export function takeAuthority(cache: Cache, zone: DomainName, name: DomainName, message: Message): void {
  if (!message.authoritative) return;
  const owner = message.authorities.find(
    (record) => record.data.type === 'NS' && isSubdomain(record.name, zone) && isSubdomain(name, record.name),
  )?.name;
  if (owner === undefined) return;
  const servers = message.authorities.filter((record) => record.data.type === 'NS' && sameName(record.name, owner));
  cache.store(servers, credibility.authority, true);
  for (const { data } of servers) {
    if (data.type !== 'NS' || !isSubdomain(data.server, zone)) continue;
    const addresses = message.additionals.filter((record) => record.data.type === 'A' && sameName(record.name, data.server));
    cache.store(addresses, credibility.glue);
  }
}
