/** Whom a peer may call: addresses that the tracker has named, and those that did not answer, or hung up, and are to be called again. */
import type { Address, Endpoint } from '../network/host.ts';
import { MINUTE, type Nanoseconds } from '../quantities.ts';

/** An address that did not answer, or hung up, is not called again before (libtorrent: `min_reconnect_time`, 60 s). */
const CALL_AGAIN: Nanoseconds = MINUTE;
/** Nor after so many times in a row (libtorrent: `max_failcount`, 3), but when the tracker names it anew. */
const MOST_FAILURES = 3;

export class CallList {
  readonly #own: Address;
  /** In the tracker's order; behind them those that are to be called again. */
  #candidates: Endpoint[] = [];
  readonly #calling = new Set<Address>();
  /** How often in a row, and when last. */
  readonly #failures = new Map<Address, { readonly count: number; readonly at: Nanoseconds }>();
  readonly #banned = new Set<Address>();
  /** Those that have all of it, once we have, too. */
  readonly #fellowSeeds = new Set<Address>();

  /** `own`: nobody calls oneself. */
  constructor(own: Address) {
    this.#own = own;
  }

  /** How many are called now. */
  get underWay(): number {
    return this.#calling.size;
  }

  /** The tracker has named these. */
  named(candidates: Endpoint[]): void {
    this.#candidates = candidates;
  }

  /** Takes those out, one after the other, that have not failed of late. */
  *due(now: Nanoseconds): Generator<Endpoint, undefined> {
    for (let i = 0; i < this.#candidates.length; ) {
      const next = this.#candidates[i] as Endpoint;
      if (now - (this.#failures.get(next.address)?.at ?? Number.NEGATIVE_INFINITY) < CALL_AGAIN) {
        i++;
        continue;
      }
      this.#candidates.splice(i, 1);
      yield next;
    }
    return undefined;
  }

  /** `seeds`: two that have everything have nothing to say to each other. */
  mayCall({ address }: Endpoint, seeds: boolean): boolean {
    if (address === this.#own || this.#calling.has(address) || this.#banned.has(address)) return false;
    return !(seeds && this.#fellowSeeds.has(address));
  }

  calls(address: Address): void {
    this.#calling.add(address);
  }

  /** It has answered, or will not. */
  called(address: Address): void {
    this.#calling.delete(address);
  }

  /** It is a peer, and talks. */
  met(address: Address): void {
    this.#failures.delete(address);
  }

  /** Who did not answer, or hung up, may be down for a while. */
  failed(remote: Endpoint, now: Nanoseconds): void {
    const count = (this.#failures.get(remote.address)?.count ?? 0) + 1;
    this.#failures.set(remote.address, { count, at: now });
    if (count < MOST_FAILURES) this.#candidates.push(remote);
  }

  ban(address: Address): void {
    this.#banned.add(address);
  }

  isBanned(address: Address): boolean {
    return this.#banned.has(address);
  }

  /** It has all of it, as we have. */
  isSeedToo(address: Address): void {
    this.#fellowSeeds.add(address);
  }

  isFellowSeed(address: Address): boolean {
    return this.#fellowSeeds.has(address);
  }
}
