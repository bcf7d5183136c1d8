/**
 * OpenPGP keys: an Ed25519 key that certifies and signs, with a Curve25519 subkey to be written to, of version 4 and in the forms that
 * GnuPG 2.2 knows (RFC 9580 §5.5.5.5, §5.5.5.6, §11; "legacy" there). A user ID binds them to a mail address; whoever holds the key
 * says so himself, and nobody vouches for it.
 */
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { equalBytes } from '@noble/curves/utils.js';
import { concatBytes } from '@noble/hashes/utils.js';
import type { RandomStream } from '../../../kernel/random.ts';
import { bytesOfOctets } from '../../../network/octets.ts';
import { number } from '../../../tls/wire/scanner.ts';
import {
  CURVES,
  decodePackets,
  ECDH,
  EDDSA,
  encodeNumber,
  encodePacket,
  fingerprintOf,
  NATIVE,
  type PublicKeyBody,
  type SignatureBody,
  TAGS,
} from './packets.ts';
import { makeSignature, SIGNATURE_TYPES, signedWith } from './signature.ts';

export interface OpenPgpPublicKey {
  readonly userId: string;
  readonly primary: PublicKeyBody;
  /** null: nobody can write to it. */
  readonly encryption: PublicKeyBody | null;
}

export interface OpenPgpKey extends OpenPgpPublicKey {
  readonly encryption: PublicKeyBody;
  /** 32 bytes each. */
  readonly signingSecret: Uint8Array;
  readonly encryptionSecret: Uint8Array;
}

/** RFC 9580 §9.3, §9.5, §9.4: AES-256, AES-128; SHA2-256; no compression. */
const PREFERENCES = { 11: [9, 7], 21: [8], 22: [0] } as const;
/** §5.2.3.29. */
const CERTIFIES_AND_SIGNS = 0x03;
const ENCRYPTS = 0x0c;
/** RFC 9580 §11.5: SHA2-256 and AES-128. */
const WRAPPING = { hash: 8, cipher: 7 } as const;

/** `userId`: octets, such as `alice@crepes.fr`. `created`: seconds since 1970. Equal streams give equal keys. */
export function generateKey(userId: string, created: number, random: RandomStream): OpenPgpKey {
  const signingSecret = random.bytes(32);
  const encryptionSecret = clamped(random.bytes(32));
  return {
    userId,
    primary: publicKey(EDDSA, created, ed25519.getPublicKey(signingSecret)),
    encryption: publicKey(ECDH, created, x25519.getPublicKey(encryptionSecret)),
    signingSecret,
    encryptionSecret,
  };
}

/** RFC 7748 §5; GnuPG wants a secret that is so already. */
function clamped(secret: Uint8Array): Uint8Array {
  secret[0] = (secret[0] as number) & 0xf8;
  secret[31] = ((secret[31] as number) & 0x7f) | 0x40;
  return secret;
}

function publicKey(algorithm: typeof EDDSA | typeof ECDH, created: number, point: Uint8Array): PublicKeyBody {
  const wrapping = algorithm === ECDH ? WRAPPING : null;
  const curve = CURVES[algorithm];
  const body = concatBytes(
    Uint8Array.of(4),
    number(4, created),
    Uint8Array.of(algorithm, curve.length),
    curve,
    encodeNumber(concatBytes(Uint8Array.of(NATIVE), point)),
    ...(wrapping ? [Uint8Array.of(3, 1, wrapping.hash, wrapping.cipher)] : []),
  );
  return { created, algorithm, point, wrapping, body, fingerprint: fingerprintOf(body) };
}

/** A Transferable Public Key (§10.1). */
export const encodePublicKey = (key: OpenPgpKey): Uint8Array =>
  transferable(key, encodePacket(TAGS.publicKey, key.primary.body), encodePacket(TAGS.publicSubkey, key.encryption.body));

/** A Transferable Secret Key (§10.2), not protected by any password. */
export function encodeSecretKey(key: OpenPgpKey): Uint8Array {
  // §11.2.1: the secret of Curve25519Legacy is a number, and so the other way round.
  const primary = encodePacket(TAGS.secretKey, key.primary.body, secretPart(key.signingSecret));
  return transferable(key, primary, encodePacket(TAGS.secretSubkey, key.encryption.body, secretPart(key.encryptionSecret.toReversed())));
}

function secretPart(secret: Uint8Array): Uint8Array {
  const value = encodeNumber(secret);
  const sum = value.reduce((total, byte) => total + byte, 0);
  return concatBytes(Uint8Array.of(0), value, number(2, sum & 0xffff));
}

function transferable(key: OpenPgpKey, primary: Uint8Array, subkey: Uint8Array): Uint8Array {
  const user = bytesOfOctets(key.userId);
  const { created } = key.primary;
  const preferences = Object.entries(PREFERENCES).map(([type, values]) => [Number(type), Uint8Array.from(values)] as const);
  const certification = makeSignature(key, SIGNATURE_TYPES.positiveCertification, [hashedKey(key.primary), hashedUser(user)], created, [
    [27, Uint8Array.of(CERTIFIES_AND_SIGNS)],
    ...preferences,
    // §5.2.3.32: encrypted data that tells of changes.
    [30, Uint8Array.of(1)],
  ]);
  const binding = makeSignature(key, SIGNATURE_TYPES.subkeyBinding, [hashedKey(key.primary), hashedKey(key.encryption)], created, [
    [27, Uint8Array.of(ENCRYPTS)],
  ]);
  return concatBytes(primary, encodePacket(TAGS.userId, user), certification, subkey, binding);
}

/** §5.2.4: how keys and user IDs go into a hash. */
const hashedKey = ({ body }: PublicKeyBody): Uint8Array => concatBytes(Uint8Array.of(0x99), number(2, body.length), body);
const hashedUser = (user: Uint8Array): Uint8Array => concatBytes(Uint8Array.of(0xb4), number(4, user.length), user);

/**
 * The first key of a Transferable Public Key, with its first user ID and the last subkey that is for encryption, both bound to it by
 * its own signatures. Nobody looks at the time here: signatures that expire bind nothing. Total.
 */
export function decodePublicKey(bytes: Uint8Array): OpenPgpPublicKey | { readonly error: string } {
  const packets = decodePackets(bytes);
  if ('error' in packets) return packets;
  const [first, ...others] = packets;
  if (first?.kind !== 'key' || first.subkey) return { error: 'no key of a kind that is known' };
  const primary = first.key;
  if (primary.algorithm !== EDDSA) return { error: 'a key that does not sign' };
  let userId: string | null = null;
  let encryption: PublicKeyBody | null = null;
  for (const [i, packet] of others.entries()) {
    const next = others[i + 1];
    if (next?.kind !== 'signature') continue;
    if (packet.kind === 'user' && userId === null && certifies(primary, next.signature, packet.octets)) userId = packet.octets;
    if (packet.kind === 'key' && packet.subkey && packet.key.algorithm === ECDH && binds(primary, next.signature, packet.key))
      encryption = packet.key;
  }
  return userId === null ? { error: 'no user ID that the key has signed' } : { userId, primary, encryption };
}

function certifies(primary: PublicKeyBody, signature: SignatureBody, user: string): boolean {
  const certification = signature.type >= SIGNATURE_TYPES.certification && signature.type <= SIGNATURE_TYPES.positiveCertification;
  return certification && signature.lifetime === 0 && signedWith(primary, signature, [hashedKey(primary), hashedUser(bytesOfOctets(user))]);
}

function binds(primary: PublicKeyBody, signature: SignatureBody, subkey: PublicKeyBody): boolean {
  const encrypts = signature.type === SIGNATURE_TYPES.subkeyBinding && (signature.keyFlags & ENCRYPTS) !== 0;
  return encrypts && signature.lifetime === 0 && signedWith(primary, signature, [hashedKey(primary), hashedKey(subkey)]);
}

/** Whether a signature says that it is by this key. */
export function madeBy({ primary }: Pick<OpenPgpPublicKey, 'primary'>, { issuerFingerprint, issuerKeyId }: SignatureBody): boolean {
  if (issuerFingerprint) return equalBytes(issuerFingerprint, primary.fingerprint);
  return issuerKeyId !== null && equalBytes(issuerKeyId, primary.fingerprint.subarray(12));
}
