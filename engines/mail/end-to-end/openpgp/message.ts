/**
 * OpenPGP messages (RFC 9580 §10.3): detached signatures, and encrypted messages with a signature inside. A session key goes to each
 * recipient by ECDH on Curve25519 (§11.5); the data is encrypted with AES in CFB and closed by a hash that tells of changes (§5.13.1).
 *
 * Read as well: what GnuPG 2.2 makes for such keys, where it does not compress (keys of this module ask for that). The hash is looked at
 * before anything inside is: what was altered is not read at all.
 */
import { aeskw, cfb } from '@noble/ciphers/aes.js';
import { x25519 } from '@noble/curves/ed25519.js';
import { equalBytes } from '@noble/curves/utils.js';
import { sha1 } from '@noble/hashes/legacy.js';
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import type { RandomStream } from '../../../kernel/random.ts';
import { bytesOfOctets, octetsOf } from '../../../network/octets.ts';
import { number } from '../../../tls/wire/scanner.ts';
import { madeBy, type OpenPgpKey, type OpenPgpPublicKey } from './keys.ts';
import {
  CURVES,
  decodePackets,
  ECDH,
  EDDSA,
  encodeNumber,
  encodePacket,
  keyIdOf,
  NATIVE,
  type PacketBody,
  type PublicKeyBody,
  type SignatureBody,
  TAGS,
} from './packets.ts';
import { makeSignature, SHA256, SIGNATURE_TYPES, signedWith } from './signature.ts';

/** RFC 9580 §9.3: key lengths of the ciphers that are known here. */
const KEY_LENGTHS: Readonly<Record<number, number>> = { 7: 16, 8: 24, 9: 32 };
const AES128 = 7;
/** RFC 9580 §11.5. */
const ANONYMOUS_SENDER = bytesOfOctets('Anonymous Sender    ');
const HASHES: Readonly<Record<number, (bytes: Uint8Array) => Uint8Array>> = { 8: sha256, 9: sha384, 10: sha512 };

/** A detached signature of a text whose lines end by CRLF. */
export const signText = (key: OpenPgpKey, text: Uint8Array, time: number): Uint8Array =>
  makeSignature(key, SIGNATURE_TYPES.text, [canonicalText(text)], time);

/** RFC 9580 §5.2.1.2: line ends as CRLF. */
function canonicalText(text: Uint8Array): Uint8Array {
  return bytesOfOctets(octetsOf(text).replace(/\r?\n/g, '\r\n'));
}

export type SignatureVerdict =
  | { readonly valid: true; readonly by: OpenPgpPublicKey; readonly signedAt: number }
  | { readonly valid: false; readonly reason: string };

/** Whether one of `keys` made this detached signature, and it counts at `now`: seconds since 1970. Total. */
export function verifyDetached(signature: Uint8Array, text: Uint8Array, keys: readonly OpenPgpPublicKey[], now: number): SignatureVerdict {
  const packets = decodePackets(signature);
  if ('error' in packets) return { valid: false, reason: `unreadable: ${packets.error}` };
  const [first] = packets;
  if (first?.kind !== 'signature') return { valid: false, reason: 'no signature of a kind that is known' };
  return verdict(first.signature, text, keys, now);
}

function verdict(signature: SignatureBody, content: Uint8Array, keys: readonly OpenPgpPublicKey[], now: number): SignatureVerdict {
  const bad = (reason: string): SignatureVerdict => ({ valid: false, reason });
  const { type, created, lifetime, unknownCritical } = signature;
  const by = keys.find((key) => madeBy(key, signature));
  if (!by) return bad('by a key that is not known');
  if (type !== SIGNATURE_TYPES.binary && type !== SIGNATURE_TYPES.text) return bad('no signature of a message');
  if (unknownCritical !== null) return bad(`its subpacket ${unknownCritical} is critical, and not understood`);
  const document = type === SIGNATURE_TYPES.text ? canonicalText(content) : content;
  if (!signedWith(by.primary, signature, [document])) return bad('the message was altered after it was signed');
  // RFC 9580 §5.2.3.11: it must be there.
  if (created === null) return bad('it does not say when it was made');
  if (created > now) return bad('it is dated in the future');
  if (lifetime !== 0 && created + lifetime <= now) return bad('it has expired');
  return { valid: true, by, signedAt: created };
}

/** An encrypted message (§10.3). `recipients`: with subkeys for encryption, at least one; `signer`: signs inside. `time`: seconds since 1970. */
export function encryptMessage(
  content: Uint8Array,
  recipients: readonly OpenPgpPublicKey[],
  signer: OpenPgpKey | null,
  time: number,
  random: RandomStream,
): Uint8Array {
  const literal = encodePacket(TAGS.literal, bytesOfOctets('b\0'), number(4, time), content);
  const inner = signer ? signed(content, literal, signer, time) : literal;
  const sessionKey = random.bytes(16);
  const prefix = random.bytes(16);
  const plain = concatBytes(prefix, prefix.subarray(14), inner, Uint8Array.of(0xd3, 0x14));
  const encrypted = cfb(sessionKey, new Uint8Array(16)).encrypt(concatBytes(plain, sha1(plain)));
  return concatBytes(
    ...recipients.map((recipient) => sessionKeyPacket(recipient, sessionKey, random)),
    encodePacket(TAGS.encrypted, Uint8Array.of(1), encrypted),
  );
}

/** §5.4: a note before the content on what signature follows behind it. */
function signed(content: Uint8Array, literal: Uint8Array, signer: OpenPgpKey, time: number): Uint8Array {
  const note = encodePacket(
    TAGS.onePassSignature,
    Uint8Array.of(3, SIGNATURE_TYPES.binary, SHA256, EDDSA),
    keyIdOf(signer.primary),
    Uint8Array.of(1),
  );
  return concatBytes(note, literal, makeSignature(signer, SIGNATURE_TYPES.binary, [content], time));
}

function sessionKeyPacket({ encryption }: OpenPgpPublicKey, sessionKey: Uint8Array, random: RandomStream): Uint8Array {
  if (!encryption) throw new Error('a recipient without a key to be written to');
  const secret = random.bytes(32);
  const checksum = sessionKey.reduce((sum, byte) => sum + byte, 0) & 0xffff;
  const message = concatBytes(Uint8Array.of(AES128), sessionKey, number(2, checksum));
  // §11.5: padded to whole blocks of eight bytes as PKCS #5 does.
  const padding = 8 - (message.length % 8);
  const padded = concatBytes(message, new Uint8Array(padding).fill(padding));
  const kek = wrappingKey(x25519.getSharedSecret(secret, encryption.point), encryption) as Uint8Array;
  const wrapped = aeskw(kek).encrypt(padded);
  return encodePacket(
    TAGS.sessionKey,
    Uint8Array.of(3),
    keyIdOf(encryption),
    Uint8Array.of(ECDH),
    encodeNumber(concatBytes(Uint8Array.of(NATIVE), x25519.getPublicKey(secret))),
    Uint8Array.of(wrapped.length),
    wrapped,
  );
}

/** RFC 9580 §11.5; null for a hash or a cipher that is not known. */
function wrappingKey(shared: Uint8Array, { wrapping, fingerprint }: PublicKeyBody): Uint8Array | null {
  const hash = HASHES[wrapping?.hash ?? 0];
  const length = KEY_LENGTHS[wrapping?.cipher ?? 0];
  if (!hash || !length || !wrapping) return null;
  const curve = CURVES[ECDH];
  const parameters = concatBytes(
    Uint8Array.of(curve.length),
    curve,
    Uint8Array.of(ECDH, 3, 1, wrapping.hash, wrapping.cipher),
    ANONYMOUS_SENDER,
    fingerprint,
  );
  return hash(concatBytes(number(4, 1), shared, parameters)).slice(0, length);
}

export type OpenPgpOpened =
  /** `signature`: null where it is not signed. */
  { readonly content: Uint8Array; readonly signature: SignatureVerdict | null } | { readonly problem: string };

/**
 * What an encrypted message holds, for the holder of `key`; `keys`: those that signatures may be by. `now`: seconds since 1970, when a
 * signature is to count. Total.
 */
export function decryptMessage(message: Uint8Array, key: OpenPgpKey, keys: readonly OpenPgpPublicKey[], now: number): OpenPgpOpened {
  const packets = decodePackets(message);
  if ('error' in packets) return { problem: `unreadable: ${packets.error}` };
  const encrypted = packets.find((packet) => packet.kind === 'encrypted');
  if (!encrypted) return { problem: 'encrypted in a way that is not supported' };
  const id = keyIdOf(key.encryption);
  let problem = 'encrypted for others';
  for (const packet of packets) {
    if (packet.kind !== 'session-key' || !(equalBytes(packet.keyId, id) || packet.keyId.every((byte) => byte === 0))) continue;
    const sessionKey = unwrap(packet, key);
    if (!sessionKey) {
      problem = 'the key for it was altered on the way';
      continue;
    }
    const plain = cfb(sessionKey, new Uint8Array(16)).decrypt(encrypted.data);
    return plain.length < 40 ||
      !equalBytes(sha1(plain.subarray(0, -20)), plain.subarray(-20)) ||
      plain.at(-22) !== 0xd3 ||
      plain.at(-21) !== 0x14
      ? { problem: 'what is encrypted was altered on the way' }
      : read(plain.subarray(18, -22), keys, now);
  }
  return { problem };
}

function unwrap(packet: Extract<PacketBody, { kind: 'session-key' }>, key: OpenPgpKey): Uint8Array | null {
  let padded: Uint8Array;
  try {
    const kek = wrappingKey(x25519.getSharedSecret(key.encryptionSecret, packet.ephemeral), key.encryption);
    if (!kek) return null;
    padded = aeskw(kek).decrypt(packet.wrapped);
  } catch {
    // No point of the curve, or a key that was not wrapped with this one.
    return null;
  }
  const length = KEY_LENGTHS[padded[0] as number];
  if (!length || padded.length < length + 3) return null;
  const sessionKey = padded.subarray(1, 1 + length);
  const checksum = sessionKey.reduce((sum, byte) => sum + byte, 0) & 0xffff;
  return equalBytes(number(2, checksum), padded.subarray(1 + length, 3 + length)) ? sessionKey : null;
}

/** The literal data, and the signature behind it. */
function read(inner: Uint8Array, keys: readonly OpenPgpPublicKey[], now: number): OpenPgpOpened {
  const packets = decodePackets(inner);
  if ('error' in packets) return { problem: `unreadable inside: ${packets.error}` };
  const literal = packets.find((packet) => packet.kind === 'literal');
  if (!literal) {
    const compressed = packets.some((packet) => packet.kind === 'other' && packet.tag === TAGS.compressed);
    return { problem: compressed ? 'compressed inside, which is not supported' : 'nothing to be read inside' };
  }
  const signature = packets.find((packet) => packet.kind === 'signature');
  return { content: literal.content, signature: signature ? verdict(signature.signature, literal.content, keys, now) : null };
}
