/** The object identifiers of the Cryptographic Message Syntax, as far as they are spoken here (RFC 5652 §14, 5083, 5084, 5753, 8551). */

export const DATA = '1.2.840.113549.1.7.1';
export const SIGNED_DATA = '1.2.840.113549.1.7.2';
export const ENVELOPED_DATA = '1.2.840.113549.1.7.3';
export const AUTHENTICATED_ENVELOPED_DATA = '1.2.840.113549.1.9.16.1.23';

export const CONTENT_TYPE = '1.2.840.113549.1.9.3';
export const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
export const SIGNING_TIME = '1.2.840.113549.1.9.5';

export const SHA256 = '2.16.840.1.101.3.4.2.1';
export const ECDSA_WITH_SHA256 = '1.2.840.10045.4.3.2';
export const EC_PUBLIC_KEY = '1.2.840.10045.2.1';
export const P256 = '1.2.840.10045.3.1.7';

/** RFC 5753 §7.1.4: ephemeral-static ECDH, and the hash that makes a key of what both come to. */
export const ECDH_SHA1 = '1.3.133.16.840.63.0.2';
export const ECDH_SHA256 = '1.3.132.1.11.1';

/** RFC 3565: bits of the key that a wrapping is done with. */
export const WRAPS: Readonly<Record<string, 128 | 192 | 256>> = {
  '2.16.840.1.101.3.4.1.5': 128,
  '2.16.840.1.101.3.4.1.25': 192,
  '2.16.840.1.101.3.4.1.45': 256,
};
export const AES128_WRAP = '2.16.840.1.101.3.4.1.5';

export interface ContentCipher {
  readonly mode: 'CBC' | 'GCM';
  readonly bits: 128 | 192 | 256;
}

/** RFC 3565, RFC 5084. */
export const CIPHERS: Readonly<Record<string, ContentCipher>> = {
  '2.16.840.1.101.3.4.1.2': { mode: 'CBC', bits: 128 },
  '2.16.840.1.101.3.4.1.22': { mode: 'CBC', bits: 192 },
  '2.16.840.1.101.3.4.1.42': { mode: 'CBC', bits: 256 },
  '2.16.840.1.101.3.4.1.6': { mode: 'GCM', bits: 128 },
  '2.16.840.1.101.3.4.1.26': { mode: 'GCM', bits: 192 },
  '2.16.840.1.101.3.4.1.46': { mode: 'GCM', bits: 256 },
};
export const AES128_CBC = '2.16.840.1.101.3.4.1.2';
export const AES128_GCM = '2.16.840.1.101.3.4.1.6';

export const NAMES: Readonly<Record<string, string>> = {
  [DATA]: 'data',
  [SIGNED_DATA]: 'signedData',
  [ENVELOPED_DATA]: 'envelopedData',
  [AUTHENTICATED_ENVELOPED_DATA]: 'authEnvelopedData',
  [CONTENT_TYPE]: 'contentType',
  [MESSAGE_DIGEST]: 'messageDigest',
  [SIGNING_TIME]: 'signingTime',
  '1.2.840.113549.1.9.15': 'smimeCapabilities',
  [SHA256]: 'sha256',
  [ECDSA_WITH_SHA256]: 'ecdsa-with-SHA256',
  [EC_PUBLIC_KEY]: 'id-ecPublicKey',
  [P256]: 'prime256v1',
  [ECDH_SHA1]: 'dhSinglePass-stdDH-sha1kdf-scheme',
  [ECDH_SHA256]: 'dhSinglePass-stdDH-sha256kdf-scheme',
  '2.16.840.1.101.3.4.1.5': 'aes128-wrap',
  '2.16.840.1.101.3.4.1.25': 'aes192-wrap',
  '2.16.840.1.101.3.4.1.45': 'aes256-wrap',
  '2.16.840.1.101.3.4.1.2': 'aes128-CBC',
  '2.16.840.1.101.3.4.1.22': 'aes192-CBC',
  '2.16.840.1.101.3.4.1.42': 'aes256-CBC',
  '2.16.840.1.101.3.4.1.6': 'aes128-GCM',
  '2.16.840.1.101.3.4.1.26': 'aes192-GCM',
  '2.16.840.1.101.3.4.1.46': 'aes256-GCM',
};
