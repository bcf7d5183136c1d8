/**
 * X.509 certificates, version 3 (RFC 5280): read, and taken to pieces for the inspector.
 *
 * Limits: at most 64 extensions and 100 names a certificate. Keys and signatures of kinds that are not known (RSA, say) are read and
 * not understood: `publicKey` and `signatureScheme` are null then.
 */
import type { Field } from '../../field.ts';
import { bytesOfOctets, octetsOf } from '../../network/octets.ts';
import { formatIpv4 } from '../../network/wire/address.ts';
import type { SignatureScheme } from '../wire/registries.ts';
import { type Refusal, type Scanned, Scanner } from '../wire/scanner.ts';
import { contextual, element, nextTag, readBits, readBoolean, readIdentifier, readInteger, readTime, TAGS } from './der.ts';
import type { PublicKey } from './signature.ts';

export interface Certificate {
  /** All of it, DER. */
  readonly der: Uint8Array;
  /** What is signed. */
  readonly signedPart: Uint8Array;
  readonly signature: Uint8Array;
  /** null: of a kind that is not known here. */
  readonly signatureScheme: SignatureScheme | null;
  readonly serial: Uint8Array;
  /** Distinguished names, DER: equal ones are equal bytes. */
  readonly issuer: Uint8Array;
  readonly subject: Uint8Array;
  /** `Example CA`: the common name, or all that the name says. */
  readonly issuerName: string;
  readonly subjectName: string;
  /** Seconds since 1970, both included. */
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: PublicKey | null;
  /** subjectAltName: DNS names as they stand there, and IPv4 addresses. */
  readonly names: readonly string[];
  readonly addresses: readonly string[];
  /** Mail addresses in subjectAltName (rfc822Name). */
  readonly mailAddresses: readonly string[];
  readonly authority: boolean;
  /** How many authorities may stand below this one; null: any number. */
  readonly pathLength: number | null;
  /** Bits of keyUsage (RFC 5280 §4.2.1.3), 0 the first; null: not restricted. */
  readonly keyUsage: readonly number[] | null;
  /** Identifiers of extendedKeyUsage; null: not restricted. */
  readonly purposes: readonly string[] | null;
  /** Critical extensions that are not known here: whoever has one must not be relied on (RFC 5280 §4.2). */
  readonly unknownCritical: readonly string[];
}

export const DIGITAL_SIGNATURE = 0;
export const CERTIFICATE_SIGNING = 5;
export const KEY_AGREEMENT = 4;
export const SERVER_AUTHENTICATION = '1.3.6.1.5.5.7.3.1';
export const MAIL_PROTECTION = '1.3.6.1.5.5.7.3.4';
const ANY_PURPOSE = '2.5.29.37.0';

const NAMES: Readonly<Record<string, string>> = {
  '1.2.840.10045.2.1': 'id-ecPublicKey',
  '1.2.840.10045.3.1.7': 'prime256v1',
  '1.2.840.10045.4.3.2': 'ecdsa-with-SHA256',
  '1.3.101.112': 'Ed25519',
  '1.2.840.113549.1.1.1': 'rsaEncryption',
  '1.2.840.113549.1.1.11': 'sha256WithRSAEncryption',
  '2.5.4.3': 'commonName',
  '2.5.4.6': 'countryName',
  '2.5.4.10': 'organizationName',
  '2.5.4.11': 'organizationalUnitName',
  '2.5.29.14': 'subjectKeyIdentifier',
  '2.5.29.15': 'keyUsage',
  '2.5.29.17': 'subjectAltName',
  '2.5.29.19': 'basicConstraints',
  '2.5.29.31': 'cRLDistributionPoints',
  '2.5.29.32': 'certificatePolicies',
  '2.5.29.35': 'authorityKeyIdentifier',
  '2.5.29.37': 'extKeyUsage',
  [SERVER_AUTHENTICATION]: 'serverAuth',
  '1.3.6.1.5.5.7.3.2': 'clientAuth',
  [MAIL_PROTECTION]: 'emailProtection',
  '1.3.6.1.5.5.7.1.1': 'authorityInfoAccess',
};

const MEANINGS: Readonly<Record<string, string>> = {
  '2.5.29.14': 'which key this is',
  '2.5.29.15': 'what the key may be used for',
  '2.5.29.17': 'the names that it is for',
  '2.5.29.19': 'whether it may vouch for others',
  '2.5.29.35': 'which key signed it',
  '2.5.29.37': 'purposes it is for',
};

/** Read whole. Total. */
export function decodeCertificate(bytes: Uint8Array): { readonly certificate: Certificate } | { readonly refusal: Refusal } {
  const scanned = scan(bytes);
  return 'refusal' in scanned ? { refusal: { ...scanned.refusal, alert: 'bad_certificate' } } : { certificate: scanned.value };
}

export const dissectCertificate = (bytes: Uint8Array): readonly Field[] => scan(bytes).fields;

function scan(bytes: Uint8Array): Scanned<Certificate> {
  return Scanner.scan(bytes, (scanner) => {
    const certificate = element(scanner, TAGS.sequence, 'Certificate', scanCertificate, ({ subjectName }) => ({
      value: subjectName,
      standard: 'RFC 5280 §4.1',
    }));
    scanner.finish();
    return { ...certificate, der: bytes };
  });
}

function scanCertificate(scanner: Scanner): Omit<Certificate, 'der'> {
  const start = scanner.at;
  const body = element(scanner, TAGS.sequence, 'tbsCertificate', scanBody, () => ({
    meaning: 'what the issuer signs',
    standard: 'RFC 5280 §4.1.2',
  }));
  const signedPart = scanner.bytes.subarray(start, scanner.at);
  const algorithm = scanAlgorithm(scanner, 'signatureAlgorithm');
  // RFC 5280 §4.1.1.2: the same as in the signed part.
  if (algorithm.identifier !== body.signatureIdentifier) scanner.refuse('bad_certificate', 'two different signature algorithms');
  const signature = readBits(scanner, 'signatureValue', (value) => ({ value: `${value.length} B`, standard: 'RFC 5280 §4.1.1.3' }));
  const { signatureIdentifier, ...rest } = body;
  const schemes: Readonly<Record<string, SignatureScheme>> = { '1.2.840.10045.4.3.2': 'ecdsa_secp256r1_sha256', '1.3.101.112': 'ed25519' };
  return { ...rest, signedPart, signature, signatureScheme: schemes[signatureIdentifier] ?? null };
}

/** The identifier and, for EC keys, the curve. */
function scanAlgorithm(scanner: Scanner, name: string): { readonly identifier: string; readonly curve: string | null } {
  return element(
    scanner,
    TAGS.sequence,
    name,
    (inner) => {
      const identifier = readIdentifier(inner, 'algorithm', NAMES);
      const curve = nextTag(inner) === TAGS.objectIdentifier ? readIdentifier(inner, 'parameters', NAMES) : null;
      if (inner.left > 0) inner.opaque(inner.left, 'parameters');
      return { identifier, curve };
    },
    ({ identifier }) => ({ value: NAMES[identifier] ?? identifier }),
  );
}

type Body = Omit<Certificate, 'der' | 'signedPart' | 'signature' | 'signatureScheme'> & { readonly signatureIdentifier: string };

function scanBody(scanner: Scanner): Body {
  if (nextTag(scanner) !== contextual(0, true)) scanner.refuse('bad_certificate', 'a certificate of another version than 3');
  element(scanner, contextual(0, true), 'version', (inner) => {
    const version = readInteger(inner, 'version');
    if (version.length !== 1 || version[0] !== 2) inner.refuse('bad_certificate', 'a certificate of another version than 3');
  });
  const serial = readInteger(scanner, 'serialNumber');
  const { identifier: signatureIdentifier } = scanAlgorithm(scanner, 'signature');
  const issuer = scanName(scanner, 'issuer', 'who vouches for it');
  const [notBefore, notAfter] = element(
    scanner,
    TAGS.sequence,
    'validity',
    (inner) => [readTime(inner, 'notBefore'), readTime(inner, 'notAfter')] as const,
    () => ({ standard: 'RFC 5280 §4.1.2.5' }),
  );
  const subject = scanName(scanner, 'subject', 'whose key it is');
  const publicKey = element(scanner, TAGS.sequence, 'subjectPublicKeyInfo', scanPublicKey, () => ({ standard: 'RFC 5280 §4.1.2.7' }));
  const known: Extensions = {
    names: [],
    addresses: [],
    mailAddresses: [],
    authority: false,
    pathLength: null,
    keyUsage: null,
    purposes: null,
    unknownCritical: [],
  };
  if (nextTag(scanner) === contextual(3, true)) {
    element(scanner, contextual(3, true), 'extensions', (outer) =>
      element(outer, TAGS.sequence, 'Extensions', (list) => {
        const seen = new Set<string>();
        list.each(() => {
          if (seen.size >= 64) list.refuse('bad_certificate', 'more than 64 extensions');
          const identifier = scanExtension(list, known);
          if (seen.has(identifier)) list.refuse('bad_certificate', `two extensions ${NAMES[identifier] ?? identifier}`);
          seen.add(identifier);
        });
      }),
    );
  }
  return {
    ...known,
    serial,
    signatureIdentifier,
    issuer: issuer.bytes,
    subject: subject.bytes,
    issuerName: issuer.text,
    subjectName: subject.text,
    notBefore,
    notAfter,
    publicKey,
  };
}

function scanName(scanner: Scanner, name: string, meaning: string): { readonly bytes: Uint8Array; readonly text: string } {
  const start = scanner.at;
  const parts = element(
    scanner,
    TAGS.sequence,
    name,
    (all) =>
      all.each(() =>
        element(all, TAGS.set, 'RelativeDistinguishedName', (set) =>
          element(set, TAGS.sequence, 'AttributeTypeAndValue', (pair) => {
            const type = readIdentifier(pair, 'type', NAMES);
            const value = element(
              pair,
              nextTag(pair),
              'value',
              (inner) => octetsOf(inner.pass(inner.left)),
              (octets) => ({ value: textOf(octets) }),
            );
            return { type, value: textOf(value) };
          }),
        ),
      ),
    (all) => ({ value: nameText(all), meaning, standard: 'RFC 5280 §4.1.2.4' }),
  );
  return { bytes: scanner.bytes.subarray(start, scanner.at), text: nameText(parts) };
}

const textOf = (octets: string): string => new TextDecoder('utf-8').decode(bytesOfOctets(octets));

function nameText(parts: readonly { readonly type: string; readonly value: string }[]): string {
  return parts.find(({ type }) => type === '2.5.4.3')?.value ?? parts.map(({ value }) => value).join(', ');
}

function scanPublicKey(scanner: Scanner): PublicKey | null {
  const { identifier, curve } = scanAlgorithm(scanner, 'algorithm');
  const bytes = readBits(scanner, 'subjectPublicKey');
  if (identifier === '1.3.101.112' && bytes.length === 32) return { scheme: 'ed25519', bytes };
  if (identifier === '1.2.840.10045.2.1' && curve === '1.2.840.10045.3.1.7') return { scheme: 'ecdsa_secp256r1_sha256', bytes };
  return null;
}

type Extensions = {
  -readonly [K in
    | 'names'
    | 'addresses'
    | 'mailAddresses'
    | 'authority'
    | 'pathLength'
    | 'keyUsage'
    | 'purposes'
    | 'unknownCritical']: Certificate[K];
};

/** Reads one extension into `known`; its identifier. */
function scanExtension(scanner: Scanner, known: Extensions): string {
  return element(
    scanner,
    TAGS.sequence,
    'Extension',
    (inner) => {
      const identifier = readIdentifier(inner, 'extnID', NAMES);
      const critical = nextTag(inner) === TAGS.boolean ? readBoolean(inner, 'critical') : false;
      const understood = element(inner, TAGS.octetString, 'extnValue', (value) => {
        const read = EXTENSIONS[identifier];
        if (!read) value.opaque(value.left, 'value');
        else read(value, known);
        return read !== undefined;
      });
      if (critical && !understood) known.unknownCritical = [...known.unknownCritical, identifier];
      return identifier;
    },
    (identifier) => ({ value: NAMES[identifier] ?? identifier, ...(MEANINGS[identifier] ? { meaning: MEANINGS[identifier] } : {}) }),
  );
}

const EXTENSIONS: Readonly<Record<string, (scanner: Scanner, known: Extensions) => void>> = {
  '2.5.29.14': (scanner) => {
    element(scanner, TAGS.octetString, 'keyIdentifier', (inner) => inner.opaque(inner.left, 'identifier'));
  },
  '2.5.29.35': (scanner) => {
    element(scanner, TAGS.sequence, 'AuthorityKeyIdentifier', (inner) => inner.opaque(inner.left, 'identifier'));
  },
  '2.5.29.15': (scanner, known) => {
    const bits = readBits(scanner, 'KeyUsage');
    known.keyUsage = Array.from({ length: bits.length * 8 }, (_, i) => i).filter((i) => ((bits[i >> 3] as number) >> (7 - (i & 7))) & 1);
  },
  '2.5.29.37': (scanner, known) => {
    known.purposes = element(scanner, TAGS.sequence, 'ExtKeyUsageSyntax', (list) =>
      list.each(() => readIdentifier(list, 'KeyPurposeId', NAMES)),
    );
  },
  '2.5.29.19': (scanner, known) => {
    element(scanner, TAGS.sequence, 'BasicConstraints', (inner) => {
      known.authority = nextTag(inner) === TAGS.boolean ? readBoolean(inner, 'cA') : false;
      if (inner.left === 0) return;
      const length = readInteger(inner, 'pathLenConstraint');
      if (length.length !== 1 || (length[0] as number) > 127) inner.refuse('bad_certificate', 'a path length that is none');
      known.pathLength = length[0] as number;
    });
  },
  '2.5.29.17': (scanner, known) => {
    const names: string[] = [];
    const addresses: string[] = [];
    const mailAddresses: string[] = [];
    element(scanner, TAGS.sequence, 'GeneralNames', (list) => {
      list.each(() => {
        if (names.length + addresses.length + mailAddresses.length >= 100) list.refuse('bad_certificate', 'more than 100 names');
        const tag = nextTag(list);
        const read = (inner: Scanner) => inner.pass(inner.left);
        if (tag === contextual(2)) {
          names.push(octetsOf(element(list, tag, 'dNSName', read, (value) => ({ value: octetsOf(value), standard: 'RFC 5280 §4.2.1.6' }))));
        } else if (tag === contextual(7)) {
          const bytes = element(list, tag, 'iPAddress', read, (value) => (value.length === 4 ? { value: formatIpv4(value) } : {}));
          if (bytes.length === 4) addresses.push(formatIpv4(bytes));
        } else if (tag === contextual(1)) {
          const standard = 'RFC 5280 §4.2.1.6';
          mailAddresses.push(octetsOf(element(list, tag, 'rfc822Name', read, (value) => ({ value: octetsOf(value), standard }))));
        } else element(list, tag, 'GeneralName', (inner) => inner.opaque(inner.left, 'name'));
      });
    });
    known.names = names;
    known.addresses = addresses;
    known.mailAddresses = mailAddresses;
  },
};

/** Whether a certificate may stand for a server (RFC 5280 §4.2.1.12). */
export const mayServe = ({ keyUsage, purposes }: Certificate): boolean =>
  (keyUsage === null || keyUsage.includes(DIGITAL_SIGNATURE)) &&
  (purposes === null || purposes.includes(SERVER_AUTHENTICATION) || purposes.includes(ANY_PURPOSE));

/** Whether a certificate may stand for a person who signs mail, or is written to (RFC 8550 §4.4). */
export const mayProtectMail = ({ keyUsage, purposes }: Certificate, usage: typeof DIGITAL_SIGNATURE | typeof KEY_AGREEMENT): boolean =>
  (keyUsage === null || keyUsage.includes(usage)) &&
  (purposes === null || purposes.includes(MAIL_PROTECTION) || purposes.includes(ANY_PURPOSE));
