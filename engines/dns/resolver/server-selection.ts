/**
 * Which of several name servers to ask: the one that has been answering fastest (RFC 1034 §5.3.3 step 2, RFC 1035 §7.2).
 *
 * A server's smoothed round-trip time is kept by address. One that was never asked counts as fastest, so each gets its turn;
 * among equals the choice is random. A server that was passed over seems a little faster each time, so that it is tried again
 * one day; one that did not answer seems slower.
 */
import type { Address, Host } from '../../network/host.ts';
import { MILLISECOND, type Nanoseconds, SECOND } from '../../quantities.ts';

/** Share of a new measurement in the smoothed time. */
const GAIN = 0.3;
/** What being passed over makes of a server's time. */
const DECAY = 0.98;
const FIRST_TIMEOUT = 800 * MILLISECOND;
const LEAST_TIMEOUT = 400 * MILLISECOND;
const GREATEST_TIME = 30 * SECOND;

export class RoundTripTable {
  readonly #host: Host;
  readonly #times = new Map<Address, Nanoseconds>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** One of the addresses (at least one). The others' times decay. */
  choose(addresses: readonly Address[]): Address {
    const time = (address: Address): Nanoseconds => this.#times.get(address) ?? 0;
    const least = addresses.reduce((shortest, address) => Math.min(shortest, time(address)), Infinity);
    const best = addresses.filter((address) => time(address) === least);
    const chosen = best[best.length > 1 ? this.#host.random('dns server selection').below(best.length) : 0] as Address;
    for (const address of addresses) {
      const passed = this.#times.get(address);
      if (address !== chosen && passed !== undefined) this.#times.set(address, passed * DECAY);
    }
    return chosen;
  }

  /** How long to wait for that server; twice as long for each time it was asked before in vain (RFC 1035 §4.2.1). */
  timeout(address: Address, attemptsBefore: number): Nanoseconds {
    const known = this.#times.get(address);
    const base = known === undefined ? FIRST_TIMEOUT : Math.max(LEAST_TIMEOUT, Math.min(FIRST_TIMEOUT, Math.round(3 * known)));
    return base * 2 ** attemptsBefore;
  }

  answered(address: Address, roundTrip: Nanoseconds): void {
    const before = this.#times.get(address);
    this.#set(address, before === undefined ? roundTrip : (1 - GAIN) * before + GAIN * roundTrip);
  }

  silent(address: Address): void {
    this.#set(address, Math.min(GREATEST_TIME, Math.max(FIRST_TIMEOUT, 2 * (this.#times.get(address) ?? 0))));
  }

  #set(address: Address, time: Nanoseconds): void {
    this.#times.set(address, time);
    this.#host.narrator.state('round-trip times', address, `${Math.round(time / MILLISECOND)} ms`);
  }
}
