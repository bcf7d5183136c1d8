/** By which address hosts of a scenario know each other, where NATs stand between them. */
import type { Scenario } from '../../scenario.ts';
import type { Address } from '../host.ts';

/**
 * Tells the address by which host `by` reaches host `of`, and from which its packets come: behind a NAT its own for those that are
 * behind it, too, and for the router, and that of the router for others. undefined for a name that is no host.
 */
export function seenAddresses({ hosts, services }: Scenario): (of: string, by: string) => Address | undefined {
  const addresses = new Map(hosts.map(({ name, address }) => [name, address]));
  const routers = new Map<string, string>();
  for (const service of services) {
    if (service.kind === 'network.nat') for (const host of service.inside) routers.set(host, service.host);
  }
  return (of, by) => {
    const router = routers.get(of);
    const near = router === undefined || router === by || router === routers.get(by);
    return addresses.get(near ? of : router);
  };
}
