/** Signatures of record sets: making RRSIG records and checking them (RFC 4034 §3; RFC 4035 §5.3). */
import { encodeBase64 } from '../../base64.ts';
import { displayName, isSubdomain, sameName } from '../domain-name.ts';
import type { RecordData, ResourceRecord } from '../records.ts';
import type { DomainName } from '../scenario.ts';
import { dateText, isAfter } from '../timestamp.ts';
import { byteText } from '../wire/decode.ts';
import { algorithmNumbered, sign, verify } from './algorithms.ts';
import { canonicalData, canonicalSet, signedLabels } from './canonical-form.ts';
import { type DnskeyData, isZoneKey, type KeyPair, keyTag, octets, publicKeyOf } from './keys.ts';

export type RrsigData = Extract<RecordData, { type: 'RRSIG' }>;

/** Seconds since 1970. */
export interface Validity {
  readonly inception: number;
  readonly expiration: number;
}

/** What is signed: the RRSIG's data without the signature, then the set as it is in the zone (RFC 4034 §3.1.8.1). */
function signedData(rrsig: RrsigData, set: readonly ResourceRecord[]): Uint8Array {
  const head = canonicalData({ ...rrsig, signature: '' });
  const body = canonicalSet(set, rrsig.originalTtl, rrsig.labels);
  const all = new Uint8Array(head.length + body.length);
  all.set(head);
  all.set(body, head.length);
  return all;
}

/** The RRSIG record of a set (one name, one type, at least one record) by a key of the zone. */
export function signSet(
  set: readonly ResourceRecord[],
  zone: DomainName,
  key: KeyPair,
  { inception, expiration }: Validity,
): ResourceRecord {
  const { name, ttl, data } = set[0] as ResourceRecord;
  const unsigned: RrsigData = {
    type: 'RRSIG',
    typeCovered: data.type,
    algorithm: key.algorithm.number,
    labels: signedLabels(name),
    originalTtl: ttl,
    expiration: expiration >>> 0,
    inception: inception >>> 0,
    keyTag: key.tag,
    signer: zone,
    signature: '',
  };
  const signature = encodeBase64(byteText(sign(key.algorithm, key.secretKey, signedData(unsigned, set))));
  return { name, ttl, data: { ...unsigned, signature } };
}

/** Why a set does not hold: the info codes of extended errors that it comes to (RFC 8914 §4), and the reason for people. */
export interface Objection {
  readonly code: number;
  readonly reason: string;
}

/** Info codes (RFC 8914 §4) of what can be wrong with signatures. */
export const infoCodes = {
  indeterminate: 5,
  bogus: 6,
  expired: 7,
  notYetValid: 8,
  keyMissing: 9,
  signaturesMissing: 10,
  denialMissing: 12,
} as const;

/** How often a signature is computed for one set: keys with one tag times signatures is what KeyTrap (CVE-2023-50387) grows. */
const MAX_ATTEMPTS = 8;

/** RRSIG records of one set: one for each key in use, twice as many while keys change. */
export const MAX_SIGNATURES = 32;

/** Counts what is computed on behalf of one question: signatures, and digests of keys. */
export interface Work {
  verifications: number;
  digests: number;
}
/** For one question of a client: a long chain of aliases through signed zones takes some 60. */
export const MAX_VERIFICATIONS = 200;

export type Verdict =
  | {
      readonly ok: true;
      readonly signature: ResourceRecord;
      /** The set was made from a wildcard: the labels of its name that the wildcard did not give (RFC 4035 §5.3.4). */
      readonly wildcard: boolean;
      /** Seconds that the set may be cached (RFC 4035 §5.3.3). */
      readonly ttl: number;
    }
  | ({ readonly ok: false } & Objection);

/**
 * Whether a set is signed by one of a zone's keys, at a time in seconds since 1970 (RFC 4035 §5.3). The RRSIG records may be
 * of any kind, MAX_SIGNATURES of them for the set; at most MAX_ATTEMPTS are computed.
 */
export function verifySet(
  set: readonly ResourceRecord[],
  signatures: readonly ResourceRecord[],
  zone: DomainName,
  keys: readonly DnskeyData[],
  now: number,
  work: Work,
): Verdict {
  const first = set[0] as ResourceRecord;
  const what = `${displayName(first.name)} ${first.data.type}`;
  let objection: Objection = { code: infoCodes.signaturesMissing, reason: `${what} has no signature of ${displayName(zone)}` };
  let attempts = 0;
  let looked = 0;
  for (const record of signatures) {
    const rrsig = record.data;
    if (rrsig.type !== 'RRSIG' || rrsig.typeCovered !== first.data.type || !sameName(record.name, first.name)) continue;
    if (++looked > MAX_SIGNATURES)
      return { ok: false, code: infoCodes.bogus, reason: `${what} has more than ${MAX_SIGNATURES} signatures` };
    if (!sameName(rrsig.signer, zone) || !isSubdomain(first.name, zone)) continue;
    const labelCount = signedLabels(first.name);
    if (rrsig.labels > labelCount) continue;
    const algorithm = algorithmNumbered(rrsig.algorithm);
    if (!algorithm) continue;
    if (isAfter(now, rrsig.expiration)) {
      objection = { code: infoCodes.expired, reason: `the signature of ${what} expired at ${dateText(rrsig.expiration)}` };
      continue;
    }
    if (isAfter(rrsig.inception, now)) {
      objection = { code: infoCodes.notYetValid, reason: `the signature of ${what} is valid only from ${dateText(rrsig.inception)} on` };
      continue;
    }
    const candidates = keys.filter((key) => key.algorithm === rrsig.algorithm && isZoneKey(key) && keyTag(key) === rrsig.keyTag);
    if (candidates.length === 0) {
      objection = {
        code: infoCodes.keyMissing,
        reason: `${what} is signed with key ${rrsig.keyTag}, which ${displayName(zone)} does not have`,
      };
    }
    for (const key of candidates) {
      if (++attempts > MAX_ATTEMPTS) return { ok: false, code: infoCodes.bogus, reason: `${what} has too many signatures and keys to try` };
      if (++work.verifications > MAX_VERIFICATIONS) return { ok: false, code: infoCodes.bogus, reason: 'too many signatures to check' };
      if (verify(algorithm, publicKeyOf(key), signedData(rrsig, set), octets(rrsig.signature))) {
        const ttl = Math.min(first.ttl, record.ttl, rrsig.originalTtl, (rrsig.expiration - now) >>> 0);
        return { ok: true, signature: record, wildcard: rrsig.labels < labelCount, ttl };
      }
      objection = { code: infoCodes.bogus, reason: `the signature of ${what} does not fit` };
    }
  }
  return { ok: false, ...objection };
}
