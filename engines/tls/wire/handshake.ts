/**
 * Handshake messages (RFC 8446 §4): a type, a length in three bytes, and a body.
 *
 * Limit: MAXIMUM_MESSAGE bytes a message; longer ones are refused by their length, before they have come.
 */
import { concatBytes } from '@noble/hashes/utils.js';
import { type Field, moved } from '../../field.ts';
import { dissectCertificate } from '../certificate/certificate.ts';
import { type Extension, type ExtensionPlace, encodeExtensions, scanExtensions } from './extensions.ts';
import { showCipherSuite, showScheme, showVersion, TLS_1_2 } from './registries.ts';
import { number, type Scanned, Scanner, vector } from './scanner.ts';

/** Far more than certificates need. */
export const MAXIMUM_MESSAGE = 65_536;
export const MESSAGE_HEADER_LENGTH = 4;

export const HANDSHAKE_TYPES = {
  ClientHello: 1,
  ServerHello: 2,
  NewSessionTicket: 4,
  EncryptedExtensions: 8,
  Certificate: 11,
  CertificateRequest: 13,
  CertificateVerify: 15,
  Finished: 20,
  KeyUpdate: 24,
  /** Stands for a ClientHello in the transcript after a HelloRetryRequest (§4.4.1); never travels. */
  message_hash: 254,
} as const;
export type HandshakeType = keyof typeof HANDSHAKE_TYPES;

export const handshakeTypeOf = (number: number): HandshakeType | null =>
  (Object.keys(HANDSHAKE_TYPES) as HandshakeType[]).find((name) => HANDSHAKE_TYPES[name] === number) ?? null;

export interface ClientHello {
  readonly type: 'ClientHello';
  /** 32 bytes. */
  readonly random: Uint8Array;
  /** At most 32 bytes. */
  readonly sessionId: Uint8Array;
  readonly cipherSuites: readonly number[];
  readonly extensions: readonly Extension[];
}

export interface ServerHello {
  readonly type: 'ServerHello';
  /** 32 bytes; RETRY_RANDOM makes it a HelloRetryRequest. */
  readonly random: Uint8Array;
  readonly sessionId: Uint8Array;
  readonly cipherSuite: number;
  readonly extensions: readonly Extension[];
}

export interface CertificateEntry {
  /** X.509, DER. */
  readonly certificate: Uint8Array;
  readonly extensions: readonly Extension[];
}

export type HandshakeMessage =
  | ClientHello
  | ServerHello
  | { readonly type: 'NewSessionTicket' }
  | { readonly type: 'EncryptedExtensions'; readonly extensions: readonly Extension[] }
  /** The sender's own first. */
  | { readonly type: 'Certificate'; readonly context: Uint8Array; readonly certificates: readonly CertificateEntry[] }
  | { readonly type: 'CertificateRequest'; readonly context: Uint8Array; readonly extensions: readonly Extension[] }
  | { readonly type: 'CertificateVerify'; readonly scheme: number; readonly signature: Uint8Array }
  | { readonly type: 'Finished'; readonly verifyData: Uint8Array }
  | { readonly type: 'KeyUpdate'; readonly updateRequested: boolean };

/** SHA-256 of “HelloRetryRequest” (§4.1.3). */
export const RETRY_RANDOM = Uint8Array.from([
  0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c,
  0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
]);

export const isRetry = ({ random }: ServerHello): boolean => RETRY_RANDOM.every((byte, i) => random[i] === byte);

/** One whole message, header included. Total. */
export function decodeHandshake(bytes: Uint8Array): Scanned<HandshakeMessage> {
  return Scanner.scan(bytes, (scanner) => {
    const message = scanMessage(scanner);
    scanner.finish();
    return message;
  });
}

/** The fields of messages end to end. Total. */
export function dissectHandshakes(bytes: Uint8Array): readonly Field[] {
  return Scanner.fieldsOf(bytes, (scanner) => {
    scanner.each(() => scanMessage(scanner));
  });
}

/** Number and length that four bytes of a header say. */
export const messageHeader = (bytes: Uint8Array): { readonly type: number; readonly length: number } => ({
  type: bytes[0] as number,
  length: ((bytes[1] as number) << 16) | ((bytes[2] as number) << 8) | (bytes[3] as number),
});

const MEANINGS: Readonly<Record<HandshakeType, readonly [meaning: string, standard: string]>> = {
  ClientHello: ['what the client can do, and its half of the key exchange', 'RFC 8446 §4.1.2'],
  ServerHello: ['what the server chose, and its half of the key exchange; everything behind it is protected', 'RFC 8446 §4.1.3'],
  NewSessionTicket: ['for a later session to resume this one', 'RFC 8446 §4.6.1'],
  EncryptedExtensions: ['what else the server chose', 'RFC 8446 §4.3.1'],
  Certificate: ['who the server is, and who vouches for it', 'RFC 8446 §4.4.2'],
  CertificateRequest: ['the server wants to know who the client is', 'RFC 8446 §4.3.2'],
  CertificateVerify: ['a signature over the handshake: the server has the key of its certificate', 'RFC 8446 §4.4.3'],
  Finished: ['a code over the whole handshake with its secret: nobody has altered it', 'RFC 8446 §4.4.4'],
  KeyUpdate: ['the sender goes on with new keys', 'RFC 8446 §4.6.3'],
  message_hash: ['', ''],
};

/** Reads the next message. */
export function scanMessage(scanner: Scanner): HandshakeMessage {
  if (scanner.left < MESSAGE_HEADER_LENGTH) scanner.refuse('decode_error', 'a handshake message that breaks off in its header');
  const { type: number, length } = messageHeader(scanner.bytes.subarray(scanner.at));
  const type = handshakeTypeOf(number);
  const [meaning, standard] = (type && MEANINGS[type]) ?? [];
  return scanner.part(
    MESSAGE_HEADER_LENGTH + length,
    type ?? `handshake message ${number}`,
    (inner) => {
      inner.number(1, 'msg_type', (value) => ({ value: `${type ?? 'unknown'} (${value})`, standard: 'RFC 8446 §4' }));
      inner.number(3, 'length', (value) => ({ value: `${value} B` }));
      if (!type || type === 'message_hash') return inner.refuse('unexpected_message', `no handshake message has type ${number}`);
      return SCANS[type](inner);
    },
    () => ({ ...(meaning ? { meaning } : {}), ...(standard ? { standard } : {}) }),
  );
}

const SCANS: Readonly<Record<Exclude<HandshakeType, 'message_hash'>, (scanner: Scanner) => HandshakeMessage>> = {
  ClientHello(scanner) {
    scanner.number(2, 'legacy_version', (value) => ({ value: showVersion(value), meaning: 'of no meaning: see supported_versions' }));
    const random = scanner.opaque(32, 'random', () => ({ standard: 'RFC 8446 §4.1.2' }));
    const sessionId = scanner.vector(1, 'legacy_session_id', [0, 32], (inner) => inner.opaque(inner.left, 'session_id'));
    const cipherSuites = scanner.vector(2, 'cipher_suites', [2, 0xfffe], (list) =>
      list.each(() => list.number(2, 'CipherSuite', (value) => ({ value: showCipherSuite(value), standard: 'RFC 8446 §B.4' }))),
    );
    const methods = scanner.vector(1, 'legacy_compression_methods', [1, 255], (inner) => inner.opaque(inner.left, 'methods'));
    // A client of before TLS 1.3 may send none; what it wants is told by supported_versions, which is then not there.
    const extensions = scanner.left === 0 ? [] : scanExtensions(scanner, 'ClientHello');
    const modern = extensions.some(({ name }) => name === 'supported_versions');
    // §4.1.2: exactly the null method.
    if (modern && !(methods.length === 1 && methods[0] === 0)) scanner.refuse('illegal_parameter', 'compression is not offered in TLS 1.3');
    // §4.2.11: a pre-shared key comes last.
    const psk = extensions.findIndex((extension) => extension.name === 'other' && extension.type === 41);
    if (psk >= 0 && psk < extensions.length - 1) scanner.refuse('illegal_parameter', 'pre_shared_key is not the last extension');
    return { type: 'ClientHello', random, sessionId, cipherSuites, extensions };
  },
  ServerHello(scanner) {
    scanner.number(2, 'legacy_version', (value) => ({ value: showVersion(value), meaning: 'of no meaning: see supported_versions' }));
    const random = scanner.opaque(32, 'random', (bytes) => ({
      standard: 'RFC 8446 §4.1.3',
      ...(RETRY_RANDOM.every((byte, i) => bytes[i] === byte) ? { meaning: 'this value makes it a HelloRetryRequest' } : {}),
    }));
    const sessionId = scanner.vector(1, 'legacy_session_id_echo', [0, 32], (inner) => inner.opaque(inner.left, 'session_id'));
    const cipherSuite = scanner.number(2, 'cipher_suite', (value) => ({ value: showCipherSuite(value), standard: 'RFC 8446 §B.4' }));
    const compression = scanner.number(1, 'legacy_compression_method');
    if (compression !== 0) scanner.refuse('illegal_parameter', 'TLS 1.3 has no compression');
    const hello = { type: 'ServerHello', random, sessionId, cipherSuite } as const;
    const place = isRetry({ ...hello, extensions: [] }) ? 'HelloRetryRequest' : 'ServerHello';
    return { ...hello, extensions: scanner.left === 0 ? [] : scanExtensions(scanner, place) };
  },
  NewSessionTicket(scanner) {
    scanner.number(4, 'ticket_lifetime', (value) => ({ value: `${value} s` }));
    scanner.number(4, 'ticket_age_add');
    scanner.vector(1, 'ticket_nonce', [0, 255], (inner) => inner.opaque(inner.left, 'nonce'));
    scanner.vector(2, 'ticket', [1, 0xffff], (inner) => inner.opaque(inner.left, 'ticket'));
    scanExtensions(scanner, 'NewSessionTicket', 0xfffe);
    return { type: 'NewSessionTicket' };
  },
  EncryptedExtensions: (scanner) => ({ type: 'EncryptedExtensions', extensions: scanExtensions(scanner, 'EncryptedExtensions') }),
  Certificate(scanner) {
    const context = scanner.vector(1, 'certificate_request_context', [0, 255], (inner) => inner.opaque(inner.left, 'context'));
    const certificates = scanner.vector(3, 'certificate_list', [0, 0xffffff], (list) =>
      list.each(() => {
        const certificate = list.vector(3, 'cert_data', [1, 0xffffff], (inner) => {
          const start = inner.at;
          const der = inner.bytes.subarray(start, inner.end);
          // What is wrong with a certificate is told of it, and ends no handshake here.
          inner.skip(moved(dissectCertificate(der), start));
          return der;
        });
        return { certificate, extensions: scanExtensions(list, 'Certificate') };
      }),
    );
    return { type: 'Certificate', context, certificates };
  },
  CertificateRequest(scanner) {
    const context = scanner.vector(1, 'certificate_request_context', [0, 255], (inner) => inner.opaque(inner.left, 'context'));
    return { type: 'CertificateRequest', context, extensions: scanExtensions(scanner, 'CertificateRequest') };
  },
  CertificateVerify(scanner) {
    const scheme = scanner.number(2, 'algorithm', (value) => ({ value: showScheme(value), standard: 'RFC 8446 §4.2.3' }));
    const signature = scanner.vector(2, 'signature', [0, 0xffff], (inner) => inner.opaque(inner.left, 'signature'));
    return { type: 'CertificateVerify', scheme, signature };
  },
  Finished: (scanner) => ({ type: 'Finished', verifyData: scanner.opaque(scanner.left, 'verify_data') }),
  KeyUpdate(scanner) {
    const request = scanner.number(1, 'request_update', (value) => ({
      value: ['update_not_requested (0)', 'update_requested (1)'][value] ?? String(value),
    }));
    if (request > 1) scanner.refuse('illegal_parameter', `request_update is ${request}`);
    return { type: 'KeyUpdate', updateRequested: request === 1 };
  },
};

/** A message with its header. */
export function encodeHandshake(message: Exclude<HandshakeMessage, { type: 'NewSessionTicket' }>): Uint8Array {
  return withHeader(message.type, body(message));
}

export const withHeader = (type: HandshakeType, content: Uint8Array): Uint8Array =>
  concatBytes(Uint8Array.of(HANDSHAKE_TYPES[type]), vector(3, content));

function body(message: Exclude<HandshakeMessage, { type: 'NewSessionTicket' }>): Uint8Array {
  switch (message.type) {
    case 'ClientHello': {
      const suites = vector(2, ...message.cipherSuites.map((suite) => number(2, suite)));
      const extensions = encodeExtensions(message.extensions, 'ClientHello');
      return concatBytes(number(2, TLS_1_2), message.random, vector(1, message.sessionId), suites, vector(1, number(1, 0)), extensions);
    }
    case 'ServerHello': {
      const place: ExtensionPlace = isRetry(message) ? 'HelloRetryRequest' : 'ServerHello';
      const { random, sessionId, cipherSuite, extensions } = message;
      return concatBytes(
        number(2, TLS_1_2),
        random,
        vector(1, sessionId),
        number(2, cipherSuite),
        number(1, 0),
        encodeExtensions(extensions, place),
      );
    }
    case 'EncryptedExtensions':
      return encodeExtensions(message.extensions, message.type);
    case 'Certificate': {
      const entries = message.certificates.map(({ certificate, extensions }) =>
        concatBytes(vector(3, certificate), encodeExtensions(extensions, 'Certificate')),
      );
      return concatBytes(vector(1, message.context), vector(3, ...entries));
    }
    case 'CertificateRequest':
      return concatBytes(vector(1, message.context), encodeExtensions(message.extensions, message.type));
    case 'CertificateVerify':
      return concatBytes(number(2, message.scheme), vector(2, message.signature));
    case 'Finished':
      return message.verifyData;
    case 'KeyUpdate':
      return number(1, message.updateRequested ? 1 : 0);
  }
}
