/** TLS records (RFC 8446 §5.1, §5.2): five bytes of header, and at most 2^14 + 256 bytes behind it. */
import { concatBytes } from '@noble/hashes/utils.js';
import type { AlertName } from './alert.ts';
import { showVersion, TLS_1_2 } from './registries.ts';
import { number, type Scanner } from './scanner.ts';

export const CONTENT_TYPES = { change_cipher_spec: 20, alert: 21, handshake: 22, application_data: 23 } as const;
export type ContentType = keyof typeof CONTENT_TYPES;

export const HEADER_LENGTH = 5;
/** Of what a record carries, before it is protected (§5.1). */
export const MAXIMUM_PLAINTEXT = 2 ** 14;
/** Behind the header of a protected record (§5.2). */
export const MAXIMUM_CIPHERTEXT = 2 ** 14 + 256;

export interface RecordHeader {
  readonly type: ContentType;
  /** Bytes behind the header. */
  readonly length: number;
}

export const contentTypeOf = (number: number): ContentType | null =>
  (Object.keys(CONTENT_TYPES) as ContentType[]).find((name) => CONTENT_TYPES[name] === number) ?? null;

/** The header that five bytes are, or the alert that they deserve. The version is of no meaning (§5.1). */
export function decodeHeader(bytes: Uint8Array): RecordHeader | { readonly alert: AlertName; readonly text: string } {
  const type = contentTypeOf(bytes[0] as number);
  const length = ((bytes[3] as number) << 8) | (bytes[4] as number);
  if (!type) return { alert: 'unexpected_message', text: 'this is no TLS record' };
  // Who does not speak TLS at all is found out early: versions begin with a 3.
  if (bytes[1] !== 3) return { alert: 'decode_error', text: 'this is no TLS record' };
  const limit = type === 'application_data' ? MAXIMUM_CIPHERTEXT : MAXIMUM_PLAINTEXT;
  if (length > limit) return { alert: 'record_overflow', text: `a record of ${length} bytes; ${limit} are allowed` };
  return { type, length };
}

export const encodeHeader = (type: ContentType, length: number, version = TLS_1_2): Uint8Array =>
  concatBytes(Uint8Array.of(CONTENT_TYPES[type]), number(2, version), number(2, length));

/** One record that is not protected. */
export const encodeRecord = (type: ContentType, fragment: Uint8Array, version?: number): Uint8Array =>
  concatBytes(encodeHeader(type, fragment.length, version), fragment);

const MEANINGS: Readonly<Record<ContentType, string>> = {
  change_cipher_spec: 'of no meaning in TLS 1.3: it calms middleboxes (appendix D.4)',
  alert: 'an alert in clear',
  handshake: 'handshake messages in clear',
  application_data: 'protected: what it carries, and of which type, only the two ends can tell',
};

/** The header's fields; what the record carries is the caller's. */
export function scanHeader(scanner: Scanner): { readonly type: ContentType | null; readonly length: number } {
  const type = scanner.number(1, 'type', (value) => {
    const name = contentTypeOf(value);
    const meaning = name ? { meaning: MEANINGS[name] } : {};
    return { value: `${name ?? 'unknown'} (${value})`, standard: 'RFC 8446 §5.1', ...meaning };
  });
  scanner.number(2, 'legacy_record_version', (value) => ({
    value: showVersion(value),
    meaning: 'of no meaning: what is spoken is told by supported_versions',
    standard: 'RFC 8446 §5.1',
  }));
  const length = scanner.number(2, 'length', (value) => ({ value: `${value} B` }));
  return { type: contentTypeOf(type), length };
}
