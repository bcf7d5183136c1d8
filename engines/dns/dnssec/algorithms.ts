/**
 * The signature algorithms of DNSSEC, as one table (RFC 8624 §3.1; the numbers are IANA's): 13 and 15 to sign and verify, 8
 * and 14 to verify. A zone whose keys are of no algorithm in it counts as insecure (RFC 4035 §5.2).
 *
 * Signing and verifying are pure functions, here as everywhere: the same key and data give the same signature (RFC 6979,
 * RFC 8032). As a run signs and verifies the same data again and again, and a notebook runs again for each cell, what was
 * computed lately is remembered.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256, p384 } from '@noble/curves/nist.js';
import { sha256, sha384 } from '@noble/hashes/sha2.js';
import { verifyRsaSha256 } from './rsa.ts';

export interface Algorithm {
  /** In DNSKEY, RRSIG and DS records. */
  readonly number: number;
  /** IANA's mnemonic. */
  readonly name: string;
  readonly standard: string;
  /** Whether the signature fits the data under the public key as a DNSKEY record holds it. False for whatever is malformed. */
  verify(publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean;
  /** Absent for algorithms that are verified only. */
  readonly signing?: {
    /** A secret key from 64 random bytes. */
    secretKey(random: Uint8Array): Uint8Array;
    /** As a DNSKEY record holds it. */
    publicKey(secretKey: Uint8Array): Uint8Array;
    sign(secretKey: Uint8Array, data: Uint8Array): Uint8Array;
  };
}

/** RFC 6605 §4: a public key is x and y, without the octet that says that the point is not compressed. */
const UNCOMPRESSED_POINT = 4;
const withPrefix = (key: Uint8Array): Uint8Array => Uint8Array.from([UNCOMPRESSED_POINT, ...key]);

export const algorithms: readonly Algorithm[] = [
  {
    number: 8,
    name: 'RSASHA256',
    standard: 'RFC 5702',
    verify: verifyRsaSha256,
  },
  {
    number: 13,
    name: 'ECDSAP256SHA256',
    standard: 'RFC 6605',
    // RFC 6605 does not ask for the smaller of the two values of s.
    verify: (key, data, signature) => key.length === 64 && total(() => p256.verify(signature, data, withPrefix(key), { lowS: false })),
    signing: {
      secretKey: (random) => p256.utils.randomSecretKey(random.subarray(0, 48)),
      publicKey: (secret) => p256.getPublicKey(secret, false).subarray(1),
      sign: (secret, data) => p256.sign(data, secret, { lowS: false }),
    },
  },
  {
    number: 14,
    name: 'ECDSAP384SHA384',
    standard: 'RFC 6605',
    verify: (key, data, signature) => key.length === 96 && total(() => p384.verify(signature, data, withPrefix(key), { lowS: false })),
  },
  {
    number: 15,
    name: 'ED25519',
    standard: 'RFC 8080',
    verify: (key, data, signature) => key.length === 32 && total(() => ed25519.verify(signature, data, key)),
    signing: {
      secretKey: (random) => random.slice(0, 32),
      publicKey: (secret) => ed25519.getPublicKey(secret),
      sign: (secret, data) => ed25519.sign(data, secret),
    },
  },
];

/** The library throws at keys and signatures that are none. */
function total(verify: () => boolean): boolean {
  try {
    return verify();
  } catch {
    return false;
  }
}

export function algorithmNumbered(number: number): Algorithm | undefined {
  return algorithms.find((algorithm) => algorithm.number === number);
}

/** Digests of DS records (RFC 4034 §5.1.3; RFC 4509; RFC 6605 §2). SHA-1 is none of them any more (RFC 9905). */
export const digests: ReadonlyMap<number, (data: Uint8Array) => Uint8Array> = new Map<number, (data: Uint8Array) => Uint8Array>([
  [2, sha256],
  [4, sha384],
]);

/** Results that are remembered, of either kind. */
const REMEMBERED = 4096;
const signatures = new Map<string, Uint8Array>();
const verdicts = new Map<string, boolean>();

/** Signs with an algorithm that can. */
export function sign(algorithm: Algorithm, secretKey: Uint8Array, data: Uint8Array): Uint8Array {
  const { signing } = algorithm;
  if (!signing) throw new Error(`${algorithm.name} is verified only`);
  return remembered(signatures, keyOf(algorithm, secretKey, data), () => signing.sign(secretKey, data));
}

/** Whether the signature fits the data under a public key. */
export function verify(algorithm: Algorithm, publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
  return remembered(verdicts, keyOf(algorithm, publicKey, data, signature), () => algorithm.verify(publicKey, data, signature));
}

/** Digests of the parts, so that neither their lengths nor what is kept depend on them. */
function keyOf({ number }: Algorithm, ...parts: readonly Uint8Array[]): string {
  let key = String(number);
  for (const part of parts) {
    key += ' ';
    for (const byte of sha256(part)) key += String.fromCharCode(byte);
  }
  return key;
}

/** What is known by that key, or is computed now; the oldest results go first. */
function remembered<T>(results: Map<string, T>, key: string, compute: () => T): T {
  const known = results.get(key);
  if (known !== undefined) return known;
  const result = compute();
  if (results.size >= REMEMBERED) for (const oldest of results.keys()) if (results.delete(oldest)) break;
  results.set(key, result);
  return result;
}
