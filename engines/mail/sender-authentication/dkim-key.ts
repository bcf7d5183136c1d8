/**
 * DKIM's keys (RFC 6376 §3.6, RFC 8301, RFC 8463): the records that publish them, and what they verify.
 *
 * RSA is verified, with the code that verifies DNSSEC's; Ed25519 is what our servers sign with: no library at hand makes RSA keys
 * synchronously and the same everywhere, and a key of 2,048 bits would cost a compilation about a second.
 */
import { ed25519 } from '@noble/curves/ed25519.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { decodeBase64, encodeBase64 } from '../../base64.ts';
import { verifyRsaSha256 } from '../../dns/dnssec/rsa.ts';
import { randomStream } from '../../kernel/random.ts';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import { element, readBits, readInteger, TAGS } from '../../tls/certificate/der.ts';
import { Scanner } from '../../tls/wire/scanner.ts';
import { elements, parseTagList, unfolded } from './tag-list.ts';

export type DkimAlgorithm = 'rsa-sha256' | 'ed25519-sha256';

export interface DkimKey {
  readonly type: 'rsa' | 'ed25519';
  readonly bytes: Uint8Array;
  /** t=y: the domain tries DKIM out; a message is treated as if it were not signed (§3.6.1). */
  readonly testing: boolean;
  /** t=s: i= must name the very domain of d=. */
  readonly strict: boolean;
}

/** RFC 8301 §3.2: a shorter key is none. */
const LEAST_RSA_BITS = 1024;

/** The key in a TXT record; a text says what is wrong with it. */
export function parseKeyRecord(text: string): DkimKey | string {
  const tags = parseTagList(text);
  if (!tags) return 'the key record is malformed';
  const version = tags.get('v');
  if (version !== undefined && (version !== 'DKIM1' || [...tags.keys()][0] !== 'v')) return 'the key record is of another version';
  const published = tags.get('p');
  if (published === undefined) return 'the key record has no key';
  const type = tags.get('k') ?? 'rsa';
  if (type !== 'rsa' && type !== 'ed25519') return `keys of type ${type} are not known`;
  if (tags.has('h') && !elements(tags.get('h') as string).includes('sha256')) return 'the key is not for SHA-256';
  if (tags.has('s') && !elements(tags.get('s') as string).some((service) => service === '*' || service === 'email'))
    return 'the key is not for mail';
  const encoded = unfolded(published);
  if (encoded === '') return 'the key is revoked'; // §3.6.1: p= is empty
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return 'the key is no base64';
  const bytes = bytesOfOctets(decodeBase64(encoded));
  if (type === 'ed25519' && bytes.length !== 32) return 'an Ed25519 key has 32 bytes';
  if (type === 'rsa') {
    const rsa = rsaKey(bytes);
    if (!rsa) return 'the RSA key is malformed';
    if (rsa.bits < LEAST_RSA_BITS) return `an RSA key of ${rsa.bits} bits is too short`;
  }
  const flags = elements(tags.get('t') ?? '');
  return { type, bytes, testing: flags.includes('y'), strict: flags.includes('s') };
}

/** Whether the signature fits what was hashed. RFC 8463 §3: Ed25519 signs the SHA-256 digest. */
export function verifies(key: DkimKey, data: Uint8Array, signature: Uint8Array): boolean {
  if (key.type === 'rsa') return verifyRsaSha256((rsaKey(key.bytes) as RsaKey).dnskey, data, signature);
  try {
    return ed25519.verify(signature, sha256(data), key.bytes);
  } catch {
    return false; // no point of the curve, or a signature of another length
  }
}

/** The private key of a domain's selector. It goes by both names alone, so that whoever publishes the other half knows it without asking. */
function privateKey(domain: string, selector: string): Uint8Array {
  return randomStream(0, `dkim ${selector}._domainkey.${domain}`.toLowerCase()).bytes(32);
}

export function signWith(domain: string, selector: string, data: Uint8Array): Uint8Array {
  return ed25519.sign(sha256(data), privateKey(domain, selector));
}

/** What a domain publishes at `SELECTOR._domainkey` for the messages that our servers sign. */
export function keyRecord(domain: string, selector: string): string {
  return `v=DKIM1; k=ed25519; p=${encodeBase64(octetsOf(ed25519.getPublicKey(privateKey(domain, selector))))}`;
}

interface RsaKey {
  readonly bits: number;
  /** As DNSKEY records write it (RFC 3110 §2). */
  readonly dnskey: Uint8Array;
}

/** A SubjectPublicKeyInfo (RFC 5280 §4.1), or the RSAPublicKey in one alone (RFC 8017 §A.1.1), which some publish by mistake. */
function rsaKey(der: Uint8Array): RsaKey | null {
  const info = Scanner.scan(der, (scanner) =>
    element(scanner, TAGS.sequence, 'SubjectPublicKeyInfo', (inner) => {
      element(inner, TAGS.sequence, 'algorithm', (algorithm) => algorithm.pass(algorithm.left));
      return readBits(inner, 'subjectPublicKey');
    }),
  );
  const numbers = Scanner.scan('value' in info ? info.value : der, (scanner) => {
    const read = element(
      scanner,
      TAGS.sequence,
      'RSAPublicKey',
      (inner) => [readInteger(inner, 'modulus'), readInteger(inner, 'publicExponent')] as const,
    );
    scanner.finish();
    return read;
  });
  if (!('value' in numbers)) return null;
  const [n, e] = numbers.value.map(unsigned) as [Uint8Array, Uint8Array];
  if (n.length === 0 || e.length === 0 || e.length > 255) return null;
  const bits = n.length * 8 - Math.clz32(n[0] as number) + 24;
  return { bits, dnskey: Uint8Array.from([e.length, ...e, ...n]) };
}

function unsigned(bytes: Uint8Array): Uint8Array {
  let first = 0;
  while (bytes[first] === 0) first++;
  return bytes.subarray(first);
}
