/** Signatures of certificates and of handshakes: ECDSA on P-256 with SHA-256 (RFC 6979), and Ed25519 (RFC 8032). Both deterministic. */
import { ed25519 } from '@noble/curves/ed25519.js';
import { p256 } from '@noble/curves/nist.js';
import type { RandomStream } from '../../kernel/random.ts';
import type { SignatureScheme } from '../wire/registries.ts';

export interface PublicKey {
  readonly scheme: SignatureScheme;
  /** P-256: an uncompressed point (65 bytes); Ed25519: 32 bytes. */
  readonly bytes: Uint8Array;
}

export interface PrivateKey {
  readonly scheme: SignatureScheme;
  /** 32 bytes. */
  readonly secret: Uint8Array;
}

export function privateKey(scheme: SignatureScheme, random: RandomStream): PrivateKey {
  // P-256 wants 16 bytes more than a key has, so that every key is as good as equally likely (FIPS 186-5 A.2.1).
  return { scheme, secret: scheme === 'ed25519' ? random.bytes(32) : p256.utils.randomSecretKey(random.bytes(48)) };
}

export const publicKeyOf = ({ scheme, secret }: PrivateKey): PublicKey => ({
  scheme,
  bytes: scheme === 'ed25519' ? ed25519.getPublicKey(secret) : p256.getPublicKey(secret, false),
});

/** ECDSA: DER (RFC 3279 §2.2.3); Ed25519: 64 bytes. */
export function sign({ scheme, secret }: PrivateKey, message: Uint8Array): Uint8Array {
  return scheme === 'ed25519' ? ed25519.sign(message, secret) : p256.sign(message, secret, { format: 'der' });
}

/** Total: a key or signature that is none is one that does not fit. */
export function verify({ scheme, bytes }: PublicKey, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    // Others' ECDSA signatures have an s of either half.
    if (scheme !== 'ed25519') return p256.verify(signature, message, bytes, { format: 'der', lowS: false });
    // RFC 8032 §5.1.7 without the additions of ZIP 215.
    return ed25519.verify(signature, message, bytes, { zip215: false });
  } catch {
    return false;
  }
}
