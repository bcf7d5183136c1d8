/** OpenPGP signatures of version 4 (RFC 9580 §5.2.3, §5.2.4) by EdDSA on Ed25519, deterministic. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { number, vector } from '../../../tls/wire/scanner.ts';
import { EDDSA, encodeLength, encodeNumber, encodePacket, keyIdOf, type PublicKeyBody, type SignatureBody, TAGS } from './packets.ts';

/** §5.2.1. */
export const SIGNATURE_TYPES = {
  binary: 0x00,
  text: 0x01,
  certification: 0x10,
  positiveCertification: 0x13,
  subkeyBinding: 0x18,
} as const;

export const SHA256 = 8;
const HASHES: Readonly<Record<number, (bytes: Uint8Array) => Uint8Array>> = { [SHA256]: sha256, 9: sha384, 10: sha512 };

type Subpacket = readonly [type: number, value: Uint8Array];

/** A Signature packet over `document`, by the primary key. `created`: seconds since 1970. */
export function makeSignature(
  { primary, signingSecret }: { readonly primary: PublicKeyBody; readonly signingSecret: Uint8Array },
  type: number,
  document: readonly Uint8Array[],
  created: number,
  others: readonly Subpacket[] = [],
): Uint8Array {
  const hashed = subpackets([[2, number(4, created)], [33, concatBytes(Uint8Array.of(4), primary.fingerprint)], ...others]);
  const hashedPart = concatBytes(Uint8Array.of(4, type, EDDSA, SHA256), vector(2, hashed));
  const digest = digestOf(SHA256, document, hashedPart) as Uint8Array;
  const value = ed25519.sign(digest, signingSecret);
  return encodePacket(
    TAGS.signature,
    hashedPart,
    vector(2, subpackets([[16, keyIdOf(primary)]])),
    digest.subarray(0, 2),
    encodeNumber(value.subarray(0, 32)),
    encodeNumber(value.subarray(32)),
  );
}

function subpackets(all: readonly Subpacket[]): Uint8Array {
  return concatBytes(...all.map(([type, value]) => concatBytes(encodeLength(value.length + 1), Uint8Array.of(type), value)));
}

/** §5.2.4. null for a hash that is not known or not to be relied on. */
function digestOf(hash: number, document: readonly Uint8Array[], hashedPart: Uint8Array): Uint8Array | null {
  const trailer = concatBytes(Uint8Array.of(4, 0xff), number(4, hashedPart.length));
  return HASHES[hash]?.(concatBytes(...document, hashedPart, trailer)) ?? null;
}

/** Whether the key made this signature of the document. Total. */
export function signedWith(key: PublicKeyBody, signature: SignatureBody, document: readonly Uint8Array[]): boolean {
  if (key.algorithm !== EDDSA || !signature.value || signature.unknownCritical !== null) return false;
  const digest = digestOf(signature.hash, document, signature.hashedPart);
  if (!digest) return false;
  try {
    return ed25519.verify(signature.value, digest, key.point, { zip215: false });
  } catch {
    // Not a point of the curve.
    return false;
  }
}
