/**
 * Encryption in the Cryptographic Message Syntax: AuthEnvelopedData with AES-GCM (RFC 5083, 5084), whose tag tells of any change, and
 * EnvelopedData with AES-CBC (RFC 5652 §6), which tells of none. The content's key goes to each recipient by ephemeral-static ECDH on
 * P-256 (RFC 5753 §3.1) and AES key wrap (RFC 3394).
 */
import { aeskw, cbc, gcm } from '@noble/ciphers/aes.js';
import { p256 } from '@noble/curves/nist.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import type { RandomStream } from '../../../kernel/random.ts';
import type { Credentials } from '../../../tls/certificate/authority.ts';
import { type Certificate, decodeCertificate } from '../../../tls/certificate/certificate.ts';
import { contextual, der, derBits, derIdentifier, derInteger, derSequence, TAGS } from '../../../tls/certificate/der.ts';
import { number } from '../../../tls/wire/scanner.ts';
import type { EnvelopedData, KeyAgreement } from './content-info.ts';
import {
  AES128_CBC,
  AES128_GCM,
  AES128_WRAP,
  AUTHENTICATED_ENVELOPED_DATA,
  CIPHERS,
  DATA,
  EC_PUBLIC_KEY,
  ECDH_SHA1,
  ECDH_SHA256,
  ENVELOPED_DATA,
  P256,
  WRAPS,
} from './identifiers.ts';
import { identifierOf, names } from './signed-data.ts';

const TAG_LENGTH = 16;

/** A ContentInfo, DER. `recipients`: certificates with P-256 keys, at least one. `mode` CBC is EnvelopedData, as older agents read it. */
export function encryptCms(
  content: Uint8Array,
  recipients: readonly Certificate[],
  random: RandomStream,
  mode: 'GCM' | 'CBC' = 'GCM',
): Uint8Array {
  const key = random.bytes(16);
  const initial = random.bytes(mode === 'GCM' ? 12 : 16);
  const infos = recipients.map((certificate) => recipientInfo(certificate, key, random));
  const algorithm =
    mode === 'GCM'
      ? derSequence(derIdentifier(AES128_GCM), derSequence(der(TAGS.octetString, initial), derInteger(Uint8Array.of(TAG_LENGTH))))
      : derSequence(derIdentifier(AES128_CBC), der(TAGS.octetString, initial));
  const sealed = mode === 'GCM' ? gcm(key, initial).encrypt(content) : cbc(key, initial).encrypt(content);
  const encrypted = mode === 'GCM' ? sealed.subarray(0, sealed.length - TAG_LENGTH) : sealed;
  const body = derSequence(
    // RFC 5083 §2.1; RFC 5652 §6.1: 2 for recipients by key agreement.
    derInteger(Uint8Array.of(mode === 'GCM' ? 0 : 2)),
    der(TAGS.set, ...infos),
    derSequence(derIdentifier(DATA), algorithm, der(contextual(0), encrypted)),
    ...(mode === 'GCM' ? [der(TAGS.octetString, sealed.subarray(sealed.length - TAG_LENGTH))] : []),
  );
  return derSequence(derIdentifier(mode === 'GCM' ? AUTHENTICATED_ENVELOPED_DATA : ENVELOPED_DATA), der(contextual(0, true), body));
}

function recipientInfo(certificate: Certificate, key: Uint8Array, random: RandomStream): Uint8Array {
  if (certificate.publicKey?.scheme !== 'ecdsa_secp256r1_sha256') throw new Error('a recipient without a P-256 key');
  const secret = p256.utils.randomSecretKey(random.bytes(48));
  const wrapIdentifier = derSequence(derIdentifier(AES128_WRAP));
  const kek = wrappingKey(p256.getSharedSecret(secret, certificate.publicKey.bytes), ECDH_SHA256, AES128_WRAP, wrapIdentifier, null);
  const originatorKey = der(
    contextual(1, true),
    derSequence(derIdentifier(EC_PUBLIC_KEY), derIdentifier(P256)),
    derBits(p256.getPublicKey(secret, false)),
  );
  return der(
    contextual(1, true),
    derInteger(Uint8Array.of(3)),
    der(contextual(0, true), originatorKey),
    derSequence(derIdentifier(ECDH_SHA256), wrapIdentifier),
    derSequence(derSequence(identifierOf(certificate), der(TAGS.octetString, aeskw(kek as Uint8Array).encrypt(key)))),
  );
}

/** SEC 1 §3.6.1 with the shared information of RFC 5753 §7.2; null for a scheme or a wrapping that is not known. */
function wrappingKey(
  /** A point with the byte of its form. */
  shared: Uint8Array,
  scheme: string,
  wrap: string,
  wrapIdentifier: Uint8Array,
  keyingMaterial: Uint8Array | null,
): Uint8Array | null {
  const bits = WRAPS[wrap];
  const hash = scheme === ECDH_SHA256 ? sha256 : scheme === ECDH_SHA1 ? sha1 : null;
  if (!bits || !hash) return null;
  const information = derSequence(
    wrapIdentifier,
    ...(keyingMaterial ? [der(contextual(0, true), der(TAGS.octetString, keyingMaterial))] : []),
    der(contextual(2, true), der(TAGS.octetString, number(4, bits))),
  );
  const x = shared.subarray(1, 33);
  const blocks = [1, 2].map((counter) => hash(concatBytes(x, number(4, counter), information)));
  return concatBytes(...blocks).slice(0, bits / 8);
}

export type CmsOpened = { readonly content: Uint8Array; readonly authenticated: boolean } | { readonly problem: string };

/** What it holds, for whom `credentials` are. Total. */
export function decryptCms(enveloped: EnvelopedData, credentials: Credentials): CmsOpened {
  const [own] = credentials.certificates;
  const decoded = own && decodeCertificate(own);
  if (!decoded || !('certificate' in decoded)) return { problem: 'no certificate, no key' };
  const { certificate } = decoded;
  const { algorithm, initial, encrypted, authentication } = enveloped;
  const cipher = CIPHERS[algorithm];
  if (!cipher || !initial || !encrypted || (cipher.mode === 'GCM') !== (authentication !== null))
    return { problem: 'encrypted in a way that is not supported' };
  let known = false;
  for (const agreement of enveloped.agreements) {
    for (const { recipient, wrapped } of agreement.keys) {
      if (!names(recipient, certificate)) continue;
      known = true;
      const key = unwrap(agreement, wrapped, credentials.key.secret);
      if (key?.length !== cipher.bits / 8) continue;
      const content = opened(cipher.mode, key, initial, encrypted, authentication);
      return content ? { content, authenticated: authentication !== null } : { problem: 'what is encrypted was altered on the way' };
    }
  }
  return { problem: known ? 'the key for it was altered on the way' : 'encrypted for others' };
}

function unwrap({ originator, scheme, wrap, wrapIdentifier, keyingMaterial }: KeyAgreement, wrapped: Uint8Array, secret: Uint8Array) {
  if (!originator) return null;
  try {
    const kek = wrappingKey(p256.getSharedSecret(secret, originator), scheme, wrap, wrapIdentifier, keyingMaterial);
    return kek && aeskw(kek).decrypt(wrapped);
  } catch {
    // Not a point of the curve, or a key that was not wrapped with this one.
    return null;
  }
}

function opened(
  mode: 'CBC' | 'GCM',
  key: Uint8Array,
  initial: Uint8Array,
  encrypted: Uint8Array,
  authentication: EnvelopedData['authentication'],
): Uint8Array | null {
  try {
    if (mode === 'CBC') return cbc(key, initial).decrypt(encrypted);
    const { tag, attributes } = authentication as NonNullable<typeof authentication>;
    return gcm(key, initial, attributes ?? undefined).decrypt(concatBytes(encrypted, tag));
  } catch {
    // The ciphers' errors for input of any kind: a tag or a padding that is not right.
    return null;
  }
}
