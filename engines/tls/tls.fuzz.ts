/**
 * What must hold for any bytes that claim to be TLS: `run` throws where a property is
 * broken.
 */
import { bytesOf } from '../content.ts';
import { dissect } from '../dissect.ts';
import { checkFields, type FuzzTarget } from '../fuzz-target.ts';
import { decodeCertificate, dissectCertificate } from './certificate/certificate.ts';
import type { TlsEndpoint, TlsEvent } from './endpoint.ts';
import * as trace from './rfc8448-for-tests.ts';
import { clientForTests, credentialsForTests, handshaken, serverForTests, told } from './session-for-tests.ts';
import { decodeHandshake, encodeHandshake } from './wire/handshake.ts';
import { encodeRecord } from './wire/record.ts';

const target: FuzzTarget = { name: 'tls', shortRun: 300, corpus, run };

export default target;

/** Records of a whole handshake, handshake messages, and a certificate. */
function corpus(): Uint8Array[] {
  const { client, server } = handshaken();
  const sent = [...client, ...server].flatMap((event) => (event.kind === 'send' ? [bytesOf(event.content)] : []));
  const messages = [trace.clientHello, trace.serverHello, trace.serverFlight];
  return [...sent, ...messages, ...messages.map((message) => encodeRecord('handshake', message)), ...credentialsForTests().certificates];
}

function run(bytes: Uint8Array): void {
  for (const kind of ['record', 'handshake', 'alert']) checkFields(dissect('tls', kind, bytes), bytes.length);
  checkFields(dissectCertificate(bytes), bytes.length);
  decodeCertificate(bytes);
  const decoded = decodeHandshake(bytes);
  if ('value' in decoded && decoded.value.type !== 'NewSessionTicket') {
    const again = decodeHandshake(encodeHandshake(decoded.value));
    if (!('value' in again) || plain(again.value) !== plain(decoded.value)) throw new Error('a message is not read as it was written');
  }
  // Handshakes take time; what does not begin as a record does is refused by its first byte.
  if (!(bytes[0]! >= 20 && bytes[0]! <= 24)) return;
  for (const make of [clientForTests, serverForTests]) {
    const whole = heard(make(), [bytes]);
    const piecewise = heard(
      make(),
      Array.from(bytes, (byte) => Uint8Array.of(byte)),
    );
    if (whole.join('\n') !== piecewise.join('\n'))
      throw new Error(`it matters how bytes are cut:\n${whole.join('\n')}\n--\n${piecewise.join('\n')}`);
  }
}

/** What an endpoint says to bytes in these pieces. Nobody without keys can establish a session, and nothing is said after a failure. */
function heard(endpoint: TlsEndpoint, pieces: readonly Uint8Array[]): string[] {
  endpoint.start();
  const events: TlsEvent[] = pieces.flatMap((piece) => endpoint.receive(piece));
  const failure = events.findIndex(({ kind }) => kind === 'failed');
  if (failure >= 0 && failure < events.length - 1) throw new Error('something is said after a failure');
  if (events.some(({ kind }) => kind === 'established' || kind === 'data')) throw new Error('a session with somebody who has no keys');
  return told(events);
}

/** Bytes as arrays, so that equal values are equal texts. */
const plain = (value: unknown): string => JSON.stringify(value, (_, one) => (one instanceof Uint8Array ? [...one] : one));
