/**
 * The keys of a zone that the zone above vouches for by its DS records (RFC 4035 §5.2).
 *
 * What both zones say is of their owners' making: many keys of one tag beside many DS records of that tag would cost a digest
 * for each pair, before any signature is looked at. So there is a bound to the keys, to the DS records and to the digests.
 */
import { displayName } from '../domain-name.ts';
import type { DomainName } from '../scenario.ts';
import { type DnskeyData, type DsData, isZoneKey, mayVouchFor, vouchesFor } from './keys.ts';
import { infoCodes, type Objection, type Work } from './signature.ts';

/** In one set; zones that change their keys have some four keys and two DS records. */
export const MAX_KEYS = 32;
export const MAX_DS = 32;
/** For one question of a client: each zone on the way takes one or two. */
export const MAX_DIGESTS = 100;

export type SecureEntry =
  | { readonly ok: true; readonly keys: readonly DnskeyData[] }
  | { readonly ok: false; readonly objection: Objection };

/** `keys`: the zone's DNSKEY set; `ds`: of algorithms and digests that are known. */
export function secureEntry(zone: DomainName, keys: readonly DnskeyData[], ds: readonly DsData[], work: Work): SecureEntry {
  if (keys.length > MAX_KEYS) return tooMuch(`${displayName(zone)} has more than ${MAX_KEYS} keys`);
  if (ds.length > MAX_DS) return tooMuch(`${displayName(zone)} has more than ${MAX_DS} DS records`);
  const vouched: DnskeyData[] = [];
  for (const key of keys.filter(isZoneKey)) {
    for (const one of ds) {
      if (!mayVouchFor(one, key)) continue;
      if (++work.digests > MAX_DIGESTS) return tooMuch('too many digests of keys to compute');
      if (!vouchesFor(one, zone, key)) continue;
      vouched.push(key);
      break;
    }
  }
  if (vouched.length > 0) return { ok: true, keys: vouched };
  const tags = [...new Set(ds.map(({ keyTag }) => keyTag))].join(', ');
  const reason = `no key of ${displayName(zone)} is the one that the DS record means (key ${tags})`;
  return { ok: false, objection: { code: infoCodes.keyMissing, reason } };
}

function tooMuch(reason: string): SecureEntry {
  return { ok: false, objection: { code: infoCodes.bogus, reason } };
}
