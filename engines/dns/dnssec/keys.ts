/** Keys of zones: DNSKEY and DS records (RFC 4034 §2, §5), and key pairs made from a scenario's seed. */
import { sha512 } from '@noble/hashes/sha2.js';
import { decodeBase64, encodeBase64 } from '../../base64.ts';
import { canonical } from '../domain-name.ts';
import type { RecordData, ResourceRecord } from '../records.ts';
import type { DomainName } from '../scenario.ts';
import { byteText, hex } from '../wire/decode.ts';
import { type Algorithm, algorithmNumbered, digests } from './algorithms.ts';
import { canonicalData, canonicalName } from './canonical-form.ts';

export type DnskeyData = Extract<RecordData, { type: 'DNSKEY' }>;
export type DsData = Extract<RecordData, { type: 'DS' }>;

/** Flags of a DNSKEY (RFC 4034 §2.1.1; RFC 5011 §7). */
const keyFlags = { zone: 0x0100, secureEntryPoint: 0x0001, revoked: 0x0080 } as const;

/** RFC 4034 §2.1.2. */
const PROTOCOL = 3;

/** Whether a key may verify signatures of a zone's records (RFC 4034 §2.1.1, §2.1.2; RFC 5011 §2.1). */
export function isZoneKey({ flags, protocol }: DnskeyData): boolean {
  return protocol === PROTOCOL && (flags & keyFlags.zone) !== 0 && (flags & keyFlags.revoked) === 0;
}

const tags = new WeakMap<DnskeyData, number>();

/** RFC 4034 Appendix B: a checksum, not unique. 0 to 65535. Computed once for each key. */
export function keyTag(key: DnskeyData): number {
  const known = tags.get(key);
  if (known !== undefined) return known;
  let sum = 0;
  canonicalData(key).forEach((byte, i) => {
    sum += (i & 1) === 1 ? byte : byte << 8;
  });
  sum += (sum >> 16) & 0xffff;
  tags.set(key, sum & 0xffff);
  return sum & 0xffff;
}

/** What a key signs: `ksk` the zone's set of keys, and the parent vouches for it; `zsk` everything else (RFC 6781 §3.1). */
export type KeyPurpose = 'ksk' | 'zsk';

export interface KeyPair {
  readonly algorithm: Algorithm;
  readonly secretKey: Uint8Array;
  readonly record: DnskeyData;
  readonly tag: number;
}

/**
 * A zone's key for a purpose, always the same for the same seed, zone, algorithm and generation: a key that took the place of
 * another is the next generation. Not for secrets: the seed stands in the scenario.
 */
export function keyPair(seed: number, zone: DomainName, purpose: KeyPurpose, algorithm: number, generation = 1): KeyPair {
  const known = algorithmNumbered(algorithm);
  if (!known?.signing) throw new Error(`nothing is signed with algorithm ${algorithm}`);
  const text = `netscenario DNSSEC key: ${seed} ${canonical(zone)} ${purpose} ${algorithm} ${generation}`;
  const secretKey = known.signing.secretKey(sha512(Uint8Array.from(text, (c) => c.charCodeAt(0))));
  const record: DnskeyData = {
    type: 'DNSKEY',
    flags: purpose === 'ksk' ? keyFlags.zone | keyFlags.secureEntryPoint : keyFlags.zone,
    protocol: PROTOCOL,
    algorithm,
    publicKey: encodeBase64(byteText(known.signing.publicKey(secretKey))),
  };
  return { algorithm: known, secretKey, record, tag: keyTag(record) };
}

/** The DS record that vouches for a key (RFC 4034 §5.1). `digestType`: 2 or 4. */
export function dsOf(zone: DomainName, key: DnskeyData, digestType = 2): DsData {
  return { type: 'DS', keyTag: keyTag(key), algorithm: key.algorithm, digestType, digest: digestOf(zone, key, digestType) ?? '' };
}

/** RFC 4034 §5.1.4, in lower-case hex; undefined for a digest that is not known. */
function digestOf(zone: DomainName, key: DnskeyData, digestType: number): string | undefined {
  const digest = digests.get(digestType);
  return digest && hex(digest(Uint8Array.from([...canonicalName(zone), ...canonicalData(key)])));
}

/** Whether a DS record may mean that key: which one it means, the digest tells. */
export function mayVouchFor(ds: DsData, key: DnskeyData): boolean {
  return ds.algorithm === key.algorithm && ds.keyTag === keyTag(key);
}

/** Whether a DS record means that key. */
export function vouchesFor(ds: DsData, zone: DomainName, key: DnskeyData): boolean {
  return mayVouchFor(ds, key) && ds.digest === digestOf(zone, key, ds.digestType);
}

/** RFC 4035 §5.2: a DS of an unknown algorithm or digest says nothing; where all are so, the zone counts as insecure. */
export function isSupported({ algorithm, digestType }: DsData): boolean {
  return algorithmNumbered(algorithm) !== undefined && digests.has(digestType);
}

/** Keys told apart by their tags, `KSK 4711` or `key 4711`; undefined for other data. Their bytes say nothing to people. */
export function keyText(data: RecordData): string | undefined {
  if (data.type === 'DNSKEY') return `${(data.flags & keyFlags.secureEntryPoint) !== 0 ? 'KSK' : 'ZSK'} ${keyTag(data)}`;
  return data.type === 'DS' ? `key ${data.keyTag}` : undefined;
}

/** The public key's bytes. */
export function publicKeyOf({ publicKey }: DnskeyData): Uint8Array {
  return octets(publicKey);
}

export function octets(base64: string): Uint8Array {
  return Uint8Array.from(decodeBase64(base64), (c) => c.charCodeAt(0));
}

/** The keys among records that a zone's parent may vouch for: those with the SEP flag, or all where none has it. */
export function entryKeys(records: readonly ResourceRecord[]): DnskeyData[] {
  const keys = records.flatMap(({ data }) => (data.type === 'DNSKEY' && isZoneKey(data) ? [data] : []));
  const flagged = keys.filter(({ flags }) => (flags & keyFlags.secureEntryPoint) !== 0);
  return flagged.length > 0 ? flagged : keys;
}
