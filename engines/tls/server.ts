/**
 * The server's side of the handshake (RFC 8446 §2, appendix A.2): X25519, one certificate a name, no client certificates, no resumption.
 * A client that offers X25519 without a key for it is asked for one (HelloRetryRequest).
 */
import { equalBytes } from '@noble/curves/utils.js';
import type { RandomStream } from '../kernel/random.ts';
import type { Credentials } from './certificate/authority.ts';
import { sign } from './certificate/signature.ts';
import { signedContent } from './certificate-verify.ts';
import type { Handshake, TlsEndpoint } from './endpoint.ts';
import { PREFERRED_SUITES, publicShare, sharedSecret } from './key-exchange.ts';
import { applicationSecrets, type DirectionSecrets, finishedCode, handshakeSecrets } from './key-schedule.ts';
import { type Extension, find } from './wire/extensions.ts';
import { type ClientHello, type HandshakeMessage, type HandshakeType, RETRY_RANDOM } from './wire/handshake.ts';
import { CIPHER_SUITES, type CipherSuite, SIGNATURE_SCHEMES, TLS_1_3, X25519 } from './wire/registries.ts';

export interface ServerSettings {
  /** What the server shows; by the name that the client asks for (null for none), if it has more than one. null: it is nobody of that name. */
  readonly credentials: Credentials | ((serverName: string | null) => Credentials | null);
  /** Application protocols in order of preference (RFC 7301); none: not negotiated. */
  readonly protocols?: readonly string[];
  /** In order of preference; absent: both. */
  readonly suites?: readonly CipherSuite[];
  readonly random: RandomStream;
}

type State = 'wait ClientHello' | 'wait second ClientHello' | 'wait Finished' | 'connected';

const EXPECTED: Readonly<Record<State, readonly HandshakeType[]>> = {
  'wait ClientHello': ['ClientHello'],
  'wait second ClientHello': ['ClientHello'],
  'wait Finished': ['Finished'],
  connected: [],
};

/** What a ClientHello comes to. */
interface Choice {
  readonly suite: CipherSuite;
  readonly credentials: Credentials;
  readonly protocol: string | null;
  readonly serverName: string | null;
  /** Empty: the client has to be asked for it. */
  readonly clientKey: Uint8Array;
}

export class ServerHandshake implements Handshake {
  readonly side = 'server';
  readonly #settings: ServerSettings;
  #state: State = 'wait ClientHello';
  /** The first of two. */
  #firstHello: ClientHello | null = null;
  #choice: Choice | null = null;
  #handshakeSecrets: DirectionSecrets | null = null;
  #applicationSecrets: DirectionSecrets | null = null;

  constructor(settings: ServerSettings) {
    this.#settings = settings;
  }

  begin(): void {}

  expected(): readonly HandshakeType[] {
    return EXPECTED[this.#state];
  }

  take(endpoint: TlsEndpoint, message: HandshakeMessage, raw: Uint8Array): void {
    if (message.type === 'ClientHello') this.#takeClientHello(endpoint, message, raw);
    else if (message.type === 'Finished') this.#takeFinished(endpoint, message.verifyData, raw);
  }

  #takeClientHello(endpoint: TlsEndpoint, hello: ClientHello, raw: Uint8Array): void {
    const first = this.#firstHello;
    endpoint.clientRandom = hello.random;
    const choice = this.#choose(endpoint, hello);
    if (!choice) return;
    // §4.1.2: the second is the first with what was asked for.
    if (first && (choice.clientKey.length === 0 || !equalBytes(first.random, hello.random) || choice.suite !== this.#choice?.suite)) {
      endpoint.fail('illegal_parameter', 'the second ClientHello is not the first with the key that was asked for');
      return;
    }
    this.#choice = choice;
    endpoint.record(raw);
    if (choice.clientKey.length === 0) this.#askForKey(endpoint, hello, choice);
    else this.#answer(endpoint, hello, choice);
  }

  /** What both have in common; or null, and the handshake has failed. */
  #choose(endpoint: TlsEndpoint, { cipherSuites, extensions }: ClientHello): Choice | null {
    const { suites = PREFERRED_SUITES, credentials: all } = this.#settings;
    const refuse = (...problem: Parameters<TlsEndpoint['fail']>): null => {
      endpoint.fail(...problem);
      return null;
    };
    if (!find(extensions, 'supported_versions')?.versions.includes(TLS_1_3))
      return refuse('protocol_version', 'the client does not speak TLS 1.3');
    const suite = suites.find((one) => cipherSuites.includes(CIPHER_SUITES[one]));
    if (!suite) return refuse('handshake_failure', 'no cipher suite in common');
    const groups = find(extensions, 'supported_groups');
    const schemes = find(extensions, 'signature_algorithms');
    const shares = find(extensions, 'key_share');
    // §9.2: without a pre-shared key, all three are there.
    if (!groups || !schemes || !shares) return refuse('missing_extension', 'the client leaves out what a key exchange needs');
    if (!groups.groups.includes(X25519)) return refuse('handshake_failure', 'no group in common');
    const serverName = find(extensions, 'server_name')?.host ?? null;
    const credentials = typeof all === 'function' ? all(serverName) : all;
    if (!credentials) return refuse('unrecognized_name', `nobody here is called ${serverName ?? 'nothing'}`);
    if (!schemes.schemes.includes(SIGNATURE_SCHEMES[credentials.key.scheme]))
      return refuse('handshake_failure', 'no signature scheme in common');
    const offered = find(extensions, 'application_layer_protocol_negotiation')?.protocols;
    const own = this.#settings.protocols ?? [];
    const protocol = offered && own.length > 0 ? own.find((one) => offered.includes(one)) : null;
    // RFC 7301 §3.2.
    if (protocol === undefined) return refuse('no_application_protocol', 'no application protocol in common');
    const clientKey = shares.shares.find(({ group }) => group === X25519)?.key ?? new Uint8Array(0);
    return { suite, credentials, protocol, serverName, clientKey };
  }

  /** §4.1.4. */
  #askForKey(endpoint: TlsEndpoint, hello: ClientHello, { suite }: Choice): void {
    this.#firstHello = hello;
    endpoint.condenseTranscript();
    endpoint.sendFlight(() => ({
      type: 'ServerHello',
      random: RETRY_RANDOM,
      sessionId: hello.sessionId,
      cipherSuite: CIPHER_SUITES[suite],
      extensions: [
        { name: 'supported_versions', versions: [TLS_1_3] },
        { name: 'key_share', shares: [{ group: X25519, key: new Uint8Array(0) }] },
      ],
    }));
    if (hello.sessionId.length > 0) endpoint.sendChangeCipherSpec();
    this.#state = 'wait second ClientHello';
  }

  #answer(endpoint: TlsEndpoint, hello: ClientHello, { suite, credentials, protocol, serverName, clientKey }: Choice): void {
    const { random } = this.#settings;
    const serverRandom = random.bytes(32);
    const privateKey = random.bytes(32);
    const shared = sharedSecret(privateKey, clientKey);
    if (!shared) {
      endpoint.fail('illegal_parameter', 'the client’s key share is none of X25519');
      return;
    }
    endpoint.sendFlight(() => ({
      type: 'ServerHello',
      random: serverRandom,
      sessionId: hello.sessionId,
      cipherSuite: CIPHER_SUITES[suite],
      extensions: [
        { name: 'supported_versions', versions: [TLS_1_3] },
        { name: 'key_share', shares: [{ group: X25519, key: publicShare(privateKey) }] },
      ],
    }));
    // §D.4: who offers a session wants to see one, once.
    if (hello.sessionId.length > 0 && !this.#firstHello) endpoint.sendChangeCipherSpec();
    const secrets = handshakeSecrets(shared, endpoint.transcriptHash);
    endpoint.receiveWith(suite, 'handshake', secrets);
    endpoint.sendWith(suite, 'handshake', secrets);
    const extensions: Extension[] = [
      ...(serverName === null ? [] : [{ name: 'server_name', host: null } as const]),
      ...(protocol === null ? [] : [{ name: 'application_layer_protocol_negotiation', protocols: [protocol] } as const]),
    ];
    const { certificates, key } = credentials;
    endpoint.sendFlight(
      () => ({ type: 'EncryptedExtensions', extensions }),
      () => ({
        type: 'Certificate',
        context: new Uint8Array(0),
        certificates: certificates.map((certificate) => ({ certificate, extensions: [] })),
      }),
      () => ({
        type: 'CertificateVerify',
        scheme: SIGNATURE_SCHEMES[key.scheme],
        signature: sign(key, signedContent(endpoint.transcriptHash)),
      }),
      () => ({ type: 'Finished', verifyData: finishedCode(secrets.server, endpoint.transcriptHash) }),
    );
    this.#handshakeSecrets = secrets;
    this.#applicationSecrets = applicationSecrets(secrets.handshake, endpoint.transcriptHash);
    endpoint.sendWith(suite, 'application', this.#applicationSecrets);
    this.#state = 'wait Finished';
  }

  /** §4.4.4. */
  #takeFinished(endpoint: TlsEndpoint, verifyData: Uint8Array, raw: Uint8Array): void {
    const { suite, protocol, serverName } = this.#choice as Choice;
    const secrets = this.#handshakeSecrets as DirectionSecrets;
    if (!equalBytes(verifyData, finishedCode(secrets.client, endpoint.transcriptHash))) {
      endpoint.fail('decrypt_error', 'the handshake was altered on the way');
      return;
    }
    endpoint.record(raw);
    endpoint.receiveWith(suite, 'application', this.#applicationSecrets as DirectionSecrets);
    this.#state = 'connected';
    endpoint.establish({ suite, protocol, serverName });
  }
}
