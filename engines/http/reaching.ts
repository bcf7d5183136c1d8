/** How a host reaches the web: names that it knows without a lookup, its proxy, whom it trusts. */
import type { Address } from '../network/host.ts';
import { seenAddresses } from '../network/middleboxes/seen-address.ts';
import type { World } from '../protocol.ts';
import { secureAsClient } from '../tls/secured-connection.ts';
import type { ClientOptions } from './client.ts';
import { PROXY_PORT } from './proxy.ts';

export type Reaching = Pick<ClientOptions, 'hosts' | 'proxy' | 'secure'>;

/** RFC 7301 §6: what HTTP/1.1 is called in a handshake. */
export const HTTP_1_1 = 'http/1.1';

/** Of each host by its name, in a world whose services are known. */
export function reachingOf(world: World): (hostName: string) => Reaching {
  const { services } = world.scenario;
  const addressOf = seenAddresses(world.scenario);
  const seen = (host: string, by: string): Address => addressOf(host, by) ?? world.host(host).address;
  const unlisted = services.flatMap((service) => (service.kind === 'http.website' && !service.inDns ? [service] : []));
  const caches = services.flatMap((service) => (service.kind === 'http.cache' ? [service] : []));
  const secure: ClientOptions['secure'] = (host, connection, serverName) =>
    secureAsClient(host, connection, { serverName, trust: world.trust.roots, protocols: [HTTP_1_1] });
  return (hostName) => {
    const cache = caches.find(({ serves }) => serves.includes(hostName));
    const hosts = new Map(unlisted.map(({ name, host }) => [name, seen(host, hostName)]));
    return { hosts, secure, ...(cache ? { proxy: { address: seen(cache.host, hostName), port: PROXY_PORT } } : {}) };
  };
}
