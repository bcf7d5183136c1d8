/**
 * Protection of records (RFC 8446 §5.2, §5.3): what a traffic secret and a record's number make of its content, and back. Pure
 * functions of both, so that a viewer opens a record of a saved run as the receiver did.
 */
import { gcm } from '@noble/ciphers/aes.js';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import { concatBytes, hexToBytes } from '@noble/hashes/utils.js';
import { expandLabel } from './key-schedule.ts';
import { CONTENT_TYPES, type ContentType, contentTypeOf, encodeHeader, HEADER_LENGTH, MAXIMUM_PLAINTEXT } from './wire/record.ts';
import type { CipherSuite } from './wire/registries.ts';

/** What protects one direction until its keys change. Plain data: a run holds it. */
export interface TrafficSecret {
  readonly suite: CipherSuite;
  /** As key logs call it: `CLIENT_HANDSHAKE_TRAFFIC_SECRET`, `SERVER_TRAFFIC_SECRET_0`; after n KeyUpdates, `…_n`. */
  readonly label: string;
  /** The random of the session's ClientHello, by which a key log knows the session; hexadecimal. */
  readonly clientRandom: string;
  /** 32 bytes, hexadecimal. */
  readonly secret: string;
}

const TAG_LENGTH = 16;
/** What protection adds to a record's content: header, type and tag. Padding is never added (§5.4). */
export const OVERHEAD = HEADER_LENGTH + 1 + TAG_LENGTH;

interface Keys {
  readonly key: Uint8Array;
  readonly iv: Uint8Array;
}

/** The keys that were asked for last: those of a session are asked for again with each record. Forgetting them changes nothing. */
const recent = new Map<string, Keys>();
const MOST_RECENT = 64;

/** §7.3. */
export function trafficKeys({ suite, secret }: Pick<TrafficSecret, 'suite' | 'secret'>): Keys {
  const name = `${suite} ${secret}`;
  const known = recent.get(name);
  if (known) return known;
  const bytes = hexToBytes(secret);
  const none = new Uint8Array(0);
  const keys = {
    key: expandLabel(bytes, 'key', none, suite === 'TLS_AES_128_GCM_SHA256' ? 16 : 32),
    iv: expandLabel(bytes, 'iv', none, 12),
  };
  if (recent.size >= MOST_RECENT) recent.delete(recent.keys().next().value as string);
  recent.set(name, keys);
  return keys;
}

function cipherOf(secret: TrafficSecret, sequence: number, header: Uint8Array) {
  const { key, iv } = trafficKeys(secret);
  const nonce = iv.slice();
  // §5.3: the record's number, padded on the left, exclusive-or the IV.
  for (let i = 11, rest = sequence; rest > 0; i--, rest = Math.floor(rest / 256)) nonce[i] = (nonce[i] as number) ^ (rest & 0xff);
  return secret.suite === 'TLS_AES_128_GCM_SHA256' ? gcm(key, nonce, header) : chacha20poly1305(key, nonce, header);
}

/** One record, header included. `content`: at most 2^14 bytes; `sequence` counts the records of the secret from 0. */
export function seal(secret: TrafficSecret, sequence: number, type: ContentType, content: Uint8Array): Uint8Array {
  const header = encodeHeader('application_data', content.length + 1 + TAG_LENGTH);
  const plaintext = concatBytes(content, Uint8Array.of(CONTENT_TYPES[type]));
  return concatBytes(header, cipherOf(secret, sequence, header).encrypt(plaintext));
}

export type Opened =
  | { readonly type: ContentType; readonly content: Uint8Array }
  | { readonly alert: 'bad_record_mac' | 'unexpected_message' | 'record_overflow'; readonly text: string };

/** What one whole record, header included, carries. Total. */
export function open(secret: TrafficSecret, sequence: number, record: Uint8Array): Opened {
  const header = record.subarray(0, HEADER_LENGTH);
  const protectedPart = record.subarray(HEADER_LENGTH);
  const altered: Opened = { alert: 'bad_record_mac', text: 'a record was altered on the way, or protected with other keys' };
  if (protectedPart.length < TAG_LENGTH) return altered;
  let plaintext: Uint8Array;
  try {
    plaintext = cipherOf(secret, sequence, header).decrypt(protectedPart);
  } catch {
    // The ciphers' one error for input of any kind is a tag that is not right.
    return altered;
  }
  // §5.4: the last byte that is not zero is the type; zeros behind it are padding.
  let end = plaintext.length - 1;
  while (end >= 0 && plaintext[end] === 0) end--;
  if (plaintext.length > MAXIMUM_PLAINTEXT + 1)
    return { alert: 'record_overflow', text: `a record carries ${plaintext.length - 1} bytes; ${MAXIMUM_PLAINTEXT} are allowed` };
  const type = end < 0 ? null : contentTypeOf(plaintext[end] as number);
  if (!type || type === 'change_cipher_spec') return { alert: 'unexpected_message', text: 'a protected record without a type' };
  return { type, content: plaintext.subarray(0, end) };
}

/** What records end to end carry, numbered on from `sequence`; null where one does not open. */
export function openRecords(secret: TrafficSecret, sequence: number, records: Uint8Array): Uint8Array | null {
  const contents: Uint8Array[] = [];
  for (let at = 0; at < records.length; ) {
    const end = at + HEADER_LENGTH + (((records[at + 3] as number) << 8) | (records[at + 4] as number));
    if (!(end <= records.length)) return null;
    const opened = open(secret, sequence + contents.length, records.subarray(at, end));
    if ('alert' in opened) return null;
    contents.push(opened.content);
    at = end;
  }
  return concatBytes(...contents);
}
