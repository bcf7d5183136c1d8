/** What the web is where the author says nothing. */
import { canonical } from '../../../engines/dns/domain-name.ts';
import { BROWSER_CACHE } from '../../../engines/http/scenario.ts';
import { MINUTE } from '../../../engines/quantities.ts';
import type { Program } from '../program.ts';
import { nameOf, publicAddress } from './addresses.ts';

const MiB = 1024 * 1024;

export const webDefaults = {
  /** How long a web server keeps a connection without a request. */
  idle: MINUTE,
  maximumContent: 10 * MiB,
  cacheSize: 100 * MiB,
  /** Of a web cache, to each origin server. */
  cacheConnections: 32,
  /** A browser’s, to each server. */
  parallel: 6,
  browserCache: BROWSER_CACHE,
  redirects: 10,
};

/** Seconds. */
const TTL = 3_600;

/** Whether names of websites are looked up: those in a declared zone are, the others are known as from a hosts file. */
export function completeWeb(program: Program): void {
  for (const site of [...program.websites.values(), ...program.webmails.values()])
    site.inDns = program.zoneAbove(canonical(nameOf(site.name))) !== null;
}

/** Names of websites that are no host’s get the address of the host that they are on. All hosts have their addresses. */
export function nameWebsites(program: Program): void {
  for (const { name, host, inDns, at } of [...program.websites.values(), ...program.webmails.values()]) {
    const owner = program.hosts.get(host.toLowerCase());
    const address = owner ? publicAddress(program, owner) : null;
    if (!inDns || program.hosts.has(name) || address === null) continue;
    const absolute = nameOf(name);
    const zone = program.zoneAbove(canonical(absolute));
    const known = zone?.records.some(
      ({ name: owner, data }) => canonical(owner) === absolute && (data.type === 'A' || data.type === 'CNAME'),
    );
    if (!zone || known) continue;
    zone.records.push({ name: absolute, ttl: TTL, data: { type: 'A', address } });
    if (at) program.notes.push({ kind: 'default', at, value: `${absolute} A ${address}`, why: `Its name lies in zone ${zone.origin}` });
  }
}
