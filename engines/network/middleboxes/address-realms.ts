/**
 * Whose address an address is depends on who asks (RFC 2663 §2.1): each NAT makes a realm of addresses that hold behind it alone.
 * Two hosts may have the same address in different realms.
 */
export class AddressRealms {
  /** By the router of the NAT that the hosts are behind; −1: those that are behind none. */
  readonly #realms = new Map<number, Map<string, number>>();
  readonly #gatewayOf: (host: number) => number;

  /** `addresses` by host; `gatewayOf` tells the router in front of a host, −1 for none. */
  constructor(addresses: readonly string[], gatewayOf: (host: number) => number) {
    this.#gatewayOf = gatewayOf;
    addresses.forEach((address, host) => {
      const realm = this.#realms.get(gatewayOf(host)) ?? new Map<string, number>();
      this.#realms.set(gatewayOf(host), realm.set(address, host));
    });
  }

  /** The host that `from` reaches at an address: of its own realm first, a router of that behind it, and then of those around it; −1 for none. */
  hostAt(address: string, from: number): number {
    for (let realm = from; ; realm = this.#gatewayOf(realm)) {
      const found = this.#realms.get(realm)?.get(address);
      if (found !== undefined) return found;
      if (realm < 0) return -1;
    }
  }
}
