/**
 * What is inside a `msg` object: sender, recipient, text and signature, encrypted for the recipient’s key by ECIES on secp256k1, with
 * AES-256-CBC and HMAC-SHA256 (“Encrypted payload”, “Unencrypted Message Data”). There is nothing outside that says for whom it is:
 * everybody tries, and it opens for the recipient alone.
 */
import { cbc } from '@noble/ciphers/aes.js';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { equalBytes } from '@noble/curves/utils.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import type { RandomStream } from '../kernel/random.ts';
import { bytesOfOctets, octetsOf } from '../network/octets.ts';
import { number, Scanner } from '../tls/wire/scanner.ts';
import { ADDRESS_VERSION, type Identity, type PublicIdentity, publicIdentity, publicKeyOf, STREAM } from './identity.ts';
import { SEALED_KEY_LENGTH, SEALED_OVERHEAD } from './wire/messages.ts';
import { encodeVarint, readVarint } from './wire/varint.ts';

/** OpenSSL’s number of secp256k1. */
const CURVE = 714;
/** “Message encodings”: UTF-8 without subject. */
const TRIVIAL = 1;
/** Added to the length in the proof of work. */
export const EXTRA_BYTES = 1000;

/** Random bytes in one’s own order: an initialisation vector of 16 bytes, a secret of 32. */
export interface SealingRandomness {
  readonly initial: Uint8Array;
  readonly secret: Uint8Array;
}

export const sealingRandomness = (random: RandomStream): SealingRandomness => ({
  initial: random.bytes(16),
  secret: secp256k1.utils.randomSecretKey(random.bytes(48)),
});

/** `key`: 64 bytes. */
export function seal(plaintext: Uint8Array, key: Uint8Array, { initial, secret }: SealingRandomness): Uint8Array {
  const { cipherKey, macKey } = keysFrom(secp256k1.getSharedSecret(secret, concatBytes(Uint8Array.of(4), key)));
  const own = publicKeyOf(secret);
  const encrypted = concatBytes(
    initial,
    number(2, CURVE),
    number(2, 32),
    own.subarray(0, 32),
    number(2, 32),
    own.subarray(32),
    cbc(cipherKey, initial).encrypt(plaintext),
  );
  return concatBytes(encrypted, hmac(sha256, macKey, encrypted));
}

/** null where it is for somebody else, or was altered: the two look alike. Total. */
export function open(sealed: Uint8Array, secret: Uint8Array): Uint8Array | null {
  if (sealed.length < SEALED_OVERHEAD) return null;
  const coordinates = sealed.subarray(16, 16 + SEALED_KEY_LENGTH);
  const [curve, xLength, yLength] = [0, 2, 36].map((at) => ((coordinates[at] as number) << 8) | (coordinates[at + 1] as number));
  if (curve !== CURVE || xLength !== 32 || yLength !== 32) return null;
  try {
    const point = concatBytes(Uint8Array.of(4), coordinates.subarray(4, 36), coordinates.subarray(38));
    const { cipherKey, macKey } = keysFrom(secp256k1.getSharedSecret(secret, point));
    if (!equalBytes(hmac(sha256, macKey, sealed.subarray(0, -32)), sealed.subarray(-32))) return null;
    return cbc(cipherKey, sealed.subarray(0, 16)).decrypt(sealed.subarray(16 + SEALED_KEY_LENGTH, -32));
  } catch {
    // No point of the curve, or a padding that is none.
    return null;
  }
}

function keysFrom(shared: Uint8Array): { readonly cipherKey: Uint8Array; readonly macKey: Uint8Array } {
  const hash = sha512(shared.subarray(1, 33));
  return { cipherKey: hash.subarray(0, 32), macKey: hash.subarray(32) };
}

export interface OpenedMessage {
  readonly sender: PublicIdentity;
  /** UTF-8 octets. */
  readonly text: string;
}

/** The content of a `msg` object with this header (without nonce). `text`: UTF-8 octets. */
export function sealMessage(
  text: string,
  sender: Identity,
  recipient: PublicIdentity,
  header: Uint8Array,
  work: number,
  random: RandomStream,
): Uint8Array {
  const message = concatBytes(
    encodeVarint(ADDRESS_VERSION),
    encodeVarint(STREAM),
    // Behaviours: no acknowledgement is sent.
    number(4, 0),
    sender.signingKey,
    sender.encryptionKey,
    encodeVarint(work),
    encodeVarint(EXTRA_BYTES),
    recipient.ripe,
    encodeVarint(TRIVIAL),
    encodeVarint(text.length),
    bytesOfOctets(text),
    encodeVarint(0),
  );
  const signature = secp256k1.sign(concatBytes(header, message), sender.signingSecret, { format: 'der' });
  return seal(concatBytes(message, encodeVarint(signature.length), signature), recipient.encryptionKey, sealingRandomness(random));
}

/** What a `msg` object with this header says, if it is for `recipient` and its sender has signed it; null else. Total. */
export function openMessage(content: Uint8Array, header: Uint8Array, recipient: Identity): OpenedMessage | null {
  const plaintext = open(content, recipient.encryptionSecret);
  const scanned = plaintext && Scanner.scan(plaintext, scanPlaintext);
  if (!scanned || 'refusal' in scanned) return null;
  const { sender, ripe, text, signed, signature } = scanned.value;
  // Somebody could send on, in his own cover, what was written to him: it was signed for another.
  if (!equalBytes(ripe, recipient.ripe)) return null;
  try {
    const key = concatBytes(Uint8Array.of(4), sender.signingKey);
    const fits = secp256k1.verify(signature, concatBytes(header, signed), key, { format: 'der', lowS: false });
    return fits ? { sender, text } : null;
  } catch {
    return null;
  }
}

function scanPlaintext(scanner: Scanner) {
  readVarint(scanner, 'address version');
  readVarint(scanner, 'stream');
  scanner.opaque(4, 'behavior bitfield');
  const sender = publicIdentity(scanner.opaque(64, 'public signing key'), scanner.opaque(64, 'public encryption key'));
  readVarint(scanner, 'nonce_trials_per_byte');
  readVarint(scanner, 'extra_bytes');
  const ripe = scanner.opaque(20, 'destination ripe');
  readVarint(scanner, 'encoding');
  const text = octetsOf(scanner.opaque(readVarint(scanner, 'message_length'), 'message'));
  scanner.opaque(readVarint(scanner, 'ack_length'), 'ack_data');
  const signed = scanner.bytes.subarray(0, scanner.at);
  const signature = scanner.opaque(readVarint(scanner, 'sig_length'), 'signature');
  scanner.finish();
  return { sender, ripe, text, signed, signature };
}
