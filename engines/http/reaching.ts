/** How a host reaches the web: names of websites that lie in no zone, its proxy, and whom it trusts. */
import type { Address } from '../network/host.ts';
import { seenAddresses } from '../network/middleboxes/seen-address.ts';
import type { World } from '../protocol.ts';
import { secureAsClient } from '../tls/secured-connection.ts';
import type { ClientOptions } from './client.ts';
import { PROXY_PORT } from './proxy.ts';
import type { WebCacheService, WebsiteService } from './scenario.ts';

/** How a client’s connections come about. */
export type Reaching = Pick<ClientOptions, 'hosts' | 'proxy' | 'secure'>;

/** RFC 7301 §6: what HTTP/1.1 is called in a handshake. */
export const HTTP_1_1 = 'http/1.1';

/** Of each host of a world, by its name. */
export function reachingOf(world: World): (hostName: string) => Reaching {
  const { services } = world.scenario;
  const caches = services.filter((service): service is WebCacheService => service.kind === 'http.cache');
  const unlisted = services.filter((service): service is WebsiteService => service.kind === 'http.website' && !service.inDns);
  const addressOf = seenAddresses(world.scenario);
  const seen = (host: string, by: string): Address => addressOf(host, by) ?? world.host(host).address;
  const secure: ClientOptions['secure'] = (host, connection, serverName) =>
    secureAsClient(host, connection, { serverName, trust: world.trust.roots, protocols: [HTTP_1_1] });
  return (hostName) => {
    const cache = caches.find(({ serves }) => serves.includes(hostName));
    const hosts = new Map(unlisted.map(({ name, host }) => [name, seen(host, hostName)]));
    return { hosts, secure, ...(cache ? { proxy: { address: seen(cache.host, hostName), port: PROXY_PORT } } : {}) };
  };
}
