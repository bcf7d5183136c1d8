/** How fast hosts' lines into the network are. */
import type { BitsPerSecond } from '../quantities.ts';
import type { Scenario } from '../scenario.ts';

/** Of a host of the scenario, by its name. */
export function upRates({ hosts }: Pick<Scenario, 'hosts'>): (host: string) => BitsPerSecond {
  const rates = new Map(hosts.map(({ name, up }) => [name, up]));
  return (host) => rates.get(host) as BitsPerSecond;
}
