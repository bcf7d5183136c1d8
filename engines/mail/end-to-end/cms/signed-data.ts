/**
 * Signatures in the Cryptographic Message Syntax (RFC 5652 §5): ECDSA on P-256 with SHA-256 (RFC 5753 §2.1), over signed attributes.
 * Both ways deterministic: equal keys, contents and times give equal bytes.
 */
import { equalBytes } from '@noble/curves/utils.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes } from '@noble/hashes/utils.js';
import type { Credentials } from '../../../tls/certificate/authority.ts';
import { type Certificate, DIGITAL_SIGNATURE, decodeCertificate, mayProtectMail } from '../../../tls/certificate/certificate.ts';
import { contextual, der, derIdentifier, derInteger, derSequence, derTime, TAGS } from '../../../tls/certificate/der.ts';
import { sign, verify } from '../../../tls/certificate/signature.ts';
import { MAXIMUM_CHAIN, verifyPath } from '../../../tls/certificate/verification.ts';
import { type CertificateIdentifier, readsAsAttributes, type SignedData, type SignerInfo } from './content-info.ts';
import { CONTENT_TYPE, DATA, ECDSA_WITH_SHA256, MESSAGE_DIGEST, SHA256, SIGNED_DATA, SIGNING_TIME } from './identifiers.ts';

/**
 * A ContentInfo with SignedData, DER. `credentials`: with a P-256 key. `time`: seconds since 1970. Detached, it does not hold the
 * content.
 */
export function signCms(content: Uint8Array, credentials: Credentials, time: number, detached: boolean): Uint8Array {
  const [own] = credentials.certificates;
  const decoded = own && decodeCertificate(own);
  if (!decoded || !('certificate' in decoded)) throw new Error('credentials without a certificate');
  const digest = derSequence(derIdentifier(SHA256));
  const attributes = setOf([
    attribute(CONTENT_TYPE, derIdentifier(DATA)),
    attribute(SIGNING_TIME, derTime(time)),
    attribute(MESSAGE_DIGEST, der(TAGS.octetString, sha256(content))),
  ]);
  const signer = derSequence(
    derInteger(Uint8Array.of(1)),
    identifierOf(decoded.certificate),
    digest,
    der(contextual(0, true), attributes),
    derSequence(derIdentifier(ECDSA_WITH_SHA256)),
    der(TAGS.octetString, sign(credentials.key, der(TAGS.set, attributes))),
  );
  const inside = detached ? [] : [der(contextual(0, true), der(TAGS.octetString, content))];
  const signedData = derSequence(
    derInteger(Uint8Array.of(1)),
    der(TAGS.set, digest),
    derSequence(derIdentifier(DATA), ...inside),
    der(contextual(0, true), ...credentials.certificates),
    der(TAGS.set, signer),
  );
  return derSequence(derIdentifier(SIGNED_DATA), der(contextual(0, true), signedData));
}

/** IssuerAndSerialNumber, DER. */
export const identifierOf = ({ issuer, serial }: Certificate): Uint8Array => derSequence(issuer, der(TAGS.integer, serial));

const attribute = (type: string, value: Uint8Array): Uint8Array => derSequence(derIdentifier(type), der(TAGS.set, value));

/** X.690 §11.6: the elements of a SET OF in the order of their bytes. */
function setOf(elements: readonly Uint8Array[]): Uint8Array {
  return concatBytes(...[...elements].sort(compareBytes));
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
  return a.length - b.length;
}

export type CmsVerdict =
  /** `certificate`: the signer's, by a chain to a root that is trusted. */
  | { readonly valid: true; readonly certificate: Certificate; readonly signedAt: number | null }
  | { readonly valid: false; readonly reason: string };

/**
 * Whether everybody who signed it did. `detached`: the content that lies beside it, which is what is looked at even where it holds one,
 * too; null where it lies inside. `now`: seconds since 1970. Total.
 */
export function verifyCms(signed: SignedData, detached: Uint8Array | null, trust: readonly Uint8Array[], now: number): CmsVerdict {
  const content = detached ?? signed.content;
  if (!content) return { valid: false, reason: 'what is signed is not there' };
  const certificates = signed.certificates.flatMap((one) => {
    const decoded = decodeCertificate(one);
    return 'certificate' in decoded ? [decoded.certificate] : [];
  });
  let verdict: CmsVerdict = { valid: false, reason: 'nobody signed it' };
  for (const signer of signed.signers) {
    verdict = verifySigner(signer, signed.contentType, content, certificates, trust, now);
    if (!verdict.valid) return verdict;
  }
  return verdict;
}

function verifySigner(
  { signer, digestAlgorithm, signedAttributes, signatureAlgorithm, signature }: SignerInfo,
  contentType: string,
  content: Uint8Array,
  certificates: readonly Certificate[],
  trust: readonly Uint8Array[],
  now: number,
): CmsVerdict {
  const bad = (reason: string): CmsVerdict => ({ valid: false, reason });
  const certificate = certificates.find((one) => names(signer, one));
  if (!certificate) return bad('the signer’s certificate is not there');
  if (!certificate.publicKey || digestAlgorithm !== SHA256 || signatureAlgorithm !== ECDSA_WITH_SHA256)
    return bad('a signature of a kind that is not supported');
  if (signedAttributes) {
    // RFC 5652 §5.3: both must be there.
    if (signedAttributes.contentType !== contentType) return bad('the signature is over another type of content');
    if (!signedAttributes.messageDigest || !equalBytes(signedAttributes.messageDigest, sha256(content)))
      return bad('the message was altered after it was signed');
  } else {
    // RFC 5652 §5.3: only plain data goes without.
    if (contentType !== DATA) return bad('a signature of other than plain data needs signed attributes');
    // Nothing in a signature tells whether it is over attributes: those of another message, given out for a text, would be valid.
    if (readsAsAttributes(content)) return bad('signed attributes stand for the content');
  }
  if (!verify(certificate.publicKey, signedAttributes?.der ?? content, signature)) return bad('the signature does not fit');
  if (!mayProtectMail(certificate, DIGITAL_SIGNATURE)) return bad('the signer’s certificate is not for mail');
  const path = verifyPath(chainFrom(certificate, certificates), { trust, now });
  if ('alert' in path) return bad(path.text);
  return { valid: true, certificate, signedAt: signedAttributes?.signingTime ?? null };
}

/** The identifier of a key is in an extension that is not read: whoever is called by it is not found. */
export function names(identifier: CertificateIdentifier, { issuer, serial }: Certificate): boolean {
  return 'issuer' in identifier && equalBytes(identifier.issuer, issuer) && equalBytes(identifier.serial, serial);
}

function chainFrom(first: Certificate, others: readonly Certificate[]): Uint8Array[] {
  const chain = [first];
  for (let last = first; chain.length < MAXIMUM_CHAIN; ) {
    const next = others.find((one) => !chain.includes(one) && equalBytes(one.subject, last.issuer));
    if (!next) break;
    chain.push(next);
    last = next;
  }
  return chain.map((one) => one.der);
}
