/**
 * The client's side of the handshake (RFC 8446 §2, appendix A.1): full handshakes with X25519, a server certificate, and neither
 * resumption nor a certificate of its own. The table STEPS says which message may come in which state, and what is done with it.
 */
import { equalBytes } from '@noble/curves/utils.js';
import type { RandomStream } from '../kernel/random.ts';
import { parseIpv4 } from '../network/wire/address.ts';
import { decodeCertificate } from './certificate/certificate.ts';
import { type PublicKey, verify } from './certificate/signature.ts';
import { verifyChain } from './certificate/verification.ts';
import { signedContent } from './certificate-verify.ts';
import type { Handshake, TlsEndpoint } from './endpoint.ts';
import { PREFERRED_SUITES, publicShare, sharedSecret } from './key-exchange.ts';
import { applicationSecrets, finishedCode, handshakeSecrets } from './key-schedule.ts';
import { type Extension, find } from './wire/extensions.ts';
import { type ClientHello, type HandshakeMessage, type HandshakeType, isRetry, type ServerHello } from './wire/handshake.ts';
import {
  CIPHER_SUITES,
  type CipherSuite,
  cipherSuiteOf,
  SIGNATURE_SCHEMES,
  signatureSchemeOf,
  TLS_1_3,
  X25519,
} from './wire/registries.ts';

export interface ClientSettings {
  /** Whom the client wants to reach: a DNS name or an IPv4 address. */
  readonly serverName: string;
  /**
   * DER certificates of the roots that are trusted. `anybody`: whoever has the key of the certificate that is shown, so that an
   * eavesdropper learns nothing and a man in the middle everything (opportunistic security, RFC 7435).
   */
  readonly trust: readonly Uint8Array[] | 'anybody';
  /** Application protocols in order of preference (RFC 7301); none: not negotiated. */
  readonly protocols?: readonly string[];
  /** In order of preference; absent: both. */
  readonly suites?: readonly CipherSuite[];
  readonly random: RandomStream;
  /** Seconds since 1970. */
  readonly now: () => number;
}

type State =
  | 'wait ServerHello'
  | 'wait EncryptedExtensions'
  | 'wait Certificate'
  | 'wait CertificateVerify'
  | 'wait Finished'
  | 'connected';

type Step = (handshake: ClientHandshake, endpoint: TlsEndpoint, message: never, raw: Uint8Array) => void;

const STEPS: Readonly<Record<State, Partial<Readonly<Record<HandshakeType, Step>>>>> = {
  'wait ServerHello': { ServerHello: (handshake, endpoint, message, raw) => handshake.takeServerHello(endpoint, message, raw) },
  'wait EncryptedExtensions': {
    EncryptedExtensions: (handshake, endpoint, message, raw) => handshake.takeEncryptedExtensions(endpoint, message, raw),
  },
  'wait Certificate': {
    CertificateRequest: (handshake, endpoint, message, raw) => handshake.takeCertificateRequest(endpoint, message, raw),
    Certificate: (handshake, endpoint, message, raw) => handshake.takeCertificate(endpoint, message, raw),
  },
  'wait CertificateVerify': {
    CertificateVerify: (handshake, endpoint, message, raw) => handshake.takeCertificateVerify(endpoint, message, raw),
  },
  'wait Finished': { Finished: (handshake, endpoint, message, raw) => handshake.takeFinished(endpoint, message, raw) },
  // §4.6.1: tickets may come at any time, and are of no use here.
  connected: { NewSessionTicket: () => {} },
};

type Message<T extends HandshakeType> = Extract<HandshakeMessage, { type: T }>;

export class ClientHandshake implements Handshake {
  readonly side = 'client';
  readonly #settings: ClientSettings;
  readonly #privateKey: Uint8Array;
  readonly #hello: ClientHello;
  #state: State = 'wait ServerHello';
  /** Of a HelloRetryRequest, once one has come. */
  #retry: ServerHello | null = null;
  #suite: CipherSuite = 'TLS_AES_128_GCM_SHA256';
  #secrets: ReturnType<typeof handshakeSecrets> | null = null;
  #protocol: string | null = null;
  #requestContext: Uint8Array | null = null;
  #serverKey: PublicKey | null = null;

  constructor(settings: ClientSettings) {
    this.#settings = settings;
    const { random, serverName, protocols = [], suites = PREFERRED_SUITES } = settings;
    const helloRandom = random.bytes(32);
    this.#privateKey = random.bytes(32);
    const extensions: Extension[] = [
      // RFC 6066 §3: addresses are no host names.
      ...(parseIpv4(serverName) ? [] : [{ name: 'server_name', host: serverName.replace(/\.$/, '') } as const]),
      { name: 'supported_groups', groups: [X25519] },
      { name: 'signature_algorithms', schemes: Object.values(SIGNATURE_SCHEMES) },
      ...(protocols.length > 0 ? [{ name: 'application_layer_protocol_negotiation', protocols } as const] : []),
      { name: 'supported_versions', versions: [TLS_1_3] },
      { name: 'key_share', shares: [{ group: X25519, key: publicShare(this.#privateKey) }] },
    ];
    this.#hello = {
      type: 'ClientHello',
      random: helloRandom,
      // §D.4: without one, no change_cipher_spec is asked for.
      sessionId: new Uint8Array(0),
      cipherSuites: suites.map((suite) => CIPHER_SUITES[suite]),
      extensions,
    };
  }

  begin(endpoint: TlsEndpoint): void {
    endpoint.clientRandom = this.#hello.random;
    endpoint.sendFlight(() => this.#hello);
  }

  expected(): readonly HandshakeType[] {
    return Object.keys(STEPS[this.#state]) as HandshakeType[];
  }

  take(endpoint: TlsEndpoint, message: HandshakeMessage, raw: Uint8Array): void {
    STEPS[this.#state][message.type]?.(this, endpoint, message as never, raw);
  }

  /** §4.1.3. */
  takeServerHello(endpoint: TlsEndpoint, hello: ServerHello, raw: Uint8Array): void {
    const version = find(hello.extensions, 'supported_versions')?.versions[0];
    if (version === undefined) {
      endpoint.fail('protocol_version', 'the server does not speak TLS 1.3');
      return;
    }
    const suite = cipherSuiteOf(hello.cipherSuite);
    const offered = suite !== undefined && this.#hello.cipherSuites.includes(hello.cipherSuite);
    if (version !== TLS_1_3) endpoint.fail('illegal_parameter', 'the server chose a version that was not offered');
    else if (hello.sessionId.length > 0) endpoint.fail('illegal_parameter', 'the server echoes a session that was not offered');
    else if (!offered) endpoint.fail('illegal_parameter', 'the server chose a cipher suite that was not offered');
    else if (isRetry(hello)) this.#tryAgain(endpoint, hello, raw);
    else if (this.#retry && this.#retry.cipherSuite !== hello.cipherSuite) {
      endpoint.fail('illegal_parameter', 'the server chose another cipher suite than before');
    } else if (hello.extensions.some(({ name }) => name !== 'supported_versions' && name !== 'key_share')) {
      endpoint.fail('unsupported_extension', 'the server sends an extension that was not asked for');
    } else this.#agree(endpoint, suite, hello, raw);
  }

  #agree(endpoint: TlsEndpoint, suite: CipherSuite, hello: ServerHello, raw: Uint8Array): void {
    const share = find(hello.extensions, 'key_share')?.shares[0];
    if (!share) {
      endpoint.fail('missing_extension', 'the server sends no key share');
      return;
    }
    const shared = share.group === X25519 ? sharedSecret(this.#privateKey, share.key) : null;
    if (!shared) {
      endpoint.fail('illegal_parameter', 'the server’s key share is none of X25519');
      return;
    }
    endpoint.record(raw);
    this.#suite = suite;
    this.#secrets = handshakeSecrets(shared, endpoint.transcriptHash);
    endpoint.receiveWith(suite, 'handshake', this.#secrets);
    endpoint.sendWith(suite, 'handshake', this.#secrets);
    this.#state = 'wait EncryptedExtensions';
  }

  /** §4.1.4. The only group offered came with its key, so only a cookie can change anything. */
  #tryAgain(endpoint: TlsEndpoint, retry: ServerHello, raw: Uint8Array): void {
    const cookie = find(retry.extensions, 'cookie');
    if (this.#retry) endpoint.fail('unexpected_message', 'the server asks for another ClientHello a second time');
    else if (!cookie || find(retry.extensions, 'key_share')) {
      endpoint.fail('illegal_parameter', 'the server asks for another ClientHello in which nothing would differ');
    } else if (retry.extensions.some(({ name }) => name !== 'cookie' && name !== 'supported_versions')) {
      endpoint.fail('unsupported_extension', 'the server sends an extension that was not asked for');
    } else {
      this.#retry = retry;
      endpoint.condenseTranscript();
      endpoint.record(raw);
      endpoint.sendFlight(() => ({ ...this.#hello, extensions: [...this.#hello.extensions, cookie] }));
    }
  }

  /** §4.3.1. */
  takeEncryptedExtensions(endpoint: TlsEndpoint, { extensions }: Message<'EncryptedExtensions'>, raw: Uint8Array): void {
    const asked = this.#hello.extensions;
    if (extensions.some(({ name }) => name === 'other' || !asked.some((one) => one.name === name))) {
      endpoint.fail('unsupported_extension', 'the server sends an extension that was not asked for');
      return;
    }
    const chosen = find(extensions, 'application_layer_protocol_negotiation')?.protocols[0];
    if (chosen !== undefined && !this.#settings.protocols?.includes(chosen)) {
      endpoint.fail('illegal_parameter', 'the server chose an application protocol that was not offered');
      return;
    }
    this.#protocol = chosen ?? null;
    endpoint.record(raw);
    this.#state = 'wait Certificate';
  }

  /** §4.3.2. */
  takeCertificateRequest(endpoint: TlsEndpoint, { context, extensions }: Message<'CertificateRequest'>, raw: Uint8Array): void {
    if (this.#requestContext) endpoint.fail('unexpected_message', 'a second CertificateRequest');
    else if (context.length > 0) endpoint.fail('illegal_parameter', 'a CertificateRequest with a context in the handshake');
    else if (!find(extensions, 'signature_algorithms'))
      endpoint.fail('missing_extension', 'a CertificateRequest without signature_algorithms');
    else {
      this.#requestContext = context;
      endpoint.record(raw);
    }
  }

  /** §4.4.2. */
  takeCertificate(endpoint: TlsEndpoint, { context, certificates }: Message<'Certificate'>, raw: Uint8Array): void {
    if (context.length > 0) {
      endpoint.fail('illegal_parameter', 'a server’s certificate with a context');
      return;
    }
    if (certificates.some(({ extensions }) => extensions.length > 0)) {
      endpoint.fail('unsupported_extension', 'the server sends an extension that was not asked for');
      return;
    }
    const key = this.#keyOf(certificates.map(({ certificate }) => certificate));
    if ('alert' in key) {
      endpoint.fail(key.alert, key.text);
      return;
    }
    this.#serverKey = key;
    endpoint.record(raw);
    this.#state = 'wait CertificateVerify';
  }

  #keyOf(chain: readonly Uint8Array[]) {
    const { trust, serverName, now } = this.#settings;
    const verified =
      trust === 'anybody' && chain.length > 0
        ? decodeCertificate(chain[0] as Uint8Array)
        : verifyChain(chain, { trust: trust === 'anybody' ? [] : trust, serverName, now: now() });
    if ('refusal' in verified) return verified.refusal;
    if ('alert' in verified) return verified;
    return (
      verified.certificate.publicKey ??
      ({ alert: 'unsupported_certificate', text: 'the server has a key of a kind that is not supported' } as const)
    );
  }

  /** §4.4.3. */
  takeCertificateVerify(endpoint: TlsEndpoint, { scheme, signature }: Message<'CertificateVerify'>, raw: Uint8Array): void {
    const key = this.#serverKey as PublicKey;
    if (signatureSchemeOf(scheme) !== key.scheme) {
      endpoint.fail('illegal_parameter', 'a signature of another kind than the certificate’s key');
    } else if (!verify(key, signedContent(endpoint.transcriptHash), signature)) {
      endpoint.fail('decrypt_error', 'the server has not the key of its certificate');
    } else {
      endpoint.record(raw);
      this.#state = 'wait Finished';
    }
  }

  /** §4.4.4. */
  takeFinished(endpoint: TlsEndpoint, { verifyData }: Message<'Finished'>, raw: Uint8Array): void {
    const secrets = this.#secrets as ReturnType<typeof handshakeSecrets>;
    if (!equalBytes(verifyData, finishedCode(secrets.server, endpoint.transcriptHash))) {
      endpoint.fail('decrypt_error', 'the handshake was altered on the way');
      return;
    }
    endpoint.record(raw);
    const application = applicationSecrets(secrets.handshake, endpoint.transcriptHash);
    const finished = () => ({ type: 'Finished', verifyData: finishedCode(secrets.client, endpoint.transcriptHash) }) as const;
    const context = this.#requestContext;
    // §4.4.2: who has no certificate says so.
    if (context) endpoint.sendFlight(() => ({ type: 'Certificate', context, certificates: [] }), finished);
    else endpoint.sendFlight(finished);
    endpoint.sendWith(this.#suite, 'application', application);
    endpoint.receiveWith(this.#suite, 'application', application);
    this.#state = 'connected';
    endpoint.establish({
      suite: this.#suite,
      protocol: this.#protocol,
      serverName: find(this.#hello.extensions, 'server_name')?.host ?? null,
    });
  }
}
