/**
 * Bitmessage’s proof of work: a nonce for which the double SHA-512 of nonce and payload, read as a number, is small. To find one takes
 * many trials, to check it takes one; so everybody can pass on what everybody sends, and nobody can flood the network for nothing.
 */
import { sha512 } from '@noble/hashes/sha2.js';
import { EXTRA_BYTES } from './sealed-message.ts';
import { encodeWide } from './wire/varint.ts';

/** The least lifetime that counts, in seconds. */
const SHORTEST = 300;

/**
 * The trials that it takes on average. `length`: bytes of the object, nonce included; `lifetime`: seconds that it has yet to live;
 * `work`: trials a byte.
 */
export function expectedTrials(length: number, lifetime: number, work: number): number {
  const bytes = length + EXTRA_BYTES;
  return work * (bytes + (Math.max(lifetime, SHORTEST) * bytes) / 2 ** 16);
}

/** The nonce, 8 bytes, and how many were tried. `payload`: the object without its nonce. */
export function findNonce(payload: Uint8Array, lifetime: number, work: number): { readonly nonce: Uint8Array; readonly trials: number } {
  const target = targetFor(payload.length + 8, lifetime, work);
  const message = new Uint8Array(72);
  message.set(sha512(payload), 8);
  for (let trials = 1; ; trials++) {
    message.set(encodeWide(trials), 0);
    if (trialValue(message) <= target) return { nonce: encodeWide(trials), trials };
  }
}

/** Whether enough work was done for an object. `bytes`: all of it. */
export function isWorthy(bytes: Uint8Array, lifetime: number, work: number): boolean {
  if (bytes.length < 8) return false;
  const message = new Uint8Array(72);
  message.set(bytes.subarray(0, 8), 0);
  message.set(sha512(bytes.subarray(8)), 8);
  return trialValue(message) <= targetFor(bytes.length, lifetime, work);
}

const targetFor = (length: number, lifetime: number, work: number): bigint =>
  2n ** 64n / BigInt(Math.max(1, Math.floor(expectedTrials(length, lifetime, work))));

/** The first 64 bits. */
function trialValue(message: Uint8Array): bigint {
  const hash = sha512(sha512(message));
  return new DataView(hash.buffer, hash.byteOffset, 8).getBigUint64(0);
}
