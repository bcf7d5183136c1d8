/**
 * Whoever runs a signed zone: has its keys, signs it, and signs it again before its signatures expire.
 *
 * Which signatures a zone has is a function of time alone, so that all of its servers agree and no timer is needed: those of
 * the period that the time lies in. They are made when somebody asks for the zone, and kept for the period.
 */
import { EPOCH, type Nanoseconds, SECOND } from '../../quantities.ts';
import type { DomainName } from '../scenario.ts';
import type { Zone } from '../server/zone.ts';
import { type DsData, dsOf, keyPair } from './keys.ts';
import type { Validity } from './signature.ts';
import { signZone, type ZoneKeys } from './signed-zone.ts';

export interface SigningPolicy {
  /** 13 or 15. */
  readonly algorithm: number;
  /** From when they are made until they expire, in seconds; at least 4. */
  readonly validity: number;
  /** False: signed once, when the run begins; the signatures expire. */
  readonly resign: boolean;
}

/** Signatures begin to hold an hour before they are made, for those whose clocks are behind. */
const LEEWAY = 3600;

/** Seconds since 1970. */
export function calendarTime(now: Nanoseconds): number {
  return EPOCH + Math.floor(now / SECOND);
}

export class Signer {
  readonly origin: DomainName;
  readonly keys: ZoneKeys;
  readonly #seed: number;
  readonly #policy: SigningPolicy;
  readonly #signed = new WeakMap<Zone, { readonly made: number; readonly zone: Zone }>();

  constructor(seed: number, origin: DomainName, policy: SigningPolicy) {
    this.origin = origin;
    this.keys = { ksk: keyPair(seed, origin, 'ksk', policy.algorithm), zsk: keyPair(seed, origin, 'zsk', policy.algorithm) };
    this.#seed = seed;
    this.#policy = policy;
  }

  /** The DS record that the parent should have. */
  get ds(): DsData {
    return dsOf(this.origin, this.keys.ksk.record);
  }

  /** The DS record of the key before this one, which the zone does not have any more. */
  get formerDs(): DsData {
    return dsOf(this.origin, keyPair(this.#seed, this.origin, 'ksk', this.#policy.algorithm, 0).record);
  }

  /** When the signatures in use at a time were made; both in seconds since 1970. */
  #made(time: number): number {
    if (!this.#policy.resign) return EPOCH;
    // A quarter of their time is left when new ones take their place.
    const period = Math.floor((this.#policy.validity * 3) / 4);
    return EPOCH + Math.floor((time - EPOCH) / period) * period;
  }

  validityAt(now: Nanoseconds): Validity {
    const made = this.#made(calendarTime(now));
    return { inception: made - LEEWAY, expiration: made + this.#policy.validity };
  }

  /** The zone as it is signed at a time. */
  at(zone: Zone, now: Nanoseconds): Zone {
    const made = this.#made(calendarTime(now));
    const known = this.#signed.get(zone);
    if (known?.made === made) return known.zone;
    const signed = signZone(zone, this.keys, this.validityAt(now));
    this.#signed.set(zone, { made, zone: signed });
    return signed;
  }
}
