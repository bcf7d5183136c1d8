/**
 * The certificate authorities of a simulation. Keys and serial numbers are drawn from streams of the scenario's seed, so that every
 * run of it has the same ones; they protect nothing outside of it.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import type { RandomStream } from '../../kernel/random.ts';
import { parseIpv4 } from '../../network/wire/address.ts';
import { DAY, EPOCH, SECOND } from '../../quantities.ts';
import type { SignatureScheme } from '../wire/registries.ts';
import { encodeCertificate } from './encoding.ts';
import { type PrivateKey, type PublicKey, privateKey, publicKeyOf } from './signature.ts';

export interface CertificateAuthority {
  readonly name: string;
  /** Its own, self-signed, DER: what a client trusts. */
  readonly certificate: Uint8Array;
  readonly key: PrivateKey;
  readonly random: RandomSource;
}

/** What a server shows, and the key that proves it. */
export interface Credentials {
  /** DER, the server's own first, then those between it and a root, if any. */
  readonly certificates: readonly Uint8Array[];
  readonly key: PrivateKey;
}

/** `host.random`, or the streams of a seed. */
export type RandomSource = (purpose: string) => RandomStream;

/** Seconds since 1970; both included. */
export interface Validity {
  readonly notBefore: number;
  readonly notAfter: number;
}

const DAY_SECONDS = DAY / SECOND;
/** From a year before the calendar begins, for ten years. */
const AUTHORITY_VALIDITY: Validity = { notBefore: EPOCH - 365 * DAY_SECONDS, notAfter: EPOCH + 9 * 365 * DAY_SECONDS };
/** From a month before the calendar begins; longer than a run can be. */
export const SERVER_VALIDITY: Validity = { notBefore: EPOCH - 30 * DAY_SECONDS, notAfter: EPOCH + 335 * DAY_SECONDS };

/** A root. Equal sources and names give equal authorities. */
export function certificateAuthority(
  random: RandomSource,
  name = 'Simulation Root CA',
  scheme: SignatureScheme = 'ecdsa_secp256r1_sha256',
): CertificateAuthority {
  const key = privateKey(scheme, random(`tls authority ${name} key`));
  return { name, certificate: authorityCertificate(random, name, key, { name, key }), key, random };
}

/** An authority below this one. Its servers show its certificate behind their own. */
export function intermediate(issuer: CertificateAuthority, name: string): CertificateAuthority {
  const { random } = issuer;
  const key = privateKey(issuer.key.scheme, random(`tls authority ${name} key`));
  return { name, certificate: authorityCertificate(random, name, key, issuer), key, random };
}

function authorityCertificate(
  random: RandomSource,
  name: string,
  key: PrivateKey,
  issuer: Pick<CertificateAuthority, 'name' | 'key'>,
): Uint8Array {
  const publicKey = publicKeyOf(key);
  return encodeCertificate(
    {
      ...AUTHORITY_VALIDITY,
      serial: serialFrom(random(`tls authority ${name} serial`)),
      issuerName: issuer.name,
      subjectName: name,
      publicKey,
      names: [],
      addresses: [],
      authority: true,
      keyIdentifier: keyIdentifier(publicKey),
      issuerKeyIdentifier: keyIdentifier(publicKeyOf(issuer.key)),
    },
    issuer.key,
  );
}

export interface CertificateOrder {
  /** DNS names (the leftmost label may be `*`) and IPv4 addresses; the first is the subject's common name. At least one. */
  readonly names: readonly string[];
  readonly validity?: Validity;
  readonly scheme?: SignatureScheme;
}

/** A server's certificate from this authority. Equal orders give equal credentials. */
export function issue(authority: CertificateAuthority, order: CertificateOrder): Credentials {
  return vouchedFor(authority.random, order, authority);
}

/** A person's certificate for this mail address. Equal arguments give equal credentials. */
export function issueForMail(authority: CertificateAuthority, mailAddress: string): Credentials {
  return vouchedFor(authority.random, { names: [], mailAddress }, authority);
}

/** A certificate that nobody vouches for but the server itself. Equal orders give equal credentials. */
export function selfSigned(random: RandomSource, order: CertificateOrder): Credentials {
  return vouchedFor(random, order, null);
}

/** `issuer`: null for the server itself. */
function vouchedFor(
  random: RandomSource,
  order: CertificateOrder & { readonly mailAddress?: string },
  issuer: Pick<CertificateAuthority, 'name' | 'key'> | null,
): Credentials {
  const { names, mailAddress = null, validity = SERVER_VALIDITY, scheme = 'ecdsa_secp256r1_sha256' } = order;
  const first = mailAddress ?? names[0] ?? '';
  const purpose = `tls certificate ${issuer?.name ?? 'of its own'} for ${mailAddress ?? names.join(' ')} ${validity.notBefore} ${validity.notAfter}`;
  const key = privateKey(scheme, random(`${purpose} key`));
  const { name: issuerName, key: issuerKey } = issuer ?? { name: first, key };
  const publicKey = publicKeyOf(key);
  const addresses = names.map(parseIpv4).filter((bytes) => bytes !== null);
  const certificate = encodeCertificate(
    {
      ...validity,
      serial: serialFrom(random(`${purpose} serial`)),
      issuerName,
      subjectName: first,
      publicKey,
      names: names.filter((name) => parseIpv4(name) === null),
      addresses,
      mailAddresses: mailAddress === null ? [] : [mailAddress],
      authority: false,
      keyIdentifier: keyIdentifier(publicKey),
      issuerKeyIdentifier: keyIdentifier(publicKeyOf(issuerKey)),
    },
    issuerKey,
  );
  return { certificates: [certificate], key };
}

/** 16 bytes, never negative or zero as a number (RFC 5280 §4.1.2.2). */
function serialFrom(random: RandomStream): Uint8Array {
  const serial = random.bytes(16);
  serial[0] = ((serial[0] as number) & 0x7f) | 0x40;
  return serial;
}

/** RFC 7093 §2, method 1: 160 bits of a hash of the key. */
const keyIdentifier = ({ bytes }: PublicKey): Uint8Array => sha256(bytes).slice(0, 20);
