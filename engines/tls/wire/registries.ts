/** The numbers of TLS and their names (RFC 8446 §4, §11, and IANA's registries): those that are used here, and those that others offer. */

export const TLS_1_0 = 0x0301;
/** What stands in the version fields of records and hellos, whatever is spoken (RFC 8446 §5.1, §4.1.2). */
export const TLS_1_2 = 0x0303;
export const TLS_1_3 = 0x0304;

const VERSIONS: Readonly<Record<number, string>> = {
  768: 'SSL 3.0',
  [TLS_1_0]: 'TLS 1.0',
  770: 'TLS 1.1',
  [TLS_1_2]: 'TLS 1.2',
  [TLS_1_3]: 'TLS 1.3',
};

export const CIPHER_SUITES = { TLS_AES_128_GCM_SHA256: 0x1301, TLS_CHACHA20_POLY1305_SHA256: 0x1303 } as const;
export type CipherSuite = keyof typeof CIPHER_SUITES;

export function cipherSuiteOf(number: number): CipherSuite | undefined {
  return (Object.keys(CIPHER_SUITES) as CipherSuite[]).find((name) => CIPHER_SUITES[name] === number);
}

const SUITES: Readonly<Record<number, string>> = {
  4865: 'TLS_AES_128_GCM_SHA256',
  4866: 'TLS_AES_256_GCM_SHA384',
  4867: 'TLS_CHACHA20_POLY1305_SHA256',
  4868: 'TLS_AES_128_CCM_SHA256',
  4869: 'TLS_AES_128_CCM_8_SHA256',
  255: 'TLS_EMPTY_RENEGOTIATION_INFO_SCSV',
  22016: 'TLS_FALLBACK_SCSV',
};

export const X25519 = 0x001d;

const GROUPS: Readonly<Record<number, string>> = {
  23: 'secp256r1',
  24: 'secp384r1',
  25: 'secp521r1',
  [X25519]: 'x25519',
  30: 'x448',
  256: 'ffdhe2048',
  257: 'ffdhe3072',
  4588: 'X25519MLKEM768',
};

export const SIGNATURE_SCHEMES = { ecdsa_secp256r1_sha256: 0x0403, ed25519: 0x0807 } as const;
export type SignatureScheme = keyof typeof SIGNATURE_SCHEMES;

export function signatureSchemeOf(number: number): SignatureScheme | undefined {
  return (Object.keys(SIGNATURE_SCHEMES) as SignatureScheme[]).find((name) => SIGNATURE_SCHEMES[name] === number);
}

const SCHEMES: Readonly<Record<number, string>> = {
  513: 'rsa_pkcs1_sha1',
  515: 'ecdsa_sha1',
  1025: 'rsa_pkcs1_sha256',
  1027: 'ecdsa_secp256r1_sha256',
  1281: 'rsa_pkcs1_sha384',
  1283: 'ecdsa_secp384r1_sha384',
  1537: 'rsa_pkcs1_sha512',
  1539: 'ecdsa_secp521r1_sha512',
  2052: 'rsa_pss_rsae_sha256',
  2053: 'rsa_pss_rsae_sha384',
  2054: 'rsa_pss_rsae_sha512',
  2055: 'ed25519',
  2056: 'ed448',
  2057: 'rsa_pss_pss_sha256',
  2058: 'rsa_pss_pss_sha384',
  2059: 'rsa_pss_pss_sha512',
};

/** The extensions that are read and written here, by number. */
export const EXTENSIONS = {
  server_name: 0,
  supported_groups: 10,
  signature_algorithms: 13,
  application_layer_protocol_negotiation: 16,
  supported_versions: 43,
  cookie: 44,
  key_share: 51,
} as const;
export type ExtensionName = keyof typeof EXTENSIONS;

const OTHER_EXTENSIONS: Readonly<Record<number, string>> = {
  1: 'max_fragment_length',
  5: 'status_request',
  11: 'ec_point_formats',
  18: 'signed_certificate_timestamp',
  21: 'padding',
  22: 'encrypt_then_mac',
  23: 'extended_master_secret',
  27: 'compress_certificate',
  28: 'record_size_limit',
  35: 'session_ticket',
  41: 'pre_shared_key',
  42: 'early_data',
  45: 'psk_key_exchange_modes',
  47: 'certificate_authorities',
  48: 'oid_filters',
  49: 'post_handshake_auth',
  50: 'signature_algorithms_cert',
  65281: 'renegotiation_info',
};

export function extensionNameOf(number: number): ExtensionName | undefined {
  return (Object.keys(EXTENSIONS) as ExtensionName[]).find((name) => EXTENSIONS[name] === number);
}

/** `x25519 (0x001d)`; a number without a name alone. RFC 8701 reserves 0x0a0a, 0x1a1a, … for clients that test servers. */
function named(names: Readonly<Record<number, string>>, number: number): string {
  const hex = `0x${number.toString(16).padStart(4, '0')}`;
  const name = names[number] ?? ((number & 0x0f0f) === 0x0a0a && number >> 8 === (number & 0xff) ? 'GREASE' : undefined);
  return name === undefined ? hex : `${name} (${hex})`;
}

export const showVersion = (number: number): string => named(VERSIONS, number);
export const showCipherSuite = (number: number): string => named(SUITES, number);
export const showGroup = (number: number): string => named(GROUPS, number);
export const showScheme = (number: number): string => named(SCHEMES, number);
export const showExtension = (number: number): string => {
  const name = extensionNameOf(number) ?? OTHER_EXTENSIONS[number];
  return name === undefined ? named({}, number) : `${name} (${number})`;
};
