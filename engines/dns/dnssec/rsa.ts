/**
 * Verification of RSA/SHA-256 signatures (RFC 5702, RFC 3110, RFC 8017 §8.2.2).
 *
 * Own code, and verification only: the libraries at hand have no RSA that is synchronous and runs in browsers, and checking a
 * signature needs no secret, so that nothing has to take equal time. Zones that we sign use other algorithms.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { hex } from '../wire/decode.ts';

/** DER of the DigestInfo that stands before a SHA-256 digest (RFC 8017 §9.2 note 1). */
const DIGEST_INFO = [0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];
/** RFC 5702 §2: 512 to 4096 bits. */
const LEAST_MODULUS = 64;
const GREATEST_MODULUS = 512;
/** Exponents in use are 3 and 65537; a longer one would only cost time. */
const GREATEST_EXPONENT = 4;

interface RsaKey {
  readonly modulus: bigint;
  readonly exponent: bigint;
  /** Bytes of the modulus. */
  readonly size: number;
}

/** The key in a DNSKEY record (RFC 3110 §2); undefined for one that is malformed or beyond the limits. */
function readKey(key: Uint8Array): RsaKey | undefined {
  const short = key[0] ?? 0;
  const start = short === 0 ? 3 : 1;
  const length = short === 0 ? ((key[1] ?? 0) << 8) | (key[2] ?? 0) : short;
  if (length < 1 || length > GREATEST_EXPONENT) return undefined;
  let first = start + length;
  while (key[first] === 0) first++;
  const size = key.length - first;
  if (size < LEAST_MODULUS || size > GREATEST_MODULUS) return undefined;
  return { exponent: integer(key.subarray(start, start + length)), modulus: integer(key.subarray(first)), size };
}

/** Whether the signature (PKCS #1 v1.5) fits the data under the key of a DNSKEY record. Malformed input does not fit. */
export function verifyRsaSha256(publicKey: Uint8Array, data: Uint8Array, signature: Uint8Array): boolean {
  const key = readKey(publicKey);
  if (!key || signature.length !== key.size) return false;
  const number = integer(signature);
  if (number >= key.modulus) return false;
  // RFC 8017 §9.2: compared as a whole with what it must be, so that nothing is parsed that an attacker wrote.
  const digest = sha256(data);
  const padding = key.size - 3 - DIGEST_INFO.length - digest.length;
  if (padding < 8) return false;
  const expected = Uint8Array.from([0, 1, ...new Array<number>(padding).fill(0xff), 0, ...DIGEST_INFO, ...digest]);
  return power(number, key.exponent, key.modulus) === integer(expected);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

function integer(bytes: Uint8Array): bigint {
  return BigInt(`0x0${hex(bytes)}`);
}
