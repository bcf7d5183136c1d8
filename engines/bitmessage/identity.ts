/**
 * Who somebody is in Bitmessage: a key to sign with, a key to be written to, both on secp256k1, and an address that is a hash of them
 * (address version 4, stream 1). There is no authority and no name: whoever has the address can check the keys by it.
 */
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { ripemd160 } from '@noble/hashes/legacy.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import type { RandomStream } from '../kernel/random.ts';
import { encodeVarint } from './wire/varint.ts';

export const ADDRESS_VERSION = 4;
export const STREAM = 1;

export interface PublicIdentity {
  /** 64 bytes: X and Y. */
  readonly signingKey: Uint8Array;
  readonly encryptionKey: Uint8Array;
  /** 20 bytes: the hash of both. */
  readonly ripe: Uint8Array;
  /** `BM-2c…`. */
  readonly address: string;
}

export interface Identity extends PublicIdentity {
  /** 32 bytes each. */
  readonly signingSecret: Uint8Array;
  readonly encryptionSecret: Uint8Array;
}

/** Equal streams give equal identities. */
export function generateIdentity(random: RandomStream): Identity {
  const signingSecret = secp256k1.utils.randomSecretKey(random.bytes(48));
  const encryptionSecret = secp256k1.utils.randomSecretKey(random.bytes(48));
  return { ...publicIdentity(publicKeyOf(signingSecret), publicKeyOf(encryptionSecret)), signingSecret, encryptionSecret };
}

/** Without the byte that says that both coordinates follow. */
export const publicKeyOf = (secret: Uint8Array): Uint8Array => secp256k1.getPublicKey(secret, false).subarray(1);

/** 64 bytes each. */
export function publicIdentity(signingKey: Uint8Array, encryptionKey: Uint8Array): PublicIdentity {
  const uncompressed = Uint8Array.of(4);
  const ripe = ripemd160(sha512(concatBytes(uncompressed, signingKey, uncompressed, encryptionKey)));
  return { signingKey, encryptionKey, ripe, address: addressOf(ripe) };
}

/** Zeros at the beginning of the hash are left out (address version 4). */
export function addressOf(ripe: Uint8Array, version = ADDRESS_VERSION, stream = STREAM): string {
  let first = 0;
  while (first < ripe.length && ripe[first] === 0) first++;
  const data = concatBytes(encodeVarint(version), encodeVarint(stream), ripe.subarray(first));
  return `BM-${base58(concatBytes(data, sha512(sha512(data)).subarray(0, 4)))}`;
}

const DIGITS = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/** Of a number that does not begin with zeros. */
function base58(bytes: Uint8Array): string {
  let value = bytes.reduce((sum, byte) => sum * 256n + BigInt(byte), 0n);
  let text = '';
  for (; value > 0n; value /= 58n) text = DIGITS[Number(value % 58n)] + text;
  return text;
}
