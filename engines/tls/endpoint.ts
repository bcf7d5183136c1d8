/**
 * One end of a TLS 1.3 session without a network (RFC 8446): content in, events out.
 *
 * Theory of operation. This file is what both sides do alike: records become handshake messages, alerts and application data; the
 * transcript is kept; what is sent is protected with what is agreed. The handshake itself is the side's own (client.ts, server.ts): it is
 * handed one message after the other, and says what comes of it through its endpoint. Whatever is wrong ends in `fail`: the alert goes out,
 * the failure is told, and nothing more is taken or sent.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, concatBytes } from '@noble/hashes/utils.js';
import { type Bulk, type Content, isSealed, slice } from '../content.ts';
import { formatSize } from '../format.ts';
import type { MessageInfo } from '../network/host.ts';
import type { DirectionSecrets } from './key-schedule.ts';
import { IncomingRecords, OutgoingRecords } from './record-layer.ts';
import { type AlertName, decodeAlert, encodeAlert, showAlert } from './wire/alert.ts';
import {
  decodeHandshake,
  encodeHandshake,
  type HandshakeMessage,
  type HandshakeType,
  handshakeTypeOf,
  isRetry,
  MAXIMUM_MESSAGE,
  MESSAGE_HEADER_LENGTH,
  messageHeader,
  withHeader,
} from './wire/handshake.ts';
import { type ContentType, encodeRecord, MAXIMUM_PLAINTEXT } from './wire/record.ts';
import { type CipherSuite, TLS_1_0 } from './wire/registries.ts';

export interface TlsFailure {
  /** What went wrong, in one line. */
  readonly failure: string;
  /** The alert that was sent or received; null where the connection broke. */
  readonly alert: string | null;
  /** Who found fault: this side, the other, or nobody, where the connection broke. */
  readonly by: 'us' | 'them' | 'nobody';
}

/** What came of a handshake. */
export interface TlsSession {
  readonly suite: CipherSuite;
  /** The application protocol that was agreed on (RFC 7301); null for none. */
  readonly protocol: string | null;
  /** The name that the client asked for; null where it asked for an address. */
  readonly serverName: string | null;
}

export type TlsEvent =
  | { readonly kind: 'send'; readonly content: Content; readonly message: MessageInfo }
  | { readonly kind: 'established'; readonly session: TlsSession }
  | { readonly kind: 'data'; readonly content: Uint8Array | Bulk }
  /** The other side has nothing more to say. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'failed'; readonly failure: TlsFailure };

/** The handshake of one side. */
export interface Handshake {
  readonly side: 'client' | 'server';
  /** Called once, before anything arrives. */
  begin(endpoint: TlsEndpoint): void;
  /** The messages that may come now. */
  expected(): readonly HandshakeType[];
  /** One of them; `raw` with its header. It is in the transcript only when it is put there. */
  take(endpoint: TlsEndpoint, message: HandshakeMessage, raw: Uint8Array): void;
}

/** Messages behind which the sender's keys change: nothing may follow them in their record (§5.1). */
const BEFORE_NEW_KEYS: readonly HandshakeType[] = ['ClientHello', 'ServerHello', 'Finished', 'KeyUpdate'];

/** §5.5: AES-GCM is good for 2^24.5 full records under one key. */
const RECORDS_PER_KEY = 2 ** 24;

/** Only so much may come without bringing anything: empty records and ignored ones in a row. */
const MOST_IDLE_RECORDS = 32;

type Stage = 'handshake' | 'established' | 'failed';

export class TlsEndpoint {
  readonly #handshake: Handshake;
  readonly #recordsPerKey: number;
  readonly #incoming = new IncomingRecords();
  #outgoing: OutgoingRecords | null = null;
  #transcript = sha256.create();
  #events: TlsEvent[] = [];
  /** Of a handshake message of which not all has come: its parts, their length, and how much there must be to go on. */
  #fragments: Uint8Array[] = [];
  #gathered = 0;
  #wanted = MESSAGE_HEADER_LENGTH;
  #stage: Stage = 'handshake';
  #receivedClose = false;
  #sentClose = false;
  #began = false;
  #idle = 0;
  /** True from the first record that was opened: nothing in clear may follow. */
  #openedAny = false;
  #clientRandom = '';

  constructor(handshake: Handshake, recordsPerKey = RECORDS_PER_KEY) {
    this.#handshake = handshake;
    this.#recordsPerKey = recordsPerKey;
  }

  // What an application does.

  /** To be called first. */
  start(): TlsEvent[] {
    this.#began = true;
    this.#handshake.begin(this);
    return this.#done();
  }

  /** What has arrived. */
  receive(content: Content): TlsEvent[] {
    if (!this.#began) throw new Error('an endpoint is started first');
    this.#incoming.append(content);
    while (this.#stage !== 'failed' && !this.#receivedClose) {
      const record = this.#incoming.next();
      if (!record) break;
      if ('alert' in record) this.fail(record.alert, record.text);
      else this.#takeRecord(record);
    }
    return this.#done();
  }

  /** What came behind the other side's close_notify, which is no record of this session; null for nothing. To be asked once. */
  takeRest(): Content | null {
    return this.#receivedClose ? this.#incoming.takeRest() : null;
  }

  /** Application data; `message` is what it is to whoever reads it. Nothing is sent before the session is established, and after `close`. */
  send(content: Content, message: MessageInfo): TlsEvent[] {
    const outgoing = this.#outgoing;
    if (this.#stage !== 'established' || this.#sentClose || content.length === 0 || !outgoing) return [];
    if (!(content instanceof Uint8Array) && isSealed(content)) throw new Error('content is sealed once');
    for (let at = 0; at < content.length; ) {
      if (outgoing.sequence >= this.#recordsPerKey) this.#updateKeys(false);
      const end = Math.min(content.length, at + (this.#recordsPerKey - outgoing.sequence) * MAXIMUM_PLAINTEXT);
      this.#sendProtected('application_data', slice(content, at, end) as Uint8Array | Bulk, message);
      at = end;
    }
    return this.#done();
  }

  /** New keys for what this side sends (§4.6.3); with `request`, the other side is asked for the same. */
  updateKeys(request: boolean): TlsEvent[] {
    if (this.#stage === 'established' && !this.#sentClose) this.#updateKeys(request);
    return this.#done();
  }

  /** Nothing more to send (§6.1). Before the session is established, the handshake is given up. */
  close(): TlsEvent[] {
    if (this.#stage !== 'failed' && !this.#sentClose) {
      if (this.#stage === 'handshake') this.#sendAlert('user_canceled');
      this.#sendAlert('close_notify');
      this.#sentClose = true;
      if (this.#stage === 'handshake') this.#stage = 'failed';
    }
    return this.#done();
  }

  // What a handshake does.

  /**
   * Messages of one flight, end to end, in as few records as it takes; in clear until keys are agreed. Each is made when those before
   * it have joined the transcript.
   */
  sendFlight(...makers: readonly (() => Parameters<typeof encodeHandshake>[0])[]): void {
    const messages = makers.map((make) => {
      const message = make();
      const raw = encodeHandshake(message);
      this.record(raw);
      return { name: message.type === 'ServerHello' && isRetry(message) ? 'HelloRetryRequest' : message.type, raw };
    });
    const content = concatBytes(...messages.map(({ raw }) => raw));
    const label = messages.map(({ name }) => name).join(', ');
    if (this.#outgoing) this.#sendProtected('handshake', content, { protocol: 'tls', kind: 'handshake', label });
    // §5.1: a first ClientHello may say TLS 1.0, which some servers want to see.
    else this.#sendInClear('handshake', content, label, label === 'ClientHello' ? TLS_1_0 : undefined);
  }

  /** §D.4. */
  sendChangeCipherSpec(): void {
    this.#sendInClear('change_cipher_spec', Uint8Array.of(1), 'ChangeCipherSpec');
  }

  /** Puts a message into the transcript. */
  record(raw: Uint8Array): void {
    this.#transcript.update(raw);
  }

  /** Hash of all messages in the transcript. */
  get transcriptHash(): Uint8Array {
    return this.#transcript.clone().digest();
  }

  /** §4.4.1: what is in the transcript, the first ClientHello, is replaced by its hash. */
  condenseTranscript(): void {
    const hash = this.transcriptHash;
    this.#transcript = sha256.create();
    this.record(withHeader('message_hash', hash));
  }

  /** The random of the ClientHello, by which secrets are logged. */
  set clientRandom(random: Uint8Array) {
    this.#clientRandom = bytesToHex(random);
  }

  /** The other side's records are opened with this from now on. */
  receiveWith(suite: CipherSuite, stage: 'handshake' | 'application', secrets: DirectionSecrets): void {
    this.#incoming.protect(this.#secretOf(this.#handshake.side === 'client' ? 'server' : 'client', suite, stage, secrets));
  }

  /** This side's records are protected with this from now on. */
  sendWith(suite: CipherSuite, stage: 'handshake' | 'application', secrets: DirectionSecrets): void {
    this.#outgoing = new OutgoingRecords(this.#secretOf(this.#handshake.side, suite, stage, secrets));
  }

  establish(session: TlsSession): void {
    this.#stage = 'established';
    this.#events.push({ kind: 'established', session });
  }

  /** The end: the alert goes out, and the failure is told. */
  fail(alert: AlertName, text: string): void {
    if (this.#stage === 'failed') return;
    if (!this.#sentClose) this.#sendAlert(alert);
    this.#stage = 'failed';
    this.#events.push({ kind: 'failed', failure: { failure: text, alert, by: 'us' } });
  }

  // Records.

  #done(): TlsEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  #takeRecord(record: { readonly type: ContentType; readonly content: Uint8Array | Bulk; readonly inClear: boolean }): void {
    const { type, content, inClear } = record;
    if (!inClear) this.#openedAny = true;
    if (this.#gathered > 0 && type !== 'handshake') {
      this.fail('unexpected_message', 'a handshake message is interrupted');
      return;
    }
    if (content.length > 0 && type !== 'change_cipher_spec') this.#idle = 0;
    else if (++this.#idle > MOST_IDLE_RECORDS) {
      this.fail('unexpected_message', 'too many records that bring nothing');
      return;
    }
    if (type === 'change_cipher_spec') this.#takeChangeCipherSpec(content as Uint8Array);
    else if (type === 'alert') this.#takeAlert(content as Uint8Array, inClear);
    else if (type === 'handshake') this.#takeFragment(content as Uint8Array, inClear);
    else if (this.#stage !== 'established') this.fail('unexpected_message', 'application data before the handshake is done');
    // §5.1: empty application data is allowed, and hides nothing but that there is none.
    else if (content.length > 0) this.#events.push({ kind: 'data', content });
  }

  /** §5: one that is as it should be is dropped until the handshake is done. */
  #takeChangeCipherSpec(content: Uint8Array): void {
    const begun = this.#handshake.side === 'client' || this.#clientRandom !== '';
    if (this.#stage !== 'handshake' || !begun || content.length !== 1 || content[0] !== 1) {
      this.fail('unexpected_message', 'a change_cipher_spec that has no place here');
    }
  }

  #takeAlert(content: Uint8Array, inClear: boolean): void {
    if (inClear && this.#openedAny) {
      this.fail('unexpected_message', 'an alert in clear');
      return;
    }
    const alert = decodeAlert(content);
    if (!alert) {
      this.fail('decode_error', 'an alert that is none');
      return;
    }
    // §6.1: a close_notify follows.
    if (alert.name === 'user_canceled') return;
    if (alert.name === 'close_notify' && this.#stage === 'established') {
      this.#receivedClose = true;
      this.#events.push({ kind: 'closed' });
      return;
    }
    this.#stage = 'failed';
    const name = showAlert(alert);
    const failure = alert.name === 'close_notify' ? 'the other side gave the handshake up' : `the other side says ${name}`;
    this.#events.push({ kind: 'failed', failure: { failure, alert: name, by: 'them' } });
  }

  // Handshake messages.

  #takeFragment(fragment: Uint8Array, inClear: boolean): void {
    if (inClear && this.#openedAny) {
      this.fail('unexpected_message', 'a handshake message in clear');
      return;
    }
    // §5.1.
    if (fragment.length === 0) {
      this.fail('unexpected_message', 'an empty record of handshake messages');
      return;
    }
    this.#fragments.push(fragment);
    this.#gathered += fragment.length;
    if (this.#gathered < this.#wanted) return;
    let rest: Uint8Array = concatBytes(...this.#fragments);
    this.#wanted = MESSAGE_HEADER_LENGTH;
    while (this.#stage !== 'failed' && rest.length >= MESSAGE_HEADER_LENGTH) {
      const end = this.#endOfMessage(rest);
      if (end < 0 || rest.length < end) {
        this.#wanted = end;
        break;
      }
      this.#takeMessage(rest.subarray(0, end), end < rest.length);
      rest = rest.subarray(end);
    }
    this.#fragments = rest.length > 0 ? [rest] : [];
    this.#gathered = rest.length;
  }

  /** Where the message at the front ends, if it may come now; −1 where it may not. */
  #endOfMessage(bytes: Uint8Array): number {
    const { type: number, length } = messageHeader(bytes);
    const type = handshakeTypeOf(number);
    if (!type || !this.#expected().includes(type))
      this.fail('unexpected_message', `${type ?? `handshake message ${number}`} has no place here`);
    else if (length > MAXIMUM_MESSAGE) this.fail('decode_error', `a handshake message of ${length} bytes; ${MAXIMUM_MESSAGE} are allowed`);
    else return MESSAGE_HEADER_LENGTH + length;
    return -1;
  }

  #takeMessage(raw: Uint8Array, followed: boolean): void {
    const decoded = decodeHandshake(raw);
    if ('refusal' in decoded) {
      const { type } = messageHeader(raw);
      this.fail(decoded.refusal.alert, `${handshakeTypeOf(type)}: ${decoded.refusal.text}`);
      return;
    }
    const { value: message } = decoded;
    if (followed && BEFORE_NEW_KEYS.includes(message.type))
      this.fail('unexpected_message', `something follows ${message.type} in its record`);
    else if (message.type === 'KeyUpdate') this.#takeKeyUpdate(message.updateRequested);
    else this.#handshake.take(this, message, raw);
  }

  #expected(): readonly HandshakeType[] {
    return this.#stage === 'established' ? [...this.#handshake.expected(), 'KeyUpdate'] : this.#handshake.expected();
  }

  #takeKeyUpdate(requested: boolean): void {
    this.#incoming.update();
    if (requested && !this.#sentClose) this.#updateKeys(false);
  }

  #updateKeys(request: boolean): void {
    const message = encodeHandshake({ type: 'KeyUpdate', updateRequested: request });
    this.#sendProtected('handshake', message, { protocol: 'tls', kind: 'handshake', label: 'KeyUpdate' });
    this.#outgoing?.update();
  }

  // Sending.

  #sendAlert(alert: AlertName): void {
    if (this.#outgoing) this.#sendProtected('alert', encodeAlert(alert), { protocol: 'tls', kind: 'alert', label: `Alert ${alert}` });
    else this.#sendInClear('alert', encodeAlert(alert), `Alert ${alert}`);
  }

  #sendInClear(type: ContentType, content: Uint8Array, label: string, version?: number): void {
    const message = { protocol: 'tls', kind: 'record', label: `TLS ${label}` };
    this.#events.push({ kind: 'send', content: encodeRecord(type, content, version), message });
  }

  #sendProtected(type: ContentType, inner: Uint8Array | Bulk, { protocol, kind, label }: MessageInfo): void {
    const outgoing = this.#outgoing as OutgoingRecords;
    const { content, secret, sequence } = outgoing.protect(type, inner);
    const message = {
      protocol: 'tls',
      kind: 'record',
      label: `TLS Application Data, ${formatSize(content.length)}`,
      inner: { protocol, kind, label, secret, sequence },
    };
    this.#events.push({ kind: 'send', content, message });
  }

  #secretOf(side: 'client' | 'server', suite: CipherSuite, stage: 'handshake' | 'application', secrets: DirectionSecrets) {
    const name = stage === 'handshake' ? 'HANDSHAKE_TRAFFIC_SECRET' : 'TRAFFIC_SECRET_0';
    return { suite, label: `${side.toUpperCase()}_${name}`, clientRandom: this.#clientRandom, secret: bytesToHex(secrets[side]) };
  }
}
