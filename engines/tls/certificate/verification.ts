/**
 * Whether a chain of certificates proves who a server is (RFC 5280 §6, RFC 9525): signed up to a root that is trusted, each valid now and
 * entitled to what it does, and the first for the name that was wanted.
 *
 * Limits: MAXIMUM_CHAIN certificates. Not looked at: revocation, policies; a certificate with name constraints is refused.
 */
import { equalBytes } from '@noble/curves/utils.js';
import { formatIpv4, parseIpv4 } from '../../network/wire/address.ts';
import type { AlertName } from '../wire/alert.ts';
import { CERTIFICATE_SIGNING, type Certificate, decodeCertificate, mayServe } from './certificate.ts';
import { timeText } from './der.ts';
import { verify } from './signature.ts';

export const MAXIMUM_CHAIN = 8;

export interface CertificateProblem {
  readonly alert: AlertName;
  /** What is wrong, in one line. */
  readonly text: string;
}

export interface Expected {
  /** DER certificates of the roots that are trusted. */
  readonly trust: readonly Uint8Array[];
  /** A DNS name or an IPv4 address. */
  readonly serverName: string;
  /** Seconds since 1970. */
  readonly now: number;
}

/** The server's own certificate, or what is wrong. `chain`: DER, the server's own first, each signed by the next. */
export function verifyChain(
  chain: readonly Uint8Array[],
  { trust, serverName, now }: Expected,
): { readonly certificate: Certificate } | CertificateProblem {
  const verified = verifyPath(chain, { trust, now });
  if ('alert' in verified) return verified;
  const { certificate } = verified;
  if (!certificate.publicKey) return { alert: 'unsupported_certificate', text: 'the server has a key of a kind that is not supported' };
  if (!mayServe(certificate)) return { alert: 'unsupported_certificate', text: 'the certificate is not for servers' };
  if (!isFor(certificate, serverName)) {
    const names = [...certificate.names, ...certificate.addresses].join(', ');
    return { alert: 'bad_certificate', text: `the certificate is for ${names || 'no name'}, not for ${serverName}` };
  }
  return { certificate };
}

/** The first certificate of a chain to a trusted root, whoever it is for, or what is wrong. */
export function verifyPath(
  chain: readonly Uint8Array[],
  { trust, now }: Pick<Expected, 'trust' | 'now'>,
): { readonly certificate: Certificate } | CertificateProblem {
  if (chain.length === 0) return { alert: 'decode_error', text: 'the server shows no certificate' };
  if (chain.length > MAXIMUM_CHAIN)
    return { alert: 'bad_certificate', text: `a chain of ${chain.length} certificates; ${MAXIMUM_CHAIN} are allowed` };
  const certificates: Certificate[] = [];
  for (const one of chain) {
    const decoded = decodeCertificate(one);
    if ('refusal' in decoded) return decoded.refusal;
    certificates.push(decoded.certificate);
  }
  const leaf = certificates[0] as Certificate;
  const path = pathTo(certificates, trust);
  if ('alert' in path) return path;
  for (const [depth, certificate] of path.entries()) {
    const problem = entitled(certificate, depth, now);
    if (problem) return problem;
    const issuer = path[depth + 1];
    if (!issuer) continue;
    const { publicKey } = issuer;
    if (!publicKey || certificate.signatureScheme === null) {
      return {
        alert: 'unsupported_certificate',
        text: `the certificate of “${certificate.subjectName}” has a signature of a kind that is not supported`,
      };
    }
    if (publicKey.scheme !== certificate.signatureScheme || !verify(publicKey, certificate.signedPart, certificate.signature)) {
      return { alert: 'bad_certificate', text: `“${issuer.subjectName}” did not sign the certificate of “${certificate.subjectName}”` };
    }
  }
  return { certificate: leaf };
}

/** The certificates from the server's own to a trusted root, both included. */
function pathTo(chain: readonly Certificate[], trust: readonly Uint8Array[]): readonly Certificate[] | CertificateProblem {
  const roots = trust.flatMap((one) => {
    const decoded = decodeCertificate(one);
    return 'certificate' in decoded ? [decoded.certificate] : [];
  });
  const path: Certificate[] = [];
  for (const certificate of chain) {
    const previous = path.at(-1);
    if (previous && !equalBytes(previous.issuer, certificate.subject)) break;
    path.push(certificate);
    if (roots.some((root) => equalBytes(root.der, certificate.der))) return path;
    const root = roots.find(({ subject }) => equalBytes(subject, certificate.issuer));
    if (root) return [...path, root];
  }
  const last = path.at(-1) as Certificate;
  const own = equalBytes(last.issuer, last.subject);
  return {
    alert: 'unknown_ca',
    text: own
      ? `“${last.subjectName}” vouches for itself, and is not trusted`
      : `“${last.issuerName}”, who vouches for “${last.subjectName}”, is not trusted`,
  };
}

/** `depth`: 0 for the server's own, 1 for its issuer. */
function entitled(certificate: Certificate, depth: number, now: number): CertificateProblem | null {
  const { subjectName, notBefore, notAfter, authority, pathLength, keyUsage, unknownCritical } = certificate;
  if (now < notBefore)
    return { alert: 'certificate_expired', text: `the certificate of “${subjectName}” is not valid before ${timeText(notBefore)}` };
  if (now > notAfter) return { alert: 'certificate_expired', text: `the certificate of “${subjectName}” expired at ${timeText(notAfter)}` };
  if (unknownCritical.length > 0)
    return { alert: 'unsupported_certificate', text: `the certificate of “${subjectName}” has a critical extension ${unknownCritical[0]}` };
  if (depth === 0) return null;
  // RFC 5280 §6.1.4 (k), (m), (n).
  if (!authority || (keyUsage !== null && !keyUsage.includes(CERTIFICATE_SIGNING)))
    return { alert: 'unknown_ca', text: `“${subjectName}” is no authority` };
  if (pathLength !== null && depth - 1 > pathLength)
    return { alert: 'unknown_ca', text: `“${subjectName}” may vouch for ${pathLength} authorities below it, not for ${depth - 1}` };
  return null;
}

/** RFC 9525 §6.3, §6.5: an address as it is; a name without case, `*` standing for one whole leftmost label. The common name does not count. */
export function isFor({ names, addresses }: Pick<Certificate, 'names' | 'addresses'>, serverName: string): boolean {
  const address = parseIpv4(serverName);
  if (address) return addresses.includes(formatIpv4(address));
  const wanted = serverName.toLowerCase().replace(/\.$/, '');
  return names.some((presented) => {
    const name = presented.toLowerCase();
    if (!name.startsWith('*.')) return name === wanted;
    const dot = wanted.indexOf('.');
    // A wildcard for a whole top-level domain stands for nothing.
    return dot > 0 && name.slice(1) === wanted.slice(dot) && name.indexOf('.', 2) > 0;
  });
}
