/**
 * The key schedule of TLS 1.3 (RFC 8446 §7.1): from the shared secret of the key exchange and what was said so far to the secrets of
 * each direction. Both cipher suites here hash with SHA-256, so every secret has 32 bytes. No pre-shared keys.
 */
import { expand, extract } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import { bytesOfOctets } from '../network/octets.ts';
import { number, vector } from './wire/scanner.ts';

export const HASH_LENGTH = 32;
const ZEROS = new Uint8Array(HASH_LENGTH);

/** HKDF-Expand-Label (§7.1); `length` in bytes, at most 255 × 32. */
export function expandLabel(secret: Uint8Array, label: string, context: Uint8Array, length: number): Uint8Array {
  const info = concatBytes(number(2, length), vector(1, bytesOfOctets(`tls13 ${label}`)), vector(1, context));
  return expand(sha256, secret, info, length);
}

/** Derive-Secret (§7.1) over a transcript of which the hash is given. */
const derive = (secret: Uint8Array, label: string, transcriptHash: Uint8Array): Uint8Array =>
  expandLabel(secret, label, transcriptHash, HASH_LENGTH);

const EMPTY_HASH = sha256(new Uint8Array(0));

export interface DirectionSecrets {
  readonly client: Uint8Array;
  readonly server: Uint8Array;
}

/** Of both directions, for the rest of the handshake; and what the next stage is made of. `transcriptHash`: ClientHello to ServerHello. */
export function handshakeSecrets(
  sharedSecret: Uint8Array,
  transcriptHash: Uint8Array,
): DirectionSecrets & { readonly handshake: Uint8Array } {
  const early = extract(sha256, ZEROS, ZEROS);
  const handshake = extract(sha256, sharedSecret, derive(early, 'derived', EMPTY_HASH));
  return {
    handshake,
    client: derive(handshake, 'c hs traffic', transcriptHash),
    server: derive(handshake, 's hs traffic', transcriptHash),
  };
}

/** Of both directions, for application data. `transcriptHash`: ClientHello to the server's Finished. */
export function applicationSecrets(handshake: Uint8Array, transcriptHash: Uint8Array): DirectionSecrets {
  const master = extract(sha256, ZEROS, derive(handshake, 'derived', EMPTY_HASH));
  return { client: derive(master, 'c ap traffic', transcriptHash), server: derive(master, 's ap traffic', transcriptHash) };
}

/** The application traffic secret after a KeyUpdate (§7.2). */
export const nextSecret = (secret: Uint8Array): Uint8Array => expandLabel(secret, 'traffic upd', new Uint8Array(0), HASH_LENGTH);

/** The verify_data of a Finished (§4.4.4), with the handshake traffic secret of who sends it. */
export function finishedCode(secret: Uint8Array, transcriptHash: Uint8Array): Uint8Array {
  return hmac(sha256, expandLabel(secret, 'finished', new Uint8Array(0), HASH_LENGTH), transcriptHash);
}
