/**
 * OpenPGP packets (RFC 4880, RFC 9580): read whole, with their fields. One scan gives what they say and where it stands.
 *
 * Read are keys of version 4 (Ed25519 and Curve25519 ECDH in their older forms, as GnuPG 2.2 has them), user IDs, signatures of
 * version 4, one-pass signatures, session keys of version 3, encrypted data of version 1, literal data. Packets of other kinds or
 * versions, compressed data among them, are read over: `other`.
 * Limits: 1,000 packets, 200 subpackets in an area. Bodies in parts (§4.2.2.4) are put together; the inspector shows them as one.
 */
import { sha1 } from '@noble/hashes/legacy.js';
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import type { Field } from '../../../field.ts';
import { octetsOf, textOfOctets } from '../../../network/octets.ts';
import { timeText } from '../../../tls/certificate/der.ts';
import { number, Scanner, shown } from '../../../tls/wire/scanner.ts';

export const TAGS = {
  sessionKey: 1,
  signature: 2,
  onePassSignature: 4,
  secretKey: 5,
  publicKey: 6,
  secretSubkey: 7,
  compressed: 8,
  literal: 11,
  userId: 13,
  publicSubkey: 14,
  encrypted: 18,
  modificationDetection: 19,
} as const;

const TAG_NAMES: Readonly<Record<number, readonly [name: string, standard: string]>> = {
  1: ['Public-Key Encrypted Session Key', 'RFC 9580 §5.1'],
  2: ['Signature', 'RFC 9580 §5.2'],
  3: ['Symmetric-Key Encrypted Session Key', 'RFC 9580 §5.3'],
  4: ['One-Pass Signature', 'RFC 9580 §5.4'],
  5: ['Secret-Key', 'RFC 9580 §5.5.1.3'],
  6: ['Public-Key', 'RFC 9580 §5.5.1.1'],
  7: ['Secret-Subkey', 'RFC 9580 §5.5.1.4'],
  8: ['Compressed Data', 'RFC 9580 §5.6'],
  9: ['Symmetrically Encrypted Data', 'RFC 9580 §5.7'],
  10: ['Marker', 'RFC 9580 §5.8'],
  11: ['Literal Data', 'RFC 9580 §5.9'],
  12: ['Trust', 'RFC 9580 §5.10'],
  13: ['User ID', 'RFC 9580 §5.11'],
  14: ['Public-Subkey', 'RFC 9580 §5.5.1.2'],
  17: ['User Attribute', 'RFC 9580 §5.12'],
  18: ['Symmetrically Encrypted and Integrity Protected Data', 'RFC 9580 §5.13'],
  19: ['Modification Detection Code', 'RFC 4880 §5.14'],
  20: ['AEAD Encrypted Data', 'RFC 9580 §5.13'],
};

/** RFC 9580 §9.1. */
export const ECDH = 18;
export const EDDSA = 22;
const ALGORITHM_NAMES: Readonly<Record<number, string>> = {
  1: 'RSA',
  16: 'Elgamal',
  17: 'DSA',
  [ECDH]: 'ECDH',
  19: 'ECDSA',
  [EDDSA]: 'EdDSALegacy',
};
const HASH_NAMES: Readonly<Record<number, string>> = { 1: 'MD5', 2: 'SHA-1', 8: 'SHA2-256', 9: 'SHA2-384', 10: 'SHA2-512', 11: 'SHA2-224' };
const SIGNATURE_NAMES: Readonly<Record<number, string>> = {
  0: 'of a binary document',
  1: 'of a canonical text document',
  16: 'certification of a user ID',
  19: 'positive certification of a user ID',
  24: 'binding of a subkey',
  25: 'binding of the primary key',
  31: 'over a key',
  32: 'key revocation',
};

/** RFC 9580 §9.2: Ed25519Legacy and Curve25519Legacy, and the byte before their native points (§11.2.2). */
export const CURVES = {
  [EDDSA]: Uint8Array.of(0x2b, 6, 1, 4, 1, 0xda, 0x47, 0x0f, 1),
  [ECDH]: Uint8Array.of(0x2b, 6, 1, 4, 1, 0x97, 0x55, 1, 5, 1),
} as const;
export const NATIVE = 0x40;

export interface PublicKeyBody {
  /** Seconds since 1970. */
  readonly created: number;
  readonly algorithm: typeof EDDSA | typeof ECDH;
  /** 32 bytes. */
  readonly point: Uint8Array;
  /** ECDH: the hash and the cipher by which a session key is wrapped; null for EdDSA. */
  readonly wrapping: { readonly hash: number; readonly cipher: number } | null;
  /** As it stands in the packet. */
  readonly body: Uint8Array;
  /** 20 bytes (§5.5.4.2). */
  readonly fingerprint: Uint8Array;
}

export interface SignatureBody {
  readonly type: number;
  readonly algorithm: number;
  readonly hash: number;
  /** From the version to the end of the hashed subpackets: what is signed besides the document. */
  readonly hashedPart: Uint8Array;
  readonly created: number | null;
  /** Seconds from then on that it counts; 0: for ever. */
  readonly lifetime: number;
  /** 20 and 8 bytes. */
  readonly issuerFingerprint: Uint8Array | null;
  readonly issuerKeyId: Uint8Array | null;
  readonly keyFlags: number;
  /** The number of a critical subpacket that is not evaluated here, even if it has a name: the signature counts for nothing (§5.2.3.7). */
  readonly unknownCritical: number | null;
  /** The first two bytes of the hash. */
  readonly left: Uint8Array;
  /** EdDSA: 64 bytes; null for other algorithms. */
  readonly value: Uint8Array | null;
}

export type PacketBody =
  | { readonly kind: 'key'; readonly subkey: boolean; readonly key: PublicKeyBody }
  | { readonly kind: 'user'; readonly octets: string }
  | { readonly kind: 'signature'; readonly signature: SignatureBody }
  | { readonly kind: 'one-pass'; readonly keyId: Uint8Array }
  | { readonly kind: 'session-key'; readonly keyId: Uint8Array; readonly ephemeral: Uint8Array; readonly wrapped: Uint8Array }
  | { readonly kind: 'encrypted'; readonly data: Uint8Array }
  | { readonly kind: 'literal'; readonly content: Uint8Array }
  | { readonly kind: 'modification-detection'; readonly digest: Uint8Array }
  | { readonly kind: 'other'; readonly tag: number };

/** Total. */
export function decodePackets(bytes: Uint8Array): readonly PacketBody[] | { readonly error: string } {
  const scanned = Scanner.scan(bytes, scanPackets);
  return 'refusal' in scanned ? { error: scanned.refusal.text } : scanned.value;
}

export const dissectPackets = (bytes: Uint8Array): readonly Field[] => Scanner.scan(bytes, scanPackets).fields;

/** A packet with a header of the newer format (§4.2.1). */
export function encodePacket(tag: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const body = concatBytes(...parts);
  return concatBytes(Uint8Array.of(0xc0 | tag), encodeLength(body.length), body);
}

/** In one, two or five bytes (§4.2.1, §5.2.3.7). */
export function encodeLength(length: number): Uint8Array {
  if (length < 192) return Uint8Array.of(length);
  if (length < 8384) return Uint8Array.of(((length - 192) >> 8) + 192, length - 192);
  return concatBytes(Uint8Array.of(255), number(4, length));
}

/** A multiprecision integer (§3.2) of big-endian bytes. */
export function encodeNumber(bytes: Uint8Array): Uint8Array {
  let first = 0;
  while (first < bytes.length && bytes[first] === 0) first++;
  const significant = bytes.subarray(first);
  const bits = significant.length === 0 ? 0 : significant.length * 8 - Math.clz32(significant[0] as number) + 24;
  return concatBytes(number(2, bits), significant);
}

function scanPackets(scanner: Scanner): PacketBody[] {
  let count = 0;
  return scanner.each(() => {
    if (++count > 1000) scanner.refuse('decode_error', 'more than 1000 packets');
    return scanPacket(scanner);
  });
}

interface Header {
  readonly tag: number;
  /** Bytes before the (first part of the) body. */
  readonly header: number;
  /** Of the body, or its first part. */
  readonly length: number;
  readonly partial: boolean;
}

function headerAt(scanner: Scanner): Header {
  const { bytes, at, left } = scanner;
  const first = bytes[at] as number;
  if ((first & 0x80) === 0) return scanner.refuse('decode_error', 'no packet begins here');
  if (first & 0x40) return { tag: first & 0x3f, ...lengthAt(scanner, at + 1, 1) };
  const octets = [1, 2, 4, 0][first & 3] as number;
  const header = 1 + octets;
  if (header > left) return scanner.refuse('decode_error', 'a packet without a length');
  // §4.2.2: without a length, up to the end.
  const length = octets === 0 ? left - 1 : bytes.subarray(at + 1, at + header).reduce((sum, byte) => sum * 256 + byte, 0);
  return { tag: (first >> 2) & 15, header, length, partial: false };
}

function lengthAt(scanner: Scanner, at: number, before: number): Omit<Header, 'tag'> {
  const { bytes, end } = scanner;
  const first = bytes[at] as number;
  const octets = at >= end ? 9 : first < 192 ? 1 : first < 224 ? 2 : first < 255 ? 1 : 5;
  if (at + octets > end) return scanner.refuse('decode_error', 'a packet without a length');
  const header = before + octets;
  if (first < 192) return { header, length: first, partial: false };
  if (first < 224) return { header, length: ((first - 192) << 8) + (bytes[at + 1] as number) + 192, partial: false };
  if (first < 255) return { header, length: 2 ** (first & 31), partial: true };
  return { header, length: bytes.subarray(at + 1, at + 5).reduce((sum, byte) => sum * 256 + byte, 0), partial: false };
}

function scanPacket(scanner: Scanner): PacketBody {
  const { tag, header, length, partial } = headerAt(scanner);
  const [name, standard] = TAG_NAMES[tag] ?? [`packet of kind ${tag}`, 'RFC 9580 §5'];
  const details = (body: PacketBody) => ({ value: summary(body), standard });
  if (!partial) {
    return scanner.part(
      header + length,
      name,
      (inner) => {
        inner.opaque(header, 'packet header', () => ({ value: `${length} B follow`, standard: 'RFC 9580 §4.2' }));
        return scanBody(tag, inner);
      },
      details,
    );
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  for (let next: Omit<Header, 'tag'> = { header, length, partial }; ; next = lengthAt(scanner, scanner.at + size, 0)) {
    size += next.header + next.length;
    if (size > scanner.left) scanner.refuse('decode_error', `${name} wants ${size} bytes; ${scanner.left} are there`);
    parts.push(scanner.bytes.subarray(scanner.at + size - next.length, scanner.at + size));
    if (!next.partial) break;
  }
  const body = Scanner.scan(concatBytes(...parts), (inner) => {
    const read = scanBody(tag, inner);
    inner.finish();
    return read;
  });
  if ('refusal' in body) return scanner.refuse('decode_error', body.refusal.text);
  scanner.opaque(size, name, () => ({ ...details(body.value), meaning: `its body comes in ${parts.length} parts` }));
  return body.value;
}

function summary(body: PacketBody): string {
  switch (body.kind) {
    case 'key':
      return bytesToHex(body.key.fingerprint);
    case 'user':
      return textOfOctets(body.octets);
    case 'signature':
      return SIGNATURE_NAMES[body.signature.type] ?? `of type ${body.signature.type}`;
    case 'session-key':
    case 'one-pass':
      return `key ${bytesToHex(body.keyId)}`;
    case 'encrypted':
      return `${body.data.length} B`;
    case 'literal':
      return `${body.content.length} B`;
    default:
      return '';
  }
}

function scanBody(tag: number, inner: Scanner): PacketBody {
  switch (tag) {
    case TAGS.publicKey:
    case TAGS.publicSubkey: {
      const key = scanKey(inner);
      return key ? { kind: 'key', subkey: tag === TAGS.publicSubkey, key } : rest(inner, tag);
    }
    case TAGS.userId:
      return { kind: 'user', octets: octetsOf(inner.opaque(inner.left, 'user ID', (bytes) => ({ value: textOfOctets(octetsOf(bytes)) }))) };
    case TAGS.signature:
      return scanSignature(inner);
    case TAGS.onePassSignature: {
      if (inner.number(1, 'version') !== 3) return rest(inner, tag);
      inner.number(1, 'type', (type) => ({ value: SIGNATURE_NAMES[type] ?? String(type) }));
      hashField(inner);
      algorithmField(inner);
      const keyId = inner.opaque(8, 'key ID');
      inner.number(1, 'nested', (value) => ({ value: value === 0 ? 'another follows' : 'the last one' }));
      return { kind: 'one-pass', keyId };
    }
    case TAGS.sessionKey: {
      if (inner.number(1, 'version') !== 3) return rest(inner, tag);
      const keyId = inner.opaque(8, 'key ID', (id) => ({ value: bytesToHex(id), meaning: 'whose key opens it' }));
      if (algorithmField(inner) !== ECDH) return rest(inner, tag);
      const ephemeral = point(inner, 'ephemeral key');
      if (!ephemeral) return rest(inner, tag);
      const length = inner.number(1, 'length');
      return { kind: 'session-key', keyId, ephemeral, wrapped: inner.opaque(length, 'wrapped session key') };
    }
    case TAGS.encrypted: {
      if (inner.number(1, 'version') !== 1) return rest(inner, tag);
      return {
        kind: 'encrypted',
        data: inner.opaque(inner.left, 'encrypted data', () => ({ meaning: 'nobody reads it without the session key' })),
      };
    }
    case TAGS.literal: {
      inner.number(1, 'format', (code) => ({ value: String.fromCharCode(code) }));
      const length = inner.number(1, 'length of the name');
      inner.opaque(length, 'file name', (bytes) => ({ value: octetsOf(bytes) }));
      timeField(inner, 'date');
      return { kind: 'literal', content: inner.opaque(inner.left, 'content') };
    }
    case TAGS.modificationDetection:
      return { kind: 'modification-detection', digest: inner.opaque(20, 'SHA-1') };
    default:
      return rest(inner, tag);
  }
}

function rest(inner: Scanner, tag: number): PacketBody {
  if (inner.left > 0) inner.opaque(inner.left, 'body');
  return { kind: 'other', tag };
}

const timeField = (inner: Scanner, name: string): number =>
  inner.number(4, name, (time) => ({ value: time === 0 ? 'none' : timeText(time) }));
const algorithmField = (inner: Scanner): number =>
  inner.number(1, 'public-key algorithm', (value) => ({
    value: `${ALGORITHM_NAMES[value] ?? 'unknown'} (${value})`,
    standard: 'RFC 9580 §9.1',
  }));
const hashField = (inner: Scanner): number =>
  inner.number(1, 'hash algorithm', (value) => ({ value: `${HASH_NAMES[value] ?? 'unknown'} (${value})`, standard: 'RFC 9580 §9.5' }));

/** A multiprecision integer; its bytes. */
function numberField(inner: Scanner, name: string): Uint8Array {
  const bits = inner.number(2, `bits of ${name}`);
  return inner.opaque(Math.ceil(bits / 8), name, (bytes) => ({ value: shown(bytes), standard: 'RFC 9580 §3.2' }));
}

/** A native point behind its 0x40, 32 bytes; null for another form. */
function point(inner: Scanner, name: string): Uint8Array | null {
  const bytes = numberField(inner, name);
  return bytes.length === 33 && bytes[0] === NATIVE ? bytes.subarray(1) : null;
}

function scanKey(inner: Scanner): PublicKeyBody | null {
  const start = inner.at;
  if (inner.number(1, 'version') !== 4) return null;
  const created = timeField(inner, 'creation time');
  const algorithm = algorithmField(inner);
  if (algorithm !== EDDSA && algorithm !== ECDH) return null;
  const length = inner.number(1, 'length of the curve');
  const curve = inner.opaque(length, 'curve');
  if (bytesToHex(curve) !== bytesToHex(CURVES[algorithm])) return null;
  const value = point(inner, 'public key');
  if (!value) return null;
  let wrapping: PublicKeyBody['wrapping'] = null;
  if (algorithm === ECDH) {
    if (inner.number(1, 'length of the KDF parameters') !== 3) return null;
    inner.number(1, 'reserved');
    const hash = hashField(inner);
    wrapping = { hash, cipher: inner.number(1, 'cipher of the key wrap') };
  }
  const body = inner.bytes.subarray(start, inner.at);
  return { created, algorithm, point: value, wrapping, body, fingerprint: fingerprintOf(body) };
}

/** RFC 9580 §5.5.4.2. */
export const fingerprintOf = (body: Uint8Array): Uint8Array => sha1(concatBytes(Uint8Array.of(0x99), number(2, body.length), body));

/** RFC 9580 §5.5.4.2: its last 8 bytes. */
export const keyIdOf = ({ fingerprint }: Pick<PublicKeyBody, 'fingerprint'>): Uint8Array => fingerprint.subarray(12);

type Subpackets = {
  -readonly [K in 'created' | 'lifetime' | 'issuerFingerprint' | 'issuerKeyId' | 'keyFlags' | 'unknownCritical']: SignatureBody[K];
};

function scanSignature(inner: Scanner): PacketBody {
  const start = inner.at;
  if (inner.number(1, 'version') !== 4) return rest(inner, TAGS.signature);
  const type = inner.number(1, 'type', (value) => ({ value: SIGNATURE_NAMES[value] ?? String(value), standard: 'RFC 9580 §5.2.1' }));
  const algorithm = algorithmField(inner);
  const hash = hashField(inner);
  const known: Subpackets = { created: null, lifetime: 0, issuerFingerprint: null, issuerKeyId: null, keyFlags: 0, unknownCritical: null };
  inner.vector(
    2,
    'hashed subpackets',
    [0, 65_535],
    (area) => scanSubpackets(area, known, true),
    () => ({ meaning: 'what the signature covers, too' }),
  );
  const hashedPart = inner.bytes.subarray(start, inner.at);
  inner.vector(2, 'unhashed subpackets', [0, 65_535], (area) => scanSubpackets(area, known, false));
  const left = inner.opaque(2, 'left two bytes of the hash');
  let value: Uint8Array | null = null;
  if (algorithm === EDDSA) {
    const [r, s] = [numberField(inner, 'R'), numberField(inner, 'S')];
    if (r.length > 32 || s.length > 32) inner.refuse('decode_error', 'a signature that is too long');
    value = new Uint8Array(64);
    value.set(r, 32 - r.length);
    value.set(s, 64 - s.length);
  } else if (inner.left > 0) inner.opaque(inner.left, 'signature');
  return { kind: 'signature', signature: { type, algorithm, hash, hashedPart, ...known, left, value } };
}

const SUBPACKETS: Readonly<Record<number, string>> = {
  2: 'signature creation time',
  3: 'signature expiration time',
  9: 'key expiration time',
  11: 'preferred symmetric algorithms',
  16: 'issuer key ID',
  20: 'notation',
  21: 'preferred hash algorithms',
  22: 'preferred compression algorithms',
  23: 'key server preferences',
  25: 'primary user ID',
  27: 'key flags',
  30: 'features',
  33: 'issuer fingerprint',
  34: 'preferred AEAD algorithms',
};

/** Only the hashed ones are believed, but for the issuer, which is a hint. */
function scanSubpackets(area: Scanner, known: Subpackets, hashed: boolean): void {
  let count = 0;
  area.each(() => {
    if (++count > 200) area.refuse('decode_error', 'more than 200 subpackets');
    const { header, length, partial } = lengthAt(area, area.at, 0);
    // §5.2.3.7: two bytes where a packet's length would be of a part.
    const first = area.bytes[area.at] as number;
    const long = partial ? ((first - 192) << 8) + ((area.bytes[area.at + 1] ?? 0) as number) + 192 : length;
    const octets = partial ? 2 : header;
    const type = (area.bytes[area.at + octets] ?? 0) as number;
    area.part(
      octets + long,
      SUBPACKETS[type & 0x7f] ?? `subpacket ${type & 0x7f}`,
      (one) => {
        if (long === 0) one.refuse('decode_error', 'an empty subpacket');
        one.opaque(octets, 'length', () => ({ value: `${long} B` }));
        one.number(1, 'type', (value) => ({ value: `${value & 0x7f}${value & 0x80 ? ', critical' : ''}` }));
        readSubpacket(type & 0x7f, type >= 0x80, one, known, hashed);
      },
      () => ({ standard: 'RFC 9580 §5.2.3' }),
    );
  });
}

function readSubpacket(type: number, critical: boolean, one: Scanner, known: Subpackets, hashed: boolean): void {
  if (type === 2) {
    const time = timeField(one, 'time');
    if (hashed) known.created = time;
    return;
  }
  if (type === 3) {
    const seconds = one.number(4, 'seconds', (value) => ({ meaning: value === 0 ? 'counts for ever' : 'from its creation on' }));
    if (hashed) known.lifetime = seconds;
    return;
  }
  const value = one.opaque(one.left, 'value');
  if (type === 16 && value.length === 8) known.issuerKeyId ??= value;
  else if (type === 33 && value.length === 21 && value[0] === 4) known.issuerFingerprint ??= value.subarray(1);
  else if (type === 27 && hashed) known.keyFlags = value[0] ?? 0;
  else if (hashed && critical) known.unknownCritical = type;
}
