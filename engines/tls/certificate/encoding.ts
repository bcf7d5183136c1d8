/** X.509 certificates and keys, written (RFC 5280 §4.1, RFC 5958). */
import { bytesOfOctets } from '../../network/octets.ts';
import { MAIL_PROTECTION, SERVER_AUTHENTICATION } from './certificate.ts';
import { contextual, der, derBits, derIdentifier, derInteger, derSequence, derText, derTime, TAGS } from './der.ts';
import { type PrivateKey, type PublicKey, sign } from './signature.ts';

/** What a new certificate says. */
export interface CertificateContent {
  /** 1 to 20 bytes, unsigned. */
  readonly serial: Uint8Array;
  readonly issuerName: string;
  readonly subjectName: string;
  readonly notBefore: number;
  readonly notAfter: number;
  readonly publicKey: PublicKey;
  /** DNS names and IPv4 addresses; none for an authority. */
  readonly names: readonly string[];
  readonly addresses: readonly Uint8Array[];
  /** Whose mail the key signs and opens (RFC 8550 §3); with some, it is a person's certificate and no server's. */
  readonly mailAddresses?: readonly string[];
  readonly authority: boolean;
  /** Identifiers of this key and of the issuer's, 20 bytes each. */
  readonly keyIdentifier: Uint8Array;
  readonly issuerKeyIdentifier: Uint8Array;
}

/** Signed with the issuer's key, DER. */
export function encodeCertificate(content: CertificateContent, issuerKey: PrivateKey): Uint8Array {
  const algorithm = derSequence(derIdentifier(issuerKey.scheme === 'ed25519' ? '1.3.101.112' : '1.2.840.10045.4.3.2'));
  const body = derSequence(
    der(contextual(0, true), derInteger(Uint8Array.of(2))),
    derInteger(content.serial),
    algorithm,
    name(content.issuerName),
    derSequence(derTime(content.notBefore), derTime(content.notAfter)),
    name(content.subjectName),
    publicKeyInfo(content.publicKey),
    der(contextual(3, true), derSequence(...extensions(content))),
  );
  return derSequence(body, algorithm, derBits(sign(issuerKey, body)));
}

const name = (commonName: string): Uint8Array => derSequence(der(TAGS.set, derSequence(derIdentifier('2.5.4.3'), derText(commonName))));

/** RFC 5480 §2, RFC 8410 §4. */
export function publicKeyInfo({ scheme, bytes }: PublicKey): Uint8Array {
  const algorithm =
    scheme === 'ed25519'
      ? derSequence(derIdentifier('1.3.101.112'))
      : derSequence(derIdentifier('1.2.840.10045.2.1'), derIdentifier('1.2.840.10045.3.1.7'));
  return derSequence(algorithm, derBits(bytes));
}

function extensions({
  authority,
  names,
  addresses,
  mailAddresses = [],
  keyIdentifier,
  issuerKeyIdentifier,
}: CertificateContent): Uint8Array[] {
  const extension = (identifier: string, value: Uint8Array, critical = false): Uint8Array =>
    derSequence(derIdentifier(identifier), ...(critical ? [der(TAGS.boolean, Uint8Array.of(0xff))] : []), der(TAGS.octetString, value));
  const forMail = mailAddresses.length > 0;
  // RFC 5480 §3: a key on a curve that signs and agrees on keys.
  const own = forMail ? derBits(Uint8Array.of(0b1000_1000), 3) : derBits(Uint8Array.of(0b1000_0000), 7);
  const usage = authority ? derBits(Uint8Array.of(0b0000_0110), 1) : own;
  const mail = mailAddresses.map((one) => der(contextual(1), bytesOfOctets(one)));
  const general = [
    ...mail,
    ...names.map((one) => der(contextual(2), bytesOfOctets(one))),
    ...addresses.map((one) => der(contextual(7), one)),
  ];
  return [
    extension('2.5.29.19', derSequence(...(authority ? [der(TAGS.boolean, Uint8Array.of(0xff))] : [])), true),
    extension('2.5.29.15', usage, true),
    ...(authority ? [] : [extension('2.5.29.37', derSequence(derIdentifier(forMail ? MAIL_PROTECTION : SERVER_AUTHENTICATION)))]),
    extension('2.5.29.14', der(TAGS.octetString, keyIdentifier)),
    extension('2.5.29.35', derSequence(der(contextual(0), issuerKeyIdentifier))),
    ...(general.length > 0 ? [extension('2.5.29.17', derSequence(...general))] : []),
  ];
}

/** PKCS #8 (RFC 5958), for other programs. */
export function privateKeyInfo(key: PrivateKey, publicKey: PublicKey): Uint8Array {
  const version = derInteger(Uint8Array.of(0));
  if (key.scheme === 'ed25519') {
    return derSequence(version, derSequence(derIdentifier('1.3.101.112')), der(TAGS.octetString, der(TAGS.octetString, key.secret)));
  }
  const inner = derSequence(
    derInteger(Uint8Array.of(1)),
    der(TAGS.octetString, key.secret),
    der(contextual(1, true), derBits(publicKey.bytes)),
  );
  const algorithm = derSequence(derIdentifier('1.2.840.10045.2.1'), derIdentifier('1.2.840.10045.3.1.7'));
  return derSequence(version, algorithm, der(TAGS.octetString, inner));
}
