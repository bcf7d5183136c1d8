/**
 * Whose address an address is depends on who asks (RFC 2663 §2.1): each NAT makes a realm of addresses that hold behind it alone.
 * Two hosts may have the same address in different realms; of one realm, hosts that have the same one share it (anycast, RFC 4786).
 */
const NOBODY: readonly number[] = [];

export class AddressRealms {
  /** By the router of the NAT that the hosts are behind; −1: those that are behind none. */
  readonly #realms = new Map<number, Map<string, number[]>>();
  readonly #gatewayOf: (host: number) => number;
  /** By host. */
  readonly #holders: number[] = [];

  /** `addresses` by host; `gatewayOf` tells the router in front of a host, −1 for none. */
  constructor(addresses: readonly string[], gatewayOf: (host: number) => number) {
    this.#gatewayOf = gatewayOf;
    addresses.forEach((address, host) => {
      const realm = this.#realms.get(gatewayOf(host)) ?? new Map<string, number[]>();
      this.#realms.set(gatewayOf(host), realm);
      const sharing = realm.get(address);
      if (sharing) sharing.push(host);
      else realm.set(address, [host]);
      this.#holders.push(sharing?.[0] ?? host);
    });
  }

  /**
   * The hosts that an address stands for where `from` sends to it, in order of declaration: mostly one. Its own realm comes first, of
   * a router the one behind it, and then those around it; none where no host has the address.
   */
  hostsAt(address: string, from: number): readonly number[] {
    for (let realm = from; ; realm = this.#gatewayOf(realm)) {
      const found = this.#realms.get(realm)?.get(address);
      if (found) return found;
      if (realm < 0) return NOBODY;
    }
  }

  /** Stands for a host's address, whoever shares it: the first of those that have it. A number that is no host's stands for itself. */
  holderOf(host: number): number {
    return this.#holders[host] ?? host;
  }
}
