/**
 * The Cryptographic Message Syntax (RFC 5652, 5083), read: what S/MIME carries in base64. One scan gives what a message says and
 * its fields with their places.
 *
 * Limits: DER alone, as `openssl cms` writes it; the indefinite lengths of BER, which some agents write, are refused. At most 32
 * certificates, 32 signers, 256 recipients and 64 attributes. Recipients other than by key agreement (RSA, passwords) and
 * algorithms that are not known are read over.
 */
import { concatBytes } from '@noble/hashes/utils.js';
import { type Field, moved } from '../../../field.ts';
import { dissectCertificate } from '../../../tls/certificate/certificate.ts';
import {
  contextual,
  element,
  nextTag,
  readBits,
  readIdentifier,
  readInteger,
  readTime,
  TAGS,
  timeText,
} from '../../../tls/certificate/der.ts';
import { Scanner, shown } from '../../../tls/wire/scanner.ts';
import {
  AUTHENTICATED_ENVELOPED_DATA,
  CONTENT_TYPE,
  ENVELOPED_DATA,
  MESSAGE_DIGEST,
  NAMES,
  SIGNED_DATA,
  SIGNING_TIME,
} from './identifiers.ts';

/** How a message names a certificate: by who issued it (DER) and its number, or by an identifier of its key. */
export type CertificateIdentifier = { readonly issuer: Uint8Array; readonly serial: Uint8Array } | { readonly keyIdentifier: Uint8Array };

export interface SignerInfo {
  readonly signer: CertificateIdentifier;
  readonly digestAlgorithm: string;
  /** What is signed instead of the content (§5.4), with the tag of a SET; null where the content itself is. */
  readonly signedAttributes: SignedAttributes | null;
  readonly signatureAlgorithm: string;
  readonly signature: Uint8Array;
}

export interface SignedAttributes {
  readonly der: Uint8Array;
  readonly contentType: string | null;
  readonly messageDigest: Uint8Array | null;
  /** Seconds since 1970. */
  readonly signingTime: number | null;
}

export interface SignedData {
  readonly kind: 'signed';
  readonly contentType: string;
  /** null: detached, it lies elsewhere. */
  readonly content: Uint8Array | null;
  /** DER. */
  readonly certificates: readonly Uint8Array[];
  readonly signers: readonly SignerInfo[];
}

/** RFC 5753 §3.1.1: what the keys of some recipients are wrapped with. */
export interface KeyAgreement {
  /** The sender's ephemeral key, a point; null for other originators. */
  readonly originator: Uint8Array | null;
  readonly keyingMaterial: Uint8Array | null;
  readonly scheme: string;
  readonly wrap: string;
  /** The wrapping's AlgorithmIdentifier as it stands there. */
  readonly wrapIdentifier: Uint8Array;
  readonly keys: readonly { readonly recipient: CertificateIdentifier; readonly wrapped: Uint8Array }[];
}

export interface EnvelopedData {
  readonly kind: 'enveloped';
  readonly agreements: readonly KeyAgreement[];
  readonly algorithm: string;
  /** CBC's initialisation vector, or GCM's nonce; null where the parameters are neither. */
  readonly initial: Uint8Array | null;
  /** null: detached. */
  readonly encrypted: Uint8Array | null;
  /** RFC 5083: the tag that tells of any change, and what else it covers, with the tag of a SET; null for EnvelopedData. */
  readonly authentication: { readonly tag: Uint8Array; readonly attributes: Uint8Array | null } | null;
}

export type CmsContent = SignedData | EnvelopedData;

/** Read whole. Total. */
export function decodeCms(bytes: Uint8Array): CmsContent | { readonly error: string } {
  const scanned = Scanner.scan(bytes, scanContentInfo);
  return 'refusal' in scanned ? { error: scanned.refusal.text } : scanned.value;
}

export const dissectCms = (bytes: Uint8Array): readonly Field[] => Scanner.scan(bytes, scanContentInfo).fields;

function scanContentInfo(scanner: Scanner): CmsContent {
  const content = element(
    scanner,
    TAGS.sequence,
    'ContentInfo',
    (inner) => {
      const type = readIdentifier(inner, 'contentType', NAMES);
      return element(inner, contextual(0, true), 'content', (body): CmsContent => {
        if (type === SIGNED_DATA) return element(body, TAGS.sequence, 'SignedData', scanSignedData, () => ({ standard: 'RFC 5652 §5.1' }));
        if (type === ENVELOPED_DATA)
          return element(
            body,
            TAGS.sequence,
            'EnvelopedData',
            (data) => scanEnveloped(data, false),
            () => ({ standard: 'RFC 5652 §6.1' }),
          );
        if (type === AUTHENTICATED_ENVELOPED_DATA)
          return element(
            body,
            TAGS.sequence,
            'AuthEnvelopedData',
            (data) => scanEnveloped(data, true),
            () => ({ standard: 'RFC 5083 §2.1' }),
          );
        return body.refuse('bad_certificate', `content of type ${NAMES[type] ?? type}, which is none of those that are known here`);
      });
    },
    () => ({ standard: 'RFC 5652 §3' }),
  );
  scanner.finish();
  return content;
}

/** Whatever stands there; all of it. */
function anything(scanner: Scanner, name: string): Uint8Array {
  const start = scanner.at;
  element(scanner, nextTag(scanner), name, (inner) => inner.opaque(inner.left, 'value'));
  return scanner.bytes.subarray(start, scanner.at);
}

const octets = (scanner: Scanner, tag: number, name: string, meaning?: string): Uint8Array =>
  element(
    scanner,
    tag,
    name,
    (inner) => inner.pass(inner.left),
    (value) => ({ value: shown(value), ...(meaning === undefined ? {} : { meaning }) }),
  );

/** An AlgorithmIdentifier: which, and where its parameters stand. */
function algorithm(scanner: Scanner, name: string): { readonly identifier: string; readonly parameters: Uint8Array | null } {
  return element(
    scanner,
    TAGS.sequence,
    name,
    (inner) => {
      const identifier = readIdentifier(inner, 'algorithm', NAMES);
      return { identifier, parameters: inner.left > 0 ? anything(inner, 'parameters') : null };
    },
    ({ identifier }) => ({ value: NAMES[identifier] ?? identifier }),
  );
}

function limited<T>(list: Scanner, limit: number, what: string, one: () => T): T[] {
  let count = 0;
  return list.each(() => {
    if (++count > limit) list.refuse('bad_certificate', `more than ${limit} ${what}`);
    return one();
  });
}

function certificates(scanner: Scanner): Uint8Array[] {
  return element(
    scanner,
    contextual(0, true),
    'certificates',
    (list) =>
      limited(list, 32, 'certificates', () => {
        const start = list.at;
        const der = anything(list, 'Certificate');
        if (der[0] !== TAGS.sequence) return [];
        list.fields.pop();
        list.fields.push(...moved(dissectCertificate(der), start));
        return [der];
      }).flat(),
    () => ({ meaning: 'of the signers, and those who vouch for them' }),
  );
}

function scanSignedData(scanner: Scanner): SignedData {
  readInteger(scanner, 'version');
  element(scanner, TAGS.set, 'digestAlgorithms', (list) => limited(list, 32, 'algorithms', () => algorithm(list, 'DigestAlgorithm')));
  const { contentType, content } = element(
    scanner,
    TAGS.sequence,
    'encapContentInfo',
    (inner) => {
      const type = readIdentifier(inner, 'eContentType', NAMES);
      const detached = nextTag(inner) !== contextual(0, true);
      return {
        contentType: type,
        content: detached
          ? null
          : element(inner, contextual(0, true), 'eContent', (body) => octets(body, TAGS.octetString, 'OCTET STRING')),
      };
    },
    ({ content: found }) => ({ meaning: found ? 'what is signed' : 'detached: what is signed lies beside it' }),
  );
  const own = nextTag(scanner) === contextual(0, true) ? certificates(scanner) : [];
  if (nextTag(scanner) === contextual(1, true)) anything(scanner, 'crls');
  const signers = element(scanner, TAGS.set, 'signerInfos', (list) =>
    limited(list, 32, 'signers', () => element(list, TAGS.sequence, 'SignerInfo', scanSigner, () => ({ standard: 'RFC 5652 §5.3' }))),
  );
  return { kind: 'signed', contentType, content, certificates: own, signers };
}

/** `keyTag`: that of the identifier of a key. */
function certificateIdentifier(scanner: Scanner, name: string, keyTag: number): CertificateIdentifier {
  const tag = nextTag(scanner);
  if (tag !== keyTag) return element(scanner, TAGS.sequence, name, issuerAndSerial, () => ({ standard: 'RFC 5652 §10.2.4' }));
  // RecipientKeyIdentifier (§6.2.2) is a sequence that begins with it.
  if ((tag & 0x20) === 0) return { keyIdentifier: octets(scanner, tag, 'subjectKeyIdentifier') };
  return element(scanner, tag, 'rKeyId', (inner) => {
    const keyIdentifier = octets(inner, TAGS.octetString, 'subjectKeyIdentifier');
    while (inner.left > 0) anything(inner, 'other');
    return { keyIdentifier };
  });
}

function issuerAndSerial(inner: Scanner): CertificateIdentifier {
  const issuer = anything(inner, 'issuer');
  return { issuer, serial: readInteger(inner, 'serialNumber') };
}

function scanSigner(scanner: Scanner): SignerInfo {
  readInteger(scanner, 'version');
  const signer = certificateIdentifier(scanner, 'issuerAndSerialNumber', contextual(0));
  const digestAlgorithm = algorithm(scanner, 'digestAlgorithm').identifier;
  const start = scanner.at;
  const attributes =
    nextTag(scanner) === contextual(0, true)
      ? element(scanner, contextual(0, true), 'signedAttrs', scanAttributes, () => ({ meaning: 'what the signature is over' }))
      : null;
  const raw = scanner.bytes.subarray(start, scanner.at);
  const signatureAlgorithm = algorithm(scanner, 'signatureAlgorithm').identifier;
  const signature = octets(scanner, TAGS.octetString, 'signature');
  if (nextTag(scanner) === contextual(1, true)) anything(scanner, 'unsignedAttrs');
  return {
    signer,
    digestAlgorithm,
    // RFC 5652 §5.4: signed with the tag of a SET.
    signedAttributes: attributes && { ...attributes, der: asSet(raw) },
    signatureAlgorithm,
    signature,
  };
}

const asSet = (raw: Uint8Array): Uint8Array => concatBytes(Uint8Array.of(TAGS.set), raw.subarray(1));

function scanAttributes(scanner: Scanner): Omit<SignedAttributes, 'der'> {
  const found: { -readonly [K in 'contentType' | 'messageDigest' | 'signingTime']: SignedAttributes[K] } = {
    contentType: null,
    messageDigest: null,
    signingTime: null,
  };
  const seen = new Set<string>();
  limited(scanner, 64, 'attributes', () =>
    element(
      scanner,
      TAGS.sequence,
      'Attribute',
      (inner) => {
        const type = readIdentifier(inner, 'attrType', NAMES);
        // §5.3: of each there is one.
        if (seen.has(type)) inner.refuse('bad_certificate', `two attributes ${NAMES[type] ?? type}`);
        seen.add(type);
        element(inner, TAGS.set, 'attrValues', (values) => {
          if (type === CONTENT_TYPE) found.contentType = readIdentifier(values, 'ContentType', NAMES);
          else if (type === MESSAGE_DIGEST) found.messageDigest = octets(values, TAGS.octetString, 'MessageDigest');
          else if (type === SIGNING_TIME) found.signingTime = readTime(values, 'SigningTime');
          else while (values.left > 0) anything(values, 'AttributeValue');
        });
        return type;
      },
      (type) => ({
        value: NAMES[type] ?? type,
        ...(type === SIGNING_TIME && found.signingTime !== null ? { meaning: timeText(found.signingTime) } : {}),
      }),
    ),
  );
  return found;
}

/** Whether these bytes are a SET OF Attribute (RFC 5652 §5.3), whatever they say. Total. */
export function readsAsAttributes(bytes: Uint8Array): boolean {
  const attribute = (scanner: Scanner): void =>
    element(scanner, TAGS.sequence, 'Attribute', (inner) => {
      readIdentifier(inner, 'attrType', NAMES);
      element(inner, TAGS.set, 'attrValues', (values) => values.opaque(values.left, 'values'));
    });
  const scanned = Scanner.scan(bytes, (scanner) => {
    element(scanner, TAGS.set, 'signedAttrs', (list) => list.each(() => attribute(list)));
    scanner.finish();
  });
  return !('refusal' in scanned);
}

function scanEnveloped(scanner: Scanner, authenticated: boolean): EnvelopedData {
  readInteger(scanner, 'version');
  if (nextTag(scanner) === contextual(0, true)) anything(scanner, 'originatorInfo');
  const agreements = element(scanner, TAGS.set, 'recipientInfos', (list) =>
    limited(list, 256, 'recipients', () => {
      if (nextTag(list) === contextual(1, true))
        return [element(list, contextual(1, true), 'KeyAgreeRecipientInfo', scanAgreement, () => ({ standard: 'RFC 5652 §6.2.2' }))];
      anything(list, 'RecipientInfo');
      return [];
    }).flat(),
  );
  const content = element(scanner, TAGS.sequence, authenticated ? 'authEncryptedContentInfo' : 'encryptedContentInfo', (inner) => {
    readIdentifier(inner, 'contentType', NAMES);
    const { identifier, parameters } = algorithm(inner, 'contentEncryptionAlgorithm');
    const encrypted =
      nextTag(inner) === contextual(0) ? octets(inner, contextual(0), 'encryptedContent', 'nobody reads it without the key') : null;
    return { algorithm: identifier, initial: initialOf(parameters), encrypted };
  });
  const start = scanner.at;
  let attributes: Uint8Array | null = null;
  if (authenticated && nextTag(scanner) === contextual(1, true)) {
    anything(scanner, 'authAttrs');
    attributes = asSet(scanner.bytes.subarray(start, scanner.at));
  }
  const tag = authenticated ? octets(scanner, TAGS.octetString, 'mac', 'tells of any change of what is encrypted') : null;
  const unprotected = contextual(authenticated ? 2 : 1, true);
  if (nextTag(scanner) === unprotected) anything(scanner, authenticated ? 'unauthAttrs' : 'unprotectedAttrs');
  return { kind: 'enveloped', agreements, ...content, authentication: tag && { tag, attributes } };
}

/** CBC's parameter is an OCTET STRING (RFC 3565 §2.3), GCM's a sequence that begins with one (RFC 5084 §3.2). */
function initialOf(parameters: Uint8Array | null): Uint8Array | null {
  if (!parameters) return null;
  const scanned = Scanner.scan(parameters, (scanner) => {
    if (nextTag(scanner) === TAGS.octetString) return octets(scanner, TAGS.octetString, 'iv');
    return element(scanner, TAGS.sequence, 'GCMParameters', (inner) => {
      const nonce = octets(inner, TAGS.octetString, 'nonce');
      if (inner.left > 0) readInteger(inner, 'ICVlen');
      return nonce;
    });
  });
  return 'value' in scanned ? scanned.value : null;
}

function scanAgreement(scanner: Scanner): KeyAgreement {
  readInteger(scanner, 'version');
  const originator = element(scanner, contextual(0, true), 'originator', (inner) => {
    if (nextTag(inner) !== contextual(1, true)) {
      anything(inner, 'OriginatorIdentifier');
      return null;
    }
    return element(inner, contextual(1, true), 'originatorKey', (key) => {
      algorithm(key, 'algorithm');
      return readBits(key, 'publicKey', (point) => ({ value: shown(point), meaning: 'the sender’s key for this message alone' }));
    });
  });
  const keyingMaterial =
    nextTag(scanner) === contextual(1, true)
      ? element(scanner, contextual(1, true), 'ukm', (inner) => octets(inner, TAGS.octetString, 'UserKeyingMaterial'))
      : null;
  const { scheme, wrap, wrapIdentifier } = element(
    scanner,
    TAGS.sequence,
    'keyEncryptionAlgorithm',
    (inner) => {
      const identifier = readIdentifier(inner, 'algorithm', NAMES);
      const start = inner.at;
      const wrapping = algorithm(inner, 'KeyWrapAlgorithm').identifier;
      return { scheme: identifier, wrap: wrapping, wrapIdentifier: inner.bytes.subarray(start, inner.at) };
    },
    (all) => ({ value: `${NAMES[all.scheme] ?? all.scheme}, ${NAMES[all.wrap] ?? all.wrap}` }),
  );
  const keys = element(scanner, TAGS.sequence, 'recipientEncryptedKeys', (list) =>
    limited(list, 256, 'keys', () =>
      element(list, TAGS.sequence, 'RecipientEncryptedKey', (inner) => {
        const recipient = certificateIdentifier(inner, 'rid', contextual(0, true));
        return { recipient, wrapped: octets(inner, TAGS.octetString, 'encryptedKey', 'the content’s key, wrapped for this recipient') };
      }),
    ),
  );
  return { originator, keyingMaterial, scheme, wrap, wrapIdentifier, keys };
}
